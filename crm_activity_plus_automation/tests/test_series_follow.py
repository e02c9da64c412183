# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from ..models.filling import mail_activity_plan_recurrence as filling
from ..models.planning import mail_activity_plan_recurrence as planning
from .series_common import SeriesCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSeriesFollow(SeriesCase):
    """What becomes of visits when something changes."""

    def setUp(self):
        super().setUp()
        frozen = freeze_time("2026-03-01 10:00:00")
        frozen.start()
        self.addCleanup(frozen.stop)
        self.series = self._create_series(count=6)
        self.series.action_start()

    def _find_days(self, customer=None):
        visits = self._find_visits(self.series)
        if customer:
            visits = visits.filtered(lambda v: v.res_id == customer.id)
        return [visit.start.date() for visit in visits]

    def _count_mails(self):
        return self.env["mail.mail"].search_count([])

    def test_who_joins_gets_the_coming_ones(self):
        with freeze_time("2026-04-10 10:00:00"):
            new = self._create_customers(1)
            mails = self._count_mails()
            self._run_cron()
            self.assertEqual(len(self._find_days(new)), 4)
            self.assertEqual(self._find_days(new)[0], date(2026, 5, 3))
            self.assertEqual(self._count_mails() - mails, 2)

    def test_who_leaves_loses_the_coming_ones(self):
        leaving = self.customers[0]
        with freeze_time("2026-04-10 10:00:00"):
            leaving.category_id = False
            mails = self._count_mails()
            self._run_cron()
            self.assertEqual(
                self._find_days(leaving), [date(2026, 3, 3), date(2026, 4, 3)]
            )
            self.assertEqual(len(self._find_days()), 14)
            # One email for each of the two, about four visits.
            self.assertEqual(self._count_mails() - mails, 2)
            self.assertIn("4 coming visits", leaving.message_ids[0].body)
            self._run_cron()
            self.assertEqual(self._count_mails() - mails, 2)

    def test_who_comes_back_gets_them_again(self):
        customer = self.customers[0]
        customer.category_id = False
        with freeze_time("2026-03-02 10:00:00"):
            self._run_cron()
            self.assertFalse(self._find_days(customer))
        customer.category_id = self.gold
        with freeze_time("2026-03-03 07:00:00"):
            self._run_cron()
            self.assertEqual(len(self._find_days(customer)), 6)

    def test_stop_and_keep(self):
        self.series.action_stop()
        self.assertEqual(self.series.state, "stopped")
        self.assertEqual(len(self._find_days()), 18)
        with freeze_time("2026-04-10 10:00:00"):
            self._create_customers(1)
            self._run_cron()
            self.assertEqual(len(self._find_days()), 18)

    def test_stop_and_cancel(self):
        with freeze_time("2026-04-10 10:00:00"):
            mails = self._count_mails()
            self.series.action_stop("cancel")
            self.assertEqual(
                self._find_days(), [date(2026, 3, 3)] * 3 + [date(2026, 4, 3)] * 3
            )
            self.assertEqual(self._count_mails() - mails, 4)
            self.assertEqual(len(self.series.occurrence_ids), 6)
            self._run_cron()
            self.assertEqual(self._count_mails() - mails, 4)

    def test_open_runs_are_stopped(self):
        """With what is left of them to do."""
        plan = self._create_visit_plan(self._step(self.type_call, "Prepare"))
        series = self._create_series(plan_id=plan.id, count=2)
        series.action_start()
        runs = series.occurrence_ids.run_id
        self.assertEqual(set(runs.mapped("state")), {"running"})
        series.action_stop("cancel")
        self.assertEqual(set(runs.mapped("state")), {"stopped"})
        self.assertEqual(set(runs.mapped("stop_reason")), {"recurrence"})
        self.assertFalse(self._find_visits(series))

    def test_moved_by_hand_stays_moved(self):
        visit = self._find_visits(self.series)[0]
        moved = visit.start + timedelta(days=2)
        visit.with_user(self.user_owner).write(
            {"start": moved, "stop": moved + timedelta(hours=1)}
        )
        with freeze_time("2026-03-02 10:00:00"):
            self._run_cron()
        self.assertEqual(visit.start, moved)
        self.assertEqual(len(self._find_days()), 18)
        self.series.action_stop()
        self.series.day = 10
        self.series.action_start("anew")
        self.assertEqual(visit.start, moved)
        row = self.series.occurrence_ids.filtered("is_moved")
        self.assertEqual(row.date, date(2026, 3, 10))
        days = self._find_days(self.env["res.partner"].browse(visit.res_id))
        self.assertEqual(len(days), 6)
        self.assertEqual(days[1:3], [date(2026, 4, 10), date(2026, 5, 10)])

    def test_changed_rule_that_keeps_what_comes(self):
        self.series.action_stop()
        self.series.write({"day": 10, "count": 12})
        self.series.action_start("keep")
        days = self._find_days(self.customers[0])
        self.assertEqual(days[:6], [date(2026, month, 3) for month in range(3, 9)])
        self.assertEqual(days[6], date(2026, 8, 10))
        self.assertEqual(len(days), 13)

    def test_visit_that_somebody_cancels(self):
        """It doesn't come back."""
        self._find_visits(self.series)[0].unlink()
        with freeze_time("2026-03-02 10:00:00"):
            self._run_cron()
            self.assertEqual(len(self._find_days()), 17)

    def test_merged_customers(self):
        survivor, merged = self.customers[:2]
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (survivor + merged).ids, survivor
        )
        with freeze_time("2026-03-02 10:00:00"):
            self._run_cron()
            self.assertEqual(len(self._find_days(survivor)), 6)
            self.assertEqual(len(self._find_days()), 12)

    def test_deleted_customer(self):
        self.customers[0].unlink()
        with freeze_time("2026-03-02 10:00:00"):
            self._run_cron()
            self.assertEqual(len(self._find_days()), 12)

    def test_problem_is_told(self):
        """A plan that was archived stops nothing that is planned."""
        self.visit_plan.active = False
        self._create_customers(1)
        with freeze_time("2026-03-02 10:00:00"):
            self._run_cron()
        self.assertIn("is archived", self.series.problem)
        self.assertEqual(len(self._find_days()), 18)

    def test_filter_that_fits_no_more(self):
        """A field that it compares is gone: the other series go on."""
        broken = self._create_series(count=6)
        broken.action_start()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_activity_plan_recurrence SET domain = %s WHERE id = %s",
            ["[('x_gone', '=', 1)]", broken.id],
        )
        broken.invalidate_recordset()
        with freeze_time("2026-04-10 10:00:00"):
            new = self._create_customers(1)
            self._run_cron()
            self.assertEqual(len(self._find_days(new)), 4)
        self.assertIn("doesn't fit", broken.problem)

    def test_limit_for_a_day(self):
        """Nobody gets more visits on a day, whoever's series they are of."""
        self._create_customers(4)
        series = self._create_series(daily_limit=2, count=1, date_start="2026-04-01")
        self.visit_plan.deadline_policy = "shift_forward"
        series.action_start()
        days = [visit.start.date() for visit in self._find_visits(series)]
        # On Friday the 3rd there are three of the other series already.
        self.assertEqual(
            days,
            [date(2026, 4, 6)] * 2
            + [date(2026, 4, 7)] * 2
            + [date(2026, 4, 8)] * 2
            + [date(2026, 4, 9)],
        )
        line = series.occurrence_ids.run_id.line_ids[0]
        explanation = line.date_explanation
        self.assertEqual(explanation["base"], "daily_limit")
        self.assertEqual(explanation["limit"], 2)
        self.assertEqual(explanation["before"]["date"], "2026-04-03")

    def test_no_room(self):
        series = self._create_series(
            rrule_type="daily", daily_limit=1, count=2, date_start="2026-06-01"
        )
        series.action_start()
        self.assertEqual((series.planned_count, series.skipped_count), (2, 4))
        skipped = series.occurrence_ids.filtered(lambda row: row.state == "skipped")
        self.assertIn("has 1 visits on each working day", skipped[0].reason)

    def test_working_days(self):
        self.visit_plan.deadline_policy = "shift_forward"
        series = self._create_series(count=3, date_start="2026-09-01")
        series.action_start()
        days = {visit.start.date() for visit in self._find_visits(series)}
        # The 3rd of October is a Saturday.
        self.assertEqual(
            sorted(days), [date(2026, 9, 3), date(2026, 10, 5), date(2026, 11, 3)]
        )

    def test_clocks_change(self):
        visits = self._find_visits(self.series)
        self.assertEqual(visits[0].start, datetime(2026, 3, 3, 8))
        self.assertEqual(visits[-1].start, datetime(2026, 8, 3, 7))

    def test_many_that_cannot_be_planned(self):
        """They keep nobody from the others, and are tried again the next time."""
        self.startPatcher(patch.object(filling, "FIRST_BATCH_SIZE", 4))
        self.startPatcher(patch.object(filling, "MAX_BATCH_SIZE", 4))
        self.startPatcher(patch.object(planning, "PLANNED_AT_ONCE", 1))
        self.visit_plan.template_ids.responsible_type = "salesperson"
        lonely = self._create_customers(3, user_id=False)
        series = self._create_series(count=6)
        series.action_start()
        self._run_cron()
        self.assertEqual((series.planned_count, series.skipped_count), (18, 18))
        self.assertEqual(series.progress, 100)
        lonely.user_id = self.user_owner
        self._run_cron()
        self.assertEqual((series.planned_count, series.skipped_count), (36, 0))

    def test_owner_who_left(self):
        self.user_manager.active = False
        self._create_customers(1)
        with freeze_time("2026-03-02 10:00:00"):
            self._run_cron()
        self.assertIn("Martin Manager”, whose rights", self.series.problem)
        self.assertEqual(len(self._find_days()), 18)

    def test_reminders_of_visits(self):
        """Those of the step's type are the meeting's."""
        alarm = self.env["calendar.alarm"].create(
            {"name": "Email", "alarm_type": "email", "duration": 1, "interval": "hours"}
        )
        self.type_meeting.reminder_ids = alarm
        triggers = self.env["ir.cron.trigger"].search_count([])
        series = self._create_series(count=1)
        series.action_start()
        self.assertEqual(self._find_visits(series).alarm_ids, alarm)
        self.assertGreater(self.env["ir.cron.trigger"].search_count([]), triggers)
