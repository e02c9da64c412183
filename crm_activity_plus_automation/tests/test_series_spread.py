# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from .series_common import SeriesCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSeriesSpread(SeriesCase):
    """The visits of a person on a day follow each other, if the series says so."""

    def setUp(self):
        super().setUp()
        frozen = freeze_time("2026-03-01 10:00:00")
        frozen.start()
        self.addCleanup(frozen.stop)
        self.calendar = self.env["resource.calendar"].create(
            {
                "name": "Mornings and afternoons",
                "tz": "Europe/Brussels",
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": f"{day} {begin}",
                                "dayofweek": str(day),
                                "hour_from": begin,
                                "hour_to": end,
                                "day_period": period,
                            }
                        )
                        for day in range(5)
                        for begin, end, period in (
                            (8, 12, "morning"),
                            (13, 17, "afternoon"),
                        )
                    ),
                ],
            }
        )
        self.visit_plan.resource_calendar_id = self.calendar

    def _list_hours(self, series, day=date(2026, 3, 3)):
        """:returns: at which hours the visits of a day begin, in winter in Brussels"""
        starts = self._find_visits(series).mapped("start")
        return [
            (start + timedelta(hours=1)).hour for start in starts if start.date() == day
        ]

    def test_one_after_the_other(self):
        self._create_customers(5)
        series = self._create_series(is_spread=True, count=1)
        series.action_start()
        self.assertEqual(self._list_hours(series), [8, 9, 10, 11, 13, 14, 15, 16])
        steps = series.occurrence_ids.run_id.line_ids
        told = [step.date_explanation.get("time") for step in steps]
        self.assertEqual(told.count(None), 1)
        self.assertIn({"wanted": 540, "minutes": 600, "is_full": False}, told)
        self.assertEqual(
            sorted(step._get_moment() for step in steps),
            self._find_visits(series).mapped("start"),
        )

    def test_not_unless_it_says_so(self):
        series = self._create_series(count=1)
        series.action_start()
        self.assertEqual(self._list_hours(series), [9, 9, 9])

    def test_day_that_is_full(self):
        self._create_customers(8)
        series = self._create_series(is_spread=True, count=1)
        series.action_start()
        hours = self._list_hours(series)
        self.assertEqual(len(hours), 11)
        # Those that find no time are where the plan says.
        self.assertEqual(hours.count(9), 4)
        told = [
            step.date_explanation.get("time") or {}
            for step in series.occurrence_ids.run_id.line_ids
        ]
        self.assertEqual(sum(one.get("is_full", False) for one in told), 3)

    def test_around_other_meetings(self):
        """Of anybody's making, but not those that were declined or are free time."""
        partner = self.user_owner.partner_id
        for hour, values in (
            (9, {}),
            (11, {"show_as": "free"}),
            (13, {"active": False}),
        ):
            start = datetime(2026, 3, 3, hour - 1)
            self.env["calendar.event"].create(
                {
                    "name": "Other",
                    "start": start,
                    "stop": start + timedelta(hours=2),
                    "partner_ids": [Command.set(partner.ids)],
                    **values,
                }
            )
        series = self._create_series(is_spread=True, count=1)
        series.action_start()
        self.assertEqual(self._list_hours(series), [11, 13, 14])

    def test_two_series(self):
        series = self._create_series(is_spread=True, count=1)
        other = self._create_series(is_spread=True, count=1)
        (series + other).action_start()
        self.assertEqual(self._list_hours(series), [9, 10, 11])
        self.assertEqual(self._list_hours(other), [13, 14, 15])

    def test_with_a_limit_for_a_day(self):
        series = self._create_series(is_spread=True, count=1, daily_limit=2)
        series.action_start()
        self.assertEqual(self._list_hours(series), [9, 10])
        self.assertEqual(self._list_hours(series, date(2026, 3, 4)), [9])

    def test_preview_says_the_times(self):
        series = self._create_series(is_spread=True, count=2)
        self.env.flush_all()
        self.cr.execute("SET TRANSACTION READ ONLY")
        records = series.action_preview()["records"]
        times = [[one["time_of_day"] for one in row["visits"]] for row in records]
        self.assertEqual(times, [[9, 9], [10, 10], [11, 11]])
        explanation = records[1]["visits"][0]["explanation"]
        self.assertEqual(explanation["time"]["minutes"], 600)

    def test_batches(self):
        """Number of queries for each person and day, not for each visit."""
        counts = []
        for number in (5, 40):
            self._create_customers(number)
            series = self._create_series(is_spread=True, count=1)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            series.action_preview()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_new_one_from_the_menu_is_spread(self):
        for name in ("action", "action_new"):
            action = self.env["ir.actions.act_window"]._for_xml_id(
                f"crm_activity_plus_automation.mail_activity_plan_recurrence_{name}"
            )
            self.assertIn("default_is_spread", action["context"])


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSeriesToday(SeriesCase):
    """Nobody can be at a visit whose time has passed."""

    def _start(self, **values):
        series = self._create_series(rrule_type="daily", count=3, **values)
        preview = series.action_preview()
        summary = series.summary
        series.action_start()
        days = {visit.start.day for visit in self._find_visits(series)}
        return series, preview, summary, days

    @freeze_time("2026-03-02 10:00:00")
    def test_time_has_passed(self):
        """It is eleven in Brussels."""
        series, preview, summary, days = self._start(date_start="2026-03-02")
        self.assertEqual(days, {3, 4})
        self.assertEqual(preview["dates"], ["2026-03-03", "2026-03-04"])
        for text in (preview["left_out"], summary):
            self.assertIn("Today's visit is left out", text)
        self.assertEqual((series.planned_count, series.skipped_count), (6, 0))
        self.assertEqual(series.progress, 100)

    @freeze_time("2026-03-02 07:00:00")
    def test_time_is_still_to_come(self):
        """It is eight in Brussels."""
        _series, preview, summary, days = self._start(date_start="2026-03-02")
        self.assertEqual(days, {2, 3, 4})
        self.assertFalse(preview["left_out"])
        self.assertNotIn("left out", summary)

    @freeze_time("2026-03-02 10:00:00")
    def test_clock_of_whoever_holds_it(self):
        """It is five in New York."""
        self.user_owner.tz = "America/New_York"
        _series, _preview, _summary, days = self._start(date_start="2026-03-02")
        self.assertEqual(days, {2, 3, 4})

    @freeze_time("2026-03-02 20:00:00")
    def test_where_it_is_the_next_day(self):
        """It is five in Tokyo: today's visit would have been yesterday there."""
        self.user_owner.tz = "Asia/Tokyo"
        _series, preview, _summary, days = self._start(date_start="2026-03-02")
        self.assertEqual(days, {3, 4})
        self.assertTrue(preview["left_out"])

    @freeze_time("2026-03-02 01:00:00")
    def test_where_it_is_the_day_before(self):
        """It is eight in the evening in New York, and two at night in Brussels."""
        self.user_owner.tz = "America/New_York"
        _series, _preview, _summary, days = self._start(date_start="2026-03-02")
        self.assertEqual(days, {2, 3, 4})

    @freeze_time("2026-03-02 10:00:00")
    def test_visit_that_is_some_days_later(self):
        self.visit_plan.template_ids.delay_count = 2
        _series, preview, _summary, days = self._start(date_start="2026-03-02")
        self.assertEqual(days, {4, 5, 6})
        self.assertFalse(preview["left_out"])

    @freeze_time("2026-03-02 10:00:00")
    def test_only_visit(self):
        series = self._create_series(rrule_type="daily", count=1)
        series.date_start = "2026-03-02"
        self.assertEqual(
            series.summary, "Today's visit is left out: its time has passed."
        )
        with self.assertRaisesRegex(Exception, "has no visit"):
            series.action_start()

    @freeze_time("2026-03-02 07:00:00")
    def test_server_that_was_down(self):
        """What it would have planned this morning isn't planned into the past, and what
        is planned stays."""
        series = self._create_series(
            rrule_type="daily", count=5, horizon_days=1, date_start="2026-03-02"
        )
        series.action_start()
        self.assertEqual(series.planned_count, 3)
        with freeze_time("2026-03-03 15:00:00"):
            self._run_cron()
        self.assertEqual(series.planned_count, 3)
        with freeze_time("2026-03-04 01:30:00"):
            self._run_cron()
        self.assertEqual(series.planned_count, 6)
        self.assertEqual(series.state, "running")
