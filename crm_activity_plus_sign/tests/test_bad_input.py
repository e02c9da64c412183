# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import SignCommon, make_pdf, prepare_item

SIGNERS = "odoo.addons.crm_activity_plus_sign.engine.signers"
RENDERER = "odoo.addons.mail.models.mail_render_mixin"


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestBadInput(SignCommon, TransactionCase):
    """What can't be signed is said in the pop-up, before anything is sent."""

    def assertNotSent(self, message, is_shown=True, activity=None, **values):
        """It is shown while one chooses, and refused; nothing is written."""
        activity = activity or self._schedule_sign()
        wizard = self._open_wizard(activity)
        wizard.write(values)
        count = self.env["sign.oca.request"].search_count([])
        mails = self.env["mail.mail"].search_count([])
        if is_shown:
            shown = " ".join(p["message"] for p in wizard.problems)
            self.assertRegex(shown, message)
        with self.assertRaisesRegex(UserError, message):
            wizard.action_send()
        self.assertFalse(activity.sudo().sign_request_id)
        self.assertEqual(self.env["sign.oca.request"].search_count([]), count)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_template_without_role(self):
        none = self.env["sign.oca.role"]
        template = self._create_template("Bare", none)
        self.assertNotSent("no field that somebody signs", template_id=template.id)
        template.item_ids = [Command.create(prepare_item(self.env, none, 5))]
        template.item_ids.role_id = False
        self.assertNotSent("no field that somebody signs", template_id=template.id)

    def test_template_with_a_field_that_is_nowhere(self):
        template = self._create_template("Short")
        template.item_ids.page = 4
        self.assertNotSent("on page 4.* has 1", template_id=template.id)
        template.item_ids.write({"page": 1, "field_id": False})
        self.assertNotSent("has no type", template_id=template.id)

    def test_role_that_finds_nobody(self):
        for values in (
            {"partner_selection_policy": "default"},
            {"expression_partner": "{{object.campaign_id.id}}"},
            {"expression_partner": "{{object.no_such_field}}"},
            {"expression_partner": "{{1/0}}"},
            {"expression_partner": "somebody"},
            {"expression_partner": "{{2**40}}"},
        ):
            role = self.env["sign.oca.role"].create(
                {"name": "Boss", "partner_selection_policy": "expression", **values}
            )
            template = self._create_template("Boss", role)
            with self.subTest(values), mute_logger(SIGNERS, RENDERER):
                self.assertNotSent(
                    "Nobody is there to sign as “Boss”", template_id=template.id
                )

    def test_lead_without_contact(self):
        self.lead.partner_id = False
        self.assertNotSent("Nobody is there to sign as “Customer”")

    def test_contact_without_address(self):
        for email in (False, "nonsense"):
            self.partner.email = email
            self.assertNotSent("Deco Addict has no valid email address")

    def test_archived_contact(self):
        self.partner.active = False
        self.assertNotSent("Deco Addict is archived")

    def test_nobody(self):
        self.assertNotSent(
            "Nobody is there", is_shown=False, signer_ids=[Command.clear()]
        )

    def test_role_twice(self):
        role = {"role_id": self.role_customer.id}
        signers = [
            Command.create({**role, "partner_id": self.partner.id}),
            Command.create({**role, "partner_id": self.user_manager.partner_id.id}),
        ]
        self.assertNotSent(
            "Only one person can sign as “Customer”",
            signer_ids=[Command.clear(), *signers],
        )

    def test_role_of_another_template(self):
        signer = {"role_id": self.role_seller.id, "partner_id": self.partner.id}
        self.assertNotSent(
            "nothing to sign for “Seller”",
            is_shown=False,
            signer_ids=[Command.create(signer)],
        )

    def test_damaged_and_encrypted_files(self):
        for content, message in (
            (b"%PDF-1.4 broken", "can't be read as a PDF"),
            (b"text", "can't be read as a PDF"),
            (make_pdf(password="x"), "protected by a password"),
        ):
            template = self._create_template("File", content=content)
            self.assertNotSent(message, template_id=template.id)

    def test_due_date_is_over(self):
        self.assertNotSent("due date is over", date_due="2020-01-01")

    def test_several_problems_are_told_together(self):
        self.partner.email = False
        self.assertNotSent(
            "can't be requested.*no valid email.*due date",
            date_due="2020-01-01",
            is_shown=False,
        )

    def test_template_deleted_meanwhile(self):
        template = self._create_template("Gone")
        wizard = self._open_wizard(self._schedule_sign())
        wizard.template_id = template
        template.unlink()
        with self.assertRaisesRegex(UserError, "deleted or archived meanwhile"):
            wizard.action_send()

    def test_template_deleted_while_requests_are_open(self):
        template = self._create_template("Gone")
        activity, request = self._request(template_id=template.id)
        template.unlink()
        self.assertEqual(request.state, "0_sent")
        self._sign(request.signer_ids)
        self.assertEqual(activity.outcome_id, self.outcome_signed)

    def test_template_of_another_application(self):
        contacts = self.env["ir.model"]._get_id("res.partner")
        template = self._create_template("Other", model_id=contacts)
        self.assertNotSent(
            "for another application", is_shown=False, template_id=template.id
        )

    def test_default_template_is_deleted(self):
        self.template.unlink()
        wizard = self._open_wizard(self._schedule_sign())
        self.assertFalse(wizard.template_id)
        with self.assertRaisesRegex(UserError, "Choose the template"):
            wizard.action_send()

    def test_activity_without_record(self):
        activity = (
            self.env["mail.activity"]
            .with_user(self.user_owner)
            .create(
                {
                    "activity_type_id": self.type_sign.id,
                    "user_id": self.user_owner.id,
                }
            )
        )
        with self.assertRaisesRegex(UserError, "on no record"):
            activity.action_request_signature()

    def test_closed_activity(self):
        activity = self._schedule_sign()
        wizard = self._open_wizard(activity)
        activity.action_cancel()
        for send in (wizard.action_send, activity.action_request_signature):
            with self.assertRaisesRegex(UserError, "closed already"):
                send()

    def test_nobody_writes_what_is_signed(self):
        """It would complete an activity with another record's document."""
        _activity, request = self._request()
        mine = self._schedule_sign()
        with self.assertRaisesRegex(UserError, "can't be written"):
            mine.sign_request_id = request
        with self.assertRaisesRegex(UserError, "can't be written"):
            self._schedule_sign(sign_request_id=request.id)
        activities = mine.with_context(default_sign_request_id=request.id)
        values = {
            "activity_type_id": self.type_sign.id,
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "res_id": self.lead.id,
        }
        self.assertFalse(activities.create(values).sudo().sign_request_id)
        self.assertFalse(mine.copy().sudo().sign_request_id)

    def test_others_may_not(self):
        """Neither the button nor the wizard tells or does anything on somebody else's
        record."""
        activity = self._schedule_sign()
        own = activity.with_user(self.user_colleague)
        with self.assertRaises(AccessError):
            own.action_request_signature()
        wizards = self.env["mail.activity.sign"].with_user(self.user_colleague)
        with self.assertRaises(AccessError):
            wizards.create({"activity_id": activity.id})
        told = wizards.new(
            {"activity_id": activity.id, "template_id": self.template.id}
        )
        self.assertFalse(told.signer_ids.partner_id)
        self.assertFalse(told.signer_ids)

    def test_assigned_user_without_access_to_the_record(self):
        activity = self._schedule_sign(user_id=self.user_colleague.id)
        with self.assertRaisesRegex(AccessError, "may not read the record"):
            activity.with_user(self.user_colleague).action_request_signature()
