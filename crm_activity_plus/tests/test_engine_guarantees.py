# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta

import hypothesis
from freezegun import freeze_time

from odoo.tests import tagged

from ..tools.states import OPEN_RUN_STATES
from .guarantees_common import START, GuaranteesCase, edits, operations, plans
from .properties import given


@tagged("post_install", "-at_install")
class TestEngineGuarantees(GuaranteesCase):
    """What the engine promises, on random plans and whatever people do."""

    @given(
        plans,
        operations,
        max_examples=40,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    def test_guarantees(self, plan, steps):
        self._check_undone(plan, steps)

    @given(
        plans,
        edits,
        max_examples=15,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    def test_guarantees_of_changed_plans(self, plan, steps):
        self._check_undone(plan, steps)

    def _check_undone(self, plan, steps):
        with freeze_time(f"{START} 09:00:00") as self.clock:
            savepoint = self.env.cr.savepoint(flush=False)
            try:
                self._check(plan, steps)
            finally:
                self.env.cr.flush()
                savepoint.rollback()
                savepoint.close(rollback=False)
                self.env.invalidate_all()
                self.env.registry.clear_cache()

    def _check(self, plan, steps):
        self.holidays = {START + timedelta(days=index) for index in plan["holidays"]}
        for day in self.holidays:
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Holiday",
                    "calendar_id": self.week.id,
                    "date_from": datetime(day.year, day.month, day.day)
                    - timedelta(hours=2),
                    "date_to": datetime(day.year, day.month, day.day, 23, 30),
                }
            )
        self.policy = plan["policy"]
        self.random_plan = self._make_plan(plan)
        self.target = self._create_lead("Random", partner_id=self.partner.id)
        self.twin = self._create_lead("Twin", partner_id=self.partner.id)
        result = self.random_plan.with_user(self.user_manager).launch(
            (self.target + self.twin).ids, responsible_id=self.deputy.id
        )
        self.runs = self.env["mail.activity.plan.run"].browse(result["run_ids"])
        self.assertEqual(len(self.runs), 2)
        # Beside the plan's.
        self.alone = self._schedule(self.target) + self._schedule(self.twin)
        self._check_guarantees()
        for name, index, which in steps:
            self._apply(name, index, which)
            self._check_guarantees()

    # What has to hold, whatever they did.

    def _check_guarantees(self):
        self.env.flush_all()
        self.env.invalidate_all()
        Activity = self.env["mail.activity"].with_context(active_test=False)
        for run in self.runs:
            activities = Activity.search([("run_id", "=", run.id)])
            unclosed = activities.filtered(
                lambda a: a.status not in ("done", "cancelled")
            )
            # 1
            self.assertEqual(len(unclosed), len(unclosed.run_line_id))
            self.assertEqual(unclosed, unclosed.run_line_id.activity_id & unclosed)
            # 2
            if run.state not in OPEN_RUN_STATES:
                self.assertFalse(unclosed)
                self.assertFalse(run.line_ids._filter_open())
                self.assertTrue(run.date_end)
            else:
                self.assertTrue(run.line_ids._filter_open())
            if run.state == "paused":
                self.assertFalse(unclosed.filtered("active"))
            for line in run.line_ids:
                self._check_line(line, unclosed)
        self._check_once()
        # 7
        self.assertLedgerTellsState(self.runs)
        self.assertLedgerTellsActivities(self.alone.exists())

    def _check_line(self, line, unclosed):
        run = line.run_id
        if line.action_type == "activity":
            open_activity = unclosed.filtered(lambda a: a.run_line_id == line)
            self.assertEqual(bool(open_activity), line.state == "scheduled")
        if line.state == "scheduled":
            # 3
            self.assertTrue(self._may_be_scheduled(line), line.code)
            self.assertTrue(line.user_id or line.reason or not self.deputy.active)
            if line._follows_role():
                record = line._get_record()
                role = line.responsible_type
                self.assertEqual(line.user_id, run._find_stand_in(record, [role]))
            # 4
            by_hand = line.date_explanation["base"] == "rescheduled"
            if self.policy != "calendar" and not by_hand:
                self.assertNotIn(
                    line.date_deadline.weekday(), (5, 6), line.date_explanation
                )
                self.assertNotIn(line.date_deadline, self.holidays)
            self.assertEqual(
                line.date_explanation["date"], line.date_deadline.isoformat()
            )
        if line.state == "waiting" and run.state == "running":
            self.assertTrue(self._may_wait(line), f"{line.code} waits for nothing")
        # 10, and skipped steps say why
        if line.state in ("failed", "skipped"):
            self.assertTrue(line.reason)

    def _may_be_scheduled(self, line):
        closed = line.after_ids.filtered("is_closed")
        if not line.after_ids:
            return True
        chosen = closed.filtered(
            lambda other: not line.after_outcome_ids
            or other.outcome_id in line.after_outcome_ids
        )
        if line.after_mode == "all" and closed != line.after_ids:
            return False
        return bool(chosen)

    def _may_wait(self, line):
        return bool(line.after_ids.filtered(lambda other: not other.is_closed))

    def _check_once(self):
        """5: one run of a plan at a time on each record."""
        under_way = self.runs.filtered(lambda run: run.state in run._open_states)
        keys = [(run.res_model, run.res_id) for run in under_way]
        self.assertEqual(len(keys), len(set(keys)))
