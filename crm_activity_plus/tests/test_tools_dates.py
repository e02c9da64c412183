# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.dates import POLICIES, DeadlineError, find_deadline
from .properties import given

FRIDAY = date(2026, 3, 6)
SATURDAY = date(2026, 3, 7)
MONDAY = date(2026, 3, 9)
THURSDAY = date(2026, 3, 5)

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
counts = st.integers(0, 60)
units = st.sampled_from(["days", "weeks", "months"])
directions = st.sampled_from(["after", "before"])
avoiding = st.sampled_from([policy for policy in POLICIES if policy != "calendar"])
# Weekdays off, never all of them, and some holidays.
weekdays_off = st.sets(st.integers(0, 6), max_size=6)
holidays = st.sets(st.dates(date(2019, 1, 1), date(2042, 12, 31)), max_size=30)


def make_why_off(weekdays=(5, 6), holidays=()):
    def why_off(day):
        if day.weekday() in weekdays:
            return "weekend"
        return "holiday" if day in holidays else None

    return why_off


def count_working_days(start, end, why_off):
    """Working days behind ``start`` up to ``end``, whichever comes first."""
    step = 1 if end > start else -1
    return sum(
        not why_off(start + timedelta(days=step * index))
        for index in range(1, abs((end - start).days) + 1)
    )


@tagged("crm_activity_plus")
class TestToolsDates(BaseCase):
    def test_days_before(self):
        self.assertEqual(
            find_deadline(date(2026, 3, 1), 2, "days", "before").date, date(2026, 2, 27)
        )

    def test_month_after_a_long_month_ends_on_its_last_day(self):
        self.assertEqual(
            find_deadline(date(2026, 1, 31), 1, "months").date, date(2026, 2, 28)
        )

    def test_working_days_leave_out_the_weekend(self):
        found = find_deadline(FRIDAY, 1, policy="working_days", why_off=make_why_off())
        self.assertEqual(found.date, MONDAY)

    def test_working_days_before(self):
        found = find_deadline(
            MONDAY, 2, "days", "before", "working_days", make_why_off()
        )
        self.assertEqual(found.date, THURSDAY)

    def test_working_days_leave_out_a_holiday(self):
        found = find_deadline(
            FRIDAY, 1, policy="working_days", why_off=make_why_off(holidays=[MONDAY])
        )
        self.assertEqual(found.date, MONDAY + timedelta(days=1))

    def test_no_working_day_after_a_day_off_is_the_next_working_day(self):
        found = find_deadline(
            SATURDAY, 0, policy="working_days", why_off=make_why_off()
        )
        self.assertEqual(found.date, MONDAY)

    def test_no_working_day_before_a_day_off_is_the_last_working_day(self):
        found = find_deadline(
            SATURDAY, 0, "days", "before", "working_days", make_why_off()
        )
        self.assertEqual(found.date, FRIDAY)

    def test_weeks_of_working_days_are_calendar_weeks_off_days_off(self):
        found = find_deadline(
            SATURDAY, 1, "weeks", policy="working_days", why_off=make_why_off()
        )
        self.assertEqual(found.date, MONDAY + timedelta(weeks=1))

    def test_working_days_without_end(self):
        """They aren't counted one by one until the calendar ends."""
        with self.assertRaises(DeadlineError):
            find_deadline(FRIDAY, 2_000_000, policy="working_days", why_off=self.fail)

    def test_shift_forward(self):
        found = find_deadline(FRIDAY, 1, policy="shift_forward", why_off=make_why_off())
        self.assertEqual(found.date, MONDAY)

    def test_shift_backward(self):
        found = find_deadline(
            FRIDAY, 2, policy="shift_backward", why_off=make_why_off()
        )
        self.assertEqual(found.date, FRIDAY)

    def test_explanation_names_the_days_left_out_and_why(self):
        found = find_deadline(
            FRIDAY, 1, policy="working_days", why_off=make_why_off(holidays=[MONDAY])
        )
        self.assertEqual(
            found.explanation,
            {
                "base": "plan_date",
                "base_date": "2026-03-06",
                "count": 1,
                "unit": "days",
                "direction": "after",
                "policy": "working_days",
                "counted": 1,
                "skipped": [
                    {"date": "2026-03-07", "reason": "weekend"},
                    {"date": "2026-03-08", "reason": "weekend"},
                    {"date": "2026-03-09", "reason": "holiday"},
                ],
                "date": "2026-03-10",
            },
        )

    def test_calendar_without_a_working_day_is_an_error(self):
        for policy in POLICIES[1:]:
            with self.subTest(policy=policy), self.assertRaises(DeadlineError):
                find_deadline(FRIDAY, 1, policy=policy, why_off=lambda day: "closed")

    def test_date_outside_of_the_calendar_is_an_error(self):
        for base_date, direction in ((date.max, "after"), (date.min, "before")):
            for policy in POLICIES:
                with (
                    self.subTest(direction=direction, policy=policy),
                    self.assertRaises(DeadlineError),
                ):
                    find_deadline(base_date, 1, "days", direction, policy)

    def test_unknown_policy_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "lunar"):
            find_deadline(FRIDAY, 1, policy="lunar")

    @given(days, counts, units, directions)
    def test_calendar_is_plain_arithmetic(self, base_date, count, unit, direction):
        delta = relativedelta(**{unit: count})
        expected = base_date + delta if direction == "after" else base_date - delta
        self.assertEqual(
            find_deadline(base_date, count, unit, direction).date, expected
        )

    @given(days, counts, units, directions, avoiding, weekdays_off, holidays)
    def test_no_deadline_on_a_day_off(
        self, base_date, count, unit, direction, policy, weekdays, holidays
    ):
        why_off = make_why_off(weekdays, holidays)
        found = find_deadline(base_date, count, unit, direction, policy, why_off)
        self.assertIsNone(why_off(found.date))

    @given(days, st.integers(1, 60), directions, weekdays_off, holidays)
    def test_working_days_are_counted_one_by_one(
        self, base_date, count, direction, weekdays, holidays
    ):
        why_off = make_why_off(weekdays, holidays)
        found = find_deadline(
            base_date, count, "days", direction, "working_days", why_off
        )
        self.assertEqual(count_working_days(base_date, found.date, why_off), count)

    @given(days, counts, units, directions, weekdays_off, holidays)
    def test_shifts_go_to_the_nearest_working_day(
        self, base_date, count, unit, direction, weekdays, holidays
    ):
        why_off = make_why_off(weekdays, holidays)
        plain = find_deadline(base_date, count, unit, direction).date
        later = find_deadline(
            base_date, count, unit, direction, "shift_forward", why_off
        ).date
        earlier = find_deadline(
            base_date, count, unit, direction, "shift_backward", why_off
        ).date
        self.assertLessEqual(earlier, plain)
        self.assertLessEqual(plain, later)
        between = (earlier + timedelta(n) for n in range(1, (later - earlier).days))
        self.assertTrue(all(why_off(day) for day in between))

    @given(days, counts, units, directions, st.sampled_from(POLICIES))
    def test_without_days_off_no_policy_changes_anything(
        self, base_date, count, unit, direction, policy
    ):
        self.assertEqual(
            find_deadline(base_date, count, unit, direction, policy).date,
            find_deadline(base_date, count, unit, direction).date,
        )

    @given(days, counts, units, avoiding, weekdays_off, holidays)
    def test_a_longer_delay_is_never_due_earlier(
        self, base_date, count, unit, policy, weekdays, holidays
    ):
        why_off = make_why_off(weekdays, holidays)
        sooner, later = (
            find_deadline(base_date, number, unit, "after", policy, why_off).date
            for number in (count, count + 1)
        )
        self.assertLessEqual(sooner, later)

    @given(days, counts, units, directions, avoiding, weekdays_off, holidays)
    def test_explanation_tells_days_off_only(
        self, base_date, count, unit, direction, policy, weekdays, holidays
    ):
        why_off = make_why_off(weekdays, holidays)
        found = find_deadline(base_date, count, unit, direction, policy, why_off)
        self.assertEqual(found.explanation["date"], found.date.isoformat())
        for row in found.explanation["skipped"]:
            self.assertEqual(why_off(date.fromisoformat(row["date"])), row["reason"])
