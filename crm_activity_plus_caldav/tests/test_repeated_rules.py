# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

from ..dav.messages import Request
from ..ical.repeated import count_start, read_repeated
from ..ical.task import DONE, Task
from ..ical.text import Refused, read_object
from ..server.server import Server
from .common import make_ics
from .test_rules import HOME, MANY, rules, shape, starts

_ZONE = ZoneInfo(HOME)
# As far as the other library looks.
LAST_YEAR = 2050


def make_task(rule, zone, start, *lines):
    """:returns: the bytes of a task that is repeated"""
    due = f"DUE{shape(start, zone)}"
    return make_ics(
        *("UID:a", "SUMMARY:Random", "X-OWN:kept", f"DTSTART{shape(start, zone)}", due),
        *(f"RRULE:{rule}", *lines),
        kind="VTODO",
    )


@st.composite
def tasks(draw):
    """:returns: a task that is repeated"""
    zone, start = draw(starts())
    return make_task(draw(rules(zone, start)), zone, start)


@tagged("post_install", "-at_install", "caldav")
class TestRandomRepeatedTasks(CrmActivityPlusCommon, TransactionCase):
    """However a program repeats a task."""

    def _read(self, body):
        """:returns: how it is repeated, or None where it is refused"""
        try:
            return read_repeated(read_object(body).components, _ZONE)
        except Refused:
            return None

    def _expand(self, body, clock):
        """:returns: the keys of the occurrences by another library"""
        calendar = icalendar.Calendar.from_ical(body)
        count_start(calendar.walk("VTODO"))
        query = recurring_ical_events.of(calendar, components=["VTODO"])
        found = query.between(datetime(2020, 1, 1), datetime(LAST_YEAR, 12, 31))
        starts = (each["DTSTART"].dt for each in found)
        return sorted({clock.to_key(self._to_local(start)) for start in starts})

    def _to_local(self, start):
        if not isinstance(start, datetime):
            return datetime(start.year, start.month, start.day)
        return start.replace(tzinfo=None)

    @settings(MANY, max_examples=50)
    @given(tasks())
    def test_when_another_library_says_so(self, body):
        if repeated := self._read(body):
            keys = [key for key in repeated.iterate() if key.year <= LAST_YEAR]
            self.assertEqual(keys, self._expand(body, repeated.clock), body.decode())

    @MANY
    @given(tasks(), st.booleans())
    def test_each_comes_once(self, body, closes_singly):
        """Whoever does them one after the other does all of them."""
        repeated = self._read(body)
        if not repeated:
            return
        keys, seen = [*repeated.iterate()], []
        while repeated:
            seen.append(repeated.key)
            calendar = icalendar.Calendar.from_ical(body)
            done = Task(status=DONE, due=repeated.present.due)
            closed = repeated.close_present(done)
            if closed and closes_singly:
                repeated = self._read(body)
                closed = repeated.overlay_closed(done), True
            if not closed:
                break
            calendar.subcomponents = closed[0]
            body = calendar.to_ical()
            repeated = self._read(body)
        self.assertEqual(seen, keys, body.decode())

    @settings(MANY, max_examples=15)
    @given(tasks())
    def test_comes_back_as_it_was_sent(self, body):
        self.user_owner.tz = HOME
        env = self.env(user=self.user_owner)
        server = Server(env(context={**env.context, "tz": HOME}))
        path = f"/caldav/{env.uid}/tasks/a.ics"
        with self.env.cr.savepoint() as savepoint:
            response = server.answer(Request("PUT", path, {}, body))
            self.assertEqual(
                response.status, 201 if self._read(body) else 403, response.body
            )
            if response.status == 201:
                told = server.answer(Request("GET", path, {})).body
                sent, told = (icalendar.Calendar.from_ical(b) for b in (body, told))
                self.assertEqual(
                    *(c.walk("VTODO")[0].to_ical().decode() for c in (sent, told))
                )
            savepoint.rollback()
        self.env.invalidate_all()

    def test_most_usual_ones_are_taken(self):
        """Whoever refuses all is never wrong."""
        start = datetime(2027, 3, 1, 10)
        for zone in ("DATE", HOME, "UTC", ""):
            for rule in (
                "FREQ=DAILY",
                "FREQ=DAILY;INTERVAL=3;COUNT=7",
                "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=7",
                "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,SU",
                "FREQ=MONTHLY;BYMONTHDAY=1,15",
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
                "FREQ=YEARLY;UNTIL=20300301",
            ):
                with self.subTest(rule, zone=zone):
                    self.assertTrue(self._read(make_task(rule, zone, start)))
