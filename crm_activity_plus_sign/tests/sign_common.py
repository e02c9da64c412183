# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import base64
import io
import json
from unittest.mock import patch

from PIL import Image, ImageDraw
from reportlab.pdfgen import canvas

from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools.pdf import PdfReader

# A box of 30 by 6 percent of the page, for each signer one below the other.
FIELD = {"page": 1, "position_x": 10.0, "width": 30.0, "height": 6.0}


def make_pdf(pages=1, text="Agreement"):
    """:returns: a PDF, in base64"""
    output = io.BytesIO()
    drawing = canvas.Canvas(output, pagesize=(595, 842))
    for number in range(pages):
        drawing.drawString(72, 770, f"{text}, page {number + 1}")
        drawing.showPage()
    drawing.save()
    return base64.b64encode(output.getvalue())


def draw_signature(size=(300, 100), color=(0, 0, 139, 255)):
    """:returns: what the pad sends: a drawn line on nothing"""
    image = Image.new("RGBA", size, (255, 255, 255, 0))
    if color:
        width, height = size
        line = [(10, height - 10), (width // 2, 10), (width - 10, height - 10)]
        ImageDraw.Draw(image).line(line, fill=color, width=4)
    output = io.BytesIO()
    image.save(output, "PNG")
    return "data:image/png;base64," + base64.b64encode(output.getvalue()).decode()


def read_pdf(request):
    """:returns: the document of a request, as pypdf reads it"""
    data = request.with_context(bin_size=False).data
    return PdfReader(io.BytesIO(base64.b64decode(data)))


def find_images(page):
    """:returns: the images on a page that was signed"""
    found = []
    resources = [page["/Resources"].get_object()]
    while resources:
        for entry in (resources.pop().get("/XObject") or {}).values():
            entry = entry.get_object()
            if entry["/Subtype"] == "/Image":
                found.append(entry)
            elif "/Resources" in entry:
                resources.append(entry["/Resources"].get_object())
    return found


class SignMixin:
    """Requests to sign, without any activities."""

    @classmethod
    def _setup_sign(cls):
        roles = cls.env["sign.oca.role"]
        cls.roles = roles.create([{"name": f"Signer {n}"} for n in (1, 2)])
        cls.partners = cls.env["res.partner"].create(
            [
                {"name": "Anna Berg", "email": "anna@example.com", "phone": "123"},
                {"name": "Bo Carlson", "email": "bo@example.com"},
            ]
        )
        cls.fields = {
            kind: cls.env.ref(f"sign_oca.sign_field_{kind}")
            for kind in ("name", "signature", "check")
        }
        cls.sender = new_test_user(
            cls.env,
            "sign_sender",
            groups="base.group_user,sign_oca.sign_oca_group_user",
            name="Sam Sender",
            email="sam@example.com",
        )

    @classmethod
    def _create_request(cls, signers=1, kinds=("signature",), sequences=None, **values):
        """:param kinds: the fields of each signer, all required"""
        sequences = sequences or [10] * signers
        items = {}
        for index in range(signers):
            for kind in kinds:
                key = str(len(items) + 1)
                items[key] = {
                    **FIELD,
                    "id": int(key),
                    "tabindex": int(key),
                    "field_id": cls.fields[kind].id,
                    "field_type": cls.fields[kind].field_type,
                    "name": cls.fields[kind].name,
                    "role_id": cls.roles[index].id,
                    "position_y": 20.0 + 10 * len(items),
                    "required": True,
                    "placeholder": "",
                    "value": False,
                    "default_value": cls.fields[kind].default_value,
                }
        return cls.env["sign.oca.request"].create(
            {
                "name": "Agreement",
                "data": make_pdf(),
                "user_id": cls.sender.id,
                "signatory_data": items,
                "signer_ids": [
                    Command.create(
                        {
                            "partner_id": cls.partners[index].id,
                            "role_id": cls.roles[index].id,
                            "sequence": sequences[index],
                        }
                    )
                    for index in range(signers)
                ],
                **values,
            }
        )

    @classmethod
    def _send(cls, *args, **kwargs):
        request = cls._create_request(*args, **kwargs)
        request.action_send()
        cls.env.flush_all()
        return request

    @staticmethod
    def _fill(signer, **values):
        """:returns: the fields of a signer, filled in as the page does"""
        defaults = {"signature": draw_signature(), "text": "Anna Berg", "check": True}
        defaults.update(values)
        return {
            key: {**item, "value": defaults[item["field_type"]]}
            for key, item in signer.request_id.signatory_data.items()
            if item["role_id"] == signer.role_id.id
        }

    def _run(self, method):
        """A test commits nothing."""
        cron = type(self.env["ir.cron"])
        with patch.object(cron, "_commit_progress", lambda *a, **kw: 60.0):
            getattr(self.env["sign.oca.request"], method)()

    def _mails_to(self, partner):
        return self.env["mail.mail"].search([("recipient_ids", "in", partner.ids)])


class SignHttpMixin(SignMixin):
    """What a browser asks for."""

    def _url(self, signer, action="document", token=None):
        token = signer.access_token if token is None else token
        return f"/sign_oca/{action}/{signer.id}/{token}"

    def _post(self, signer, action, token=None, **params):
        """:returns: the response of a request as the page sends it"""
        self.env.flush_all()
        response = self.url_open(
            self._url(signer, action, token),
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        self.env.invalidate_all()
        return response

    def _get(self, signer, action="document", token=None):
        self.env.flush_all()
        response = self.url_open(self._url(signer, action, token))
        self.env.invalidate_all()
        return response

    def _sign(self, signer, items=None):
        return self._post(signer, "sign", items=items or self._fill(signer))
