# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

from ..dav.messages import Request
from ..server.server import METHODS, Server
from .common import XMLNS, make_ics

QUICK = settings(max_examples=60, deadline=None)
# Whatever is wrong with a request, it is the program's fault, and said so.
EXPECTED = {200, 201, 204, 207, 304, 400, 403, 404, 405, 409, 412, 507}
VALUES = (
    "",
    "x",
    "-1",
    "0",
    "99999999999999999999",
    "20300101T000000Z",
    "00010101T000000Z",
)
VALUES += ("é\u2028", "'; DROP TABLE x; --", "20301301T250000Z", "FREQ=DAILY", "P1D")
NAMES = ("DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "EXDATE", "RDATE", "SUMMARY")
NAMES += ("RECURRENCE-ID", "STATUS", "PERCENT-COMPLETE", "COMPLETED", "PRIORITY")
NAMES += ("ATTENDEE", "ORGANIZER", "CATEGORIES", "CLASS", "TRANSP", "CONFERENCE", "GEO")
PARAMS = ("", ";VALUE=DATE", ";TZID=Europe/Brussels", ";TZID=Nowhere", ";VALUE=PERIOD")
PARAMS += (";PARTSTAT=ACCEPTED", ";RANGE=THISANDFUTURE", ';X="a:b"')
TIMES = ("20300304T090000", "20300304T090000Z", "20300304", "20300310T100000Z", "PT1H")
RULES = ("FREQ=DAILY;COUNT=2", "FREQ=WEEKLY;BYDAY=MO;COUNT=3", "FREQ=MONTHLY;COUNT=2")
RULES += ("FREQ=YEARLY;UNTIL=20400101", "FREQ=DAILY;BYDAY=1MO", "FREQ=WEEKLY;COUNT=x")
PEOPLE = (
    "mailto:a@b.example",
    "mailto:",
    "urn:x",
    "mailto:x@y",
    "ACCEPTED",
    "COMPLETED",
)
lines = st.builds(
    "{}{}:{}".format,
    st.sampled_from(NAMES),
    st.sampled_from(PARAMS),
    st.sampled_from(VALUES + TIMES + RULES + PEOPLE),
)


@tagged("post_install", "-at_install", "caldav")
class TestServerGarbage(CrmActivityPlusCommon, TransactionCase):
    """A program sends whatever it likes, and gets an answer: never an error of the
    server, and nothing is half written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server(cls.env(user=cls.user_owner))
        cls.home = f"/caldav/{cls.user_owner.id}/"

    def _ask(self, method, path, body=b"", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self.server.answer(Request(method, path, headers, body))
        self.assertIn(response.status, EXPECTED, (method, path, body, response.body))
        return response

    def _count(self):
        names = ("calendar.event", "mail.activity", "caldav.resource", "res.partner")
        return [
            self.env[name].with_context(active_test=False).search_count([])
            for name in names
        ]

    @QUICK
    @given(
        st.sampled_from([*METHODS.split(", "), "LOCK", "MOVE", "__INIT__", "x"]),
        st.sampled_from(["events/", "tasks/", "", "events/a.ics", "no/", "no/a.ics"]),
        st.binary(max_size=50) | st.sampled_from([b"<a/>", b"<D:x xmlns:D='DAV:'/>"]),
        st.sampled_from(["0", "1", "infinity", "x", ""]),
        st.sampled_from(["*", '"x"', "x", "", ","]),
    )
    def test_requests(self, method, path, body, depth, tag):
        headers = {"Depth": depth, "If_Match": tag, "If_None_Match": tag}
        with self.env.cr.savepoint() as savepoint:
            self._ask(method, self.home + path, body, **headers)
            savepoint.rollback()
        self.env.invalidate_all()

    def test_one_becomes_another(self):
        """An event isn't made a task by its address, nor another record's data."""
        mine = f"{self.home}mine/"
        self._ask("MKCALENDAR", mine)
        bodies = [
            make_ics("UID:a", "SUMMARY:b", "DTSTART:20300305T090000Z"),
            make_ics("UID:a", "SUMMARY:c", kind="VTODO"),
        ]
        for number, (first, second) in enumerate([bodies, bodies[::-1]]):
            path = f"{mine}{number}.ics"
            self.assertEqual(self._ask("PUT", path, first).status, 201)
            before = self._count()
            self.assertEqual(self._ask("PUT", path, second).status, 403)
            self.assertEqual(self._count(), before)
            self.assertEqual(self._ask("DELETE", path).status, 204)

    def test_long_uids(self):
        """PostgreSQL can't have what is longer in an index; nothing is lost by it."""
        draw = Random(1)
        path = f"{self.home}events/a.ics"
        for size, status in ((500, 201), (1000, 403)):
            uid = "".join(chr(draw.randrange(0x20000, 0x2A000)) for _ in range(size))
            body = make_ics(f"UID:{uid}", "DTSTART:20300305T090000Z")
            self.assertEqual(self._ask("PUT", path, body).status, status)
            path = f"{self.home}events/b.ics"

    def test_empty_update(self):
        body = f"<D:propertyupdate {XMLNS}/>".encode()
        for path in ("/caldav/", self.home, f"{self.home}events/"):
            self._ask("PROPPATCH", path, body)

    def test_two_filters(self):
        one = '<C:comp-filter name="VCALENDAR"/>'
        body = f"<C:calendar-query {XMLNS}><D:prop><D:getetag/></D:prop>"
        body += f"<C:filter>{one}{one}</C:filter></C:calendar-query>"
        response = self._ask("REPORT", f"{self.home}events/", body.encode())
        self.assertEqual(response.status, 403)

    @mute_logger("odoo.addons.crm_activity_plus_caldav.server.server")
    def test_expanded_at_the_ends_of_time(self):
        event = make_ics(
            "UID:a", "DTSTART:20300305T090000Z", "RRULE:FREQ=DAILY;COUNT=2"
        )
        self._ask("PUT", f"{self.home}events/a.ics", event)
        for start, end in (
            ("00010101T000000Z", "00020101T000000Z"),
            ("99980101T000000Z", "99991231T235959Z"),
            ("20300305T000000Z", "20300306T000000Z"),
        ):
            body = f"<C:calendar-multiget {XMLNS}><D:prop><C:calendar-data><C:expand"
            body += f' start="{start}" end="{end}"/></C:calendar-data></D:prop>'
            body += f"<D:href>{self.home}events/a.ics</D:href></C:calendar-multiget>"
            self._ask("REPORT", f"{self.home}events/", body.encode())

    @QUICK
    @given(st.lists(lines, max_size=8), st.sampled_from(["VEVENT", "VTODO"]))
    def test_objects(self, extra, kind):
        """It is stored and told again, or refused and not there."""
        path = self.home + ("events/" if kind == "VEVENT" else "tasks/") + "a.ics"
        with self.env.cr.savepoint() as savepoint:
            self._ask("PROPFIND", self.home, Depth="1")
            before = self._count()
            response = self._ask("PUT", path, make_ics("UID:a", *extra, kind=kind))
            if response.status < 300:
                text = self._ask("GET", path).body.decode()
                self.assertIn("UID:a", text)
                again = self._ask("PUT", path, text.encode())
                self.assertEqual(again.status, 204, (extra, text, again.body))
                same = self._ask("GET", path).body.decode()
                self.assertEqual(self._read(same), self._read(text))
            else:
                self.assertEqual(self._count(), before)
            savepoint.rollback()
        self.env.invalidate_all()

    def _read(self, text):
        unfolded = text.replace("\r\n ", "")
        return sorted(re.split("\r\n", unfolded))

    @QUICK
    @given(
        st.sampled_from(["calendar-query", "calendar-multiget", "free-busy-query"]),
        st.sampled_from(["VCALENDAR", "VEVENT", "VTODO", "VALARM", "é"]),
        st.sampled_from(VALUES),
        st.sampled_from(VALUES),
    )
    def test_reports(self, name, component, start, end):
        inner = f'<C:time-range start="{start}" end="{end}"/>'
        text = f'<C:text-match collation="{start}">{end}</C:text-match>'
        inner += f'<C:prop-filter name="{start}">{text}</C:prop-filter>'
        inner = f'<C:comp-filter name="{component}">{inner}</C:comp-filter>'
        inner = f'<C:filter><C:comp-filter name="VCALENDAR">{inner}</C:comp-filter>'
        body = f"<C:{name} {XMLNS}><D:prop><D:getetag/></D:prop>{inner}</C:filter>"
        body += f"<D:href>{start}</D:href></C:{name}>"
        self._ask("REPORT", f"{self.home}events/", body.encode(), Depth="1")
