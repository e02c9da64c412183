# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import plistlib

import icalendar

from odoo.exceptions import AccessError

from .common import CaldavCase


class TestConnect(CaldavCase):
    """What users get to connect a program."""

    def _connect(self, user=None):
        return self.env["caldav.connect"].with_user(user or self.user).create({})

    def test_key(self):
        wizard = self._connect()
        self.assertTrue(wizard.address.endswith("/caldav/"))
        self.assertEqual(wizard.login, self.user.login)
        # Odoo asks for the password first.
        method = type(wizard).action_create_key.__wrapped__
        action = method(wizard)
        key = action["context"]["default_key"]
        response = self._request("PROPFIND", "/caldav/", key=key)
        self.assertEqual(response.status_code, 207)
        apikeys = self.env["res.users.apikeys"]
        self.assertEqual(apikeys.search([("name", "=", "Phone")])[:1].scope, "caldav")
        self.assertFalse(apikeys._check_credentials(scope="rpc", key=key))
        shown = self.env["caldav.connected"].with_user(self.user)
        names = {"address": {}, "key": {}, "login": {}, "qr_code": {}}
        values = shown.with_context(**action["context"]).onchange({}, [], names)
        self.assertEqual(values["value"]["key"], key)
        self.assertTrue(values["value"]["qr_code"].startswith("data:image/png;base64,"))
        # The client asks for what the widgets need, too.
        view = self.env.ref("crm_activity_plus_caldav.caldav_connected_view_form")
        self.assertNotIn('widget="image"', view.arch)

    def test_portal_users_have_no_calendar(self):
        with self.assertRaises(AccessError):
            self._connect(self.user_portal)
        wizards = self.env["caldav.connect"].with_user(self.user_portal)
        for method in (wizards.action_show_feed, wizards.action_renew_feed):
            with self.assertRaises(AccessError):
                method()
        feeds = self.env["caldav.feed"].sudo()
        self.assertFalse(feeds.search([("user_id", "=", self.user_portal.id)]))

    def test_profile(self):
        self.authenticate(self.user.login, self.user.login.ljust(8, "x"))
        response = self.url_open("/caldav-profile/odoo.mobileconfig")
        [account] = plistlib.loads(response.content)["PayloadContent"]
        self.assertEqual(account["CalDAVUsername"], self.user.login)
        self.assertEqual(account["CalDAVPrincipalURL"], self.home)

    def test_subscription(self):
        self._create_event("Mine")
        self._create_event("Theirs", user=self.user_manager)
        wizard = self._connect()
        self.assertFalse(wizard.feed_address)
        wizard.action_show_feed()
        wizard.invalidate_recordset()
        path = "/ical/" + wizard.feed_address.rpartition("/")[2]
        response = self.url_open(path)
        self.assertIn("SUMMARY:Mine", response.text)
        self.assertNotIn("Theirs", response.text)
        etag = response.headers["ETag"]
        response = self.url_open(path, headers={"If-None-Match": etag})
        self.assertEqual(response.status_code, 304)
        wizard.action_renew_feed()
        self.assertEqual(self.url_open(path).status_code, 404)
        wizard.invalidate_recordset()
        path = "/ical/" + wizard.feed_address.rpartition("/")[2]
        self.assertEqual(self.url_open(path).status_code, 200)
        self.user.active = False
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_name_of_a_subscription(self):
        """Whatever a program calls the calendar."""
        collections = self.env["caldav.collection"].with_user(self.user)
        [calendar] = collections._find_all(self.user).filtered("has_events")
        calendar.sudo().label = "Mine,\nin \\\\NAS"
        path = self.env["caldav.feed"].with_user(self.user)._find(self.user)._get_path()
        name = icalendar.Calendar.from_ical(self.url_open(path).text)["X-WR-CALNAME"]
        self.assertEqual(str(name), r"Mine\,\nin \\\\NAS")

    def test_no_such_subscription(self):
        for path in ("/ical/x.ics", "/ical/%00.ics", "/ical/.ics", "/ical/a/b.ics"):
            self.assertEqual(self.url_open(path).status_code, 404)

    def test_nobody_reads_the_tables(self):
        for name in ("collection", "resource", "member", "feed"):
            for user in (self.user, self.user_manager):
                with self.assertRaises(AccessError):
                    self.env[f"caldav.{name}"].with_user(user).search([])
