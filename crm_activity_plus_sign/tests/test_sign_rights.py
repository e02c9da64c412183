# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import SignCommon
from .sign_common import SignMixin


@tagged("post_install", "-at_install")
class TestSignRights(SignMixin, TransactionCase):
    """What sign_oca lets its users do with what others made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_sign()
        cls.boss, cls.other = (
            new_test_user(
                cls.env, f"rights_{name}", groups=f"sign_oca.sign_oca_group_{name}"
            )
            for name in ("admin", "user")
        )

    def test_signers_of_other_peoples_drafts(self):
        """Who makes themselves a signer reads the document."""
        draft = self._create_request(2, user_id=self.boss.id)
        signers = self.env["sign.oca.request.signer"].with_user(self.other)
        own = {"partner_id": self.other.partner_id.id, "role_id": self.roles[0].id}
        mine = self.env["sign.oca.request"].with_user(self.other)
        mine = mine.create(
            {"name": "Mine", "data": draft.data, "signer_ids": [Command.create(own)]}
        )
        first = draft.signer_ids[0].with_user(self.other)
        for forge in (
            lambda: signers.create({**own, "request_id": draft.id}),
            lambda: signers.with_context(default_request_id=draft.id).create(own),
            lambda: mine.signer_ids.write({"request_id": draft.id}),
            lambda: first.write({"partner_id": self.other.partner_id.id}),
            lambda: first.write({"model": "crm.lead"}),
            lambda: first.unlink(),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                forge()
            self.env.invalidate_all()
        self.assertFalse(draft.with_user(self.other).has_access("read"))
        mine.signer_ids.sequence = 20
        mine.signer_ids.unlink()

    def test_nobody_writes_the_log(self):
        request = self._send()
        logs = self.env["sign.oca.request.log"].with_user(self.boss)
        log = logs.search([("request_id", "=", request.id)], limit=1)
        for forge in (
            lambda: log.write({"date": "2001-01-01"}),
            lambda: log.unlink(),
            lambda: logs.create({"request_id": request.id, "action": "sign"}),
        ):
            with self.assertRaises(AccessError):
                forge()
        request.with_user(self.sender).preview()
        self.assertIn("view", logs.search([]).mapped("action"))

    def test_fields_that_are_none(self):
        """What can't be filled in or drawn isn't sent: its signer would be lost."""
        request = self._create_request()
        own = request.with_user(self.sender)
        field = request.signatory_data["1"]
        for data in (
            *([1], 5, "x", {"1": 5}, {"x": field}, {"partner_id": field}),
            {"signed_as": field},
        ):
            with self.subTest(data=data), self.assertRaises(UserError):
                own.signatory_data = data
        for change in (
            *({"field_type": "foo"}, {"field_type": [1]}, {"position_x": "abc"}),
            *({"page": "1"}, {"page": [1]}, {"page": True}, {"page": 10**9}),
            *({"width": None}, {"height": 1e300}, {"role_id": "x"}, {"role_id": [1]}),
        ):
            with self.subTest(change=change):
                own.signatory_data = {"1": {**field, **change}}
                self.assertTrue(own.sending_problems)
                with self.assertRaises(UserError):
                    own.action_send()
        own.signatory_data = {"1": {k: v for k, v in field.items() if k != "required"}}
        with self.assertRaises(UserError):
            own.action_send()
        self.assertEqual(request.state, "1_draft")

    def test_count_of_an_application_that_is_gone(self):
        """It is shown in the top bar, on every page."""
        request = self._create_request()
        signer = request.signer_ids
        signer.partner_id = self.sender.partner_id
        request.action_send()
        signer.write({"model": "gone.model", "res_id": 5})
        counts = self.env["res.users"].with_user(self.sender)
        [count] = counts.sign_oca_request_user_count()
        self.assertEqual(
            (count["model"], count["total_records"]), ("sign.oca.request", 1)
        )

    def test_placing_fields(self):
        own = self._create_request(user_id=self.boss.id).with_user(self.boss)
        for method, *arguments in (
            *(("delete_item", key) for key in ("9", None, [1], {})),
            *(("set_item_data", "9", {}), ("set_item_data", "1", 5)),
            *(("add_item", value) for value in ({}, 5, {"field_id": "x"})),
        ):
            with self.subTest(method, arguments=arguments):
                with self.assertRaises(UserError):
                    getattr(own, method)(*arguments)
        field = own.add_item({"field_id": self.fields["check"].id})
        own.set_item_data(field["id"], {"position_x": 5})
        own.delete_item(1)
        self.assertEqual(list(own.signatory_data), ["2"])


@tagged("post_install", "-at_install")
class TestPopupRights(SignCommon, TransactionCase):
    """The pop-up tells nobody what they may not read."""

    def test_contacts_of_others(self):
        wizard = self._open_wizard(self._schedule_sign())
        hidden = self.env["res.partner"].create(
            {"name": "Hidden", "company_id": self.user_other_company.company_id.id}
        )
        wizard.signer_ids.sudo().partner_id = hidden
        self.assertNotIn("Hidden", str(wizard.problems))
        with self.assertRaises(AccessError):
            wizard.action_send()

    def test_employees_without_templates(self):
        """Those who may not use templates sign documents."""
        employee = new_test_user(
            self.env, "plain_employee", groups="base.group_user", email="p@example.com"
        )
        self._create_template("Confidential")
        activity = self._schedule_sign(self.partner, self.env.user, user_id=employee.id)
        wizard = self._open_wizard(activity, employee)
        self.assertFalse(wizard.template_id)
        wizard.write({"source": "template", "template_id": self.template.id})
        self.assertEqual(len(wizard.problems), 1)
        self.assertIn("may not use signature templates", str(wizard.problems))
        with self.assertRaises(AccessError):
            wizard.action_send()

    def test_signature_of_a_signature(self):
        _activity, request = self._request()
        activity = request.activity_schedule(activity_type_id=self.type_sign.id)
        wizard = self._open_wizard(activity, self.env.user)
        with self.assertRaisesRegex(UserError, "signature request itself"):
            wizard.action_send()
