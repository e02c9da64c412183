# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestEngineActions(CrmActivityPlusCommon, CronMixinCase):
    """Steps that do themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": cls.env["ir.model"]._get_id("crm.lead"),
                "subject": "About {{ object.name }}",
                "body_html": "<p>Hello <t t-out='object.name'/></p>",
                "use_default_to": True,
            }
        )
        cls.partner.email = "customer@test.example.com"
        cls.mailing = cls._create_plan(
            "Mailing",
            cls._step(
                cls.type_email,
                "Write",
                1,
                action_type="email",
                mail_template_id=cls.template.id,
                time_of_day=9.5,
            ),
            cls._step(cls.type_call, "Call"),
        )
        cls.mailing.template_ids[1].after_ids = cls.mailing.template_ids[0]
        cls.cron = cls.env.ref("crm_activity_plus.ir_cron_run_due_steps")

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

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

    @freeze_time("2026-03-02 08:00:00")
    def test_actions_that_start_each_other_by_the_cron(self):
        """Two plans without delays, each of which launches the other one. On another
        day it would be a plan that comes back, such as every year."""
        plans = self._create_plan("Ping"), self._create_plan("Pong")
        for plan, other in (plans, plans[::-1]):
            action = self.env["ir.actions.server"].create(
                {
                    "name": f"Launch {other.name}",
                    "model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "state": "launch_plan",
                    "activity_plan_id": other.id,
                }
            )
            plan.template_ids = [
                Command.create(
                    self._step(
                        self.type_todo,
                        action.name,
                        action_type="server_action",
                        server_action_id=action.id,
                        time_of_day=0,
                    )
                )
            ]
        with freeze_time("2026-03-02 10:00:00"):
            self._launch(plan=plans[0])
            with self.assertLogs("odoo.addons.crm_activity_plus", "ERROR") as logs:
                self._run_cron()
        self.assertIn("again and again", logs.output[0])
        runs = plans[0].run_ids | plans[1].run_ids
        self.assertEqual(len(runs), 6)
        self.assertEqual(set(runs.mapped("state")), {"done"})
        with freeze_time("2026-03-03 10:00:00"):
            runs.sorted("id")[-1].action_restart()
            with self.assertLogs("odoo.addons.crm_activity_plus", "ERROR"):
                self._run_cron()
        later = (plans[0].run_ids | plans[1].run_ids) - runs
        self.assertEqual(len(later), 5)

    def test_paused_run_sends_nothing(self):
        run = self._launch(plan=self.mailing)
        run.action_pause()
        with freeze_time("2026-03-10 08:00:00"), self.mock_mail_gateway():
            self._run_cron()
        self.assertEqual(run.line_ids[0].state, "scheduled")

    @freeze_time("2026-03-02 08:00:00")
    def test_meeting(self):
        guest = self.env["res.partner"].create(
            {"name": "Guest", "email": "guest@test.example.com"}
        )
        plan = self._create_plan(
            "Meet",
            self._step(
                self.type_meeting,
                "Demo",
                3,
                action_type="meeting",
                duration=1.5,
                time_of_day=14,
                attendee_ids=guest.ids,
            ),
            exit_on_meeting=True,
        )
        run = self._launch(plan=plan)
        with self.mock_mail_gateway():
            self._run_cron()
        event = run.line_ids.calendar_event_id
        self.assertEqual(event.start, datetime(2026, 3, 5, 13, 0))
        self.assertEqual(event.stop, datetime(2026, 3, 5, 14, 30))
        self.assertEqual(event.show_as, "busy")
        self.assertEqual(event.user_id, self.user_owner)
        self.assertEqual(
            event.partner_ids, self.user_owner.partner_id + guest + self.partner
        )
        self.assertEqual(event.opportunity_id, self.lead)
        self.assertEqual(run.state, "done", "its own meeting is no exit")

    @freeze_time("2026-03-02 08:00:00")
    def test_server_action(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Raise",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "record.write({'priority': '2'})",
            }
        )
        plan = self._create_plan(
            "Act",
            self._step(
                self.type_todo,
                "Do",
                action_type="server_action",
                time_of_day=0,
                server_action_id=action.id,
            ),
        )
        run = self._launch(plan=plan)
        self._run_cron()
        self.assertEqual(run.state, "done")
        self.assertEqual(self.lead.priority, "2")

    @freeze_time("2026-03-02 08:00:00")
    def test_one_bad_step_does_not_stop_the_others(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Break",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "record.write({'priority': '2'})\n"
                "1 / (0 if record.name == 'Bad' else 1)",
            }
        )
        plan = self._create_plan(
            "Act",
            self._step(
                self.type_todo,
                "Do",
                action_type="server_action",
                time_of_day=0,
                server_action_id=action.id,
            ),
        )
        bad = self._create_lead("Bad")
        runs = self._launch(self._create_leads(3) + bad, plan=plan)
        with self.assertLogs("odoo.addons.crm_activity_plus", "WARNING"):
            self._run_cron()
        self.assertEqual(
            runs.line_ids.mapped("state"), ["done", "done", "done", "failed"]
        )
        self.assertEqual(bad.priority, "0", "nothing half written")

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

    def _create_action(self, code="", **values):
        return self.env["ir.actions.server"].create(
            {
                "name": "Act",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": code,
                **values,
            }
        )

    def _create_acting_plan(self, action):
        return self._create_plan(
            "Act",
            self._step(
                self.type_todo,
                "Do",
                action_type="server_action",
                time_of_day=0,
                server_action_id=action.id,
            ),
        )

    @freeze_time("2026-03-02 08:00:00")
    def test_action_that_became_another_application_s(self):
        action = self._create_action("record.write({'name': 'Written'})")
        run = self._launch(plan=self._create_acting_plan(action))
        action.model_id = self.env["ir.model"]._get_id("res.partner")
        self._run_cron()
        self.assertEqual(run.line_ids.state, "failed")
        self.assertIn("another model", run.line_ids.reason)

    @freeze_time("2026-03-02 08:00:00")
    def test_action_works_in_the_company_of_the_record(self):
        action = self._create_action("record.write({'referred': env.company.name})")
        plan = self._create_acting_plan(action)
        lead = self._create_lead(
            "Elsewhere", company_id=self.other_company.id, user_id=False, team_id=False
        )
        self._launch(lead, plan=plan, user=self.user_other_company)
        self._run_cron()
        self.assertEqual(lead.referred, "Other Company")

    @freeze_time("2026-03-02 08:00:00")
    @mute_logger("odoo.addons.crm_activity_plus.models.run.mail_activity_plan_run_line")
    def test_webhook_is_called_once(self):
        """Though another step of the batch fails, and the batch is done again."""
        webhook = self._create_action(
            state="webhook", webhook_url="http://test.example.com/webhook"
        )
        failing = self._create_action("raise ValueError()")
        run = self._launch(plan=self._create_acting_plan(webhook))
        bad = self._launch(plan=self._create_acting_plan(failing))
        with patch("requests.post") as post:
            (run + bad).line_ids._run_actions()
            self.env.cr.postcommit.run()
        self.assertEqual((run.line_ids.state, bad.line_ids.state), ("done", "failed"))
        self.assertEqual(post.call_count, 1)
        self.assertTrue(bad.line_ids.reason, "an error without words has a name")

    @freeze_time("2026-03-02 08:00:00")
    def test_host_of_a_meeting_is_not_invited(self):
        plan = self._create_plan(
            "Meet", self._step(self.type_meeting, "Demo", 3, action_type="meeting")
        )
        run = self._launch(plan=plan)
        with self.mock_mail_gateway():
            self._run_cron()
        event = run.line_ids.calendar_event_id
        states = {a.partner_id: a.state for a in event.attendee_ids}
        host = self.user_owner.partner_id
        self.assertEqual(states, {host: "accepted", self.partner: "needsAction"})
        invitations = self.env["mail.message"].search(
            [("model", "=", "calendar.event"), ("res_id", "=", event.id)]
        )
        self.assertEqual(invitations.partner_ids, self.partner)

    def test_plan_of_another_application(self):
        """Its steps are checked again."""
        for step, values in (
            (self.mailing.template_ids[0], {}),
            (
                self.mailing.template_ids[1],
                {"condition_domain": "[('stage_id','=',1)]"},
            ),
        ):
            plan = self._create_plan("Other", self._step(self.type_call, "Check"))
            plan.template_ids.write(
                {
                    "action_type": step.action_type,
                    "mail_template_id": step.mail_template_id.id,
                    **values,
                }
            )
            with self.assertRaisesRegex(ValidationError, "Check"):
                plan.res_model = "res.partner"

    def test_bad_input(self):
        other = self.env["mail.template"].create(
            {"name": "Other", "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        step = self.mailing.template_ids[0]
        with self.assertRaisesRegex(ValidationError, "Write"):
            step.mail_template_id = other
        with self.assertRaisesRegex(ValidationError, "Write"):
            step.time_of_day = 25
        with self.assertRaisesRegex(ValidationError, "Write"):
            step.action_type = "server_action"
