# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
from datetime import date, datetime
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus_caldav import uninstall_hook
from odoo.addons.mail.tests.common import mail_new_test_user

from .common import CaldavCase, make_calendar, make_ics

EXPORT = "odoo.addons.crm_activity_plus_caldav.models.caldav_export"


class TestFiles(CaldavCase):
    """Files, in and out."""

    def _import(self, data, user=None):
        """:returns: the wizard, at the preview"""
        wizard = (
            self.env["caldav.import"]
            .with_user(user or self.user)
            .create({"file": base64.b64encode(data), "file_name": "x.ics"})
        )
        wizard.action_preview()
        return wizard

    def _get_statuses(self, wizard):
        return {line.uid: line.status for line in wizard.line_ids}

    def _make_file(self, *names):
        lines = []
        for name in names:
            lines += ["BEGIN:VEVENT", f"UID:{name}", f"SUMMARY:{name}"]
            lines += ["DTSTART:20300305T090000Z", "END:VEVENT"]
        return make_calendar("METHOD:PUBLISH", *lines)

    def test_second_import_changes_nothing(self):
        task = ("BEGIN:VTODO", "UID:t", "SUMMARY:Task", "END:VTODO")
        bad = ("BEGIN:VEVENT", "UID:bad", "DTSTART:garbage", "END:VEVENT")
        data = self._make_file("one", "two").replace(
            b"END:VCALENDAR", "\r\n".join([*task, *bad, "END:VCALENDAR"]).encode()
        )
        wizard = self._import(data)
        expected = {"one": "new", "two": "new", "t": "new", "bad": "refused"}
        self.assertEqual(self._get_statuses(wizard), expected)
        self.assertFalse(self._find_events("one"))
        wizard.action_import()
        self.assertEqual(wizard.state, "done")
        event = self._find_events("one")
        self.assertEqual(event.user_id, self.user)
        again = self._import(data)
        expected = dict.fromkeys(["one", "two", "t"], "unchanged") | {"bad": "refused"}
        self.assertEqual(self._get_statuses(again), expected)
        again.action_import()
        self.assertEqual(self._find_events("one"), event)
        changed = self._import(data.replace(b"SUMMARY:one", b"SUMMARY:uno"))
        self.assertEqual(self._get_statuses(changed)["one"], "changed")
        changed.action_import()
        self.assertEqual(event.name, "uno")

    @mute_logger("odoo.addons.crm_activity_plus_caldav.wizards.caldav_import")
    def test_what_is_refused_stops_nothing(self):
        """A series of which Odoo would make something else is refused at the end."""
        series = make_ics(
            *("UID:s", "DTSTART:20300304T090000Z", "RRULE:FREQ=WEEKLY;COUNT=3"),
            *(f"EXDATE:203003{day}T090000Z" for day in ("04", "11", "18")),
        )
        lines = series.decode().split("\r\n")[3:-2]
        data = self._make_file("one").replace(
            b"END:VCALENDAR", "\r\n".join([*lines, "END:VCALENDAR"]).encode()
        )
        wizard = self._import(data)
        wizard.action_import()
        expected = {"one": "imported", "s": "refused"}
        self.assertEqual(self._get_statuses(wizard), expected)
        self.assertTrue(wizard.line_ids.filtered(lambda line: line.reason))

    def test_unfit_uid_stops_nothing(self):
        data = self._make_file("one", "b\0d")
        wizard = self._import(data)
        self.assertEqual(self._get_statuses(wizard), {"one": "new", "bd": "refused"})
        wizard.action_import()
        self.assertTrue(self._find_events("one"))

    def test_nobody_is_told(self):
        people = "ATTENDEE:mailto:martin_manager@test.example.com\r\nEND:VEVENT"
        data = self._make_file("one").replace(b"END:VEVENT", people.encode())
        before = self.env["mail.mail"].search_count([])
        self._import(data).action_import()
        self.assertIn(
            self.user_manager.partner_id, self._find_events("one").partner_ids
        )
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_no_calendar(self):
        for data in (b"x", b"\xff\xfe", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"):
            with self.assertRaises(UserError):
                self._import(data)

    def test_export_of_a_selection(self):
        events = self._create_event("Mine") + self._create_event(
            "Theirs", user=self.user_manager
        )
        series = self._create_event(
            "Series", recurrency=True, rrule_type="daily", count=3, end_type="count"
        )
        events += series.recurrence_id.calendar_event_ids
        action = events.with_user(self.user).action_export_ical()
        self.authenticate(self.user.login, self.user.login.ljust(8, "x"))
        text = self.url_open(action["url"]).text
        for name in ("Mine", "Theirs", "Series"):
            self.assertEqual(text.count(f"SUMMARY:{name}"), 1)
        self.assertIn("RRULE:FREQ=DAILY;COUNT=3", text)
        files = self.env["ir.attachment"].search([("res_model", "=", "caldav.import")])
        self.assertTrue(files)
        uninstall_hook(self.env)
        self.assertFalse(files.exists())
        keys = self.env["res.users.apikeys"].search([("user_id", "=", self.user.id)])
        self.assertFalse(keys)

    def _export_filter(self, model, domain, user=None, **context):
        """:returns: the text that a program gets for a filter"""
        records = self.env[model].with_user(user or self.user).with_context(**context)
        action = records.action_export_ical_filter(domain)
        id_ = int(action["url"].split("?")[0].rpartition("/")[2])
        return self.env["ir.attachment"].browse(id_).raw.decode()

    def test_export_of_a_filter(self):
        for number in range(3):
            start = datetime(2030, 3, 5 + number, 9)
            self._create_event(f"Day {number}", start=start, stop=start)
        domain = [["start", ">=", "2030-03-06"], ["name", "like", "Day"]]
        text = self._export_filter("calendar.event", domain)
        self.assertNotIn("Day 0", text)
        self.assertEqual(text.count("BEGIN:VEVENT"), 2)
        # By the rights of whoever asks.
        self._schedule(summary="Call")
        domain = [["summary", "=", "Call"]]
        text = self._export_filter("mail.activity", domain)
        self.assertIn("SUMMARY:Call", text)
        other = self._make_outsider()
        self.assertNotIn("Call", self._export_filter("mail.activity", domain, other))
        empty = self._export_filter("calendar.event", [["name", "=", "Nothing"]])
        self.assertNotIn("BEGIN:VEVENT", empty)

    def test_export_of_a_list_with_defaults(self):
        """Defaults of the list's action, as those of a lead's meetings, are for new
        meetings: the file belongs to nothing, and is cleaned up."""
        self._create_event("Mine")
        text = self._export_filter(
            "calendar.event",
            [["name", "=", "Mine"]],
            default_res_id=self.lead.id,
            default_res_model="crm.lead",
            default_type="opportunity",
        )
        self.assertIn("SUMMARY:Mine", text)
        files = self.env["ir.attachment"].search([("res_model", "=", "caldav.import")])
        self.assertEqual(files.mapped("res_id"), [0])

    def _make_outsider(self):
        return mail_new_test_user(self.env, "outsider", groups="base.group_user")

    def test_export_of_garbage(self):
        with patch(f"{EXPORT}.MAX_OBJECTS", 1):
            self._create_event("One")
            self._create_event("Two")
            with self.assertRaisesRegex(UserError, "narrower filter"):
                self._export_filter("calendar.event", [["name", "in", ["One", "Two"]]])
        for domain in (5, "x", [["nothing", "=", 1]], [["id", "=", "x"]], {"a": 1}):
            with self.assertRaises(UserError):
                self._export_filter("calendar.event", domain)

    def test_export_of_many_in_parts(self):
        """What was read of one part isn't kept for the next, and nothing is lost."""
        series = self._create_event(
            "Series", recurrency=True, rrule_type="daily", count=5, end_type="count"
        )
        for number in range(4):
            self._create_event(f"Single {number}")
        with patch(f"{EXPORT}.BATCH", 2):
            text = self._export_filter(
                "calendar.event", [["user_id", "=", self.user.id]]
            )
        self.assertEqual(text.count("SUMMARY:Single"), 4)
        self.assertEqual(text.count("SUMMARY:Series"), 1)
        self.assertIn("RRULE:FREQ=DAILY;COUNT=5", text)
        self.assertEqual(len(series.recurrence_id.calendar_event_ids), 5)

    def test_private_meetings_of_others(self):
        body = make_ics("UID:a", "SUMMARY:Secret", "X-SECRET:secret", "CLASS:PRIVATE",
                        "DTSTART:20300305T090000Z")  # fmt: skip
        self._put(f"{self.events}a.ics", body)
        event = self._find_events("Secret").with_user(self.user_manager)
        text = "".join(self.env["caldav.export"].with_user(
            self.user_manager
        )._export_records(event))  # fmt: skip
        self.assertNotIn("secret", text.lower())

    def test_export_of_activities_and_back(self):
        activity = self._schedule(summary="Call", date_deadline=date(2030, 3, 5))
        export = self.env["caldav.export"].with_user(self.user)
        text = "".join(export._export_records(activity))
        self.assertIn("SUMMARY:Call", text)
        self.assertIn("DUE;VALUE=DATE:20300305", text)

    def test_what_was_exported_is_known(self):
        self._create_event("Mine", start=datetime(2030, 3, 5, 9))
        text = self._get(self.events)
        wizard = self._import(text.encode())
        self.assertNotIn("new", self._get_statuses(wizard).values())
        wizard.action_import()
        self.assertEqual(len(self._find_events("Mine")), 1)
