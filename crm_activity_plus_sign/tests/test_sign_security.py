# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
import logging
import uuid

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..tools.token_filter import mask_tokens
from .sign_common import SignHttpMixin, SignMixin, draw_signature, find_images, read_pdf


@tagged("post_install", "-at_install")
class TestSignRoutes(SignHttpMixin, HttpCase):
    """Nobody gets, or writes, what isn't theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_sign()

    def _assert_refused(self, signer, items, status=422):
        before = signer.request_id.data, signer.request_id.signatory_data
        response = self._post(signer, "sign", items=items)
        self.assertEqual(response.status_code, status, response.text)
        self.assertFalse(signer.signed_on)
        after = signer.request_id.data, signer.request_id.signatory_data
        self.assertEqual(before, after)

    def test_download_is_for_signers(self):
        """With sign_oca alone, any user gets any document here."""
        request = self._send()
        new_test_user(
            self.env, "sign_stranger", groups="base.group_portal", email="s@example.com"
        )
        self.authenticate("sign_stranger", "sign_stranger")
        for route in (
            f"/my/sign/{request.id}/download",
            f"/web/content/sign.oca.request/{request.id}/data",
            f"/web/content/sign.oca.request.signer/{request.signer_ids.id}/data",
        ):
            with self.subTest(route=route):
                response = self.url_open(route)
                self.assertNotIn(b"%PDF-", response.content)
                self.assertGreaterEqual(response.status_code, 400)
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "sign.oca.request"),
                ("res_id", "=", request.id),
                ("res_field", "=", "data"),
            ]
        )
        self.assertTrue(attachment)
        self.assertFalse(attachment.access_token)

    def test_download_of_what_is_over(self):
        user = new_test_user(
            self.env, "sign_portal", groups="base.group_portal", email="p@example.com"
        )
        request = self._create_request()
        request.signer_ids.partner_id = user.partner_id
        request.action_send()
        self.authenticate("sign_portal", "sign_portal")
        route = f"/my/sign/{request.id}/download"
        self.assertEqual(self.url_open(route).content[:5], b"%PDF-")
        request.cancel()
        self.env.flush_all()
        self.assertEqual(self.url_open(route).status_code, 404)
        for request_id in (0, 2**31, 2**70, 99999999):
            response = self.url_open(f"/my/sign/{request_id}/download")
            self.assertEqual(response.status_code, 404)

    @mute_logger("odoo.http")
    def test_signs_own_fields_only(self):
        request = self._send(2)
        first, second = request.signer_ids
        items = self._fill(first)
        foreign = self._fill(second)
        key = next(iter(items))
        for forged in (
            {**items, **foreign},
            {**items, "99": items[key]},
            {**items, "__class__": items[key]},
            {**items, "": {}},
            {"99": items[key]},
        ):
            with self.subTest(keys=list(forged)):
                self._assert_refused(first, forged)
        # As other versions of the page send them: unchanged.
        unchanged = {k: {**item, "value": False} for k, item in foreign.items()}
        response = self._post(first, "sign", items={**items, **unchanged})
        self.assertIn("result", response.json())
        for item_key in foreign:
            self.assertFalse(request.signatory_data[item_key]["value"])

    def test_fields_stay_where_they_are(self):
        """Page, place and type are the request's."""
        request = self._send()
        signer = request.signer_ids
        items = self._fill(signer)
        key = next(iter(items))
        before = dict(request.signatory_data[key])
        items[key].update(
            page=7,
            position_x=-50,
            width=1e9,
            field_type="text",
            required=False,
            role_id=self.roles[1].id,
            name="<b>",
        )
        self._sign(signer, items)
        after = dict(request.signatory_data[key])
        self.assertTrue(after.pop("value"))
        before.pop("value")
        self.assertEqual(after, before)

    def test_garbage_values(self):
        request = self._send(kinds=("name", "check", "signature"))
        signer = request.signer_ids
        keys = list(request.signatory_data)
        images = (
            "x",
            "data:image/png;base64,AAAA",
            "data:image/svg+xml;base64,PHN2Zy8+",
        )
        cases = [
            *[(keys[0], value) for value in (5, 1.5, [], {"a": 1}, True, "x" * 1001)],
            *[(keys[1], value) for value in (5, "yes", [1], {"a": 1})],
            *[(keys[2], value) for value in (5, [1], True, {"a": 1}, *images)],
            (keys[2], draw_signature((3000, 3000))),
            # Required, and empty.
            *[(key, value) for key in keys for value in (False, None, "")],
            (keys[0], "  "),
            (keys[1], False),
            (keys[2], draw_signature(color=None)),
        ]
        for key, value in cases:
            with self.subTest(key=key, value=str(value)[:40]):
                items = self._fill(signer)
                items[key]["value"] = value
                self._assert_refused(signer, items)
        for items in (None, [], "x", 5, {"1": 5}, {"1": None}, {"1": []}, {}):
            with self.subTest(items=items):
                self._assert_refused(signer, items)
        response = self._post(
            signer,
            "sign",
            items=self._fill(signer),
            latitude="north",
            longitude=1e300,
            unknown=[1],
        )
        self.assertIn("result", response.json())
        self.assertEqual((signer.latitude, signer.longitude), (0, 0))

    def test_garbage_bodies(self):
        signer = self._send().signer_ids
        json_type = {"Content-Type": "application/json"}
        bodies = (
            *(b"", b"x", b"[]", b"5", b"null", b'"x"', b"\xff\xfe", b"{", b"[" * 50000),
            *(b'{"params": []}', b'{"params": "x"}', b'{"params": 5}'),
        )
        for action in ("info", "sign", "refuse"):
            for body in bodies:
                with self.subTest(action=action, body=body[:20]):
                    url = self._url(signer, action)
                    response = self.url_open(url, data=body, headers=json_type)
                    # An empty body is sent by GET.
                    self.assertIn(response.status_code, (400, 405, 415))
        huge = json.dumps({"params": {"items": {"1": {"value": "x" * 9_000_000}}}})
        url = self._url(signer, "sign")
        response = self.url_open(url, data=huge.encode(), headers=json_type)
        self.assertEqual(response.status_code, 413)
        self.assertFalse(signer.signed_on)
        self.assertEqual(signer.request_id.state, "0_sent")

    def test_signs_once(self):
        request = self._send(2)
        first = request.signer_ids[0]
        self._sign(first)
        signed_on, data = first.signed_on, request.data
        response = self._sign(first)
        self.assertEqual(response.status_code, 409)
        self.assertEqual((first.signed_on, request.data), (signed_on, data))
        self.assertEqual(self._post(first, "refuse", reason="x").status_code, 409)
        self.assertEqual(request.state, "0_sent")

    def test_token_stays_with_the_signer(self):
        """No log, no message and no other page gets it."""
        request = self._send()
        signer = request.signer_ids
        token = signer.access_token
        self.assertEqual(str(uuid.UUID(token, version=4)), token)
        # By its number: Odoo gives the name to another one.
        with self.assertLogs("werkzeug", level=logging.INFO) as log:
            page = self._get(signer)
            content = self._get(signer, "content")
            self._post(signer, "info")
            self.url_open(f"/web/login?access_token={token}&lang=x")
            self._sign(signer)
            thanks = self._get(signer)
            download = self._get(signer, "download")
        written = "\n".join(log.output)
        self.assertNotIn(token, written)
        for action in ("document", "content", "info", "sign", "download"):
            self.assertIn(f"/sign_oca/{action}/{signer.id}/***", written)
        for response in (page, content, thanks, download):
            self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(response.headers["Cache-Control"], "no-store, private")
            self.assertEqual(response.headers["X-Frame-Options"], "DENY")
        logs = self.env["sign.oca.request.log"].search(
            [("request_id", "=", request.id)]
        )
        self.assertTrue(logs)
        self.assertFalse(any(logs.mapped("access_token")))


@tagged("post_install", "-at_install")
class TestSignAccess(SignMixin, TransactionCase):
    """What users can do over RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_sign()
        cls.boss = new_test_user(
            cls.env, "sign_boss", groups="base.group_user,sign_oca.sign_oca_group_admin"
        )

    def test_sender_cannot_sign_for_others(self):
        """Neither by the link, which nobody else reads, nor by writing."""
        request = self._send()
        for user in (self.sender, self.boss, self.env.ref("base.user_admin")):
            with self.subTest(user=user.login):
                own = request.with_user(user)
                signer = request.signer_ids.with_user(user)
                for name in ("access_token", "access_url", "data"):
                    with self.assertRaises(AccessError):
                        signer.read([name])
                    self.assertNotIn(name, signer.fields_get())
                with self.assertRaises(AccessError):
                    signer.search([("access_token", "like", "a")])
                with self.assertRaises(AccessError):
                    signer.action_sign(self._fill(request.signer_ids))
                for vals in (
                    {"signed_on": "2026-01-01"},
                    {"access_token": "x"},
                    {"seen_on": False},
                ):
                    with self.assertRaises(AccessError):
                        signer.write(vals)
                with self.assertRaises(UserError):
                    signer.write({"partner_id": user.partner_id.id})
                for vals in ({"state": "2_signed"}, {"current_hash": "x"}):
                    with self.assertRaises(AccessError):
                        own.write(vals)
                with self.assertRaises(UserError):
                    own.write({"data": "eA=="})
                with self.assertRaises(UserError):
                    own.write({"signatory_data": {}})
                with self.assertRaises(UserError):
                    signer.unlink()
        self.assertEqual(request.state, "0_sent")

    def test_mail_is_nobodys(self):
        request = self._create_request()
        request.with_user(self.sender).action_send()
        mail = self._mails_to(self.partners[0])
        self.assertIn(request.signer_ids.access_url, mail.body_html)
        message = mail.mail_message_id
        for user in (self.sender, self.boss):
            with self.assertRaises(AccessError):
                message.with_user(user).read(["body"])
        messages = self.env["mail.message"].search([("model", "like", "sign.oca")])
        token = request.signer_ids.access_token
        self.assertFalse(messages.filtered(lambda m: token in (m.body or "")))

    def test_begins_as_a_draft(self):
        requests = self.env["sign.oca.request"].with_user(self.sender)
        signer = {"partner_id": self.partners[0].id, "role_id": self.roles[0].id}
        values = {"name": "Forged", "data": "eA=="}
        with self.assertRaises(AccessError):
            requests.create({**values, "state": "2_signed"})
        for extra in ({"signed_on": "2026-01-01"}, {"access_token": "known"}):
            with self.assertRaises(AccessError):
                requests.create({**values, "signer_ids": [(0, 0, {**signer, **extra})]})
        request = requests.with_context(
            default_state="2_signed",
            default_signed_on="2026-01-01",
        ).create({**values, "signer_ids": [(0, 0, signer)]})
        self.assertEqual(request.state, "1_draft")
        self.assertFalse(request.signer_ids.signed_on)
        self.assertFalse(request.sudo().signer_ids.access_token)

    def test_no_signer_joins_later(self):
        request = self._send()
        signers = self.env["sign.oca.request.signer"].with_user(self.boss)
        with self.assertRaises(UserError):
            signers.create(
                {
                    "request_id": request.id,
                    "partner_id": self.boss.partner_id.id,
                    "role_id": self.roles[1].id,
                }
            )

    def test_copy_is_not_signed(self):
        request = self._send()
        signer = request.signer_ids
        signer.action_sign(self._fill(signer))
        copy = request.copy()
        self.assertEqual(copy.state, "1_draft")
        self.assertFalse(copy.signer_ids.signed_on)
        self.assertFalse(copy.signer_ids.access_token)

    def test_signer_who_is_a_user(self):
        request = self._create_request()
        request.signer_ids.partner_id = self.sender.partner_id
        request.with_user(self.sender).action_send(sign_now=True)
        self.assertFalse(self._mails_to(self.sender.partner_id))
        own = request.with_user(self.sender)
        own.invalidate_recordset()
        self.assertTrue(own.to_sign)
        self.assertEqual(own.sign()["url"], request.signer_ids.access_url)
        own.signer_id.action_sign(self._fill(request.signer_ids))
        self.assertEqual(request.state, "2_signed")
        self.assertEqual(len(find_images(read_pdf(request).pages[0])), 1)

    def test_logs_of_others(self):
        """The log of sign_oca is open to all its users."""
        request = self._send(user_id=self.boss.id)
        logs = self.env["sign.oca.request.log"]
        domain = [("request_id", "=", request.id)]
        self.assertTrue(logs.search(domain))
        self.assertFalse(logs.with_user(self.sender).search(domain))
        self.assertTrue(logs.with_user(self.boss).search(domain))

    def test_expressions_of_roles(self):
        """They are looked up with elevated rights: who may not type them in Odoo's own
        templates, may not do so here."""
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("mail.restrict.template.rendering", True)
        editors = self.env.ref("mail.group_mail_template_editor")
        role = self.roles[0].with_user(self.boss)
        role.partner_selection_policy = "expression"
        expression = "{{ object.env['res.users'].search([]).write({}) }}"
        with self.assertRaises(AccessError):
            role.expression_partner = expression
        with self.assertRaises(AccessError):
            role.create({"name": "Forged", "expression_partner": expression})
        self.boss.group_ids = [Command.link(editors.id)]
        role.expression_partner = "{{ object.partner_id.id }}"

    def test_mask(self):
        token = str(uuid.uuid4())
        for text in (
            f"GET /sign_oca/document/5/{token} HTTP/1.1",
            f"GET /fr/sign_oca/sign/5/{token}?x=1 HTTP/1.1",
            f'"GET /sign_oca/document/5/{token}?access_token={token}"',
            f"/mail/view?model=x&access_token={token}&pid=5",
        ):
            self.assertNotIn(token, mask_tokens(text))
        plain = "GET /web/assets/1/abc HTTP/1.1"
        self.assertEqual(mask_tokens(plain), plain)
