# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

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
        self.assertIn("no e-mail address", failed.line_ids[0].reason)
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
        self.assertIn("no e-mail address", told.body)

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
