# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CrmActivityPlusCommon
from .concurrency import ConcurrencyCase


class LaunchCase(CrmActivityPlusCommon):
    def _launch_from_popup(self, records, user=None, plan=None):
        """:returns: what the pop-up has done, and the launch, as the user"""
        popup = (
            self.env["mail.activity.schedule"]
            .with_user(user or self.user_owner)
            .with_context(active_model=records._name, active_ids=records.ids)
            .create({"plan_id": (plan or self.plan).id})
        )
        action = popup.action_schedule_plan()
        launch_id = action["params"]["launch_id"]
        return action, popup.env["mail.activity.plan.launch"].browse(launch_id)


@tagged("crm_activity_plus")
class TestLaunchUndo(LaunchCase):
    """A launch can be taken back, as long as nothing of it was done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.template_ids[4].after_ids = cls.plan.template_ids[3]
        cls.leads = cls._create_leads(3)

    def _count_messages(self):
        return len(self.leads.message_ids)

    def test_every_launch_from_the_popup_is_found(self):
        running = self._launch(self.leads[0])
        action, launch = self._launch_from_popup(self.leads)
        self.assertRecordValues(
            launch,
            [
                {
                    "state": "done",
                    "record_count": 3,
                    "launched_count": 2,
                    "skipped_count": 1,
                    "undone_count": 0,
                    "can_undo": True,
                    "user_id": self.user_owner.id,
                    "progress": 100,
                }
            ],
        )
        self.assertIn("already running", launch.skipped_reasons)
        self.assertEqual(launch.run_ids.lead_id, self.leads[1:])
        self.assertFalse(running.launch_id)
        self.assertEqual(action["tag"], "crm_activity_plus.launched")
        self.assertIn("2 leads; 1 skipped", action["params"]["message"])

    def test_undo(self):
        _action, launch = self._launch_from_popup(self.leads)
        runs, before = launch.run_ids, self._count_messages()
        action = launch.action_undo()
        self.assertIn("undone on 3 leads", action["params"]["message"])
        self.assertEqual(set(runs.mapped("state")), {"stopped"})
        self.assertEqual(set(runs.mapped("stop_reason")), {"undone"})
        self.assertEqual(set(runs.line_ids.mapped("state")), {"cancelled"})
        activities = self.env["mail.activity"].with_context(active_test=False)
        self.assertFalse(activities.search([("res_id", "in", self.leads.ids)]))
        self.assertFalse(runs.line_ids.activity_id)
        self.assertEqual(self._count_messages() - before, 3, "one note on each")
        self.assertRecordValues(
            launch,
            [
                {
                    "undone_count": 3,
                    "can_undo": False,
                    "launched_count": 3,
                    "status": "undone",
                }
            ],
        )
        for run in runs.sudo():
            self.assertLedgerTellsState(run)
        self.assertFalse(self.leads[0].active_plan_run_id)

    def test_it_can_be_launched_again(self):
        _action, launch = self._launch_from_popup(self.leads)
        launch.undo()
        _action, again = self._launch_from_popup(self.leads)
        self.assertEqual(again.launched_count, 3)

    def test_what_was_done_is_kept(self):
        _action, launch = self._launch_from_popup(self.leads)
        done, started, untouched = launch.run_ids.sorted("lead_id")
        done.line_ids[0].activity_id.complete()
        started.line_ids[1].activity_id.action_start()
        result = launch.undo()
        self.assertEqual(result["undone"], untouched.ids)
        reasons = {row["run_id"]: row["reason"] for row in result["kept"]}
        self.assertEqual(
            reasons,
            {
                done.id: "“Send e-mail” was done already.",
                started.id: "“Meet” is in progress.",
            },
        )
        self.assertEqual((done + started).mapped("state"), ["running", "running"])
        self.assertEqual(launch.status, "done", "it wasn't undone on all of them")
        self.assertEqual(len(done.line_ids._filter_open()), 4)
        message = "It can't be undone on 3 leads: "
        with self.assertRaisesRegex(UserError, message):
            launch.action_undo()

    def test_what_may_have_happened_meanwhile(self):
        """Nothing was done by it."""
        _action, launch = self._launch_from_popup(self.leads)
        moved, skipped, paused = launch.run_ids.sorted("lead_id")
        moved.line_ids[0].activity_id.date_deadline += timedelta(days=3)
        skipped.line_ids[0].action_skip()
        paused.action_pause()
        self.assertEqual(len(launch.undo()["undone"]), 3)
        self.assertFalse(paused.line_ids.activity_id)
        for run in launch.run_ids.sudo():
            self.assertLedgerTellsState(run)

    def test_ended_ones(self):
        _action, launch = self._launch_from_popup(self.leads)
        self.leads[0].action_set_won()
        launch.run_ids.filtered(lambda run: run.lead_id == self.leads[1]).action_stop()
        result = launch.undo()
        self.assertEqual(len(result["undone"]), 1)
        self.assertEqual(
            {row["reason"] for row in result["kept"]}, {"The plan has ended already."}
        )
        again = launch.undo()
        self.assertFalse(again["undone"])
        self.assertIn(
            "It was undone already.", [row["reason"] for row in again["kept"]]
        )

    def test_another_attempt(self):
        retry = self.env["mail.activity.outcome"].create(
            {
                "name": "Nobody there",
                "effect": "retry",
                "retry_delay_count": 1,
                "retry_delay_unit": "days",
                "max_attempts": 3,
            }
        )
        _action, launch = self._launch_from_popup(self.leads[0])
        launch.run_ids.line_ids[0].activity_id.complete(retry.code)
        self.assertFalse(launch.undo()["undone"])

    @freeze_time("2026-03-02 12:00:00")
    def test_meeting_held(self):
        _action, launch = self._launch_from_popup(self.leads[:2])
        held, ahead = launch.run_ids.sorted("lead_id")
        for run, start in (
            (held, datetime(2026, 3, 2, 10)),
            (ahead, datetime(2026, 3, 9, 10)),
        ):
            run.line_ids[1].activity_id.calendar_event_id = self.env[
                "calendar.event"
            ].create(
                {"name": "Meet", "start": start, "stop": start + timedelta(hours=1)}
            )
        meeting = ahead.line_ids[1].activity_id.calendar_event_id
        self.assertEqual(launch.undo()["undone"], ahead.ids)
        self.assertFalse(meeting.exists())
        self.assertEqual(held.state, "running")

    @freeze_time("2026-03-02 12:00:00")
    def test_meeting_that_a_step_has_booked(self):
        step = self._step(self.type_meeting, "Meet", 7, action_type="meeting")
        plan = self._create_plan(
            "Booking",
            {**step, "duration": 1, "time_of_day": 10},
            self._step(self.type_call, "Call"),
        )
        _action, launch = self._launch_from_popup(self.leads[0], plan=plan)
        line = launch.run_ids.sudo().line_ids[0]
        line._run_actions()
        meeting = line.calendar_event_id
        self.assertEqual((line.state, len(meeting)), ("done", 1))
        self.assertEqual(len(launch.undo()["undone"]), 1)
        self.assertFalse(meeting.exists())

    def test_automatic_step(self):
        """An email that wasn't sent isn't; one that was can't be taken back."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Touch",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "record.write({'priority': '3'})",
            }
        )
        plan = self._create_plan(
            "Automatic",
            self._step(
                self.type_todo,
                "Touch",
                action_type="server_action",
                server_action_id=action.id,
            ),
            self._step(self.type_call, "Call"),
        )
        _action, launch = self._launch_from_popup(self.leads[:2], plan=plan)
        done, waiting = launch.run_ids.sorted("lead_id")
        done.sudo().line_ids[0]._run_actions()
        self.assertEqual(launch.undo()["undone"], waiting.ids)
        waiting.sudo().line_ids._trigger_due()
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_activity_plus.ir_cron_run_due_steps"
            ).sudo().method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(done.lead_id.priority, "3")
        self.assertNotEqual(waiting.lead_id.priority, "3")

    def test_rights(self):
        _action, launch = self._launch_from_popup(self.leads)
        for user in (self.user_colleague, self.user_member, self.user_portal):
            with self.assertRaises(AccessError):
                launch.with_user(user).undo()
        with self.assertRaises(AccessError):
            launch.run_ids.with_user(self.user_colleague).undo()
        self.leads[0].user_id = self.user_colleague
        result = launch.undo()
        self.assertEqual(len(result["undone"]), 2)
        self.assertEqual(
            [row["reason"] for row in result["kept"]], ["You may not read its record."]
        )
        self.assertEqual(len(launch.with_user(self.user_manager).undo()["undone"]), 1)

    def test_an_id_that_is_sent_twice(self):
        [run] = self._launch(self.leads[0])
        result = run.browse(run.ids * 2).with_user(self.user_owner).undo()
        self.assertEqual(result, {"undone": run.ids, "kept": []})
        self.assertLedgerTellsState(run)

    def test_runs_of_a_program(self):
        runs = self._launch(self.leads).with_user(self.user_owner)
        self.assertEqual(len(runs.undo()["undone"]), 3)

    def test_in_the_background(self):
        leads = self._create_leads(501)
        popup = (
            self.env["mail.activity.schedule"]
            .with_user(self.user_owner)
            .with_context(active_model="crm.lead", active_ids=leads.ids)
            .create({"plan_id": self.plan.id})
        )
        action = popup.action_schedule_plan()
        launch = popup.env[action["res_model"]].browse(action["res_id"])
        self.assertTrue(launch.can_undo)
        self.assertEqual(launch.undo(), {"undone": [], "kept": []})
        self.assertEqual(launch.state, "cancelled")
        self.assertFalse(launch.can_undo)

    def test_queries(self):
        counts = []
        for number in (2, 12):
            _action, launch = self._launch_from_popup(self._create_leads(number))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            launch.undo()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 40, counts)


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestUndoConcurrency(ConcurrencyCase):
    """Somebody completes an activity while somebody else takes the launch back."""

    def test_completed_and_undone(self):
        for _turn in range(3):
            with self._transaction() as env:
                plan = env["mail.activity.plan"].browse(self.plan_id)
                run_id = plan.launch(self.lead_ids[:1])["run_ids"][0]
            self._run_together(
                lambda env, run_id=run_id: self._complete(env, run_id),
                lambda env, run_id=run_id: env["mail.activity.plan.run"]
                .browse(run_id)
                .undo(),
            )
            with self._transaction() as env:
                run = env["mail.activity.plan.run"].browse(run_id)
                step = run.line_ids
                self.assertIn(
                    (run.state, step.state),
                    [("done", "done"), ("stopped", "cancelled")],
                )
                if run.state == "done":
                    self.assertEqual(step.activity_id.status, "done")
                else:
                    self.assertFalse(step.activity_id)

    def _complete(self, env, run_id):
        activity = env["mail.activity.plan.run"].browse(run_id).line_ids.activity_id
        return activity and activity.complete()

    def test_undone_twice(self):
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            run_id = plan.launch(self.lead_ids[:1])["run_ids"][0]
        results = self._run_together(
            *[lambda env: env["mail.activity.plan.run"].browse(run_id).undo()] * 2
        )
        self.assertEqual(
            sorted(len(result["undone"]) for result in results), [0, 1], results
        )
