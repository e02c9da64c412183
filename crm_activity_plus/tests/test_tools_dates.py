# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.dates import (
    KEPT_CHANGES,
    MAX_PERIODS,
    POLICIES,
    DeadlineError,
    add_history,
    describe_days_off,
    find_deadline,
    get_first_explanation,
    tidy,
)
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
                    {
                        "date": "2026-03-07",
                        "date_end": "2026-03-08",
                        "count": 2,
                        "reason": "weekend",
                    },
                    {
                        "date": "2026-03-09",
                        "date_end": "2026-03-09",
                        "count": 1,
                        "reason": "holiday",
                    },
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
            first = date.fromisoformat(row["date"])
            last = date.fromisoformat(row["date_end"])
            span = [first + timedelta(n) for n in range((last - first).days + 1)]
            off = [day for day in span if why_off(day) == row["reason"]]
            self.assertEqual(len(off), row["count"])
            self.assertIn(first, off)
            self.assertIn(last, off)

    @given(days, st.integers(1, 60), directions, weekdays_off, holidays)
    def test_all_days_off_are_told(
        self, base_date, count, direction, weekdays, holidays
    ):
        why_off = make_why_off(weekdays, holidays)
        found = find_deadline(
            base_date, count, "days", direction, "working_days", why_off
        )
        told = sum(row["count"] for row in found.explanation["skipped"])
        told += found.explanation.get("skipped_more", 0)
        self.assertEqual(told, abs((found.date - base_date).days) - count)

    def test_a_long_count_is_summed_up(self):
        """The weekends of a lifetime are one period; a holiday is still told."""
        found = find_deadline(
            FRIDAY,
            20_000,
            policy="working_days",
            why_off=make_why_off(holidays=[MONDAY]),
        )
        weekends, holiday = found.explanation["skipped"]
        self.assertEqual(
            holiday,
            {
                "date": "2026-03-09",
                "date_end": "2026-03-09",
                "count": 1,
                "reason": "holiday",
            },
        )
        self.assertEqual(
            (weekends["date"], weekends["reason"]), ("2026-03-07", "weekend")
        )
        self.assertEqual(weekends["count"], 8002)
        self.assertNotIn("skipped_more", found.explanation)

    def test_more_reasons_than_anybody_reads(self):
        days_off = [(MONDAY + timedelta(days=n), f"reason {n}") for n in range(500)]
        told = describe_days_off(days_off)
        self.assertEqual(len(told["skipped"]), MAX_PERIODS)
        self.assertEqual(told["skipped_more"], 500 - MAX_PERIODS)


@tagged("crm_activity_plus")
class TestToolsDateHistory(BaseCase):
    """What a date was before, without end."""

    def _change(self, explanation, number):
        return add_history(
            {"base": "rescheduled", "date": f"day {number}"}, explanation
        )

    def _list(self, explanation):
        chain = []
        while explanation:
            chain.append(explanation)
            explanation = explanation.get("before")
        return chain

    def test_the_last_changes_and_the_first(self):
        explanation = first = {"base": "chosen_at_launch", "date": "2026-03-09"}
        for number in range(10_000):
            explanation = self._change(explanation, number)
        chain = self._list(explanation)
        self.assertEqual(
            [one["date"] for one in chain],
            ["day 9999", "day 9998", "day 9997", "day 9996", "2026-03-09"],
        )
        self.assertEqual(chain[-2]["omitted"], 9996)
        self.assertEqual(get_first_explanation(explanation), first)

    def test_few_changes_are_all_kept(self):
        explanation = {"base": "plan_date", "date": "first"}
        for number in range(KEPT_CHANGES + 1):
            explanation = self._change(explanation, number)
            self.assertEqual(len(self._list(explanation)), number + 2)
            self.assertNotIn("omitted", str(explanation))
        self.assertEqual(get_first_explanation(explanation)["date"], "first")

    def test_what_an_older_version_left(self):
        """However deep it is, and with each day off."""
        rows = [
            {"date": str(FRIDAY + timedelta(days=n)), "reason": "closed"}
            for n in range(400)
        ]
        explanation = {"base": "plan_date", "date": "first", "skipped": rows}
        for number in range(5000):
            explanation = {
                "base": "rescheduled",
                "date": f"day {number}",
                "before": explanation,
            }
        found = tidy(explanation)
        self.assertEqual(len(self._list(found)), KEPT_CHANGES + 2)
        [period] = get_first_explanation(found)["skipped"]
        self.assertEqual((period["date"], period["count"]), (str(FRIDAY), 400))
        self.assertEqual(tidy(found), found)

    def test_nothing(self):
        for nothing in (None, False, {}):
            self.assertEqual(tidy(nothing), nothing)
        self.assertEqual(add_history({"base": "hold"}, None), {"base": "hold"})
