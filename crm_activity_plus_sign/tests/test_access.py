# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from .common import SignCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestAccess(SignCommon, TransactionCase):
    """Salespeople need no group of the application for signatures, and see what is
    about records that they may read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.requests = cls.env["sign.oca.request"]

    def _find(self, user):
        return self.requests.with_user(user).search([("res_id", "=", self.lead.id)])

    def test_salespeople_have_the_least_rights(self):
        for name in ("user", "manager", "admin"):
            self.assertFalse(
                self.user_owner.has_group(f"sign_oca.sign_oca_group_{name}")
            )
        own = self.env(user=self.user_owner)
        self.assertTrue(own["sign.oca.template"].search([]))
        for model, operation in (
            ("sign.oca.template", "write"),
            ("sign.oca.template.item", "read"),
            ("sign.oca.request", "write"),
            ("sign.oca.request", "create"),
            ("sign.oca.request.signer", "write"),
            ("sign.oca.request.log", "read"),
        ):
            self.assertFalse(own[model].has_access(operation), (model, operation))

    def test_access_follows_the_record(self):
        _activity, request = self._request()
        for user, is_seen in (
            (self.user_owner, True),
            (self.user_manager, True),
            (self.user_member, True),
            (self.user_colleague, False),
        ):
            own = request.with_user(user)
            self.assertEqual(bool(self._find(user)), is_seen, user.name)
            self.assertEqual(own.has_access("read"), is_seen, user.name)
            if is_seen:
                self.assertEqual(own.progress_text, "Sent")
                self.assertIn("Deco Addict", own.signer_summary)
                self.assertTrue(own.with_context(bin_size=True).data)
            else:
                with self.assertRaises(AccessError) as caught:
                    own.read(["data"])
                # What it is about isn't told either.
                self.assertNotIn("Contract", str(caught.exception))

    def test_nobody_reads_the_links_of_signers(self):
        _activity, request = self._request()
        with self.assertRaises(AccessError):
            request.signer_ids.with_user(self.user_owner).read(["access_token"])

    def test_signers_see_what_they_sign(self):
        role = self.env["sign.oca.role"].create(
            {
                "name": "Colleague",
                "partner_selection_policy": "default",
                "default_partner_id": self.user_colleague.partner_id.id,
            }
        )
        template = self._create_template("Inside", role)
        _activity, request = self._request(template_id=template.id)
        self.assertEqual(self._find(self.user_colleague), request)
        self.assertFalse(request.with_user(self.user_colleague).can_withdraw)
        with self.assertRaises(AccessError):
            request.with_user(self.user_colleague).action_withdraw()
        self.assertEqual(request.state, "0_sent")

    def test_groups_of_the_application(self):
        """With one, nobody sees less than without."""
        _activity, request = self._request()
        own, everything = (
            self.env.ref(f"sign_oca.sign_oca_group_{name}").id
            for name in ("user", "manager")
        )
        self.user_manager.group_ids = [Command.link(own)]
        self.assertEqual(self._find(self.user_manager), request)
        self.user_colleague.group_ids = [Command.link(own)]
        self.assertFalse(self._find(self.user_colleague))
        self.user_colleague.group_ids = [Command.link(everything)]
        self.assertEqual(self._find(self.user_colleague), request)

    def test_requests_about_nothing(self):
        request = self.requests.create(
            {
                "name": "Alone",
                "data": self.template.data,
                "user_id": self.user_manager.id,
                "signer_ids": [
                    Command.create(
                        {
                            "partner_id": self.partner.id,
                            "role_id": self.role_customer.id,
                        }
                    )
                ],
            }
        )
        self.assertTrue(request.with_user(self.user_manager).has_access("read"))
        self.assertFalse(request.with_user(self.user_owner).has_access("read"))

    def test_record_is_gone(self):
        _activity, request = self._request()
        self.lead.unlink()
        self.assertTrue(request.with_user(self.user_owner).has_access("read"))
        self.assertFalse(request.with_user(self.user_manager).has_access("read"))
        self.assertFalse(request.with_user(self.user_owner)._get_document())

    def test_other_company(self):
        _activity, request = self._request()
        self.assertFalse(self._find(self.user_other_company))
        self.assertEqual(request.company_id, self.company_main)

    def test_opening(self):
        activity = self._schedule_sign()
        with self.assertRaisesRegex(UserError, "Nothing was sent"):
            activity.action_open_signature()
        self._request(activity)
        action = activity.action_open_signature()
        self.assertEqual(action["res_model"], "sign.oca.request")
        with self.assertRaises(AccessError):
            activity.with_user(self.user_colleague).action_open_signature()

    def test_about_records_that_the_user_may_read(self):
        """What is signed is filed on the record, and may close its steps: nobody names
        a record of others, nor does a form about something else."""
        user = self.user_colleague
        user.group_ids = [Command.link(self.env.ref("sign_oca.sign_oca_group_user").id)]
        own = self._create_lead("Own", user_id=user.id)
        requests = self.requests.with_user(user)
        values = {"name": "Forged", "data": self.template.data}
        foreign = {"res_model": "crm.lead", "res_id": self.lead.id}
        request = requests.create({**values, "record_ref": f"crm.lead,{own.id}"})
        for forged in (foreign, {"record_ref": f"crm.lead,{self.lead.id}"}):
            with self.subTest(forged):
                with self.assertRaises(AccessError):
                    requests.create({**values, **forged})
                with self.assertRaises(AccessError):
                    request.write(forged)
        self.assertEqual(request._get_document(), own)
        context = {f"default_{name}": value for name, value in foreign.items()}
        request = requests.with_context(**context).create(values)
        self.assertFalse(request.sudo()._get_document())

    def test_long_tables(self):
        """Records to read are joined: beside other conditions, PostgreSQL would read
        all of them again for each request."""
        _activity, request = self._request()
        requests = self.requests.with_user(self.user_owner)
        self.assertIn("LEFT JOIN", requests._search([]).select().code)
        self.assertIn(request, requests.search([]))

    def test_signed_copies(self):
        """Who may only read a request has no emails sent."""
        _activity, request = self._request()
        request.company_id.sign_oca_send_sign_request_copy = True
        request.signer_ids.partner_id = self.user_owner.partner_id
        self._sign(request.signer_ids)
        with self.assertRaises(AccessError):
            request.with_user(self.user_owner).action_send_signed_request()

    def test_the_popup_is_its_users_own(self):
        wizard = self._open_wizard(self._schedule_sign())
        document = wizard.document_ids.create({"name": "x", "wizard_id": wizard.id})
        for record in (wizard, wizard.signer_ids, document):
            self.assertTrue(record.with_user(self.user_owner).has_access("read"))
            self.assertFalse(record.with_user(self.user_colleague).has_access("read"))

    def test_withdrawing(self):
        _activity, request = self._request()
        self.assertTrue(request.with_user(self.user_owner).can_withdraw)
        with self.assertRaises(AccessError):
            request.with_user(self.user_colleague).action_withdraw()
        request.with_user(self.user_member).action_withdraw()
        self.assertEqual(request.state, "3_cancel")
        self.assertFalse(request.with_user(self.user_owner).can_withdraw)
        # Nothing more comes of it.
        request.with_user(self.user_owner).action_withdraw()
