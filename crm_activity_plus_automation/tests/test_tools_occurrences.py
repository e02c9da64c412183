# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime, time, timedelta

import icalendar
import pytz
import recurring_ical_events
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_activity_plus.tests.properties import given

from ..tools.levelling import Load
from ..tools.occurrences import (
    MAX_OCCURRENCES,
    find_days,
    find_last_days,
    match_kept,
)

FIRST = date(2024, 1, 1)
DAYS = st.integers(0, 3200).map(lambda n: FIRST + timedelta(days=n))
# The machine may be busy with other tests.
SLOWLY = {"suppress_health_check": [HealthCheck.too_slow], "max_examples": 60}
ZONES = ["Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]


@st.composite
def rules(draw):
    """Rules as the form makes them: month ends, leap days, weekdays of the month."""
    interval = f"INTERVAL={draw(st.integers(1, 6))}"
    weekday = draw(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]))
    month_day = draw(st.sampled_from([1, 3, 28, 29, 30, 31]))
    week = draw(st.sampled_from([1, 2, 3, 4, -1]))
    what = draw(
        st.sampled_from(
            [
                "FREQ=DAILY",
                f"FREQ=WEEKLY;BYDAY={weekday}",
                f"FREQ=MONTHLY;BYMONTHDAY={month_day}",
                f"FREQ=MONTHLY;BYDAY={week}{weekday}",
                "FREQ=YEARLY",
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            ]
        )
    )
    end = draw(st.sampled_from(["", ";COUNT=7", ";UNTIL=20320229T235959"]))
    return f"{what};{interval}{end}"


RULES = rules()


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

    @given(RULES, DAYS, st.sampled_from(ZONES), st.integers(0, 23), **SLOWLY)
    def test_as_other_calendars(self, rule, start, zone, hour):
        """A calendar program shows the same days, at the same hour by the clock on the
        wall, also when the clocks change and where a month has no such day."""
        zone = pytz.timezone(zone)
        wall = datetime.combine(start, time(hour))
        last = start + timedelta(days=1500)
        days = find_days(rule, start, start, last)
        event = icalendar.Event()
        event.add("uid", "visit")
        event.add("dtstart", wall)
        event.add("dtend", wall + timedelta(hours=1))
        event.add("rrule", icalendar.vRecur.from_ical(rule))
        calendar = icalendar.Calendar()
        calendar.add_component(event)
        shown = recurring_ical_events.of(calendar).between(
            start, last + timedelta(days=1)
        )
        found = sorted(one["DTSTART"].dt for one in shown)
        # The standard counts the day that a series starts on, whatever the rule says;
        # a visit isn't on it unless it is one of the rule's.
        if start not in days and found[:1] == [wall]:
            found = found[1:]
        counted = "COUNT" not in rule or start in days
        if counted:
            found = found[:MAX_OCCURRENCES]
            self.assertEqual([moment.date() for moment in found], days)
        moments = [zone.localize(datetime.combine(day, time(hour))) for day in days]
        for moment in moments:
            again = moment.astimezone(pytz.utc).astimezone(zone)
            # But for the hour that doesn't exist when the clocks go forward.
            gap = moment.replace(tzinfo=None) - again.replace(tzinfo=None)
            self.assertLessEqual(abs(gap), timedelta(hours=1))
            self.assertEqual(again.date(), moment.date())
        self.assertEqual(moments, sorted(moments))

    @given(RULES, DAYS, **SLOWLY)
    def test_rules_as_dateutil(self, rule, start):
        """Month ends, leap days and weekdays of the month, too."""
        last = start + timedelta(days=1500)
        moment = datetime.combine(start, time.min)
        whole = rrulestr(rule, dtstart=moment).between(
            moment, datetime.combine(last, time.min), inc=True
        )
        days = find_days(rule, start, start, last)
        self.assertEqual(days, [one.date() for one in whole][:MAX_OCCURRENCES])
