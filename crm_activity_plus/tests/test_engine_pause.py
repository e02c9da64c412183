# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestEnginePause(CrmActivityPlusCommon, CronMixinCase):
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

    def _create_pair(self, days, **values):
        """A step that waits for another, some days after the plan date."""
        plan = self._create_plan(
            "Two",
            self._step(self.type_call, "A"),
            self._step(self.type_call, "B", days),
            **values,
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        return plan

    @freeze_time("2026-03-06 09:00:00")
    def test_pause_of_no_day_moves_nothing(self):
        """The plan's date may well be a Saturday."""
        self.company_main.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "Monday to Friday", "company_id": self.company_main.id}
        )
        plan = self._create_pair(2, deadline_policy="working_days")
        run = self._launch(plan=plan, plan_date="2026-03-07")
        run.action_pause()
        run.action_resume()
        self.assertEqual(run.plan_date, Date.to_date("2026-03-07"))
        run.line_ids[0].activity_id.action_feedback()
        self.assertEqual(run.line_ids[1].date_deadline, Date.to_date("2026-03-10"))

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

    def test_activities_of_a_paused_run_stay_on_hold(self):
        """But they can be done or cancelled."""
        run = self._launch()
        first, second, third = run.line_ids[:3].activity_id
        first.action_hold()
        run.action_pause()
        for activity in (first, second):
            for change in (
                activity.action_resume,
                activity.action_start,
                lambda activity=activity: activity.write({"active": True}),
            ):
                with self.assertRaisesRegex(UserError, "Resume the plan first"):
                    change()
            self.assertEqual(activity.status, "on_hold")
        second.complete()
        third.action_cancel()
        self.assertEqual((second.status, third.status), ("done", "cancelled"))
        run.action_resume()
        first.action_resume()
        self.assertEqual(first.status, "new")
        self.assertLedgerTellsState(run)

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

    def test_restart_looks_at_conditions_again(self):
        """But not at those of steps that somebody left out at the launch."""
        condition = "[('expected_revenue', '>', 100)]"
        plan = self._create_plan(
            "Two",
            self._step(self.type_call, "A", code="a", condition_domain=condition),
            self._step(self.type_call, "B", code="b", condition_domain=condition),
            self._step(self.type_call, "C", code="c"),
        )
        run = self._launch(plan=plan, overrides={self.lead.id: {"b": {"skip": True}}})
        self.assertEqual(
            run.line_ids.mapped("state"), ["skipped", "skipped", "scheduled"]
        )
        self.lead.expected_revenue = 200
        run.action_restart()
        self.assertEqual(
            run.line_ids.mapped("state"), ["scheduled", "skipped", "scheduled"]
        )
        self.assertEqual(run.line_ids[1].reason, "Skipped at launch.")
        self.assertLedgerTellsState(run)

    def test_many_cost_as_few(self):
        """Pause, resume and restart, with dates of their own."""
        plan = self._create_plan(
            "Two", self._step(self.type_call, "A"), self._step(self.type_call, "B", 1)
        )
        costs = []
        for count in (2, 12):
            runs = self._launch(self._create_leads(count), plan=plan)
            cost = {}
            for name, moment in (
                ("action_pause", "2026-03-02 09:00:00"),
                ("action_resume", "2026-03-05 09:00:00"),
                ("action_restart", "2026-03-06 09:00:00"),
            ):
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                with freeze_time(moment):
                    getattr(runs, name)()
                    self.env.flush_all()
                cost[name] = self.env.cr.sql_log_count - before
            costs.append(cost)
            self.assertEqual(set(runs.mapped("state")), {"running"})
            self.assertEqual(set(runs.line_ids.mapped("state")), {"scheduled"})
            for run in runs:
                self.assertLedgerTellsState(run)
        for name, cost in costs[1].items():
            self.assertLessEqual(cost, costs[0][name] + 2, name)

    def test_restart_of_two_runs_on_one_record(self):
        runs = self._launch()
        runs.action_stop()
        runs += self._launch()
        runs[1].action_stop()
        with self.assertRaisesRegex(UserError, "already running"):
            runs.action_restart()
        self.assertEqual(set(runs.mapped("state")), {"stopped"})

    def test_restart_beside_another_run(self):
        run = self._launch()
        run.action_stop()
        self._launch()
        with self.assertRaisesRegex(UserError, "already running"):
            run.action_restart()
        self.assertEqual(run.state, "stopped")

    @freeze_time("2026-03-02 09:00:00")
    def test_restart_after_a_pause(self):
        """The plan's date is as far ahead as at the launch."""
        run = self._launch(plan_date="2026-03-10")
        run.action_pause()
        with freeze_time("2026-03-06 09:00:00"):
            run.action_resume()
        with freeze_time("2026-04-02 09:00:00"):
            run.action_restart()
            self.assertEqual(run.plan_date, Date.to_date("2026-04-10"))
        with freeze_time("2026-04-04 09:00:00"):
            run.action_restart()
        self.assertEqual(run.plan_date, Date.to_date("2026-04-12"))
        self.assertEqual(run.line_ids[1].date_deadline, Date.to_date("2026-04-12"))

    @freeze_time("2026-03-02 09:00:00")
    def test_what_was_chosen_at_the_launch(self):
        """It outlasts pauses and restarts."""
        plan = self._create_plan(
            "Three",
            self._step(self.type_call, "A", code="a"),
            self._step(self.type_call, "B", code="b"),
            self._step(self.type_call, "C", code="c"),
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        run = self._launch(
            plan=plan,
            overrides={
                self.lead.id: {
                    "b": {"date_deadline": "2026-04-10"},
                    "c": {"skip": True},
                }
            },
        )
        run.action_pause()
        with freeze_time("2026-03-05 09:00:00"):
            run.action_resume()
        first, chosen, left_out = run.line_ids
        first.activity_id.complete()
        self.assertEqual(chosen.date_deadline, Date.to_date("2026-04-13"))
        chosen.activity_id.complete()
        self.assertEqual(run.state, "done")
        with freeze_time("2026-04-02 09:00:00"):
            run.action_restart()
        self.assertEqual(left_out.state, "skipped", "nobody wanted it")
        first.activity_id.complete()
        self.assertEqual(chosen.date_deadline, Date.to_date("2026-05-11"))
        self.assertEqual(chosen.activity_id.date_deadline, chosen.date_deadline)
        self.assertLedgerTellsState(run)

    @freeze_time("2026-03-02 09:00:00")
    def test_hold_that_ends_during_a_pause(self):
        """It is off the to-do lists as long as the plan is paused."""
        run = self._launch(plan_date="2026-03-02")
        held, longer = run.line_ids[:2].activity_id
        held.action_hold("2026-03-04")
        longer.action_hold("2026-03-20")
        run.action_pause()
        cron = self.env.ref("crm_activity_plus.ir_cron_end_holds")
        with freeze_time("2026-03-05 09:00:00"):
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(held.status, "on_hold")
            run.action_resume()
        self.assertEqual((held.status, longer.status), ("new", "on_hold"))
        self.assertEqual(held.date_deadline, run.line_ids[0].date_deadline)
        self.assertLedgerTellsState(run)

    @freeze_time("2026-03-02 09:00:00")
    def test_hold_that_ends_on_a_day_off(self):
        """The step is due on the next working day, and says why."""
        self.plan.deadline_policy = "shift_backward"
        run = self._launch(plan_date="2026-03-02")
        line = run.line_ids[0]
        line.activity_id.action_hold("2026-03-07")
        with freeze_time("2026-03-07 09:00:00"):
            line.activity_id._filter_hold_over()._end_hold()
        self.assertEqual(line.activity_id.status, "new")
        self.assertEqual(line.date_deadline, Date.to_date("2026-03-09"))
        self.assertEqual(line.activity_id.date_deadline, line.date_deadline)
        self.assertEqual(line.date_explanation["base"], "hold")
        self.assertEqual(line.date_explanation["base_date"], "2026-03-07")
        [weekend] = line.date_explanation["skipped"]
        self.assertEqual((weekend["date"], weekend["count"]), ("2026-03-07", 2))

    @freeze_time("2026-03-02 09:00:00")
    def test_step_that_became_due_during_a_short_pause(self):
        """It is done at once then, and not within the hour."""
        template = self.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "subject": "Hello",
            }
        )
        plan = self._create_plan(
            "Mailing",
            self._step(
                self.type_email,
                "Write",
                action_type="email",
                mail_template_id=template.id,
                time_of_day=11,
            ),
        )
        run = self._launch(plan=plan, plan_date="2026-03-02")
        due = run.line_ids.date_due
        run.action_pause()
        with (
            freeze_time("2026-03-02 12:00:00"),
            self.capture_triggers("crm_activity_plus.ir_cron_run_due_steps") as asked,
        ):
            run.action_resume()
        self.assertEqual(run.line_ids.date_due, due)
        self.assertEqual(asked.records.mapped("call_at"), [due])

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
        deadline = run.line_ids[0].date_deadline
        for until in ("no date", None, False, "", 5, True):
            with self.assertRaises(UserError):
                run.line_ids[0].action_snooze(until)
        self.assertEqual(run.line_ids[0].date_deadline, deadline)

    def test_access(self):
        run = self._launch()
        for user in (self.user_colleague, self.user_portal, self.user_other_company):
            for method in ("action_pause", "action_stop", "action_restart"):
                with self.assertRaises(AccessError):
                    getattr(run.with_user(user), method)()
            with self.assertRaises(AccessError):
                run.line_ids[0].with_user(user).action_skip()
        self.assertEqual(run.state, "running")
