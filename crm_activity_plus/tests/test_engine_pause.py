# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestEnginePause(CrmActivityPlusCommon):
    @freeze_time("2026-03-02 09:00:00")
    def test_pause_and_resume(self):
        run = self._launch(plan_date="2026-03-04").with_user(self.user_owner)
        deadlines = run.line_ids.mapped("date_deadline")
        held = run.line_ids[4].activity_id
        held.action_hold(reason="Customer is away")
        run.action_pause()
        self.assertFalse(self.lead.activity_ids, "off the to-do lists")
        self.assertEqual(run.state, "paused")
        self.assertEqual(set(run.line_ids.activity_id.mapped("status")), {"on_hold"})
        with freeze_time("2026-03-05 09:00:00"):
            run.action_resume()
        self.assertEqual(run.state, "running")
        self.assertEqual(len(self.lead.activity_ids), 4)
        self.assertEqual(held.status, "on_hold", "what was held by hand stays so")
        self.assertEqual(
            [
                (line.date_deadline - before).days
                for line, before in zip(run.line_ids, deadlines, strict=True)
            ],
            [3] * 5,
        )
        self.assertEqual(
            run.line_ids[0].activity_id.date_deadline, run.line_ids[0].date_deadline
        )
        self.assertEqual(run.line_ids[0].date_explanation["base"], "pause")
        self.assertLedgerTellsState(run.sudo())

    @freeze_time("2026-03-06 09:00:00")
    def test_only_working_days_of_the_pause_count(self):
        self.company_main.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "Monday to Friday", "company_id": self.company_main.id}
        )
        self.plan.deadline_policy = "working_days"
        run = self._launch(plan_date="2026-03-10")
        meeting = run.line_ids[1]
        self.assertEqual(meeting.date_deadline, Date.to_date("2026-03-10"))
        run.action_pause()
        with freeze_time("2026-03-09 09:00:00"):
            run.action_resume()
        self.assertEqual(meeting.date_deadline, Date.to_date("2026-03-11"))

    def test_paused_run_schedules_nothing(self):
        plan = self._create_plan(
            "Two", self._step(self.type_call, "A"), self._step(self.type_call, "B")
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        run = self._launch(plan=plan)
        run.action_pause()
        run.line_ids[0].activity_id.complete()
        self.assertEqual(run.line_ids.mapped("state"), ["done", "waiting"])
        run.action_resume()
        self.assertEqual(run.line_ids.mapped("state"), ["done", "scheduled"])

    def test_stop_while_paused(self):
        run = self._launch()
        run.action_pause()
        run.action_stop()
        self.assertNothingOpen(run)
        self.assertEqual(set(run.line_ids.activity_id.mapped("status")), {"cancelled"})

    @freeze_time("2026-03-02 09:00:00")
    def test_restart(self):
        run = self._launch(plan_date="2026-03-10")
        old = run.line_ids[0].activity_id
        old.action_feedback()
        with freeze_time("2026-03-05 09:00:00"):
            run.action_restart()
        self.assertEqual(run.state, "running")
        self.assertEqual(run.plan_date, Date.to_date("2026-03-13"))
        self.assertEqual(set(run.line_ids.mapped("state")), {"scheduled"})
        self.assertNotIn(old, run.line_ids.activity_id)
        self.assertEqual(len(self.lead.activity_ids), 5)
        self.assertLedgerTellsState(run)

    def test_restart_beside_another_run(self):
        run = self._launch()
        run.action_stop()
        self._launch()
        with self.assertRaisesRegex(UserError, "under way"):
            run.action_restart()
        self.assertEqual(run.state, "stopped")

    def test_skip_and_snooze(self):
        plan = self._create_plan(
            "Two", self._step(self.type_call, "A"), self._step(self.type_call, "B")
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        run = self._launch(plan=plan).with_user(self.user_owner)
        first, second = run.line_ids
        first.action_snooze("2030-01-01")
        self.assertEqual(first.activity_id.date_deadline, Date.to_date("2030-01-01"))
        first.action_skip("Not needed")
        self.assertEqual((first.state, first.reason), ("skipped", "Not needed"))
        self.assertEqual(first.activity_id.status, "cancelled")
        self.assertEqual(second.state, "scheduled")
        second.action_skip()
        self.assertEqual(run.state, "done")
        with self.assertRaisesRegex(UserError, "closed"):
            second.action_skip()
        self.assertLedgerTellsState(run.sudo())

    def test_bad_input(self):
        run = self._launch()
        with self.assertRaisesRegex(UserError, "not paused"):
            run.action_resume()
        run.action_pause()
        with self.assertRaisesRegex(UserError, "not running"):
            run.action_pause()
        with self.assertRaises(UserError):
            run.line_ids[0].action_snooze("no date")

    def test_access(self):
        run = self._launch()
        for user in (self.user_colleague, self.user_portal, self.user_other_company):
            for method in ("action_pause", "action_stop", "action_restart"):
                with self.assertRaises(AccessError):
                    getattr(run.with_user(user), method)()
            with self.assertRaises(AccessError):
                run.line_ids[0].with_user(user).action_skip()
        self.assertEqual(run.state, "running")
