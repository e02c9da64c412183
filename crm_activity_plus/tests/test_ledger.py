# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from freezegun import freeze_time

from odoo import sql_db
from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tests import BaseCase, tagged

from ..tools.replay import BrokenHistoryError, replay
from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestLedger(CrmActivityPlusCommon):
    """The ledger tells of every date, person, outcome and attempt, whatever they follow
    from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_far = cls._create_user(
            "Taro Tokyo", "sales_team.group_sale_salesman", tz="Asia/Tokyo"
        )
        cls.outcome = cls.env["mail.activity.outcome"].create({"name": "L keen"})
        cls.other_outcome = cls.env["mail.activity.outcome"].create({"name": "L cold"})
        cls.again = cls.env["mail.activity.outcome"].create(
            {"name": "L again", "effect": "retry", "max_attempts": 3}
        )
        # Two steps wait: one for the first, one for that.
        steps = cls.plan.template_ids
        steps[1].after_ids = steps[0]
        steps[2].after_ids = steps[1]
        cls.run_ = cls._launch(plan_date="2026-03-10")
        cls.line = cls.run_.line_ids[0]
        cls.waiting = cls.run_.line_ids[1]
        cls.activity = cls.line.activity_id.with_user(cls.user_owner)

    def _get_rows(self, line):
        return self._get_logs([("run_line_id", "=", line.id)])

    def assertLastChange(self, line, **changes):
        """The last row of a step tells of these changes."""
        row = self._get_rows(line)[-1]
        self.assertEqual(row.event, "changed")
        self.assertEqual((row.old_status, row.new_status), (line.state, line.state))
        for name, change in changes.items():
            self.assertEqual(row.values[name], change)
        self.assertLedgerTellsState(line.run_id)

    # What follows from something else

    def test_deadline_that_follows_from_the_end(self):
        self.activity.write({"date_start": "2026-03-12 09:00:00", "duration": 1})
        self.assertEqual(self.line.date_deadline, Date.to_date("2026-03-12"))
        self.assertLastChange(
            self.line,
            date_deadline=["2026-03-08", "2026-03-12"],
            date_start=[False, "2026-03-12T09:00:00"],
        )

    def test_deadline_that_follows_from_the_duration(self):
        self.activity.write({"date_start": "2026-03-12 09:00:00", "duration": 1})
        self.activity.duration = 24
        self.assertEqual(self.line.date_deadline, Date.to_date("2026-03-13"))
        self.assertLastChange(self.line, date_deadline=["2026-03-12", "2026-03-13"])

    def test_deadline_that_follows_from_the_type(self):
        """Its usual duration ends on another day."""
        self.activity.write({"date_start": "2026-03-12 20:00:00", "duration": 1})
        long = self._create_type("Long", default_duration=10)
        self.activity.activity_type_id = long
        self.assertEqual(self.activity.date_deadline, Date.to_date("2026-03-13"))
        self.assertEqual(self.line.date_deadline, Date.to_date("2026-03-13"))
        self.assertLastChange(self.line, date_deadline=["2026-03-12", "2026-03-13"])

    def test_deadline_that_follows_from_a_person(self):
        self.activity.write({"date_start": "2026-03-12 19:00:00", "duration": 1})
        self.activity.user_id = self.user_far
        self.assertEqual(self.line.date_deadline, Date.to_date("2026-03-13"))
        self.assertLastChange(
            self.line,
            date_deadline=["2026-03-12", "2026-03-13"],
            user_id=[self.user_owner.id, self.user_far.id],
        )

    def test_start_and_end_that_follow_from_the_deadline(self):
        self.activity.write({"date_start": "2026-03-12 09:00:00", "duration": 1})
        self.activity.date_deadline = "2026-03-20"
        self.assertLastChange(
            self.line,
            date_deadline=["2026-03-12", "2026-03-20"],
            date_end=["2026-03-12T10:00:00", "2026-03-20T10:00:00"],
        )

    def test_outside_of_plans(self):
        alone = self._schedule(summary="Alone", date_deadline="2026-03-08")
        alone.write({"date_start": "2026-03-12 19:00:00", "duration": 1})
        self.assertEqual(
            alone.log_ids[0].values["date_deadline"], ["2026-03-08", "2026-03-12"]
        )
        alone.user_id = self.user_far
        self.assertEqual(
            alone.log_ids[0].values["date_deadline"], ["2026-03-12", "2026-03-13"]
        )
        alone.date_deadline = "2026-03-15"
        self.assertIn("date_end", alone.log_ids[0].values)
        alone.complete(self.outcome)
        self.assertLedgerTellsActivities(alone)

    def test_one_row_for_a_change(self):
        """What an activity and its step have in common is told once."""
        rows = self._get_logs([])
        self.activity.date_deadline = "2026-03-13"
        [row] = self._get_logs([]) - rows
        self.assertEqual(row.run_line_id, self.line)
        self.assertEqual(row.activity_ref, self.activity.id)
        [told] = [h for h in self.activity.get_history() if h["event"] == "Changed"]
        self.assertEqual([c["label"] for c in told["changes"]], ["Due Date"])

    def test_what_only_the_activity_has_is_its_own_row(self):
        self.activity.write({"summary": "Other", "date_deadline": "2026-03-13"})
        own, steps = self._get_logs([("event", "=", "changed")])[-2:].sorted(
            lambda row: row.run_line_id.id
        )
        self.assertEqual(own.values, {"summary": ["Send e-mail", "Other"]})
        self.assertEqual(steps.values, {"date_deadline": ["2026-03-08", "2026-03-13"]})

    # What the engine moves

    @freeze_time("2026-03-02 09:00:00")
    def test_pause_moves_waiting_and_automatic_steps(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Touch",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "record.write({'priority': '1'})",
            }
        )
        plan = self._create_plan(
            "Automatic",
            self._step(
                self.type_todo,
                "Auto",
                5,
                action_type="server_action",
                server_action_id=action.id,
            ),
            self._step(self.type_todo, "Behind", 6),
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        run = self._launch(plan=plan, plan_date="2026-03-04")
        auto, behind = run.line_ids
        run.action_pause()
        with freeze_time("2026-03-05 09:00:00"):
            run.action_resume()
        self.assertEqual(run.plan_date, Date.to_date("2026-03-07"))
        self.assertLastChange(auto, date_deadline=["2026-03-09", "2026-03-12"])
        self.assertLastChange(behind, date_deadline=["2026-03-10", "2026-03-13"])
        row = self._get_logs([("run_id", "=", run.id), ("run_line_id", "=", False)])[-1]
        self.assertEqual(row.values, {"plan_date": ["2026-03-04", "2026-03-07"]})

    @freeze_time("2026-03-02 09:00:00")
    def test_restart(self):
        run = self._launch(
            self._create_lead("Restarted"),
            plan_date="2026-03-04",
            overrides=None,
        )
        run.action_stop()
        with freeze_time("2026-03-05 09:00:00"):
            run.action_restart()
        self.assertEqual(run.plan_date, Date.to_date("2026-03-07"))
        self.assertLedgerTellsState(run)

    @freeze_time("2026-03-02 09:00:00")
    def test_coming_back_from_a_hold(self):
        self.activity.action_hold("2026-03-20")
        with freeze_time("2026-03-20 09:00:00"):
            self.activity.sudo()._end_hold()
        self.assertLastChange(self.line, date_deadline=["2026-03-08", "2026-03-20"])
        self.assertEqual(self.line.date_explanation["base"], "hold")

    def test_snoozing(self):
        self.line.with_user(self.user_owner).action_snooze("2026-03-25")
        self.assertLastChange(self.line, date_deadline=["2026-03-08", "2026-03-25"])
        self.assertEqual(self.line.date_explanation["base"], "rescheduled")
        self.assertEqual(self.line.date_explanation["before"]["base"], "plan_date")

    def test_retry(self):
        self.activity.complete(self.again)
        row = self._get_rows(self.line)[-1]
        self.assertEqual((row.event, row.old_status), ("scheduled", "scheduled"))
        self.assertEqual(
            (row.values["outcome"], row.values["attempt"]), (self.again.code, 2)
        )
        self.assertLedgerTellsState(self.run_)

    def test_retry_of_what_had_a_start(self):
        """The next attempt begins without one."""
        self.activity.write({"date_start": "2026-03-12 10:00:00", "duration": 30})
        self.activity.complete(self.again)
        again = self.line.activity_id
        again.write({"date_start": "2026-03-19 10:00:00", "duration": 1})
        again.date_deadline = "2026-03-28"
        self.assertLedgerTellsState(self.run_)

    def test_changes_are_no_attempts(self):
        """The timeline lists attempts from the ledger."""
        self.activity.complete(self.again)
        self.line.activity_id.date_deadline = "2026-03-28"
        self.line.activity_id.user_id = self.user_far
        [timeline] = self.run_.with_user(self.user_owner).get_timeline()
        [attempt] = timeline["steps"][0]["attempts"]
        self.assertEqual(attempt["outcome"], self.again.name)

    # Whoever changes a step or a run

    def test_steps_and_runs_that_are_written_on(self):
        """Also by code that doesn't think of the ledger."""
        self.waiting.write({"user_id": self.user_far.id})
        self.assertLastChange(
            self.waiting, user_id=[self.user_owner.id, self.user_far.id]
        )
        self.waiting.date_deadline = "2026-04-01"
        self.assertLastChange(self.waiting, date_deadline=["2026-03-10", "2026-04-01"])
        self.run_.write({"responsible_id": self.user_far.id})
        self.run_.company_id = self.other_company
        self.assertLedgerTellsState(self.run_)

    def test_nothing_changed_is_not_told(self):
        rows = self._get_logs([])
        self.waiting.write({"user_id": self.waiting.user_id.id})
        self.run_.write({"plan_date": self.run_.plan_date})
        self.activity.write({"date_deadline": self.activity.date_deadline})
        self.assertEqual(self._get_logs([]), rows)

    def test_type_that_is_replaced(self):
        letter = self._create_type("Replaced")
        self.waiting.write({"activity_type_id": letter.id})
        letter._replace_in_steps(self.type_todo)
        self.assertLastChange(
            self.waiting, activity_type_id=[letter.id, self.type_todo.id]
        )

    def test_user_who_is_deleted(self):
        leaving = self._create_user("Lea Leaving", "sales_team.group_sale_salesman")
        run = self._launch(
            self._create_lead("Left"),
            user=self.user_manager,
            responsible_id=leaving.id,
        )
        self.assertEqual(run.line_ids.user_id, leaving)
        leaving.unlink()
        self.env.invalidate_all()
        self.assertFalse(run.responsible_id)
        self.assertLedgerTellsState(run)

    # How it ended

    def test_outcome_of_a_closed_activity_is_history(self):
        alone = self._schedule(summary="Alone")
        for activity in (alone, self.activity):
            activity.complete(self.outcome)
            for user in (self.user_owner, self.user_manager, self.user_system):
                for outcome in (self.other_outcome.id, False):
                    with self.assertRaisesRegex(UserError, "can no longer be changed"):
                        activity.with_user(user).write({"outcome_id": outcome})
            # The client writes what it has.
            activity.write({"outcome_id": self.outcome.id})
            self.assertEqual(activity.outcome_id, self.outcome)
        cancelled = self._schedule()
        cancelled.action_cancel()
        with self.assertRaisesRegex(UserError, "can no longer be changed"):
            cancelled.outcome_id = self.outcome

    def test_outcome_that_is_put_right_by_code_is_told(self):
        alone = self._schedule()
        alone.complete(self.outcome)
        alone.sudo().outcome_id = self.other_outcome
        self.assertEqual(
            alone.log_ids[0].values["outcome_id"],
            [self.outcome.id, self.other_outcome.id],
        )
        self.assertLedgerTellsActivities(alone)

    def test_what_is_closed_is_told_all_the_same(self):
        alone = self._schedule(summary="Alone", date_deadline="2026-03-08")
        alone.complete(self.outcome)
        alone.write(
            {
                "date_deadline": "2026-03-20",
                "user_id": self.user_far.id,
                "summary": "Other",
                "activity_type_id": self.type_todo.id,
            }
        )
        self.assertEqual(
            alone.log_ids[0].values.keys(),
            {"date_deadline", "user_id", "summary", "activity_type_id"},
        )
        self.assertLedgerTellsActivities(alone)

    def test_the_end_is_told_with_its_outcome(self):
        alone = self._schedule()
        alone.complete(self.outcome)
        self.assertEqual(alone.log_ids.mapped("event"), ["done", "created"])
        self.assertEqual(alone.log_ids[0].values["outcome"], self.outcome.code)
        self.activity.complete(self.outcome)
        row = self._get_rows(self.line)[-1]
        self.assertEqual(row.values["outcome"], self.outcome.code)
        self.assertEqual(row.values["attempt"], 1)

    def test_reopened_one_has_no_outcome(self):
        alone = self._schedule()
        alone.complete(self.outcome)
        alone.action_unarchive()
        self.assertFalse(alone.outcome_id)
        self.assertEqual(alone.log_ids.mapped("event"), ["reopened", "done", "created"])
        self.assertLedgerTellsActivities(alone)

    def test_closed_and_changed_at_once(self):
        """The history goes on from status to status."""
        alone = self._schedule(summary="Alone")
        alone.write({"active": False, "summary": "Other"})
        self.assertChain(alone.log_ids.sorted("id"))
        self.assertLedgerTellsActivities(alone)

    # What it costs

    def _count_queries(self, function):
        self.env.flush_all()
        before = sql_db.sql_counter
        function()
        self.env.flush_all()
        return sql_db.sql_counter - before

    def test_queries_of_many_changes(self):
        """They don't grow with the number of what is changed."""
        counts = {}
        for count in (3, 3, 30):
            runs = self._launch(self._create_leads(count), plan_date="2026-03-10")
            activities = runs.line_ids.filtered(
                lambda line: line.state == "scheduled"
            ).activity_id
            waiting = runs.line_ids.filtered(lambda line: line.state == "waiting")
            with freeze_time("2026-03-02 09:00:00"):
                counts[count] = [
                    self._count_queries(
                        lambda a=activities: a.write({"date_deadline": "2026-03-25"})
                    ),
                    self._count_queries(
                        lambda lines=waiting: lines.write({"user_id": self.user_far.id})
                    ),
                    self._count_queries(runs.action_pause),
                ]
            with freeze_time("2026-03-05 09:00:00"):
                counts[count].append(self._count_queries(runs.action_resume))
            self.assertLedgerTellsState(runs)
        for few, many in zip(counts[3], counts[30], strict=True):
            self.assertLessEqual(many, few + 3, counts)


@tagged("crm_activity_plus")
class TestReplay(BaseCase):
    """The replay itself finds what doesn't fit together."""

    def _row(self, **values):
        return {
            "run_id": 1,
            "run_line_id": False,
            "activity_ref": 0,
            "event": "launched",
            "old_status": False,
            "new_status": "running",
            "values": None,
            **values,
        }

    def test_values_and_statuses(self):
        rows = [
            self._row(values={"plan_date": "2026-03-01"}),
            self._row(
                event="changed",
                old_status="running",
                values={"plan_date": ["2026-03-01", "2026-03-02"]},
            ),
        ]
        self.assertEqual(
            replay(rows)["runs"], {1: {"plan_date": "2026-03-02", "status": "running"}}
        )

    def test_gap(self):
        for wrong in (
            {"old_status": "paused"},
            {"old_status": "running", "values": {"plan_date": ["2026-03-09", "x"]}},
        ):
            with self.subTest(wrong), self.assertRaises(BrokenHistoryError):
                replay(
                    [
                        self._row(values={"plan_date": "2026-03-01"}),
                        self._row(event="changed", **wrong),
                    ]
                )
