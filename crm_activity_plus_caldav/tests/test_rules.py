# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

from ..dav.messages import Request
from ..server.server import Server
from .common import make_ics

HOME = "Europe/Brussels"
# Odoo's library knows no summer time afterwards.
LAST = 2037
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ZONES = (HOME, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
# What takes so long is repeated at most so often, to have it within some years.
COUNTS = {"DAILY": 9, "WEEKLY": 9, "MONTHLY": 9, "YEARLY": 5}
STEPS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
MANY = settings(max_examples=30, deadline=None)


def shape(value, zone):
    """:returns: a property's parameters and its value, for a moment on a clock"""
    if zone == "DATE":
        return f";VALUE=DATE:{value:%Y%m%d}"
    if zone == "UTC":
        return f":{value:%Y%m%dT%H%M%S}Z"
    return f"{f';TZID={zone}' if zone else ''}:{value:%Y%m%dT%H%M%S}"


@st.composite
def starts(draw):
    """:returns: the clock, and a moment on it, often when it is put forward or back"""
    zone = draw(st.sampled_from(["DATE", "UTC", "", *ZONES]))
    day = draw(
        st.dates(date(2026, 1, 1), date(2030, 12, 31))
        | st.sampled_from([date(2027, 3, 24), date(2027, 10, 27), date(2028, 2, 29)])
    )
    hours, minutes = draw(st.integers(0, 23)), draw(st.sampled_from([0, 30]))
    if zone == "DATE":
        hours = minutes = 0
    return zone, datetime(day.year, day.month, day.day, hours, minutes)


@st.composite
def by_parts(draw, frequency, start):
    """:returns: parts of a rule, most of which fit the start"""
    own = DAYS[start.weekday()]
    week = (start.day - 1) // 7 + 1
    from_end = (start + timedelta(days=7)).month != start.month
    others = st.sets(st.sampled_from(DAYS), max_size=3)
    month_days = st.sampled_from([start.day, 1, 15, 31, -1, -2])
    choices = [
        st.just({}),
        others.map(lambda days: {"BYDAY": sorted({own, *days}, key=DAYS.index)}),
        st.just({"BYMONTH": [start.month]}),
        st.just({"BYMONTHDAY": [start.day]}),
        st.just({"BYDAY": [f"{week}{own}"]}),
        st.just({"BYDAY": [f"{-1 if from_end else week}{own}"]}),
        st.just({"BYDAY": [own], "BYSETPOS": [-1 if from_end else week]}),
        st.just({"BYDAY": [*DAYS[:5]], "BYSETPOS": [draw(st.sampled_from([1, -1]))]}),
        st.sets(month_days, min_size=1, max_size=3).map(
            lambda days: {"BYMONTHDAY": sorted(days)}
        ),
        st.just({"BYMONTH": [start.month], "BYDAY": [own]}),
        st.just({"BYYEARDAY": [start.timetuple().tm_yday]}),
        st.just({"BYHOUR": [start.hour, 23]}),
        st.just({"BYWEEKNO": [start.isocalendar()[1]]}),
    ]
    parts = draw(st.one_of(*choices))
    if draw(st.booleans()):
        parts = {**parts, "WKST": [draw(st.sampled_from(["MO", "SU", "TH"]))]}
    return parts


@st.composite
def rules(draw, zone, start):
    """:returns: the text of a rule that comes to an end"""
    frequency = draw(st.sampled_from([*STEPS]))
    interval = draw(st.integers(1, 3))
    parts = {"FREQ": [frequency], "INTERVAL": [interval]}
    if interval == 1 and draw(st.booleans()):
        del parts["INTERVAL"]
    parts |= draw(by_parts(frequency, start))
    count = draw(st.integers(1, COUNTS[frequency]))
    if draw(st.booleans()):
        parts["COUNT"] = [count]
    else:
        last = start + timedelta(days=count * STEPS[frequency] * interval)
        last += timedelta(hours=draw(st.sampled_from([0, 0, -1, 1, 12])))
        own = ZoneInfo(zone) if zone in ZONES else timezone.utc
        until = f"{last.replace(tzinfo=own).astimezone(timezone.utc):%Y%m%dT%H%M%SZ}"
        until = f"{last:%Y%m%dT%H%M%S}" if not zone else until
        until = f"{last:%Y%m%d}" if zone == "DATE" else until
        parts["UNTIL"] = [until]
    return ";".join(f"{name}={','.join(map(str, v))}" for name, v in parts.items())


@tagged("post_install", "-at_install", "caldav")
class TestRandomRules(CrmActivityPlusCommon, TransactionCase):
    """Whatever a program repeats: the meetings are when another library says that they
    are, or it is refused, and nothing has changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_owner.tz = HOME
        env = cls.env(user=cls.user_owner)
        cls.server = Server(env(context={**env.context, "tz": HOME}))
        cls.path = f"/caldav/{cls.user_owner.id}/events/a.ics"

    def _ask(self, method, body=b""):
        response = self.server.answer(Request(method, self.path, {}, body))
        self.assertIn(response.status, (200, 201, 204, 403), response.body)
        return response

    def _find_starts(self):
        events = self.env["calendar.event"].search([("name", "=", "Random")])
        return sorted(
            (event.start_date, 24) if event.allday else (event.start, event.duration)
            for event in events
            if event.start.year <= LAST
        )

    def _expand(self, text, hours):
        """:returns: when the occurrences are by another library"""
        found = []
        calendar = icalendar.Calendar.from_ical(text)
        query = recurring_ical_events.of(calendar)
        for event in query.between(datetime(2020, 1, 1), datetime(LAST + 1, 1, 1)):
            start = event["DTSTART"].dt
            if isinstance(start, datetime):
                if start.tzinfo is None:
                    start = start.replace(tzinfo=ZoneInfo(HOME))
                start = start.astimezone(timezone.utc).replace(tzinfo=None)
            if start.year <= LAST:
                found.append((start, hours))
        return sorted(found)

    def _write(self, rule, zone, start, *lines):
        """Send a series.

        :returns: whether it was taken"""
        length = "P1D" if zone == "DATE" else "PT1H"
        lines = (f"DTSTART{shape(start, zone)}", f"DURATION:{length}", *lines)
        body = make_ics("UID:a", "SUMMARY:Random", *lines, f"RRULE:{rule}")
        before = self._find_starts()
        response = self._ask("PUT", body)
        if response.status == 403:
            self.assertEqual(self._find_starts(), before, rule)
            return False
        hours = 24 if zone == "DATE" else 1
        expected = self._expand(body, hours)
        self.assertEqual(self._find_starts(), expected, body.decode())
        told = self._ask("GET").body
        self.assertEqual(self._expand(told, hours), expected, told.decode())
        return True

    @MANY
    @given(starts(), st.data())
    def test_all_of_it_or_nothing(self, where, data):
        zone, start = where
        with self.env.cr.savepoint() as savepoint:
            rule = data.draw(rules(zone, start))
            self._write(rule, zone, start, *data.draw(self._exceptions(zone, start)))
            # The same series is repeated otherwise.
            rule = data.draw(rules(zone, start))
            self._write(rule, zone, start)
            savepoint.rollback()
        self.env.invalidate_all()

    def _exceptions(self, zone, start):
        """:returns: what takes some away, or adds some that the rule may have or not"""
        days = st.sets(st.integers(1, 21), max_size=3)
        names = st.sampled_from(["EXDATE", "EXDATE", "RDATE"])
        return st.tuples(names, days).map(
            lambda drawn: [
                f"{drawn[0]}{shape(start + timedelta(days=days), zone)}"
                for days in sorted(drawn[1])
            ]
        )

    def test_most_usual_ones_are_taken(self):
        """Whoever refuses all is never wrong."""
        start = datetime(2027, 3, 1, 10)
        for zone in ("DATE", HOME):
            for rule in (
                "FREQ=DAILY;COUNT=9",
                "FREQ=DAILY;INTERVAL=3;COUNT=7",
                "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=7",
                "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,SU;COUNT=7",
                "FREQ=MONTHLY;COUNT=6",
                "FREQ=MONTHLY;BYDAY=1MO;COUNT=6",
                "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1;COUNT=6",
                "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1;COUNT=5",
            ):
                with (
                    self.env.cr.savepoint() as savepoint,
                    self.subTest(rule, zone=zone),
                ):
                    self.assertTrue(self._write(rule, zone, start))
                    savepoint.rollback()
                self.env.invalidate_all()
