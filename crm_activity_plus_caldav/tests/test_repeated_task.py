# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

from .common import CaldavCase, make_calendar, make_ics

_MONDAYS = (
    "DTSTART;TZID=Europe/Brussels:20300304T090000",
    "DUE;TZID=Europe/Brussels:20300304T100000",
    "RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO",
)


class TestRepeatedTask(CaldavCase):
    """A task that is repeated: the activity is the first occurrence that is open."""

    @property
    def url(self):
        return f"{self.tasks}t.ics"

    def _ics(self, *lines):
        return make_ics("UID:t@b", "SUMMARY:Water", *lines, kind="VTODO")

    def _with_overrides(self, *overrides, rule=_MONDAYS):
        parts = [("UID:t@b", "SUMMARY:Water", *rule), *overrides]
        lines = []
        for part in parts:
            uid = [] if "UID:t@b" in part else ["UID:t@b", "SUMMARY:Water"]
            lines += ["BEGIN:VTODO", *uid, *part, "END:VTODO"]
        return make_calendar(*lines)

    def _close(self, day, status="COMPLETED"):
        """:returns: an occurrence, as Thunderbird closes it"""
        return (
            f"RECURRENCE-ID;TZID=Europe/Brussels:{day}T090000",
            f"DTSTART;TZID=Europe/Brussels:{day}T090000",
            f"DUE;TZID=Europe/Brussels:{day}T100000",
            f"STATUS:{status}",
        )

    def _find(self, **conditions):
        activities = self.env["mail.activity"].with_context(active_test=False)
        domain = [("user_id", "=", self.user.id), ("summary", "=", "Water")]
        return activities.search(
            [*domain, *((name, "=", value) for name, value in conditions.items())],
            order="id",
        )

    def _complete(self, activity):
        activity.with_user(self.user).action_feedback()
        return self._find(status="new")

    def _hrefs(self):
        return [*self._propfind(self.tasks, "D:getetag", depth="1")][1:]

    def test_is_kept_as_it_was_sent(self):
        lines = (
            "PRIORITY:1",
            "X-FOO:bar",
            "EXDATE;TZID=Europe/Brussels:20300311T090000",
        )
        response = self._put(self.url, self._ics(*_MONDAYS, *lines))
        self.assertIn("ETag", response.headers)
        text = self._get(self.url)
        for line in (*_MONDAYS, *lines, "UID:t@b"):
            self.assertIn(line, text)
        activity = self._find()
        self.assertEqual(activity.date_end, datetime(2030, 3, 4, 9))
        self.assertTrue(activity.caldav_is_repeated)

    def test_done_in_odoo(self):
        self._put(self.url, self._ics(*_MONDAYS))
        first = self._find()
        _changed, token = self._sync(self.tasks)
        second = self._complete(first)
        self.assertEqual(first.status, "done")
        self.assertEqual(second.date_end, datetime(2030, 3, 11, 9))
        self.assertEqual(second.user_id, self.user)
        changed, token = self._sync(self.tasks, token)
        self.assertIn(self.url, changed)
        self.assertEqual(len(changed), 2)
        text = self._get(self.url)
        for line in (
            "UID:t@b",
            "DTSTART;TZID=Europe/Brussels:20300311T090000",
            "DUE;TZID=Europe/Brussels:20300311T100000",
            "RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=MO",
            "STATUS:NEEDS-ACTION",
        ):
            self.assertIn(line, text)
        [other] = {*changed} - {self.url}
        self.assertIn("STATUS:COMPLETED", self._get(other))
        self.assertNotIn("RRULE", self._get(other))
        # Across the change of the clocks.
        third = self._complete(second)
        self.assertEqual(third.date_end, datetime(2030, 3, 18, 9))
        self.assertFalse(self._complete(third))
        changed, _token = self._sync(self.tasks, token)
        self.assertIn(self.url, changed)
        self.assertIn("STATUS:COMPLETED", self._get(self.url))
        self.assertEqual(len(self._find(status="done")), 3)

    def test_done_on_a_record(self):
        """The next one is on the same record, and the same user's, whoever does it."""
        activity = self._schedule(summary="Water", note="<p><b>Much</b></p>")
        [url] = self._hrefs()
        text = self._request("GET", url).text
        text = text.replace("END:VTODO", "RRULE:FREQ=DAILY\r\nEND:VTODO")
        self._put(url, text, 204)
        created = activity.with_user(self.user_manager).complete()
        coming = self._find(status="new")
        self.assertEqual(created, coming.ids)
        self.assertEqual((coming.res_model, coming.res_id), ("crm.lead", self.lead.id))
        self.assertEqual(coming.activity_type_id, activity.activity_type_id)
        self.assertEqual(coming.note, activity.note)
        self.assertEqual((coming.date_deadline - activity.date_deadline).days, 1)
        self.assertIn(f"/odoo/crm.lead/{self.lead.id}", self._get(url))

    def test_moved_on_by_the_program(self):
        """Tasks.org and Apple have the task begin later."""
        self._put(self.url, self._ics(*_MONDAYS))
        activity = self._find()
        _changed, token = self._sync(self.tasks)
        later = [line.replace("20300304", "20300311") for line in _MONDAYS]
        later[2] = later[2].replace("COUNT=3", "COUNT=2")
        self._put(self.url, self._ics(*later), 204)
        self.assertEqual(self._find(), activity)
        self.assertEqual(activity.date_end, datetime(2030, 3, 11, 9))
        changed, _token = self._sync(self.tasks, token)
        self.assertEqual([*changed], [self.url])

    def test_one_closed_by_the_program(self):
        """Thunderbird closes an occurrence by itself."""
        self._put(self.url, self._ics(*_MONDAYS))
        first = self._find()
        _changed, token = self._sync(self.tasks)
        body = self._with_overrides(self._close("20300304"))
        response = self._put(self.url, body, 204)
        self.assertIn("ETag", response.headers)
        self.assertEqual(first.status, "done")
        second = self._find(status="new")
        self.assertEqual(second.date_end, datetime(2030, 3, 11, 9))
        # It tells of the first one itself.
        changed, token = self._sync(self.tasks, token)
        self.assertEqual([*changed], [self.url])
        body = self._with_overrides(
            self._close("20300304"), self._close("20300311", "CANCELLED")
        )
        self._put(self.url, body, 204)
        self.assertEqual(second.status, "cancelled")
        third = self._find(status="new")
        self.assertEqual(third.date_end, datetime(2030, 3, 18, 9))
        third.with_user(self.user).action_start()
        self.assertIn("STATUS:IN-PROCESS", self._get(self.url))
        body = self._with_overrides(
            *(self._close(day) for day in ("20300304", "20300311", "20300318"))
        )
        self._put(self.url, body, 204)
        self.assertEqual(third.status, "done")
        self.assertFalse(self._find(status="new"))
        self.assertEqual(self._hrefs(), [self.url])
        # And it is open again.
        body = self._with_overrides(
            *(self._close(day) for day in ("20300304", "20300311"))
        )
        self._put(self.url, body, 204)
        self.assertEqual(third.status, "new")

    def test_reopened_in_odoo_is_a_task_of_its_own(self):
        self._put(self.url, self._ics(*_MONDAYS))
        first = self._find()
        self._put(self.url, self._with_overrides(self._close("20300304")), 204)
        first.with_user(self.user).write({"active": True})
        self.assertEqual(len(self._hrefs()), 2)
        first.with_user(self.user).action_feedback()
        self.assertEqual(self._hrefs(), [self.url])
        self.assertEqual(len(self._find(status="new")), 1)

    def test_all_closed_by_the_program(self):
        """What is said of the task is said of all its occurrences."""
        self._put(self.url, self._ics(*_MONDAYS))
        activity = self._find()
        self._put(self.url, self._ics(*_MONDAYS, "STATUS:COMPLETED"), 204)
        self.assertEqual(activity.status, "done")
        self.assertEqual(self._find(), activity)
        self.assertIn(_MONDAYS[2], self._get(self.url))
        self._put(self.url, self._ics(*_MONDAYS), 204)
        self.assertEqual(activity.status, "new")

    def test_moved_in_odoo(self):
        """It alone is moved, and not those that come after it."""
        self._put(self.url, self._ics(*_MONDAYS))
        activity = self._find()
        activity.with_user(self.user).date_deadline = date(2030, 3, 6)
        text = self._get(self.url)
        for line in (
            *_MONDAYS,
            "RECURRENCE-ID;TZID=Europe/Brussels:20300304T090000",
            "DUE;TZID=Europe/Brussels:20300306T100000",
        ):
            self.assertIn(line, text)
        self._put(self.url, text, 204)
        self.assertEqual(activity.date_deadline, date(2030, 3, 6))
        coming = self._complete(activity)
        self.assertEqual(coming.date_end, datetime(2030, 3, 11, 9))
        self.assertEqual(self._get(self.url).count("BEGIN:VTODO"), 1)

    def test_renamed_in_odoo(self):
        self._put(self.url, self._ics(*_MONDAYS))
        self._find().with_user(self.user).summary = "Feed"
        text = self._get(self.url)
        self.assertIn("SUMMARY:Feed", text)
        self.assertEqual(text.count("BEGIN:VTODO"), 1)
        self.assertIn(_MONDAYS[0], text)

    def test_added_dates_are_closed_by_themselves(self):
        rule = (
            "DUE;VALUE=DATE:20300304",
            "RRULE:FREQ=MONTHLY",
            "RDATE;VALUE=DATE:20300310",
        )
        self._put(self.url, self._ics(*rule))
        coming = self._complete(self._find())
        self.assertEqual(coming.date_deadline, date(2030, 3, 10))
        text = self._get(self.url)
        for line in (*rule, "RECURRENCE-ID;VALUE=DATE:20300304", "STATUS:COMPLETED"):
            self.assertIn(line, text)
        self.assertEqual(self._hrefs(), [self.url])
        coming = self._complete(coming)
        self.assertEqual(coming.date_deadline, date(2030, 4, 4))

    def test_from_then_on_it_is_different(self):
        rest = (
            "RECURRENCE-ID;TZID=Europe/Brussels;RANGE=THISANDFUTURE:20300311T090000",
            "DTSTART;TZID=Europe/Brussels:20300312T110000",
            "DUE;TZID=Europe/Brussels:20300312T120000",
        )
        self._put(self.url, self._with_overrides(rest))
        second = self._complete(self._find())
        self.assertEqual(second.date_end, datetime(2030, 3, 12, 11))
        third = self._complete(second)
        self.assertEqual(third.date_end, datetime(2030, 3, 19, 11))

    def test_without_a_due_date(self):
        rule = ("DTSTART:20300304T090000Z", "RRULE:FREQ=DAILY")
        self._put(self.url, self._ics(*rule))
        activity = self._find()
        self.assertEqual(activity.date_deadline, date(2030, 3, 4))
        text = self._get(self.url)
        self.assertIn(rule[0], text)
        self.assertNotIn("DUE", text)
        coming = self._complete(activity)
        self.assertEqual(coming.date_deadline, date(2030, 3, 5))
        text = self._get(self.url)
        self.assertIn("DTSTART:20300305T090000Z", text)
        self.assertNotIn("DUE", text)
        self._put(self.url, self._ics("DTSTART:20300309T090000Z", rule[1]), 204)
        self.assertEqual(coming.date_deadline, date(2030, 3, 9))

    def test_rule_is_taken_away(self):
        self._put(self.url, self._ics(*_MONDAYS))
        activity = self._find()
        self._put(self.url, self._ics(*_MONDAYS[:2]), 204)
        self.assertFalse(activity.caldav_is_repeated)
        self.assertFalse(self._complete(activity))

    def test_begins_before_its_rule(self):
        """The start is an occurrence, and counted, whatever the rule says."""
        rule = ("DUE;VALUE=DATE:20300302", "RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO")
        self._put(self.url, self._ics(*rule))
        data = "<C:calendar-data><C:expand start='20300101T000000Z' "
        data += "end='20310101T000000Z'/></C:calendar-data>"
        inner = '<C:comp-filter name="VTODO"/>'
        found = self._query(self.tasks, inner, data)[self.url]
        self.assertEqual(found["calendar-data"].text.count("BEGIN:VTODO"), 3)
        coming, seen = self._find(), []
        while coming:
            seen.append(coming.date_deadline.day)
            coming = self._complete(coming)
        self.assertEqual(seen, [2, 4, 11])

    def test_deleted(self):
        self._put(self.url, self._ics(*_MONDAYS))
        self.assertEqual(self._request("DELETE", self.url).status_code, 204)
        self.assertEqual(self._find().status, "cancelled")
        self.assertFalse(self._hrefs())

    def test_steps_are_never_repeated(self):
        self._launch(responsible_id=self.user.id)
        url = self._hrefs()[0]
        text = self._request("GET", url).text
        text = text.replace("END:VTODO", "RRULE:FREQ=DAILY\r\nEND:VTODO")
        response = self._request("PUT", url, text)
        self.assertCondition(response, "C:valid-calendar-object-resource")
        self.assertNotIn("RRULE", self._get(url))

    def test_search_and_expand(self):
        self._put(self.url, self._ics("DTSTART:19920415T133000Z", "RRULE:FREQ=YEARLY"))
        period = '<C:time-range start="{0}0401T000000Z" end="{0}0501T000000Z"/>'
        for year, count in (("2002", 1), ("1991", 0)):
            inner = f'<C:comp-filter name="VTODO">{period.format(year)}</C:comp-filter>'
            self.assertEqual(len(self._query(self.tasks, inner)), count, year)
        forever = '<C:time-range start="20250501T000000Z"/>'
        inner = f'<C:comp-filter name="VTODO">{forever}</C:comp-filter>'
        self.assertEqual(len(self._query(self.tasks, inner)), 1)
        never = '<C:time-range start="99980501T000000Z"/>'
        wrong = f'<C:comp-filter name="VTODO">{never}</C:comp-filter>'
        wrong = f'<C:comp-filter name="VCALENDAR">{wrong}</C:comp-filter>'
        response = self._report(
            self.tasks, "C:calendar-query", f"<C:filter>{wrong}</C:filter>", 403
        )
        self.assertCondition(response, "C:max-date-time")
        expand = '<C:expand start="20020101T000000Z" end="20040101T000000Z"/>'
        data = f"<C:calendar-data>{expand}</C:calendar-data>"
        found = self._query(self.tasks, inner, data)
        text = found[self.url]["calendar-data"].text
        self.assertEqual(text.count("BEGIN:VTODO"), 2)
        self.assertIn("DTSTART:20030415T133000Z", text)
        self.assertNotIn("RRULE", text)

    def test_refused(self):
        day = "DTSTART:20300304T090000Z"
        for lines in (
            ("RRULE:FREQ=DAILY",),
            (day, "RRULE:FREQ=HOURLY"),
            (day, "RRULE:FREQ=YEARLY;INTERVAL=60"),
            (day, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
            (day, "RRULE:FREQ=DAILY;BYMINUTE=1,2"),
            (day, "RRULE:FREQ=DAILY;COUNT=0"),
            (day, "RRULE:FREQ=DAILY;COUNT=1", "EXDATE:20300304T090000Z"),
            (day, "RECURRENCE-ID:20300304T090000Z"),
            (day, "RDATE;VALUE=PERIOD:20300304T090000Z/PT1H"),
            ("DTSTART;VALUE=DATE:20300304", "RRULE:FREQ=DAILY;BYHOUR=1"),
        ):
            response = self._request("PUT", self.url, self._ics(*lines))
            self.assertEqual(response.status_code, 403, lines)
            self.assertCondition(response, "C:valid-calendar-object-resource")
        double = self._with_overrides(self._close("20300304"), self._close("20300304"))
        closed = self._with_overrides(
            ("RECURRENCE-ID;RANGE=THISANDFUTURE:20300311T080000Z", "STATUS:COMPLETED")
        )
        for body in (double, closed):
            response = self._request("PUT", self.url, body)
            self.assertCondition(response, "C:valid-calendar-object-resource")
        self.assertFalse(self._find())
