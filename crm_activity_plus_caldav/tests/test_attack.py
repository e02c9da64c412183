# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from http.client import HTTPConnection
from itertools import cycle
from urllib.parse import urlsplit

from odoo.tests.common import TEST_CURSOR_COOKIE_NAME
from odoo.tools import mute_logger

from ..server.server import METHODS
from .common import XMLNS, CaldavCase, make_auth, make_ics

_EVENT = make_ics("UID:a", "SUMMARY:Mine", "DTSTART:20300305T090000Z")
_BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><D:propfind xmlns:D="DAV:">&c;</D:propfind>"""
_FILE = b"""<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<D:propfind xmlns:D="DAV:"><D:prop><D:displayname>&a;</D:displayname></D:prop>
</D:propfind>"""
_DEEP = b"<a>" * 5000 + b"</a>" * 5000
_WIDE = f"<D:propfind {XMLNS}><D:prop>{'<D:x/>' * 5000}</D:prop></D:propfind>"
_NESTED = b"BEGIN:VCALENDAR\r\n" * 3000 + b"END:VCALENDAR\r\n" * 3000
_BODIES = (
    b"",
    b"\0\xff\xfe",
    b"<",
    b"<a xmlns='x'/>",
    _BOMB,
    _FILE,
    _DEEP,
    _WIDE.encode(),
    _NESTED,
    _EVENT.decode().encode("utf-16"),
    b"x" * 100_000,
)
# Whatever comes: an answer that says that it was wrong, or that it was done.
_SANE = {200, 201, 204, 207, 301, 304, 400, 401, 403, 404, 405, 409, 411, 412, 413, 507}


class TestAttack(CaldavCase):
    """What no program sends that wishes us well, byte by byte over HTTP. The server
    never errs, and nothing happens that its user may not do."""

    def _send(self, method, target, body=None, headers=(), **kwargs):
        """:param str target: the address, as it stands in the request
        :returns: the status and the text of the answer"""
        self.env.flush_all()
        sent = {
            "Authorization": make_auth(self.user, self.key),
            "Content-Type": "text/calendar",
            **dict(headers),
        }
        url = urlsplit(self.base_url())
        connection = HTTPConnection(url.hostname, url.port, timeout=20)
        try:
            with self.allow_requests():
                cookie = self.opener.cookies[TEST_CURSOR_COOKIE_NAME]
                sent["Cookie"] = f"{TEST_CURSOR_COOKIE_NAME}={cookie}"
                connection.request(method, target, body, sent, **kwargs)
                answer = connection.getresponse()
                text = answer.read().decode()
        finally:
            connection.close()
            self.env.invalidate_all()
        self.assertIn(answer.status, _SANE, (method, target, body, text))
        return answer.status, text

    def _count(self):
        names = ("calendar.event", "mail.activity", "caldav.resource")
        return [self.env[name].search_count([]) for name in names]

    @mute_logger("odoo.http", "werkzeug")
    def test_every_verb_everywhere(self):
        self._put(f"{self.events}a.ics", _EVENT)
        other = f"/caldav/{self.user_manager.id}/"
        paths = ["/caldav", "/caldav/", "/.well-known/caldav", self.home, self.events]
        paths += [f"{self.events}a.ics", f"{self.events}b.ics", f"{self.home}no/"]
        paths += [f"{self.home}no/a.ics", other, f"{other}events/", "/caldav/0/"]
        bodies, depths = cycle(_BODIES), cycle(["0", "1", "infinity", "-1", ""])
        verbs = [*METHODS.split(", "), "LOCK", "MOVE", "COPY", "POST", "PATCH", "TRACE"]
        for verb in [*verbs, "put", "X" * 300]:
            for path in paths:
                if verb == "DELETE" and path.endswith("a.ics"):
                    continue
                headers = {"Depth": next(depths)}
                self._send(verb, path, next(bodies), headers)
        self.assertEqual(len(self._find_events("Mine")), 1)

    @mute_logger("odoo.http", "werkzeug")
    def test_no_way_out(self):
        self._put(f"{self.events}a.ics", _EVENT)
        own, other = self.user.id, self.user_manager.id
        before = self._count()
        for target, status in (
            (f"/caldav/{own}/events/%2e%2e/%2e%2e/{other}/events/a.ics", 404),
            (f"/caldav/{own}/events/../../../web/login", 404),
            (f"/caldav/{own}/..%2f{other}/events/a.ics", 404),
            (f"/caldav/{own}/events/..%5ca.ics", 404),
            (f"/caldav/{own}/events//a.ics", 404),
            (f"/caldav//{own}/events/a.ics", 301),
            (f"/caldav/{own}/events/a.ics/", 404),
            (f"/caldav/{own}/events/a.ics/b.ics", 404),
            (f"/caldav/{own}/events/a%00.ics", 404),
            (f"/caldav/{own}/events/%0d%0aa.ics", 404),
            (f"/caldav/{own}/events/%ff.ics", 404),
            (f"/caldav/{own}/events/{'a' * 5000}.ics", 404),
            (f"/caldav/{own}/EVENTS/a.ics", 404),
            (f"/caldav/0{own}/events/a.ics", 404),
            (f"/caldav/{own}%20/events/a.ics", 404),
            ("/caldav/-1/events/a.ics", 404),
            (f"/caldav/{'9' * 30}/events/a.ics", 404),
            ("/caldav/%D9%A1/events/a.ics", 404),
            (f"/caldav/{other}/events/a.ics", 403),
            ("/caldav/999999999/events/a.ics", 403),
        ):
            with self.subTest(target):
                self.assertEqual(self._send("GET", target)[0], status)
                told, _text = self._send("PUT", target, _EVENT)
                self.assertIn(told, (301, 403, 404, 409))
        self.assertEqual(self._count(), before)

    def test_somebody_elses(self):
        self._create_event("Theirs", user=self.user_manager)
        key = self._create_key(self.user_manager)
        login = {"Authorization": make_auth(self.user_manager, key)}
        home = f"/caldav/{self.user_manager.id}/events/"
        status, text = self._send("GET", home, headers=login)
        self.assertEqual(status, 200)
        self.assertIn("Theirs", text)
        before = self._count()
        for verb in METHODS.split(", ")[1:]:
            for path in (home, f"{home}x.ics"):
                self.assertEqual(self._send(verb, path, _EVENT)[0], 403, (verb, path))
        href = f"<D:href>{home}</D:href>"
        report = f"<C:calendar-multiget {XMLNS}>{href}</C:calendar-multiget>"
        _status, text = self._send("REPORT", self.events, report)
        self.assertNotIn("Theirs", text)
        self.assertEqual(self._count(), before)

    @mute_logger("odoo.http", "werkzeug")
    def test_bodies(self):
        url = f"{self.events}a.ics"
        for body in _BODIES:
            with self.subTest(body[:40]):
                self.assertEqual(self._send("PUT", url, body)[0], 403)
                for verb in ("PROPFIND", "PROPPATCH", "REPORT", "MKCALENDAR"):
                    path = f"{self.home}new/" if verb == "MKCALENDAR" else self.events
                    status, text = self._send(verb, path, body, {"Depth": "0"})
                    self.assertNotIn("root:", text)
                    is_read = body == _WIDE.encode() and verb == "PROPFIND"
                    is_empty = not body and verb in ("PROPFIND", "MKCALENDAR")
                    if is_read or is_empty:
                        self.assertIn(status, (201, 207))
                    else:
                        self.assertIn(status, (400, 403, 405), (verb, body[:40]))
        self.assertFalse(self._find_events("Mine"))

    @mute_logger("odoo.http", "werkzeug")
    def test_headers(self):
        url = f"{self.events}a.ics"
        for headers, statuses in (
            ({"Content-Type": "text/calendar; charset=klingon"}, (201, 403)),
            ({"Content-Type": "application/x-www-form-urlencoded"}, (400, 403)),
            ({"Content-Type": "multipart/form-data"}, (400, 403)),
            ({"Content-Type": "application/json"}, (400, 403)),
            ({"Content-Encoding": "gzip"}, (201, 204, 403, 415)),
            ({"Authorization": "Basic ///"}, (401,)),
            ({"Authorization": "Basic " + "A" * 20000}, (401,)),
            ({"Authorization": "Bearer x"}, (401,)),
            ({"If-Match": '"' * 5000}, (412,)),
            ({"X-HTTP-Method-Override": "DELETE"}, (201, 204)),
        ):
            with self.subTest(headers):
                status, _text = self._send("PUT", url, _EVENT, headers)
                self.assertIn(status, statuses)

    @mute_logger("odoo.http", "werkzeug")
    def test_lengths(self):
        url = f"{self.events}a.ics"
        for length in ("-1", "x", "", "10"):
            status, _text = self._send("PUT", url, _EVENT, {"Content-Length": length})
            self.assertIn(status, (400, 403, 411), length)
        self.assertFalse(self._find_events("Mine"))
        chunked = {"Transfer-Encoding": "chunked"}
        parts = [_EVENT[:40], _EVENT[40:]]
        status, _text = self._send("PUT", url, parts, chunked, encode_chunked=True)
        self.assertEqual(status, 201)
        status, _text = self._send("PUT", url, b"zz\r\nnot a chunk", chunked)
        self.assertIn(status, (400, 403))
        self.assertEqual(len(self._find_events("Mine")), 1)

    def test_many_hrefs(self):
        self._put(f"{self.events}a.ics", _EVENT)
        for count, expected in ((10_000, 207), (20_001, 403)):
            hrefs = "".join(
                f"<D:href>{self.events}{number}.ics</D:href>" for number in range(count)
            )
            inner = f"<D:prop><D:getetag/></D:prop>{hrefs}"
            inner += f"<D:href>{self.events}a.ics</D:href>"
            body = f"<C:calendar-multiget {XMLNS}>{inner}</C:calendar-multiget>"
            status, text = self._send("REPORT", self.events, body)
            self.assertEqual(status, expected)
            if expected == 207:
                self.assertEqual(text.count("404 Not Found"), count)
                self.assertEqual(text.count("200 OK"), 1)

    def test_key_is_deleted_in_the_middle(self):
        self._send("PUT", f"{self.events}a.ics", _EVENT)
        keys = self.env["res.users.apikeys"].search([("user_id", "=", self.user.id)])
        keys.sudo()._remove()
        for verb in METHODS.split(", ")[1:]:
            self.assertEqual(self._send(verb, f"{self.events}a.ics", _EVENT)[0], 401)
        self.assertTrue(self._find_events("Mine"))
