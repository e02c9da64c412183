# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import time
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import icalendar
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..dav.errors import DavError
from ..dav.filters import task_overlaps
from ..dav.paths import Path, is_name, parse_href, parse_path
from ..dav.xml import parse
from ..ical.event import Attendee, Event, get_all, get_email, overlay, read_event
from ..ical.exact_text import keep_texts, set_property
from ..ical.files import CalendarFile
from ..ical.rules import MAX_OCCURRENCES, read_rule
from ..ical.task import add_footer, strip_footer
from ..ical.text import Refused, new_calendar, read_calendar, read_object, to_text
from ..ical.times import UTC, Clock, Times
from .common import make_calendar, make_ics

ZONE = ZoneInfo("Europe/Brussels")
QUICK = settings(max_examples=80, deadline=None)
words = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
# What has to be escaped, and what looks as if it were.
tricky = st.text(st.sampled_from('\\Nn,;:"\n aé'), min_size=1, max_size=12)
TEXTS = ("CLASS", "COMMENT", "CONTACT", "DESCRIPTION", "LOCATION", "RELATED-TO")
TEXTS += ("RESOURCES", "STATUS", "SUMMARY", "TRANSP", "UID")
moments = st.datetimes(datetime(1990, 1, 1), datetime(2036, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0)
)


@st.composite
def events(draw):
    """:returns: what an event may be"""
    start = draw(moments)
    span = timedelta(minutes=draw(st.integers(0, 5000)))
    times = Times(start, start + span, False, draw(st.sampled_from(["", "UTC"])))
    if draw(st.booleans()):
        times = Times(start.date(), (start + span).date(), True)
    names = st.sampled_from(["a@b.example", "c@d.example", "e@f.example"])
    states = st.sampled_from(["accepted", "declined", "tentative", "needsAction"])
    people = draw(st.dictionaries(names, st.tuples(words, states), max_size=3))
    return Event(
        times=times,
        summary=draw(words),
        description=draw(words),
        location=draw(words),
        privacy=draw(st.sampled_from(["", "public", "private", "confidential"])),
        is_busy=draw(st.booleans()),
        alarms=frozenset(draw(st.sets(st.integers(0, 10000), max_size=3))),
        attendees=tuple(
            Attendee(email, name, state) for email, (name, state) in people.items()
        ),
    )


@tagged("caldav")
class TestIcal(BaseCase):
    """Reading and writing objects, without a database."""

    @QUICK
    @given(events(), events())
    def test_what_is_written_is_read(self, before, event):
        """Whatever a component said before, it says what it should, and the second
        time nothing is changed any more."""
        component = icalendar.Event()
        component.add("UID", "a")
        component.add("X-OWN", "kept")
        for each in (before, event):
            overlay(component, each, ZONE)
        text = component.to_ical()
        read = icalendar.Event.from_ical(text)
        keep_texts(read)
        told = read_event(read, ZONE)
        self.assertEqual(told.times.key, event.times.key)
        for name in ("summary", "description", "location"):
            self.assertEqual(
                " ".join(getattr(told, name).split()),
                " ".join(getattr(event, name).split()),
            )
        for name in ("privacy", "is_busy", "alarms"):
            self.assertEqual(getattr(told, name), getattr(event, name))
        self.assertEqual(
            {(a.email, a.state) for a in told.attendees},
            {(a.email, a.state) for a in event.attendees},
        )
        self.assertEqual(str(read["X-OWN"]), "kept")
        overlay(read, event, ZONE)
        self.assertEqual(read.to_ical(), text)

    def test_backslash_before_an_n(self):
        r"""The folder ``\\NAS`` is no line break, whoever says it."""
        folder = r"\\NAS\New \N \n"
        escaped = folder.replace("\\", "\\" * 2)
        lines = ("UID:a", "DTSTART:20260309T080000Z", f"COMMENT:{escaped}")
        calendar = read_calendar(make_ics(*lines))
        [event] = calendar.walk("VEVENT")
        overlay(event, replace(read_event(event, ZONE), location=folder), ZONE)
        again = read_calendar(calendar.to_ical())
        for name in ("LOCATION", "COMMENT"):
            self.assertEqual(str(again.walk("VEVENT")[0][name]), folder)

    @QUICK
    @given(st.sampled_from(TEXTS), tricky, st.lists(tricky, min_size=1, max_size=4))
    def test_every_text_comes_back(self, name, text, categories):
        """However often it is written and read."""
        event, calendar = icalendar.Event(), new_calendar()
        set_property(event, name, text)
        set_property(event, "CATEGORIES", categories)
        calendar.add_component(event)
        for _time in range(3):
            calendar = read_calendar(to_text(calendar))
            [event] = calendar.walk("VEVENT")
            self.assertEqual(str(event[name]), text)
            [told] = get_all(event, "CATEGORIES")
            self.assertEqual(list(map(str, told)), categories)

    @QUICK
    @given(st.binary(max_size=300))
    def test_garbage(self, data):
        with self.assertRaises(Refused):
            read_object(data)

    @QUICK
    @given(st.data())
    def test_broken_objects(self, data):
        """Something may be stored of it or not: there is no third way."""
        body = make_ics(
            "UID:a", "SUMMARY:b", "DTSTART:20300101T100000Z", "DURATION:PT1H"
        )
        start = data.draw(st.integers(0, len(body)))
        length = data.draw(st.integers(0, 10))
        put = data.draw(st.binary(max_size=5))
        try:
            obj = read_object(body[:start] + put + body[start + length :])
            for component in obj.components:
                read_event(component, ZONE)
        except Refused as error:
            self.assertTrue(error.message)

    def test_time_zones_of_others(self):
        def read(offset):
            zone = ("BEGIN:VTIMEZONE", "TZID:My/Own", "BEGIN:STANDARD")
            zone += ("DTSTART:19700101T000000", f"TZOFFSETFROM:{offset}")
            zone += (f"TZOFFSETTO:{offset}", "END:STANDARD", "END:VTIMEZONE")
            event = ("BEGIN:VEVENT", "UID:a", "DTSTART;TZID=My/Own:20300101T100000")
            data = make_calendar(*zone, *event, "END:VEVENT")
            return read_event(read_object(data).master, ZONE).times.start.hour

        self.assertEqual((read("+0100"), read("+0500")), (9, 5))
        event = make_ics("UID:a", "DTSTART;TZID=My/Own:20300101T100000")
        with self.assertRaises(Refused):
            read_event(read_object(event).master, ZONE)

    def test_time_zone_that_takes_for_ever(self):
        zone = ("BEGIN:VTIMEZONE", "TZID:My/Own", "BEGIN:STANDARD", "TZOFFSETTO:+0100")
        zone += ("DTSTART:19700101T000000", "RRULE:FREQ=SEC", " ONDLY")
        zone += ("TZOFFSETFROM:+0000", "END:STANDARD", "END:VTIMEZONE")
        with self.assertRaises(Refused):
            read_calendar(make_calendar(*zone))

    def test_time_zones_in_disguise(self):
        """What the library takes for a time zone is looked at, however it is written:
        else it would be remembered for everybody, and might take for ever."""
        inner = ("BEGIN:VTIMEZONE", "END:VTIMEZONE")
        hidden = ("BEGIN:STANDARD", "END:VTIMEZONE")
        minutes = ",".join(map(str, range(60)))
        for rule in ("SECONDLY", f"YEARLY;BYHOUR=1,2;BYMINUTE={minutes}"):
            for begin in (
                ("BEGIN:VTIMEZONE",),
                ("BEGIN:VTIMEZ", " ONE"),
                ("BEGIN:VTIMEZ", "", "\tONE"),
                ("BEGIN;X=1:VTIMEZONE",),
                ("BEGIN:VTIMEZONE", *inner),
                ("BEGIN:VTIMEZONE", *hidden),
            ):
                data = self._make_zone(begin, f"RRULE:FREQ={rule}")
                with self.assertRaises(Refused, msg=begin):
                    read_calendar(data)
        for begin in (("BEGIN:VTIMEZ", " ONE"), ("BEGIN;X=1:VTIMEZONE",)):
            read_calendar(self._make_zone(begin, "X-A:b"))
            event = make_ics("UID:a", "DTSTART;TZID=My/Own:20300101T100000")
            with self.assertRaises(Refused):
                read_event(read_object(event).master, ZONE)

    def _make_zone(self, begin, line):
        zone = (*begin, "TZID:My/Own", "BEGIN:STANDARD", "DTSTART:19700101T000000")
        zone += ("TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", line, "END:STANDARD")
        zone += ("END:VTIMEZONE", "BEGIN:VEVENT", "UID:a")
        return make_calendar(*zone, "DTSTART;TZID=My/Own:20300101T100000", "END:VEVENT")

    def test_rule_of_a_time_zone(self):
        """Some programs name the hour, too; and events are repeated as they like."""
        rule = "RRULE:FREQ=YEARLY;BYMINUTE=0;BYHOUR=2;BYDAY=1SU;BYMONTH=4"
        data = self._make_zone(["BEGIN:VTIMEZONE"], rule)
        often = b"RRULE:FREQ=WEEKLY;COUNT=2\r\nEND:VEVENT"
        calendar = read_calendar(data.replace(b"END:VEVENT", often))
        self.assertEqual(len(calendar.walk("VEVENT")), 1)

    def test_long_lines(self):
        """To look through something long doesn't take much longer than it is long."""
        size = 200000
        start = time.monotonic()
        with self.assertRaises(Refused):
            read_calendar(make_calendar(*["BEGIN:VTIMEZONE"] * (size // 10)))
        read_calendar(make_calendar("X-A:b", *[""] * size))
        for line in ("X:" + "UID" * size, "TZID\n" * size):
            zone = ("BEGIN:VTIMEZONE", line, "END:VTIMEZONE")
            CalendarFile(make_calendar(*zone))
        self.assertEqual(get_email("mailto:" + " " * size + "x"), "")
        self.assertLess(time.monotonic() - start, 10)

    def test_components_in_components(self):
        lines = ["BEGIN:VEVENT"] * 3000 + ["END:VEVENT"] * 3000
        with self.assertRaises(Refused):
            read_calendar(make_calendar(*lines))

    @QUICK
    @given(moments, st.sampled_from(["Europe/Brussels", "America/New_York", "UTC"]))
    def test_clock(self, moment, name):
        clock = Clock(name)
        local = clock.to_local(moment)
        self.assertEqual(clock.from_value(clock.to_value(moment)), local)
        expected = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(name))
        self.assertEqual(local, expected.replace(tzinfo=None))

    @QUICK
    @given(
        st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
        st.integers(1, 4),
        st.integers(1, 30),
        st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])),
    )
    def test_rules(self, frequency, interval, count, days):
        """What is taken has as many occurrences as it says; the rest is refused."""
        rule = f"FREQ={frequency};INTERVAL={interval};COUNT={count}"
        rule += f";BYDAY={','.join(sorted(days))}" if days else ""
        data = make_ics("UID:a", "DTSTART:20300304T100000Z", f"RRULE:{rule}")
        try:
            read = read_rule(read_object(data).master, ZONE)
        except Refused:
            self.assertTrue(days)
        else:
            self.assertEqual(len(read.starts), count)
            self.assertEqual(read.starts[0], datetime(2030, 3, 4, 10))

    def test_endless(self):
        data = make_ics("UID:a", "DTSTART:20300304T100000Z", "RRULE:FREQ=DAILY")
        read = read_rule(read_object(data).master, ZONE)
        self.assertEqual(len([*islice(read.starts, 2000)]), MAX_OCCURRENCES)

    def test_footer(self):
        footer = ["Ten desks", "https://x/odoo/crm.lead/1"]
        for text in ("", "Hello", "a\n----\nb", "----"):
            self.assertEqual(strip_footer(add_footer(text, footer)), text)
            self.assertEqual(strip_footer(text), text)

    def test_when_tasks_are(self):
        start = datetime(2030, 3, 5, tzinfo=UTC)
        end = start + timedelta(days=1)
        for lines, expected in (
            ((), True),
            (("DUE:20300305T100000Z",), True),
            (("DUE:20300307T100000Z",), False),
            (("DTSTART:20300304T100000Z", "DUE:20300307T100000Z"), True),
            (("DTSTART:20300306T000000Z",), False),
            (("DTSTART:20300304T000000Z", "DURATION:P2D"), True),
            (("COMPLETED:20300304T000000Z",), False),
            (("COMPLETED:20300304T000000Z", "CREATED:20300305T000000Z"), True),
            (("CREATED:20300309T000000Z",), False),
        ):
            [task] = read_calendar(make_ics("UID:a", *lines, kind="VTODO")).walk(
                "VTODO"
            )
            self.assertEqual(task_overlaps(task, start, end), expected, lines)


@tagged("caldav")
class TestAddresses(BaseCase):
    """Which addresses there are."""

    @QUICK
    @given(st.integers(1, 10**9 - 1), words.filter(is_name), words.filter(is_name))
    def test_there_and_back(self, user_id, collection, name):
        for path in (
            Path(user_id, collection, name),
            Path(user_id, collection),
            Path(user_id),
            Path(),
        ):
            self.assertEqual(parse_href(path.to_href()), path)

    @QUICK
    @given(st.text(max_size=60))
    def test_garbage(self, text):
        for address in (text, f"/caldav/{text}", f"/caldav/1/{text}"):
            for read in (parse_path, parse_href):
                try:
                    self.assertIsInstance(read(address), Path)
                except DavError as error:
                    self.assertEqual(error.status, 404)

    @QUICK
    @given(st.binary(max_size=100))
    def test_garbage_for_xml(self, body):
        try:
            parse(body)
        except DavError as error:
            self.assertEqual(error.status, 400)
