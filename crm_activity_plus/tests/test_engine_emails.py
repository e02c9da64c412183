# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from .actions_common import EngineActionsCase


@tagged("post_install", "-at_install")
class TestEngineEmails(EngineActionsCase):
    """E-mails that steps send."""

    @freeze_time("2026-03-02 08:00:00")
    def test_email_is_sent_at_its_time(self):
        with self.capture_triggers(
            "crm_activity_plus.ir_cron_run_due_steps"
        ) as triggers:
            run = self._launch(plan=self.mailing)
        line = run.line_ids[0]
        due = datetime(2026, 3, 3, 8, 30)  # 9:30 in Brussels
        self.assertEqual(line.date_due, due)
        self.assertEqual(triggers.records.mapped("call_at"), [due])
        self.assertFalse(line.activity_id)
        with self.mock_mail_gateway():
            self._run_cron()
            self.assertEqual(line.state, "scheduled", "not yet")
            with (
                freeze_time("2026-03-03 08:31:00"),
                self.capture_triggers("mail.ir_cron_mail_scheduler_action") as queue,
            ):
                self._run_cron()
                self._run_cron()
        self.assertEqual(line.state, "done")
        self.assertTrue(queue.records, "the e-mail doesn't wait for an hour")
        message = self.lead.message_ids.filtered(
            lambda m: m.subject == "About Ten desks"
        )
        self.assertEqual(len(message), 1, "sent once")
        self.assertEqual(message.author_id, self.user_owner.partner_id)
        self.assertEqual(message.notified_partner_ids & self.partner, self.partner)
        self.assertEqual(run.line_ids[1].state, "scheduled", "the run goes on")
        self.assertLedgerTellsState(run)

    @freeze_time("2026-03-02 08:00:00")
    def test_email_without_an_address_fails_visibly(self):
        self.partner.email = False
        self.lead.email_from = False
        other = self._create_lead(
            "Reachable", partner_id=self.user_manager.partner_id.id
        )
        runs = self._launch(self.lead + other, plan=self.mailing)
        with freeze_time("2026-03-10 08:00:00"), self.mock_mail_gateway():
            self._run_cron()
        failed, sent = runs
        self.assertEqual(failed.line_ids[0].state, "failed")
        self.assertIn("no valid email address", failed.line_ids[0].reason)
        self.assertEqual(failed.line_ids[1].state, "scheduled")
        self.assertEqual(sent.line_ids[0].state, "done", "the others go on")
        told = self.env["mail.message"].search(
            [
                ("model", "=", "crm.lead"),
                ("res_id", "=", self.lead.id),
                ("subject", "ilike", "failed"),
            ]
        )
        self.assertEqual(told.notified_partner_ids, self.user_owner.partner_id)
        self.assertIn("no valid email address", told.body)

    @freeze_time("2026-03-02 08:00:00")
    def test_deleted_template_fails(self):
        run = self._launch(plan=self.mailing)
        self.mailing.template_ids[0].write(
            {"action_type": "activity", "mail_template_id": False}
        )
        self.template.unlink()
        with freeze_time("2026-03-10 08:00:00"):
            self._run_cron()
        self.assertEqual(run.line_ids[0].state, "failed")

    def _get_posted(self, record):
        """:returns: what was sent on a record with the template"""
        return record.message_ids.filtered(lambda m: m.message_type == "comment")

    def _run_mailing(self, records=None):
        """:returns: the runs, after their e-mails were due"""
        with freeze_time("2026-03-02 08:00:00"):
            runs = self._launch(records, plan=self.mailing)
        with freeze_time("2026-03-10 08:00:00"), self.mock_mail_gateway():
            self._run_cron()
        return runs

    def test_email_is_the_responsible_s(self):
        """Whoever the scheduled action runs as."""
        self.template.write(
            {
                "body_html": "<p><t t-out='user.name'/>, "
                "<t t-out='user.env.company.name'/></p>",
                "email_from": "{{ user.email_formatted }}",
            }
        )
        run = self._run_mailing()
        self.assertEqual(run.line_ids[0].state, "done")
        message = self._get_posted(self.lead)
        self.assertEqual(message.body, f"<p>Olga Owner, {self.company_main.name}</p>")
        self.assertEqual(message.email_from, self.user_owner.email_formatted)

    def test_email_of_a_responsible_without_an_address(self):
        """The template says who else it can be from."""
        self.user_owner.email = False
        self.template.email_from = "{{ 'sales@test.example.com' }}"
        self._run_mailing()
        message = self._get_posted(self.lead)
        self.assertEqual(message.email_from, "sales@test.example.com")
        self.assertEqual(message.author_id, self.user_owner.partner_id)

    def test_email_in_the_customer_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.template.lang = "{{ object.partner_id.lang }}"
        self.template.with_context(lang="fr_FR").subject = "Bonjour {{ object.name }}"
        self.partner.lang = "fr_FR"
        english = self._create_lead(
            "Chairs", partner_id=self.user_manager.partner_id.id
        )
        self._run_mailing(self.lead + english)
        self.assertEqual(self._get_posted(self.lead).subject, "Bonjour Ten desks")
        self.assertEqual(self._get_posted(english).subject, "About Chairs")

    def test_email_with_an_attachment(self):
        self.template.attachment_ids = self.env["ir.attachment"].create(
            {"name": "Prices.txt", "raw": b"10", "res_model": "mail.template"}
        )
        self._run_mailing()
        message = self._get_posted(self.lead)
        self.assertEqual(message.attachment_ids.mapped("raw"), [b"10"])
        self.assertEqual(message.attachment_ids.res_id, self.lead.id)

    def test_email_to_nobody_who_gets_it(self):
        """An address that is none, a contact that was archived, a copy to a colleague
        alone: nothing is skipped silently."""
        archived = self.env["res.partner"].create(
            {"name": "Gone", "email": "gone@test.example.com", "active": False}
        )
        invalid = self.env["res.partner"].create(
            {"name": "Invalid", "email": "somebody at home"}
        )
        leads = self._create_leads(2, email_from=False)
        for lead, partner in zip(leads, archived + invalid, strict=True):
            lead.partner_id = partner
        runs = self._run_mailing(leads)
        self.template.write({"use_default_to": False, "email_cc": "cc@example.com"})
        runs += self._run_mailing(self.lead)
        for run in runs:
            step = run.line_ids[0]
            self.assertEqual(step.state, "failed", run.lead_id.partner_id.name)
            self.assertIn("no valid email address", step.reason)
            self.assertFalse(self._get_posted(run.lead_id))

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_email_template_with_an_error(self):
        """The step says in a line what is wrong; the other customers are written to."""
        for name, value in (
            ("body_html", "<p t-if=\"object.name == 'Bad'\" t-out='object.nonsense'/>"),
            ("subject", "{{ object.nonsense if object.name == 'Bad' else 'Hello' }}"),
            ("partner_to", "{{ object.nonsense if object.name == 'Bad' else '' }}"),
            ("lang", "{{ object.nonsense if object.name == 'Bad' else '' }}"),
        ):
            with self.subTest(field=name):
                plan = self.mailing.copy()
                template = self.template.copy({name: value})
                if name == "partner_to":
                    template.write({"use_default_to": False, "email_to": "a@b.com"})
                plan.template_ids[0].mail_template_id = template
                bad = self._create_lead("Bad", partner_id=self.partner.id)
                good = self._create_lead("Good", partner_id=self.partner.id)
                with freeze_time("2026-03-02 08:00:00"):
                    runs = self._launch(bad + good, plan=plan)
                with freeze_time("2026-03-10 08:00:00"), self.mock_mail_gateway():
                    self._run_cron()
                failed, sent = (run.line_ids[0] for run in runs)
                self.assertEqual((failed.state, sent.state), ("failed", "done"))
                self.assertIn("no attribute 'nonsense'", failed.reason)
                self.assertNotIn("Traceback", failed.reason)
                self.assertFalse(self._get_posted(bad))
                self.assertEqual(len(self._get_posted(good)), 1)

    def test_template_that_became_another_application_s(self):
        """It must not be filled in with the customer who happens to have the number of
        the lead."""
        with freeze_time("2026-03-02 08:00:00"):
            run = self._launch(plan=self.mailing)
        self.template.model_id = self.env["ir.model"]._get_id("res.partner")
        self.env["res.partner"].create(
            [{"name": "Somebody", "email": "else@test.example.com"}] * 3
        )
        with freeze_time("2026-03-10 08:00:00"), self.mock_mail_gateway():
            self._run_cron()
        self.assertEqual(run.line_ids[0].state, "failed")
        self.assertIn("another model", run.line_ids[0].reason)
        self.assertFalse(self._get_posted(self.lead))
