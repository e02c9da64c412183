# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from .common import CaldavCase, make_calendar, make_ics

TIMES = ("DTSTART:20300305T090000Z", "DTEND:20300305T100000Z")
MANAGER = "mailto:martin_manager@test.example.com"
OWNER = "mailto:olga_owner@test.example.com"


@tagged("caldav")
class TestWriteEvent(CaldavCase, MailCase):
    """Single meetings, written by a program."""

    def _ics(self, *lines, uid="a@b", name="Lunch", times=TIMES):
        return make_ics(f"UID:{uid}", f"SUMMARY:{name}", *times, *lines)

    @property
    def url(self):
        return f"{self.events}a.ics"

    def test_create(self):
        lines = ("LOCATION:Brussels", "DESCRIPTION:One\\nTwo", "CLASS:PRIVATE")
        lines += ("TRANSP:TRANSPARENT", "BEGIN:VALARM", "ACTION:DISPLAY")
        lines += ("TRIGGER:-PT30M", "END:VALARM")
        response = self._put(self.url, self._ics(*lines))
        event = self._find_events("Lunch")
        self.assertEqual(event.start, datetime(2030, 3, 5, 9))
        self.assertEqual(event.stop, datetime(2030, 3, 5, 10))
        self.assertEqual(event.location, "Brussels")
        self.assertIn("One<br", event.description)
        self.assertEqual((event.privacy, event.show_as), ("private", "free"))
        self.assertEqual(event.alarm_ids.duration_minutes, 30)
        self.assertEqual(event.user_id, self.user)
        self.assertEqual(event.partner_ids, self.user.partner_id)
        self.assertEqual(
            response.headers["ETag"], self._request("GET", self.url).headers["ETag"]
        )

    def test_what_odoo_has_no_field_for_stays(self):
        lines = ("PRIORITY:3", "X-FOO;X-BAR=1:baz", "GEO:50.8;4.3", "STATUS:TENTATIVE")
        lines += ("ATTENDEE;CN=Nobody:urn:uuid:1", "BEGIN:VALARM", "ACTION:AUDIO")
        lines += ("TRIGGER;RELATED=END:PT5M", "X-ALARM:y", "END:VALARM")
        self._put(self.url, self._ics(*lines))
        self._find_events("Lunch").write({"name": "Late lunch"})
        text = self._get(self.url)
        for line in (*lines, "SUMMARY:Late lunch", "UID:a@b"):
            self.assertIn(line, text)

    def test_zone_stays(self):
        times = ("DTSTART;TZID=Europe/Berlin:20300705T090000", "DURATION:PT90M")
        self._put(self.url, self._ics(times=times))
        event = self._find_events("Lunch")
        self.assertEqual(event.start, datetime(2030, 7, 5, 7))
        self.assertEqual(event.stop, datetime(2030, 7, 5, 8, 30))
        self.assertIn(times[0], self._get(self.url))
        event.start = datetime(2030, 7, 5, 8)
        text = self._get(self.url)
        self.assertIn("DTSTART;TZID=Europe/Berlin:20300705T100000", text)

    def test_floating_time_is_the_users(self):
        self.user.tz = "America/New_York"
        self._put(self.url, self._ics(times=("DTSTART:20300305T090000",)))
        self.assertEqual(self._find_events("Lunch").start, datetime(2030, 3, 5, 14))

    def test_all_day(self):
        times = ("DTSTART;VALUE=DATE:20300305", "DTEND;VALUE=DATE:20300307")
        self._put(self.url, self._ics(times=times))
        event = self._find_events("Lunch")
        self.assertTrue(event.allday)
        self.assertEqual(event.start_date, date(2030, 3, 5))
        self.assertEqual(event.stop_date, date(2030, 3, 6))
        times = ("DTSTART;VALUE=DATE:20300308",)
        self._put(self.url, self._ics(times=times), 204)
        self.assertEqual(event.start_date, date(2030, 3, 8))
        self.assertEqual(event.stop_date, date(2030, 3, 8))
        self._put(self.url, self._ics(), 204)
        self.assertFalse(event.allday)
        self.assertEqual(event.start, datetime(2030, 3, 5, 9))

    def test_change(self):
        self._put(self.url, self._ics("LOCATION:Brussels"))
        event = self._find_events("Lunch")
        self._put(self.url, self._ics(name="Dinner"), 204)
        self.assertEqual((event.name, event.location), ("Dinner", False))
        self.assertEqual(self._find_events("Dinner"), event)

    def test_formatted_text_stays_as_long_as_its_words(self):
        self._put(self.url, self._ics("DESCRIPTION:One two"))
        event = self._find_events("Lunch")
        event.description = "<p>One <b>two</b></p>"
        self._put(self.url, self._ics("DESCRIPTION:One *two*"), 204)
        self.assertEqual(event.description, "<p>One <b>two</b></p>")

    def test_conditions(self):
        body = self._ics()
        self._put(self.url, body, 412, If_Match='"x"')
        self.assertFalse(self._find_events("Lunch"))
        etag = self._put(self.url, body, 201, If_None_Match="*").headers["ETag"]
        self._put(self.url, body, 412, If_None_Match="*")
        self._find_events("Lunch").location = "Elsewhere"
        self._put(self.url, self._ics(name="Dinner"), 412, If_Match=etag)
        response = self._request("DELETE", self.url, If_Match=etag)
        self.assertEqual(response.status_code, 412)
        self.assertTrue(self._find_events("Lunch"))
        etag = self._request("GET", self.url).headers["ETag"]
        self._put(self.url, self._ics(name="Dinner"), 204, If_Match=etag)

    def test_delete(self):
        self._put(self.url, self._ics())
        self.assertEqual(self._request("DELETE", self.url).status_code, 204)
        self.assertFalse(self._find_events("Lunch"))
        for method in ("GET", "DELETE"):
            self.assertEqual(self._request(method, self.url).status_code, 404)
        self._put(self.url, self._ics())

    def test_uid_is_there_already(self):
        self._put(self.url, self._ics())
        response = self._request("PUT", f"{self.events}b.ics", self._ics())
        self.assertCondition(response, "C:no-uid-conflict", 409)
        response = self._request("PUT", self.url, self._ics(uid="other"))
        self.assertCondition(response, "C:no-uid-conflict")
        self.assertEqual(len(self._find_events("Lunch")), 1)

    def test_people_are_told_once(self):
        attendees = (f"ORGANIZER:{OWNER}", f"ATTENDEE:{OWNER}", f"ATTENDEE:{MANAGER}")
        with self.mock_mail_gateway():
            self._put(self.url, self._ics(*attendees))
        self.assertEqual(self._count_told("Lunch"), 1)
        event = self._find_events("Lunch")
        partners = self.user.partner_id | self.user_manager.partner_id
        self.assertEqual(event.partner_ids, partners)
        self._put(self.url, self._ics(*attendees, "LOCATION:Brussels"), 204)
        self.assertEqual(self._count_told("Lunch"), 1)
        times = ("DTSTART:20300305T110000Z", "DTEND:20300305T120000Z")
        self._put(self.url, self._ics(*attendees, times=times), 204)
        self.assertEqual(self._count_told("Lunch"), 2)
        text = self._get(self.url)
        self.assertIn(f"ATTENDEE:{MANAGER}", text)

    def _count_told(self, name):
        messages = self.env["mail.message"].search(
            [
                ("partner_ids", "in", self.user_manager.partner_id.ids),
                ("message_type", "=", "user_notification"),
            ]
        )
        return len(messages.filtered(lambda m: name in (m.subject or m.body)))

    def test_programs_that_tell_people_themselves(self):
        attendees = (f"ORGANIZER:{OWNER}", f"ATTENDEE;SCHEDULE-AGENT=CLIENT:{MANAGER}")
        self._put(self.url, self._ics(*attendees))
        self.assertEqual(self._count_told("Lunch"), 0)
        self.assertIn(
            self.user_manager.partner_id, self._find_events("Lunch").partner_ids
        )

    def test_people_nobody_knows(self):
        """They become contacts, where the user may create some."""
        address = "ATTENDEE;CN=Zoe:mailto:zoe@nowhere.example.com"
        self._put(self.url, self._ics(f"ORGANIZER:{OWNER}", address))
        event = self._find_events("Lunch")
        contact = event.partner_ids - self.user.partner_id
        self.assertEqual(contact.name, "Zoe")
        self.assertIn(address, self._get(self.url))
        self._put(self.url, self._ics(f"ORGANIZER:{OWNER}", address), 204)
        self.assertEqual(event.partner_ids - self.user.partner_id, contact)

    def test_people_nobody_may_know(self):
        """Without that right, addresses stay what they are."""
        user = self._create_user("Pia Plain", "base.group_user")
        login = {"user": user, "key": self._create_key(user)}
        address = "ATTENDEE;CN=Zoe:mailto:zoe@nowhere.example.com"
        url = f"/caldav/{user.id}/events/a.ics"
        self._put(url, self._ics("ORGANIZER:mailto:me@example.com", address), **login)
        self.assertEqual(self._find_events("Lunch").partner_ids, user.partner_id)
        self.assertIn(address, self._get(url, **login))

    def test_declining(self):
        event = self._create_event(
            "Invited",
            user=self.user_manager,
            partner_ids=(self.user | self.user_manager).partner_id.ids,
        )
        [href] = [h for h in self._propfind(self.events, "D:getetag", depth="1")][1:]
        text = self._get(href)
        self.assertIn(f"PARTSTAT=NEEDS-ACTION:{OWNER}", text)
        text = self._request("GET", href).text.replace("\r\n ", "")
        old = f"PARTSTAT=NEEDS-ACTION:{OWNER}"
        self._put(href, text.replace(old, f"PARTSTAT=DECLINED:{OWNER}"), 204)
        mine = event.attendee_ids.filtered(
            lambda a: a.partner_id == self.user.partner_id
        )
        self.assertEqual(mine.state, "declined")
        self.assertIn("declined", event.message_ids[0].body)

    def test_people_of_another_company(self):
        """Who else is invited may be nobody that the user may read."""
        company = self.env["res.company"].create({"name": "Another company"})
        stranger = self.env["res.partner"].create(
            {"company_id": company.id, "email": "s@b.example", "name": "Stranger"}
        )
        partners = (self.user | self.user_manager).partner_id | stranger
        event = self._create_event("Invited", user=self.env.user)
        event.write({"partner_ids": [Command.set(partners.ids)]})
        [href] = [h for h in self._propfind(self.events, "D:getetag", depth="1")][1:]
        text = self._request("GET", href).text.replace("\r\n ", "")
        self.assertIn("s@b.example", text)
        old = f"PARTSTAT=NEEDS-ACTION:{OWNER}"
        self._put(href, text.replace(old, f"PARTSTAT=ACCEPTED:{OWNER}"), 204)
        mine = event.attendee_ids.filtered(
            lambda a: a.partner_id == self.user.partner_id
        )
        self.assertEqual(mine.state, "accepted")
        self.assertEqual(event.sudo().partner_ids, partners)

    def test_deleting_an_invitation_declines_it(self):
        event = self._create_event(
            "Invited",
            user=self.user_manager,
            partner_ids=(self.user | self.user_manager).partner_id.ids,
        )
        [href] = [h for h in self._propfind(self.events, "D:getetag", depth="1")][1:]
        self.assertEqual(self._request("DELETE", href).status_code, 204)
        self.assertTrue(event.exists())
        mine = event.attendee_ids.filtered(
            lambda a: a.partner_id == self.user.partner_id
        )
        self.assertEqual(mine.state, "declined")
        self.assertEqual(self._request("GET", href).status_code, 404)
        self.assertEqual(
            [*self._propfind(self.events, "D:getetag", depth="1")], [self.events]
        )
        mine.state = "accepted"
        self.assertEqual(self._request("GET", href).status_code, 200)

    def test_moving_moves_the_activity(self):
        activity = self._schedule(
            activity_type_id=self.type_meeting.id, date_deadline=date(2030, 3, 5)
        )
        self._create_event(
            activity_ids=[Command.link(activity.id)], res_id=self.lead.id,
            res_model_id=self.env["ir.model"]._get_id("crm.lead"),
        )  # fmt: skip
        [href] = [h for h in self._propfind(self.events, "D:getetag", depth="1")][1:]
        text = self._get(href)
        self._put(href, text.replace("20300305T", "20300309T"), 204)
        self.assertEqual(activity.date_deadline, date(2030, 3, 9))
        self.assertEqual(activity.date_start, datetime(2030, 3, 9, 9))
        self._request("DELETE", href)
        self.assertEqual(activity.status, "cancelled")

    def test_refused(self):
        long_ago = ("DTSTART:18000305T090000Z",)
        nowhere = ("DTSTART;TZID=Nowhere/City:20300305T090000",)
        backwards = ("DTSTART:20300305T090000Z", "DTEND:20300305T080000Z")
        two = ("BEGIN:VEVENT", "UID:c", "DTSTART:20300305T090000Z", "END:VEVENT")
        task = ("BEGIN:VTODO", "UID:a@b", "END:VTODO")
        for body, condition in (
            (b"", "C:valid-calendar-data"),
            (b"garbage", "C:valid-calendar-data"),
            (b"\xff\xfe\x00", "C:valid-calendar-data"),
            (self._ics("X-A:\0"), "C:valid-calendar-data"),
            (self._ics(times=()), "C:valid-calendar-data"),
            (self._ics(times=long_ago), "C:valid-calendar-data"),
            (self._ics(times=nowhere), "C:valid-calendar-data"),
            (self._ics(times=("DTSTART:garbage",)), "C:valid-calendar-data"),
            (self._ics(times=backwards), "C:valid-calendar-object-resource"),
            (self._ics()[:-20], "C:valid-calendar-data"),
            (make_calendar(), "C:valid-calendar-object-resource"),
            (make_calendar("METHOD:REQUEST"), "C:valid-calendar-object-resource"),
            (make_ics(*TIMES), "C:valid-calendar-object-resource"),
            (make_ics("UID:a", kind="VTODO"), "C:supported-calendar-component"),
            (make_ics("UID:a", kind="VJOURNAL"), "C:supported-calendar-component"),
            (make_calendar(*two, *task), "C:valid-calendar-object-resource"),
            (self._ics("X-A:" + "x" * 2**20), "C:max-resource-size"),
        ):
            with self.subTest(body=body[:200]):
                response = self._request(
                    "PUT", self.url, body, Content_Type="text/calendar"
                )
                self.assertCondition(response, condition)
        self.assertFalse(self._find_events("Lunch"))
        self.assertFalse(self.env["caldav.resource"].search([("uid", "=", "a@b")]))

    def test_wrong_content_type(self):
        response = self._request(
            "PUT", self.url, self._ics(), Content_Type="application/json"
        )
        self.assertCondition(response, "C:supported-calendar-data")

    def test_too_large_a_body(self):
        response = self._request("PUT", self.url, b"x" * (9 * 2**20))
        self.assertEqual(response.status_code, 413)

    def test_no_such_calendar(self):
        self._put(f"{self.home}no/a.ics", self._ics(), 409)
        for url in (self.home, self.events, "/caldav/"):
            self._put(url, self._ics(), 405)
