# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

import caldav

from .common import XMLNS, CaldavCase, make_calendar, make_ics

# As they come from the programs, but for the addresses.
THUNDERBIRD_DISCOVERY = f"""<?xml version="1.0" encoding="UTF-8"?>
<D:propfind {XMLNS}><D:prop><D:resourcetype/><D:owner/><D:current-user-principal/>
<D:current-user-privilege-set/><D:supported-report-set/>
<C:supported-calendar-component-set/><CS:getctag/></D:prop></D:propfind>"""
THUNDERBIRD_SYNC = """<?xml version="1.0" encoding="UTF-8"?>
<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level>
<prop><getcontenttype/><getetag/></prop></sync-collection>"""
APPLE_HOME = """<?xml version="1.0" encoding="UTF-8"?>
<A:propfind xmlns:A="DAV:"><A:prop><A:add-member/>
<C:allowed-sharing-modes xmlns:C="http://calendarserver.org/ns/"/>
<D:autoprovisioned xmlns:D="http://apple.com/ns/ical/"/>
<B:calendar-alarm xmlns:B="urn:ietf:params:xml:ns:caldav"/>
<D:calendar-color xmlns:D="http://apple.com/ns/ical/"/>
<A:current-user-privilege-set/><A:displayname/><A:quota-available-bytes/>
<A:resourcetype/><A:sync-token/>
<B:supported-calendar-component-set xmlns:B="urn:ietf:params:xml:ns:caldav"/>
</A:prop></A:propfind>"""
DAVX5_QUERY = """<?xml version='1.0' encoding='UTF-8' ?>
<CAL:calendar-query xmlns="DAV:" xmlns:CAL="urn:ietf:params:xml:ns:caldav"><prop>
<getetag/></prop><CAL:filter><CAL:comp-filter name="VCALENDAR">
<CAL:comp-filter name="VEVENT"><CAL:time-range start="20250101T000000Z" />
</CAL:comp-filter></CAL:comp-filter></CAL:filter></CAL:calendar-query>"""
EVOLUTION_TASKS = f"""<?xml version="1.0" encoding="UTF-8"?>
<C:calendar-query {XMLNS}><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>
<C:comp-filter name="VCALENDAR"><C:comp-filter name="VTODO">
<C:prop-filter name="COMPLETED"><C:is-not-defined/></C:prop-filter>
<C:prop-filter name="STATUS">
<C:text-match negate-condition="yes">CANCELLED</C:text-match></C:prop-filter>
</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""
BRUSSELS = (
    *("BEGIN:VTIMEZONE", "TZID:Europe/Brussels", "X-LIC-LOCATION:Europe/Brussels"),
    *("BEGIN:DAYLIGHT", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST"),
    *("DTSTART:19700329T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
    *("END:DAYLIGHT", "BEGIN:STANDARD", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100"),
    *("TZNAME:CET", "DTSTART:19701025T030000"),
    *("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD", "END:VTIMEZONE"),
)
TIMES = (
    "DTSTART;TZID=Europe/Brussels:20300305T100000",
    "DTEND;TZID=Europe/Brussels:20300305T110000",
)
# What each program writes for a meeting at ten, with what only it understands.
WRITTEN = {
    "thunderbird": (
        *(*BRUSSELS, "BEGIN:VEVENT", "CREATED:20300101T080000Z"),
        *("LAST-MODIFIED:20300101T080100Z", "DTSTAMP:20300101T080100Z", "UID:a"),
        *("SUMMARY:Meeting", *TIMES, "TRANSP:OPAQUE", "X-MOZ-GENERATION:1"),
        *("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M"),
        *("DESCRIPTION:Mozilla Standardbeschreibung", "END:VALARM", "END:VEVENT"),
    ),
    "apple": (
        *("CALSCALE:GREGORIAN", *BRUSSELS, "BEGIN:VEVENT", "TRANSP:OPAQUE", *TIMES),
        *("UID:a", "DTSTAMP:20300101T080100Z", "SEQUENCE:0", "SUMMARY:Meeting"),
        *("X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC", "CREATED:20300101T080100Z"),
        *("BEGIN:VALARM", "X-WR-ALARMUID:b", "UID:b", "TRIGGER:-PT15M"),
        *("ATTACH;VALUE=URI:Chord", "ACTION:AUDIO", "END:VALARM", "END:VEVENT"),
    ),
    "davx5": (
        *("BEGIN:VEVENT", "DTSTAMP:20300101T080100Z", "UID:a", "SUMMARY:Meeting"),
        *(*TIMES, "STATUS:CONFIRMED", "X-CUSTOM-BY-DAVX5:yes", "BEGIN:VALARM"),
        *("TRIGGER:-PT15M", "ACTION:DISPLAY", "DESCRIPTION:Meeting", "END:VALARM"),
        *("END:VEVENT", *BRUSSELS),
    ),
    "evolution": (
        *("CALSCALE:GREGORIAN", *BRUSSELS, "BEGIN:VEVENT", "UID:a"),
        *("DTSTAMP:20300101T080100Z", *TIMES, "SEQUENCE:2", "SUMMARY:Meeting"),
        *("TRANSP:OPAQUE", "X-EVOLUTION-CALDAV-ETAG:x", "CLASS:PUBLIC"),
        *("BEGIN:VALARM", "X-EVOLUTION-ALARM-UID:b", "ACTION:DISPLAY"),
        *("TRIGGER;RELATED=START:-PT15M", "DESCRIPTION:Meeting", "END:VALARM"),
        *("END:VEVENT",),
    ),
}
TASKS = {
    "thunderbird": ("X-MOZ-GENERATION:2", "PERCENT-COMPLETE:100"),
    "apple": ("X-APPLE-SORT-ORDER:7", "PERCENT-COMPLETE:100"),
    "davx5": ("X-JTX-COLOR:1", "PERCENT-COMPLETE:100"),
    "evolution": ("X-EVOLUTION-CALDAV-ETAG:x", "PERCENT-COMPLETE:100"),
}


class TestRequests(CaldavCase):
    """What programs send."""

    def test_meetings_as_they_write_them(self):
        for program, lines in WRITTEN.items():
            with self.subTest(program):
                url = f"{self.events}{program}.ics"
                body = make_calendar(*lines).replace(
                    b"UID:a", f"UID:{program}".encode()
                )
                self._put(url, body, If_None_Match="*")
                [event] = self._find_events("Meeting")
                self.assertEqual(event.start, datetime(2030, 3, 5, 9))
                self.assertEqual(event.alarm_ids.duration_minutes, 15)
                text = self._get(url)
                own = [line for line in lines if line.startswith("X-")]
                for line in (*own, *TIMES):
                    self.assertIn(line, text)
                # It is changed and deleted by its ETag.
                etag = self._propfind(url, "D:getetag")[url]["getetag"].text
                changed = body.replace(b"SUMMARY:Meeting", b"SUMMARY:Changed")
                self._put(url, changed, 204, If_Match=etag)
                self.assertEqual(event.name, "Changed")
                stale = self._request("DELETE", url, If_Match=etag)
                self.assertEqual(stale.status_code, 412)
                self.assertEqual(self._request("DELETE", url).status_code, 204)

    def test_tasks_as_they_complete_them(self):
        for program, own in TASKS.items():
            with self.subTest(program):
                activity = self._schedule(summary=f"Call {program}")
                [url] = [
                    href
                    for href, props in self._query(
                        self.tasks, '<C:comp-filter name="VTODO"/>'
                    ).items()
                    if f"Call {program}" in props["calendar-data"].text
                ]
                body = self._get(url).replace(
                    "STATUS:NEEDS-ACTION",
                    "\r\n".join(
                        ["STATUS:COMPLETED", "COMPLETED:20300101T080000Z", *own]
                    ),
                )
                self._put(url, body, 204)
                self.assertEqual(activity.status, "done")
                self.assertIn(own[0], self._get(url))

    def _ask(self, method, url, body, depth="1"):
        response = self._request(method, url, body, Depth=depth)
        self.assertEqual(response.status_code, 207, response.text)
        return self._read_multistatus(response)

    def test_thunderbird(self):
        self._create_event()
        [props] = self._ask(
            "PROPFIND", self.events, THUNDERBIRD_DISCOVERY, "0"
        ).values()
        names = {"current-user-principal", "current-user-privilege-set", "getctag"}
        self.assertLessEqual(names, props.keys())
        self.assertEqual(len(self._ask("REPORT", self.events, THUNDERBIRD_SYNC)), 1)

    def test_apple(self):
        found = self._ask("PROPFIND", self.home, APPLE_HOME)
        self.assertEqual({*found}, {self.home, self.events, self.tasks})
        self.assertIn("sync-token", found[self.events])

    def test_davx5(self):
        self._create_event()
        self.assertEqual(len(self._ask("REPORT", self.events, DAVX5_QUERY)), 1)

    def test_evolution(self):
        self._schedule()
        self.assertEqual(len(self._ask("REPORT", self.tasks, EVOLUTION_TASKS)), 1)
        url = f"{self.tasks}a.ics"
        lines = (
            "BEGIN:VTODO",
            "UID:a",
            "SUMMARY:x",
            "STATUS:NEEDS-ACTION",
            "END:VTODO",
        )
        body = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR"])
        self._put(url, body)
        self.assertIn(url, self._ask("REPORT", self.tasks, EVOLUTION_TASKS))


class TestPythonCaldav(CaldavCase):
    """A library that many programs use, from the discovery on."""

    def setUp(self):
        super().setUp()
        client = caldav.DAVClient(
            f"{self.base_url()}/caldav/", username=self.user.login, password=self.key
        )
        client.session = self.opener
        self.env.flush_all()
        self.calendars = {c.url.path: c for c in client.principal().calendars()}

    def test_meetings(self):
        calendar = self.calendars[self.events]
        lines = ("UID:a", "DTSTART:20300305T090000Z", "RRULE:FREQ=DAILY;COUNT=3")
        event = calendar.save_event(make_ics(*lines, "SUMMARY:Lunch").decode())
        self.env.invalidate_all()
        self.assertEqual(len(self._find_events("Lunch")), 3)
        found = calendar.search(
            start=datetime(2030, 3, 6),
            end=datetime(2030, 3, 7),
            event=True,
            expand=True,
        )
        self.assertEqual(len(found), 1)
        collection = calendar.objects_by_sync_token(load_objects=True)
        self.assertEqual(len([*collection]), 1)
        event.icalendar_component["SUMMARY"] = "Dinner"
        event.save()
        self.env.invalidate_all()
        self.assertEqual(len(self._find_events("Dinner")), 3)
        updated, deleted = collection.sync()
        self.assertEqual((len([*updated]), len([*deleted])), (1, 0))
        event.delete()
        updated, deleted = collection.sync()
        self.assertEqual(len([*deleted]), 1)

    def test_activities(self):
        activity = self._schedule(summary="Call", date_deadline=date(2030, 3, 5))
        self.env.flush_all()
        calendar = self.calendars[self.tasks]
        [todo] = calendar.todos()
        self.assertEqual(str(todo.icalendar_component["SUMMARY"]), "Call")
        todo.complete()
        self.env.invalidate_all()
        self.assertEqual(activity.status, "done")
        self.assertEqual(calendar.todos(), [])
        lines = ("UID:a", "SUMMARY:Buy milk", "PRIORITY:1")
        calendar.save_todo(make_ics(*lines, kind="VTODO").decode())
        [todo] = calendar.todos()
        self.assertEqual(todo.icalendar_component["PRIORITY"], 1)
