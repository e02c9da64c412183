# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
from datetime import date, datetime

from odoo.tools import mute_logger

from .common import NS, XMLNS, CaldavCase, make_ics

LOGGERS = ("odoo.addons.base.models.res_users", "odoo.http")


class TestLogin(CaldavCase):
    """Who gets in."""

    def test_nobody_is_asked(self):
        response = self.url_open("/caldav/", method="PROPFIND", allow_redirects=False)
        self.assertEqual(response.status_code, 401)
        self.assertIn("Basic", response.headers["WWW-Authenticate"])

    def test_options_without_a_login(self):
        response = self.url_open("/caldav/", method="OPTIONS")
        self.assertEqual(response.status_code, 200)
        self.assertIn("calendar-access", response.headers["DAV"])
        self.assertIn("REPORT", response.headers["Allow"])

    def test_well_known(self):
        for method in ("GET", "PROPFIND"):
            response = self.url_open(
                "/.well-known/caldav", method=method, allow_redirects=False
            )
            self.assertEqual(response.status_code, 301)
            self.assertTrue(response.headers["Location"].endswith("/caldav/"))

    def test_no_session(self):
        response = self._request("PROPFIND", "/caldav/", Depth="0")
        self.assertEqual(response.status_code, 207)
        self.assertNotIn("Set-Cookie", response.headers)

    @mute_logger(*LOGGERS)
    def test_key_is_dead_at_once(self):
        self.assertEqual(self._request("PROPFIND", "/caldav/").status_code, 207)
        keys = self.env["res.users.apikeys"].search([("user_id", "=", self.user.id)])
        keys.with_user(self.user)._remove()
        self.assertEqual(self._request("PROPFIND", "/caldav/").status_code, 401)

    @mute_logger(*LOGGERS)
    def test_expired_key(self):
        self.env.cr.execute(
            "UPDATE res_users_apikeys SET expiration_date = '2020-01-01'"
            " WHERE user_id = %s",
            [self.user.id],
        )
        self.assertEqual(self._request("PROPFIND", "/caldav/").status_code, 401)

    @mute_logger(*LOGGERS)
    def test_somebody_elses_key(self):
        key = self._create_key(self.user_manager)
        response = self._request("PROPFIND", "/caldav/", key=key)
        self.assertEqual(response.status_code, 401)

    @mute_logger(*LOGGERS)
    def test_key_is_for_calendars_only(self):
        users = self.env["res.users.apikeys"]
        self.assertFalse(users._check_credentials(scope="rpc", key=self.key))

    @mute_logger(*LOGGERS)
    def test_key_of_another_scope(self):
        key = self._create_key(self.user, scope="2fa_trusted_device")
        response = self._request("PROPFIND", "/caldav/", key=key)
        self.assertEqual(response.status_code, 401)

    @mute_logger(*LOGGERS)
    def test_what_no_database_can_hold(self):
        for login, key in (("a\0b", "key"), (self.user.login, "12345678\0")):
            token = base64.b64encode(f"{login}:{key}".encode()).decode()
            response = self._request(
                "PROPFIND", "/caldav/", Authorization=f"Basic {token}"
            )
            self.assertEqual(response.status_code, 401)

    @mute_logger(*LOGGERS)
    def test_password(self):
        password = self.user.login.ljust(8, "x")
        response = self._request("PROPFIND", "/caldav/", key=password)
        self.assertEqual(response.status_code, 401)
        self.env["ir.config_parameter"].set_param(
            "crm_activity_plus_caldav.allow_passwords", "True"
        )
        response = self._request("PROPFIND", "/caldav/", key=password)
        self.assertEqual(response.status_code, 207)

    @mute_logger(*LOGGERS, "odoo.addons.base.models.res_users")
    def test_cool_down(self):
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", "3")
        for _attempt in range(4):
            self._request("PROPFIND", "/caldav/", key="wrong")
        self.addCleanup(self.registry._login_failures.clear)
        self.assertEqual(self._request("PROPFIND", "/caldav/").status_code, 401)

    def test_portal_users_are_refused(self):
        keys = self.env["res.users.apikeys"].with_user(self.user_portal).sudo()
        key = keys._generate("caldav", "Phone", datetime.now())
        self.env.cr.execute("UPDATE res_users_apikeys SET expiration_date = NULL")
        response = self._request("PROPFIND", "/caldav/", user=self.user_portal, key=key)
        self.assertEqual(response.status_code, 403)


class TestDiscovery(CaldavCase):
    """How programs find their way."""

    def test_from_the_root(self):
        found = self._propfind("/caldav/", "D:current-user-principal")
        href = found["/caldav/"]["current-user-principal"].findtext("D:href", None, NS)
        self.assertEqual(href, self.home)

    def test_principal(self):
        names = ("C:calendar-home-set", "C:calendar-user-address-set", "D:resourcetype")
        [props] = self._propfind(self.home, *names).values()
        home = props["calendar-home-set"].findtext("D:href", None, NS)
        self.assertEqual(home, self.home)
        addresses = [e.text for e in props["calendar-user-address-set"]]
        self.assertIn(f"mailto:{self.user.email}", addresses)
        self.assertIsNotNone(props["resourcetype"].find("D:principal", NS))

    def test_calendars(self):
        names = ("D:resourcetype", "C:supported-calendar-component-set")
        found = self._propfind(self.home, *names, "D:displayname", depth="1")
        self.assertEqual({*found}, {self.home, self.events, self.tasks})
        for href, kind in ((self.events, "VEVENT"), (self.tasks, "VTODO")):
            components = found[href]["supported-calendar-component-set"]
            self.assertEqual([c.get("name") for c in components], [kind])
            self.assertIsNotNone(found[href]["resourcetype"].find("C:calendar", NS))

    def test_search_for_people(self):
        """Users find themselves, and nobody else."""
        for name, hrefs in (("olga", [self.home]), ("martin", []), ("", [self.home])):
            inner = (
                f"<D:property-search><D:prop><D:displayname/></D:prop><D:match>{name}"
            )
            inner += "</D:match></D:property-search><D:prop><D:displayname/></D:prop>"
            response = self._report("/caldav/", "D:principal-property-search", inner)
            self.assertEqual([*self._read_multistatus(response)], hrefs)

    def test_unknown_properties(self):
        body = f'<D:propfind {XMLNS}><D:prop><X:y xmlns:X="z"/></D:prop></D:propfind>'
        response = self._request("PROPFIND", self.events, body, Depth="0")
        self.assertIn("404 Not Found", response.text)

    def test_infinite_depth(self):
        response = self._request("PROPFIND", self.home, Depth="infinity")
        self.assertCondition(response, "D:propfind-finite-depth")

    def test_somebody_elses_calendars(self):
        self._create_event(user=self.user_manager)
        for path in ("", "events/", "events/x.ics"):
            url = f"/caldav/{self.user_manager.id}/{path}"
            for method in ("PROPFIND", "GET", "DELETE", "REPORT"):
                response = self._request(method, url)
                self.assertCondition(response, "D:need-privileges")
            body = make_ics("UID:x", "DTSTART:20300101T100000Z")
            self.assertCondition(self._request("PUT", url, body), "D:need-privileges")

    def test_nothing_there(self):
        paths = ("0/", "x/", f"{self.user.id}/no/", f"{self.user.id}/events/no.ics")
        paths += (f"{self.user.id}/events/a/b", f"{self.user.id}/events/%2e%2e/x")
        paths += (f"{self.user.id}/events/..%2f..%2fx", f"{self.user.id}//events/")
        for path in paths:
            for method in ("PROPFIND", "GET", "DELETE"):
                response = self._request(method, f"/caldav/{path}")
                self.assertEqual(response.status_code, 404, (method, path))


class TestReadEvents(CaldavCase):
    """What programs read of meetings."""

    def _read(self, event):
        [text] = [
            text
            for text in self._read_all().values()
            if f"SUMMARY:{event.name}\r\n" in text
        ]
        return text

    def _read_all(self):
        found = self._query(self.events, '<C:comp-filter name="VEVENT"/>')
        return {
            href: (props["calendar-data"].text or "")
            .replace("\r", "")
            .replace("\n", "\r\n")
            for href, props in found.items()
        }

    def test_all_there_is_to_tell(self):
        alarm = self.env["calendar.alarm"].create(
            {"name": "A", "alarm_type": "notification", "duration": 15,
             "interval": "minutes"}
        )  # fmt: skip
        tag = self.env["calendar.event.type"].create({"name": "Customers"})
        event = self._create_event(
            "Lunch",
            location="Brussels",
            description="<p>Bring <b>samples</b></p>",
            privacy="private",
            show_as="free",
            videocall_location="https://meet.example.com/x",
            alarm_ids=alarm.ids,
            categ_ids=tag.ids,
            partner_ids=[self.user.partner_id.id, self.user_manager.partner_id.id],
        )
        text = self._read(event)
        for line in (
            "DTSTART:20300305T090000Z",
            "DTEND:20300305T100000Z",
            "LOCATION:Brussels",
            "CLASS:PRIVATE",
            "TRANSP:TRANSPARENT",
            "CONFERENCE;VALUE=URI:https://meet.example.com/x",
            "CATEGORIES:Customers",
            "TRIGGER:-PT15M",
            "ORGANIZER:mailto:olga_owner@test.example.com",
        ):
            self.assertIn(line, text)
        unfolded = text.replace("\r\n ", "")
        self.assertIn("PARTSTAT=NEEDS-ACTION:mailto:martin_manager@", unfolded)

    def test_all_day(self):
        event = self._create_event(
            "Fair", allday=True, start_date=date(2030, 3, 5), stop_date=date(2030, 3, 6)
        )
        text = self._read(event)
        self.assertIn("DTSTART;VALUE=DATE:20300305", text)
        self.assertIn("DTEND;VALUE=DATE:20300307", text)

    def test_own_ones_only(self):
        self._create_event("Mine")
        self._create_event("Somebody else's", user=self.user_manager)
        texts = "".join(self._read_all().values())
        self.assertIn("SUMMARY:Mine", texts)
        self.assertNotIn("Somebody", texts)

    def test_get_head_and_conditions(self):
        self._create_event("Mine")
        found = self._propfind(self.events, "D:getetag", depth="1")
        [(href, props)] = [item for item in found.items() if item[0] != self.events]
        etag = props["getetag"].text
        response = self._request("GET", href)
        self.assertEqual(response.headers["ETag"], etag)
        self.assertIn("text/calendar", response.headers["Content-Type"])
        self.assertEqual(self._request("HEAD", href).content, b"")
        same = self._request("GET", href, If_None_Match=etag)
        self.assertEqual(same.status_code, 304)
        self.assertEqual(self._get(href), self._get(href))

    def test_multiget(self):
        self._create_event("Mine")
        [href] = self._read_all()
        inner = (
            f"<D:prop><D:getetag/><C:calendar-data/></D:prop><D:href>{href}</D:href>"
        )
        inner += f"<D:href>{self.events}no.ics</D:href><D:href>/web</D:href>"
        response = self._report(self.events, "C:calendar-multiget", inner)
        found = self._read_multistatus(response)
        self.assertIn("SUMMARY:Mine", found[href]["calendar-data"].text)
        self.assertIn("404", found[f"{self.events}no.ics"])
        self.assertIn("404", found["/web"])

    def test_time_range(self):
        self._create_event("In")
        self._create_event(
            "Out", start=datetime(2031, 1, 1, 9), stop=datetime(2031, 1, 1, 10)
        )
        range_ = '<C:time-range start="20300305T000000Z" end="20300306T000000Z"/>'
        found = self._query(
            self.events, f'<C:comp-filter name="VEVENT">{range_}</C:comp-filter>'
        )
        [props] = found.values()
        self.assertIn("SUMMARY:In", props["calendar-data"].text)

    def test_ends_of_a_range(self):
        """By the definition of overlapping, an end is not a part of it."""
        self._create_event("In")
        for start, end, count in (
            ("20300305T100000Z", "20300305T110000Z", 0),
            ("20300305T080000Z", "20300305T090000Z", 0),
            ("20300305T095959Z", "20300305T110000Z", 1),
            ("20300305T080000Z", "20300305T090001Z", 1),
        ):
            inner = f'<C:comp-filter name="VEVENT"><C:time-range start="{start}"'
            inner += f' end="{end}"/></C:comp-filter>'
            self.assertEqual(len(self._query(self.events, inner)), count, start)
        day = date(2030, 3, 7)
        self._create_event("Day", allday=True, start_date=day, stop_date=day)
        for end, count in (("20300307T000000Z", 0), ("20300307T000001Z", 1)):
            inner = '<C:comp-filter name="VEVENT"><C:time-range'
            inner += f' start="20300306T000000Z" end="{end}"/></C:comp-filter>'
            self.assertEqual(len(self._query(self.events, inner)), count, end)

    def test_text_match(self):
        self._create_event("Lunch with Anna")
        self._create_event("Dinner")
        for text, negated, count in (
            ("anna", "no", 1),
            ("anna", "yes", 1),
            ("x", "no", 0),
        ):
            match = f'<C:text-match negate-condition="{negated}">{text}</C:text-match>'
            inner = (
                f'<C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY">{match}'
            )
            inner += "</C:prop-filter></C:comp-filter>"
            self.assertEqual(len(self._query(self.events, inner)), count)

    def test_etag_follows_what_is_told(self):
        event = self._create_event("Mine", partner_ids=[
            self.user.partner_id.id, self.user_manager.partner_id.id
        ])  # fmt: skip

        def read():
            found = self._propfind(self.events, "D:getetag", depth="1")
            [etag] = [p["getetag"].text for h, p in found.items() if h != self.events]
            return etag

        first = read()
        event.message_post(body="Hello")
        self.env.cr.execute("UPDATE calendar_event SET write_date = now()")
        self.assertEqual(read(), first)
        event.attendee_ids.filtered(
            lambda a: a.partner_id == self.user_manager.partner_id
        ).state = "accepted"
        second = read()
        self.assertNotEqual(second, first)
        self.env.cr.execute(
            "UPDATE calendar_event SET location = 'x' WHERE id = %s", event.ids
        )
        self.assertNotEqual(read(), second)
