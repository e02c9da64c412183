# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

import caldav

from .common import XMLNS, CaldavCase, make_ics

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


class TestRequests(CaldavCase):
    """What programs send."""

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
