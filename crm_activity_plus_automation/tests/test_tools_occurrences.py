# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr
from hypothesis import HealthCheck
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_activity_plus.tests.properties import given

from ..tools.levelling import Load
from ..tools.occurrences import find_days, find_last_days, match_kept

FIRST = date(2024, 1, 1)
DAYS = st.integers(0, 3200).map(lambda n: FIRST + timedelta(days=n))
# The machine may be busy with other tests.
SLOWLY = {"suppress_health_check": [HealthCheck.too_slow], "max_examples": 60}


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestOccurrences(BaseCase):
    def test_days_of_a_month(self):
        days = find_days(
            "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4", date(2026, 1, 5), date(2026, 1, 1)
        )
        self.assertEqual(
            days,
            [
                date(2026, 1, 31),
                date(2026, 3, 31),
                date(2026, 5, 31),
                date(2026, 7, 31),
            ],
        )

    def test_leap_days(self):
        days = find_days("FREQ=YEARLY;COUNT=2", date(2024, 2, 29), date(2024, 1, 1))
        self.assertEqual(days, [date(2024, 2, 29), date(2028, 2, 29)])

    @given(st.lists(DAYS, unique=True, max_size=30).map(sorted), **SLOWLY)
    def test_last_days(self, days):
        """A visit never meets the next one."""
        ends = find_last_days(days)
        self.assertEqual(set(ends), set(days))
        for day, following in zip(days, days[1:], strict=False):
            self.assertTrue(day <= ends[day] < following)

    @given(
        st.lists(DAYS, unique=True, max_size=12).map(sorted),
        st.lists(DAYS, unique=True, max_size=12).map(sorted),
        **SLOWLY,
    )
    def test_each_new_day_is_kept_for_one(self, kept, days):
        matched = match_kept(kept, days)
        self.assertEqual(len(set(matched.values())), len(matched))
        self.assertEqual(len(matched), min(len(kept), len(days)))
        self.assertTrue(set(matched.values()) <= set(days))

    @given(
        st.integers(1, 4),
        st.lists(st.tuples(st.integers(1, 2), st.integers(0, 10)), max_size=40),
        st.sets(st.integers(0, 40)),
        **SLOWLY,
    )
    def test_nobody_gets_more_than_the_limit(self, limit, visits, off):
        first = date(2026, 3, 2)
        days_off = {first + timedelta(days=n) for n in off}
        load = Load(limit)
        for person, offset in visits:
            wanted = first + timedelta(days=offset)
            day = load.find_day(
                person, wanted, wanted + timedelta(90), days_off.__contains__
            )
            self.assertGreaterEqual(day, wanted)
            self.assertNotIn(day, days_off)
            load.add(person, day)
        self.assertLessEqual(max(load.counts.values(), default=0), limit)

    @given(
        st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
        st.integers(1, 5),
        st.integers(1, 60),
        DAYS,
        st.integers(-40, 900),
        st.integers(0, 900),
        **SLOWLY,
    )
    def test_as_dateutil(self, freq, interval, count, start, offset, length):
        """Any part of a series has the same days as the whole."""
        rule = f"FREQ={freq};INTERVAL={interval};COUNT={count}"
        moment = datetime.combine(start, time.min)
        whole = [found.date() for found in rrulestr(rule, dtstart=moment)]
        first = start + timedelta(days=offset)
        last = first + timedelta(days=length)
        self.assertEqual(
            find_days(rule, start, first, last),
            [day for day in whole if first <= day <= last],
        )
        self.assertEqual(find_days(rule, start, start), whole)
