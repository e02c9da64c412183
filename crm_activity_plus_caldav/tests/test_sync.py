# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields

from .common import XMLNS, CaldavCase, make_ics


class TestSync(CaldavCase):
    """What programs are told of changes, by RFC 6578."""

    def _put_event(self, name, status=201):
        body = make_ics(f"UID:{name}", f"SUMMARY:{name}", "DTSTART:20300305T090000Z")
        url = f"{self.events}{name}.ics"
        self._put(url, body, status)
        return url

    def test_known_by_somebody_else(self):
        """What is new in a calendar is known there by its name and by its UID, though
        its program hasn't asked for it yet."""
        body = make_ics("UID:shared", "SUMMARY:Shared", "DTSTART:20300305T090000Z")
        self._put(f"{self.events}shared.ics", body)
        event = self._find_events("Shared")
        born = self._create_event("Born")
        uid = self.env["caldav.resource"]._get_default_uid("calendar.event", born.id)
        other, key = self.user_manager, self._create_key(self.user_manager)
        (event + born).partner_ids += other.partner_id
        home = f"/caldav/{other.id}/events/"
        login = {"user": other, "key": key}
        for name in ("shared", uid):
            again = body.replace(b"UID:shared", f"UID:{name}".encode())
            response = self._request("PUT", f"{home}again.ics", again, **login)
            self.assertCondition(response, "C:no-uid-conflict", 409)
        response = self._request("GET", f"{home}shared.ics", **login)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(len(self._find_events("Shared")), 1)

    def test_multiget_of_what_nobody_has_listed(self):
        """It is found as by GET, whoever has given it its name."""
        body = make_ics("UID:a", "SUMMARY:Shared", "DTSTART:20300305T090000Z")
        self._put(f"{self.events}shared.ics", body)
        other, key = self.user_manager, self._create_key(self.user_manager)
        self._find_events("Shared").partner_ids += other.partner_id
        home = f"/caldav/{other.id}/events/"
        inner = "<D:prop><C:calendar-data/></D:prop>"
        inner += f"<D:href>{home}shared.ics</D:href><D:href>{home}lost.ics</D:href>"
        response = self._report(home, "C:calendar-multiget", inner, user=other, key=key)
        found = self._read_multistatus(response)
        self.assertIn(
            "SUMMARY:Shared", found[f"{home}shared.ics"]["calendar-data"].text
        )
        self.assertIn("404", found[f"{home}lost.ics"])

    def test_multiget_of_what_became_a_series(self):
        event = self._create_event("Meeting")
        [href] = [href for href in self._sync(self.events)[0] if href != self.events]
        event.write(
            {"recurrency": True, "rrule_type": "daily", "count": 3, "end_type": "count"}
        )
        inner = f"<D:prop><C:calendar-data/></D:prop><D:href>{href}</D:href>"
        response = self._report(self.events, "C:calendar-multiget", inner)
        self.assertIn("RRULE:FREQ=DAILY;COUNT=3", response.text)

    def test_every_kind_of_change(self):
        changed, token = self._sync(self.events)
        self.assertEqual(changed, {})
        one, two = self._put_event("one"), self._put_event("two")
        changed, token = self._sync(self.events, token)
        self.assertEqual({*changed}, {one, two})
        changed, same = self._sync(self.events, token)
        self.assertEqual((changed, same), ({}, token))
        # Changed in Odoo.
        self._find_events("one").location = "Brussels"
        changed, token = self._sync(self.events, token)
        self.assertEqual([*changed], [one])
        # Changed behind Odoo's back.
        self.env.cr.execute("UPDATE calendar_event SET name = 'x' WHERE name = 'two'")
        changed, token = self._sync(self.events, token)
        self.assertEqual([*changed], [two])
        # Archived, deleted, and not invited any more.
        self._find_events("one").active = False
        changed, token = self._sync(self.events, token)
        self.assertIn("404", changed[one])
        self._find_events("x").partner_ids = self.user_manager.partner_id
        changed, token = self._sync(self.events, token)
        self.assertIn("404", changed[two])

    def test_what_came_and_went(self):
        _changed, token = self._sync(self.events)
        url = self._put_event("one")
        self._request("DELETE", url)
        changed, token = self._sync(self.events, token)
        self.assertIn("404", changed[url])
        changed, _token = self._sync(self.events)
        self.assertEqual(changed, {})

    def test_gone_and_there_again(self):
        url = self._put_event("one")
        _changed, token = self._sync(self.events)
        self._request("DELETE", url)
        self._put_event("one")
        changed, _token = self._sync(self.events, token)
        self.assertIn("getetag", changed[url])

    def test_in_parts(self):
        urls = {self._put_event(f"e{number}") for number in range(5)}
        token, found = "", set()
        for _part in range(3):
            changed, token = self._sync(self.events, token, limit=2)
            found |= changed.keys()
        self.assertEqual(found - {self.events}, urls)
        changed, _token = self._sync(self.events, token, limit=2)
        self.assertEqual(changed, {})

    def test_tokens_of_nobody(self):
        self._put_event("one")
        _changed, token = self._sync(self.events)
        _changed, other = self._sync(self.tasks)
        ahead = token[:-1] + "99"
        for bad in ("x", "data:,0-0", other, ahead, f"{token}x", "data:,1-" + "9" * 40):
            inner = f"<D:sync-token>{bad}</D:sync-token><D:prop><D:getetag/></D:prop>"
            response = self._report(self.events, "D:sync-collection", inner, 403)
            self.assertCondition(response, "D:valid-sync-token")

    def test_forgotten_changes(self):
        url = self._put_event("one")
        _changed, token = self._sync(self.events)
        self._request("DELETE", url)
        members = self.env["caldav.member"]
        members._gc_members()
        self.assertIn("404", self._sync(self.events, token)[0][url])
        members.search([]).gone_date = fields.Date.today() - timedelta(days=100)
        members._gc_members()
        inner = f"<D:sync-token>{token}</D:sync-token><D:prop><D:getetag/></D:prop>"
        response = self._report(self.events, "D:sync-collection", inner, 403)
        self.assertCondition(response, "D:valid-sync-token")

    def test_names_stay_when_an_event_is_repeated(self):
        url = self._put_event("one")
        self._find_events("one").write(
            {"recurrency": True, "rrule_type": "daily", "count": 3, "end_type": "count"}
        )
        text = self._get(url)
        self.assertIn("UID:one", text)
        self.assertIn("RRULE:FREQ=DAILY;COUNT=3", text)
        _changed, token = self._sync(self.events)
        base = self._find_events("one")[0]
        base.write({"recurrency": False, "recurrence_update": "all_events"})
        changed, _token = self._sync(self.events, token)
        self.assertEqual([*changed], [url])
        self.assertNotIn("RRULE", self._get(url))

    def test_same_name_in_two_calendars(self):
        """An invitation whose address is taken in somebody's calendar gets another."""
        manager_key = self._create_key(self.user_manager)
        manager = {"user": self.user_manager, "key": manager_key}
        url = self._put_event("one")
        theirs = f"/caldav/{self.user_manager.id}/events/"
        body = make_ics("UID:theirs", "SUMMARY:Theirs", "DTSTART:20300305T090000Z")
        self._put(f"{theirs}one.ics", body, **manager)
        self._find_events("one").partner_ids |= self.user_manager.partner_id
        hrefs = {*self._propfind(theirs, "D:getetag", depth="1", **manager)}
        self.assertEqual(len(hrefs), 3)
        texts = [self._get(href, **manager) for href in hrefs - {theirs}]
        self.assertEqual(sum("UID:one" in text for text in texts), 1)
        self.assertIn("UID:one", self._get(url))


class TestCollections(CaldavCase):
    """Names, colours, and calendars that programs make."""

    def _proppatch(self, url, *props):
        inner = "".join(f"<D:set><D:prop>{prop}</D:prop></D:set>" for prop in props)
        body = f"<D:propertyupdate {XMLNS}>{inner}</D:propertyupdate>"
        response = self._request("PROPPATCH", url, body)
        self.assertEqual(response.status_code, 207)
        return response

    def test_name_and_colour(self):
        color = "<A:calendar-color>#FF0000FF</A:calendar-color>"
        self._proppatch(self.events, color, "<D:displayname>Mine</D:displayname>")
        names = ("A:calendar-color", "D:displayname")
        [props] = self._propfind(self.events, *names).values()
        self.assertEqual(props["calendar-color"].text, "#FF0000FF")
        self.assertEqual(props["displayname"].text, "Mine")

    def test_all_or_nothing(self):
        name = "<D:displayname>Mine</D:displayname>"
        for bad in (
            "<D:getetag>x</D:getetag>",
            "<A:calendar-color>x</A:calendar-color>",
        ):
            response = self._proppatch(self.events, name, bad)
            self.assertIn("403", response.text)
            self.assertIn("424", response.text)
            self.assertEqual(response.text.count("<D:href>"), 1)
        [props] = self._propfind(self.events, "D:displayname").values()
        self.assertNotEqual(props["displayname"].text, "Mine")

    def test_made_calendar(self):
        url = f"{self.home}mine/"
        self.assertEqual(self._request("MKCALENDAR", url).status_code, 201)
        self.assertEqual(self._request("MKCALENDAR", url).status_code, 405)
        event = make_ics("UID:e", "SUMMARY:There", "DTSTART:20300305T090000Z")
        task = make_ics("UID:t", "SUMMARY:Do it", kind="VTODO")
        self._put(f"{url}e.ics", event)
        self._put(f"{url}t.ics", task)
        self.assertEqual(len(self._propfind(url, "D:getetag", depth="1")), 3)
        self.assertEqual(len(self._propfind(self.events, "D:getetag", depth="1")), 1)
        self.assertEqual(len(self._propfind(self.tasks, "D:getetag", depth="1")), 1)
        self.assertEqual(self._request("DELETE", url).status_code, 204)
        self.assertFalse(self._find_events("There"))

    def test_the_usual_ones_stay(self):
        self.assertEqual(self._request("DELETE", self.events).status_code, 403)
        self.assertEqual(self._request("DELETE", self.home).status_code, 403)

    def test_bad_xml(self):
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
        bomb += f"<D:propfind {XMLNS}><D:prop><D:x>&b;</D:x></D:prop></D:propfind>"
        outside = '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x">'
        outside += f"<D:propfind {XMLNS}/>"
        for body in (bomb, outside, "<a", "<D:propfind/>", "<?xml?>", "<a>" * 5000):
            for method in ("PROPFIND", "PROPPATCH", "REPORT"):
                response = self._request(method, self.events, body, Depth="0")
                self.assertIn(response.status_code, (400, 403), (method, body[:50]))

    def test_unknown_report(self):
        response = self._report(self.events, "D:expand-property", "", 403)
        self.assertCondition(response, "D:supported-report")
