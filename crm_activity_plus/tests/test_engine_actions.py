# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .actions_common import EngineActionsCase


@tagged("post_install", "-at_install")
class TestEngineActions(EngineActionsCase):
    """Steps that do themselves."""

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
