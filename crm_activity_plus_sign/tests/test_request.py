# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import base64

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form, TransactionCase, tagged

from .common import SignCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestRequest(SignCommon, TransactionCase):
    """An activity has something signed, and is done when it is."""

    def _get_signed_files(self):
        return self.env["ir.attachment"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]
        )

    def test_what_the_popup_begins_with(self):
        wizard = self._open_wizard(self._schedule_sign())
        self.assertEqual(wizard.source, "template")
        self.assertEqual(wizard.template_id, self.template)
        self.assertEqual(wizard.signer_ids.role_id, self.role_customer)
        self.assertEqual(wizard.signer_ids.partner_id, self.partner)
        self.assertFalse(wizard.problems)

    def test_sent_by_the_salesperson(self):
        activity, request = self._request(message="Please <sign> it")
        self.assertEqual(request.state, "0_sent")
        self.assertEqual(request.record_ref, self.lead)
        self.assertEqual(request.user_id, self.user_owner)
        self.assertEqual(request.signer_ids.partner_id, self.partner)
        self.assertTrue(request.signer_ids.access_token)
        self.assertEqual(activity.status, "new")
        self.assertEqual(activity.sign_text, "Sent")
        self.assertFalse(activity.can_request_signature)
        mail = self.env["mail.mail"].search(
            [("recipient_ids", "in", self.partner.ids)], limit=1, order="id DESC"
        )
        self.assertIn("Olga Owner", mail.body_html)
        self.assertIn("Please &lt;sign&gt; it", mail.body_html)

    def test_signed(self):
        activity, request = self._request()
        before = self._get_signed_files()
        self._sign(request.signer_ids)
        self.assertEqual(request.state, "2_signed")
        self.assertEqual(activity.status, "done")
        self.assertEqual(activity.outcome_id, self.outcome_signed)
        [attachment] = self._get_signed_files() - before
        self.assertEqual(attachment.name, "Contract (signed).pdf")
        self.assertEqual(attachment.raw, base64.b64decode(request.data))
        message = self.lead.message_ids.filtered("attachment_ids")
        self.assertEqual(message.attachment_ids, attachment)
        self.assertIn("was signed by Deco Addict", message.body)
        self.assertEqual(message.author_id, self.user_owner.partner_id)
        told = self.env["mail.message"].search(
            [("subject", "=", "Contract: Signed"), ("res_id", "=", self.lead.id)]
        )
        self.assertEqual(told.notified_partner_ids, self.user_owner.partner_id)
        self.assertLedgerTellsActivities(activity)

    def test_two_signers(self):
        template = self._create_template("Two", self.role_customer | self.role_seller)
        activity, request = self._request(template_id=template.id)
        customer, seller = request.signer_ids.sorted("sequence")
        self.assertEqual(seller.partner_id, self.user_owner.partner_id)
        self.assertEqual(customer.sequence, seller.sequence)
        self._sign(seller)
        self.assertEqual(activity.sign_text, "Signed by 1 of 2")
        self.assertEqual(activity.status, "new")
        self._sign(customer)
        self.assertEqual(activity.status, "done")

    def test_order_of_signers(self):
        template = self._create_template("Two", self.role_customer | self.role_seller)
        _activity, request = self._request(template_id=template.id, is_ordered=True)
        sequences = {s.role_id: s.sequence for s in request.signer_ids}
        self.assertLess(sequences[self.role_customer], sequences[self.role_seller])

    def test_refused(self):
        activity, request = self._request()
        request.signer_ids.write(
            {"refused_on": "2026-03-09 08:00:00", "refusal_reason": "Too <dear>"}
        )
        request.state = "4_refused"
        self.assertEqual(activity.status, "done")
        self.assertEqual(activity.outcome_id, self.outcome_refused)
        bodies = " ".join(self.lead.message_ids.mapped("body"))
        self.assertIn("Too &lt;dear&gt;", bodies)
        told = self.env["mail.message"].search([("subject", "=", "Contract: Refused")])
        self.assertEqual(told.notified_partner_ids, self.user_owner.partner_id)
        self.assertIn("Deco Addict refused to sign", told.body)

    def test_expired(self):
        activity, request = self._request(date_due="2099-03-09")
        self.assertEqual(str(request.date_due), "2099-03-09")
        request.state = "5_expired"
        self.assertEqual(activity.outcome_id, self.outcome_expired)
        told = self.env["mail.message"].search([("subject", "=", "Contract: Expired")])
        self.assertIn("03/09/2099", told.body)

    def test_days_to_sign(self):
        self.type_sign.sign_due_days = 5
        with freeze_time("2026-03-09 08:00:00"):
            wizard = self._open_wizard(self._schedule_sign())
            self.assertEqual(str(wizard.date_due), "2026-03-14")

    def test_more_days_to_sign_than_there_are(self):
        self.type_sign.sign_due_days = 2**31 - 1
        wizard = self._open_wizard(self._schedule_sign())
        self.assertFalse(wizard.date_due)

    def test_the_popup_of_a_form_about_something_else(self):
        """What its context says isn't meant for the pop-up."""
        activity = self._schedule_sign().with_context(
            default_message="Other", default_place="Brussels"
        )
        wizard = self._open_wizard(activity)
        self.assertFalse(wizard.message)

    def test_cancelled_request_can_be_sent_again(self):
        activity, request = self._request()
        request.with_user(self.user_owner).action_withdraw()
        self.assertEqual(request.state, "3_cancel")
        self.assertEqual(activity.status, "new")
        self.assertEqual(activity.sign_text, "Cancelled")
        self.assertTrue(activity.can_request_signature)
        _activity, other = self._request(activity)
        self.assertNotEqual(other, request)
        self._sign(other.signer_ids)
        self.assertEqual(activity.status, "done")

    def test_cancelled_and_deleted_activities(self):
        """Nobody is to sign what isn't wanted any more."""
        activity, request = self._request()
        activity.with_user(self.user_owner).action_cancel("Not now")
        self.assertEqual(request.state, "3_cancel")
        activity, request = self._request()
        activity.with_user(self.user_owner).unlink()
        self.assertEqual(request.state, "3_cancel")

    def test_done_by_hand(self):
        """What was sent is still signed, and is found on the record."""
        activity, request = self._request()
        activity.with_user(self.user_owner).complete()
        self.assertEqual(request.state, "0_sent")
        before = self._get_signed_files()
        self._sign(request.signer_ids)
        self.assertFalse(activity.outcome_id)
        self.assertEqual(len(self._get_signed_files() - before), 1)
        message = self.lead.message_ids.filtered("attachment_ids")[:1]
        self.assertIn("was signed by Deco Addict", message.body)

    def test_nothing_is_requested_twice(self):
        activity = self._schedule_sign()
        first, second = (self._open_wizard(activity) for _number in range(2))
        first.action_send()
        with self.assertRaisesRegex(UserError, "requested already.*: Sent"):
            second.action_send()
        with self.assertRaisesRegex(UserError, "requested already"):
            activity.action_request_signature()

    def test_on_hold(self):
        activity, request = self._request()
        activity.with_user(self.user_owner).action_hold()
        self._sign(request.signer_ids)
        self.assertEqual(activity.outcome_id, self.outcome_signed)

    def test_assigned_user_has_left(self):
        activity, request = self._request()
        request.user_id = self.user_colleague
        activity.sudo().with_user(self.env.ref("base.user_root"))._give_to(
            self.env["res.users"]
        )
        self._sign(request.signer_ids)
        self.assertEqual(activity.status, "done")

    def test_lead_is_merged(self):
        other = self._create_lead("Same", partner_id=self.partner.id)
        activity, request = self._request()
        self.lead.probability = 1
        kept = (self.lead | other).merge_opportunity()
        gone = (self.lead | other) - kept
        self.assertEqual(request.record_ref, kept)
        self.assertFalse(gone.exists())
        self._sign(request.signer_ids)
        self.assertEqual(activity.status, "done")

    def test_lead_is_deleted(self):
        _activity, request = self._request()
        self.lead.unlink()
        self.assertEqual(request.state, "3_cancel")

    def test_what_goes_wrong_afterwards_undoes_no_signature(self):
        activity, request = self._request()
        action = self.env["ir.actions.server"].create(
            {
                "name": "Fail",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "raise UserError('No')",
            }
        )
        self.outcome_signed.server_action_id = action
        with self.assertLogs("odoo.addons.crm_activity_plus_sign", "ERROR"):
            self._sign(request.signer_ids)
        self.assertEqual(request.state, "2_signed")
        self.assertEqual(activity.status, "new")
        self.assertEqual(activity.sign_text, "Signed")
        # The document is there all the same, and somebody knows what is left to do.
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]
        )
        self.assertEqual(files.mapped("name"), ["Contract (signed).pdf"])
        told = self.env["mail.message"].search(
            [("partner_ids", "in", self.user_owner.partner_id.ids)]
        )
        self.assertIn("Mark the activity as done yourself", str(told.mapped("body")))

    def test_many_are_read_as_quickly_as_two(self):
        activities = self.env["mail.activity"]
        for lead in self._create_leads(5, partner_id=self.partner.id):
            activities += self._request(self._schedule_sign(lead))[0]
        counts = []
        for some in (activities[:2], activities):
            own = some.with_user(self.user_owner)
            self.env.flush_all()
            own.activity_format()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            own.activity_format()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_application_of_the_record_is_gone(self):
        _activity, request = self._request()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sign_oca_request SET record_ref = 'no.model,1' WHERE id = %s",
            [request.id],
        )
        self.env.invalidate_all()
        self.env.add_to_compute(request._fields["res_model"], request)
        self.assertFalse(request.res_model)
        self.assertFalse(request._get_document())

    def test_another_type_of_the_same_kind(self):
        """Its activities can end so, too."""
        other = self._create_type("Sign NDA", category="sign_request")
        self.assertIn(other, self.outcome_signed.activity_type_ids)
        call = self._create_type("Ring")
        self.assertNotIn(call, self.outcome_signed.activity_type_ids)
        call.category = "sign_request"
        self.assertIn(call, self.outcome_refused.activity_type_ids)

    def test_the_form(self):
        """The signers follow the template."""
        template = self._create_template("Two", self.role_customer | self.role_seller)
        wizard = self._open_wizard(self._schedule_sign())
        with Form(wizard) as form:
            form.template_id = template
            self.assertEqual(len(form.signer_ids), 2)
            with form.signer_ids.edit(1) as line:
                line.partner_id = self.user_manager.partner_id
        wizard.action_send()
        request = self.env["sign.oca.request"].search([], limit=1, order="id DESC")
        self.assertEqual(
            request.signer_ids.partner_id,
            self.partner | self.user_manager.partner_id,
        )
