# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

from .common import CaldavCase, make_ics


class TestTask(CaldavCase):
    """Activities, as tasks."""

    @property
    def url(self):
        return f"{self.tasks}t.ics"

    def _ics(self, *lines, uid="t@b"):
        return make_ics(f"UID:{uid}", *lines, kind="VTODO")

    def _find_href(self):
        [href] = [h for h in self._propfind(self.tasks, "D:getetag", depth="1")][1:]
        return href

    def _find_activity(self):
        activities = self.env["mail.activity"].with_context(active_test=False)
        return activities.search([("user_id", "=", self.user.id)])

    def test_read(self):
        self.partner.phone = "+32 2 123"
        self.lead.partner_id = self.partner
        activity = self._schedule(
            summary="Call them", note="<p>About <b>desks</b></p>",
            date_deadline=date(2030, 3, 5),
        )  # fmt: skip
        text = self._get(self._find_href())
        for line in (
            "SUMMARY:Call them",
            "DUE;VALUE=DATE:20300305",
            "CATEGORIES:Call",
            f"/odoo/crm.lead/{self.lead.id}",
            "Ten desks",
            "Deco Addict",
        ):
            self.assertIn(line, text)
        activity.action_start()
        self.assertIn("STATUS:IN-PROCESS", self._get(self._find_href()))

    def test_time_of_day(self):
        self._schedule(
            date_start=datetime(2030, 3, 5, 9), date_end=datetime(2030, 3, 5, 10)
        )
        text = self._get(self._find_href())
        self.assertIn("DTSTART:20300305T090000Z", text)
        self.assertIn("DUE:20300305T100000Z", text)

    def test_create(self):
        lines = ("SUMMARY:Buy milk", "DESCRIPTION:Two", "DUE;VALUE=DATE:20300305")
        lines += ("PRIORITY:1", "X-FOO:bar", "CATEGORIES:Call")
        response = self._put(self.url, self._ics(*lines))
        activity = self._find_activity()
        self.assertEqual(activity.summary, "Buy milk")
        self.assertEqual(activity.date_deadline, date(2030, 3, 5))
        self.assertEqual(activity.activity_type_id, self.type_call)
        self.assertFalse(activity.res_model)
        text = self._get(self.url)
        for line in lines:
            self.assertIn(line, text)
        self.assertIn("ETag", response.headers)

    def test_without_a_date(self):
        self._put(self.url, self._ics("SUMMARY:Some day"))
        self.assertTrue(self._find_activity().date_deadline)
        self.assertNotIn("DUE", self._get(self.url))
        self._put(self.url, self._ics("SUMMARY:Some day", "PRIORITY:1"), 204)
        self.assertNotIn("DUE", self._get(self.url))
        self._find_activity().date_deadline = date(2030, 3, 5)
        self.assertIn("DUE;VALUE=DATE:20300305", self._get(self.url))

    def test_due_at_a_time(self):
        lines = ("SUMMARY:x", "DUE;TZID=Europe/Brussels:20300305T230000")
        self._put(self.url, self._ics(*lines))
        activity = self._find_activity()
        self.assertEqual(activity.date_deadline, date(2030, 3, 5))
        self.assertEqual(activity.date_end, datetime(2030, 3, 5, 22))
        activity.date_deadline = date(2030, 3, 6)
        text = self._get(self.url)
        self.assertIn("DUE;TZID=Europe/Brussels:20300306T230000", text)

    def test_done_moves_the_plan_on(self):
        plan = self._create_plan(
            "Two steps",
            self._step(self.type_call, "First"),
            self._step(self.type_todo, "Second", delay_from="after_previous_done"),
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        run = self._launch(plan=plan, responsible_id=self.user.id)
        href = self._find_href()
        text = self._request("GET", href).text
        text = text.replace("STATUS:NEEDS-ACTION", "STATUS:COMPLETED")
        _changed, token = self._sync(self.tasks)
        self._put(href, text, 204)
        first, second = run.line_ids
        self.assertEqual((first.state, second.state), ("done", "scheduled"))
        self.assertEqual(first.activity_id.status, "done")
        changed, _token = self._sync(self.tasks, token)
        self.assertEqual(len(changed), 2)
        self.assertIn("STATUS:COMPLETED", self._get(href))

    def test_done_and_not_done(self):
        self._put(self.url, self._ics("SUMMARY:x", "STATUS:NEEDS-ACTION"))
        activity = self._find_activity()
        done = ("SUMMARY:x", "STATUS:COMPLETED", "COMPLETED:20260101T100000Z")
        self._put(self.url, self._ics(*done, "PERCENT-COMPLETE:100"), 204)
        self.assertEqual(activity.status, "done")
        self._put(self.url, self._ics("SUMMARY:x", "STATUS:NEEDS-ACTION"), 204)
        self.assertEqual(activity.status, "new")
        self._put(self.url, self._ics("SUMMARY:x", "STATUS:IN-PROCESS"), 204)
        self.assertEqual(activity.status, "in_progress")
        self._put(self.url, self._ics("SUMMARY:x"), 204)
        self.assertEqual(activity.status, "new")

    def test_steps_stay_closed(self):
        run = self._launch(responsible_id=self.user.id)
        step = run.line_ids[0]
        step.activity_id.with_user(self.user).action_done()
        hrefs = self._propfind(self.tasks, "D:getetag", depth="1")
        for href in [*hrefs][1:]:
            text = self._request("GET", href).text
            if "STATUS:COMPLETED" in text:
                text = text.replace("STATUS:COMPLETED", "STATUS:NEEDS-ACTION")
                text = text.replace("PERCENT-COMPLETE:100\r\n", "")
                lines = text.split("\r\n")
                lines = [line for line in lines if not line.startswith("COMPLETED")]
                response = self._request("PUT", href, "\r\n".join(lines))
                self.assertEqual(response.status_code, 403)
                self.assertIn("reopened", response.text)
                break
        else:
            self.fail("Nothing is done")
        self.assertEqual(step.activity_id.status, "done")

    def test_delete_cancels(self):
        activity = self._schedule()
        href = self._find_href()
        self.assertEqual(self._request("DELETE", href).status_code, 204)
        self.assertEqual(activity.status, "cancelled")
        self.assertEqual(self._request("GET", href).status_code, 404)

    def test_deleting_what_is_done_hides_it(self):
        activity = self._schedule()
        href = self._find_href()
        activity.action_done()
        self.assertEqual(self._request("DELETE", href).status_code, 204)
        self.assertEqual(activity.status, "done")
        self.assertEqual(self._request("GET", href).status_code, 404)

    def test_put_where_something_is_hidden(self):
        """What was done and deleted stays hidden: programs give up on two of a UID."""
        url = f"{self.tasks}a.ics"
        body = make_ics("UID:a", "SUMMARY:Call", "STATUS:COMPLETED", kind="VTODO")
        for _time in range(3):
            self._put(url, body)
            self.assertEqual(self._request("DELETE", url).status_code, 204)
        self._put(url, body)
        hrefs = self._propfind(self.tasks, "D:getetag", depth="1")
        self.assertEqual([*hrefs], [self.tasks, url])
        self.assertIn("SUMMARY:Call", self._get(url))
        changed, _token = self._sync(self.tasks)
        self.assertEqual([*changed], [url])

    def test_reopened_is_seen_again(self):
        activity = self._schedule()
        href = self._find_href()
        activity.action_done()
        self._request("DELETE", href)
        activity.write({"active": True})
        self.assertIn("NEEDS-ACTION", self._get(href))

    def test_note_and_what_stands_below_it(self):
        activity = self._schedule(note="<p>Hello</p>", summary="Call")
        href = self._find_href()
        text = self._request("GET", href).text.replace("\r\n ", "")
        self._put(href, text, 204)
        self.assertEqual(activity.note, "<p>Hello</p>")
        self._put(href, text.replace("DESCRIPTION:Hello", "DESCRIPTION:Bye"), 204)
        self.assertIn("Bye", activity.note)
        self.assertNotIn("odoo", activity.note)

    def test_reassigned_is_gone(self):
        activity = self._schedule()
        href = self._find_href()
        _changed, token = self._sync(self.tasks)
        activity.user_id = self.user_manager
        changed, _token = self._sync(self.tasks, token)
        self.assertIn("404", changed[href])

    def test_refused(self):
        for lines, condition in (
            (("RRULE:FREQ=DAILY",), "C:valid-calendar-object-resource"),
            (("DUE:garbage",), "C:valid-calendar-data"),
            (("DTSTART:20300306T100000Z", "DUE:20300305T100000Z"),
             "C:valid-calendar-object-resource"),
        ):  # fmt: skip
            response = self._request("PUT", self.url, self._ics("SUMMARY:x", *lines))
            self.assertCondition(response, condition)
        event = make_ics("UID:x", "DTSTART:20300305T100000Z")
        response = self._request("PUT", self.url, event)
        self.assertCondition(response, "C:supported-calendar-component")
        self.assertFalse(self._find_activity())
