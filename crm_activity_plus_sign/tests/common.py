# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import base64
from io import BytesIO

from reportlab.pdfgen import canvas

from odoo.fields import Command
from odoo.tools.pdf import PdfReader, PdfWriter

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


def make_pdf(pages=1, password=None, text="Terms"):
    """:returns: a file of so many pages, maybe protected"""
    stream = BytesIO()
    paper = canvas.Canvas(stream)
    for number in range(pages):
        paper.drawString(100, 700, f"{text} {number + 1}")
        paper.showPage()
    paper.save()
    if password is None:
        return stream.getvalue()
    writer, protected = PdfWriter(), BytesIO()
    for page in PdfReader(BytesIO(stream.getvalue())).pages:
        writer.add_page(page)
    writer.encrypt(password)
    writer.write(protected)
    return protected.getvalue()


def close_gap(env):
    """Have the chain of hashes go on without a gap, where signatures were deleted that
    other tests could see."""
    signers = env["sign.oca.request.signer"]
    last = signers.search(
        [("secure_sequence_number", ">", 0)],
        order="secure_sequence_number DESC",
        limit=1,
    )
    sequence = signers._get_sequence()
    sequence.number_next_actual = last.secure_sequence_number + 1


def create_template(env, name, roles, content=None, **values):
    """:returns: a template with a signature for each of the roles"""
    return env["sign.oca.template"].create(
        {
            "name": name,
            "data": base64.b64encode(content or make_pdf()),
            "filename": f"{name}.pdf",
            "item_ids": [
                Command.create(prepare_item(env, role, 20 * number))
                for number, role in enumerate(roles)
            ],
            **values,
        }
    )


def prepare_item(env, role, position_y):
    """:returns: values of a field for a signature"""
    return {
        "field_id": env.ref("sign_oca.sign_field_signature").id,
        "role_id": role.id,
        "page": 1,
        "position_x": 10,
        "position_y": position_y,
        "width": 30,
        "height": 10,
        "required": True,
    }


class SignCommon(CrmActivityPlusCommon):
    """A template that the customer signs, and a lead whose customer has an address.

    ``role_seller`` names the company's person by itself.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.email = "deco@example.com"
        cls.type_sign = cls.env.ref(
            "crm_activity_plus_sign.mail_activity_type_sign_request"
        )
        cls.outcome_signed, cls.outcome_refused, cls.outcome_expired = (
            cls.env.ref(f"crm_activity_plus_sign.mail_activity_outcome_{code}")
            for code in ("signed", "sign_refused", "sign_expired")
        )
        cls.role_customer = cls.env.ref("sign_oca.sign_role_customer")
        cls.role_seller = cls.env["sign.oca.role"].create(
            {
                "name": "Seller",
                "partner_selection_policy": "expression",
                "expression_partner": "{{object.user_id.partner_id.id}}",
            }
        )
        cls.template = cls._create_template("Contract")
        cls.type_sign.sign_template_id = cls.template

    @classmethod
    def _create_template(cls, name, roles=None, content=None, **values):
        roles = cls.role_customer if roles is None else roles
        return create_template(cls.env, name, roles, content, **values)

    @classmethod
    def _schedule_sign(cls, record=None, user=None, **values):
        values = {"activity_type_id": cls.type_sign.id, **values}
        return cls._schedule(record, user, **values)

    def _open_wizard(self, activity, user=None):
        activity = activity.with_user(user or self.user_owner)
        action = activity.action_request_signature()
        wizards = self.env[action["res_model"]].with_user(user or self.user_owner)
        return wizards.browse(action["res_id"])

    def _request(self, activity=None, user=None, **values):
        """Have something signed as the user of the pop-up does.

        :returns: the activity and the request, as superuser"""
        activity = activity or self._schedule_sign()
        wizard = self._open_wizard(activity, user)
        wizard.write(values)
        wizard.action_send()
        activity = activity.sudo()
        return activity, activity.sign_request_id

    def _sign(self, signer):
        """As the public page does."""
        public = self.env.ref("base.public_user")
        signer = signer.with_user(public).sudo()
        items = dict(signer.request_id.signatory_data)
        for item in items.values():
            if item["role_id"] == signer.role_id.id:
                item["value"] = SIGNATURE
        signer.action_sign(items, access_token=signer.access_token)
        self.env.invalidate_all()
