# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

from icalendar import Calendar, vRecur

from odoo.fields import Command

from .common import CaldavCase, make_calendar

START = "DTSTART;TZID=Europe/Brussels:20300304T090000"
END = "DTEND;TZID=Europe/Brussels:20300304T100000"


class SeriesCase(CaldavCase):
    """Meetings that are repeated."""

    @property
    def url(self):
        return f"{self.events}s.ics"

    def _ics(self, *lines, exceptions=(), start=START, end=END, name="Weekly"):
        master = ("BEGIN:VEVENT", "UID:s@b", f"SUMMARY:{name}", start, end)
        others = []
        for exception in exceptions:
            others += ["BEGIN:VEVENT", "UID:s@b", *exception, "END:VEVENT"]
        return make_calendar(*master, *lines, "END:VEVENT", *others)

    def _exception(self, day, start, end, name="Weekly"):
        zone = "TZID=Europe/Brussels"
        return (
            f"RECURRENCE-ID;{zone}:{day}T090000",
            f"DTSTART;{zone}:{start}",
            f"DTEND;{zone}:{end}",
            f"SUMMARY:{name}",
        )

    def _days(self, name="Weekly"):
        return [event.start.day for event in self._find_events(name)]


class TestReadSeries(SeriesCase):
    """Series that were made in Odoo."""

    def _create_series(self, **values):
        event = self._create_event(
            "Weekly",
            recurrency=True,
            **{
                "start": datetime(2030, 3, 4, 8),
                "stop": datetime(2030, 3, 4, 9),
                "count": 4,
                "end_type": "count",
                "event_tz": "Europe/Brussels",
                "mon": True,
                "rrule_type": "weekly",
                **values,
            },
        )
        return event.recurrence_id

    def _read(self):
        [href] = [h for h in self._propfind(self.events, "D:getetag", depth="1")][1:]
        return self._get(href)

    def test_rule(self):
        self._create_series()
        text = self._read()
        self.assertIn(START, text)
        self.assertIn("RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO", text)
        self.assertIn("BEGIN:VTIMEZONE", text)
        self.assertEqual(text.count("BEGIN:VEVENT"), 1)

    def test_without_an_end(self):
        self._create_series(end_type="forever")
        text = self._read()
        self.assertIn("RRULE:FREQ=WEEKLY;BYDAY=MO\r\n", text)
        self.assertNotIn("EXDATE", text)

    def test_until(self):
        self._create_series(end_type="end_date", until=date(2030, 3, 20))
        self.assertIn("UNTIL=20300318T080000Z", self._read())

    def test_deleted_and_moved(self):
        series = self._create_series()
        events = series.calendar_event_ids.sorted("start")
        events[1].unlink()
        events[2].write({"start": datetime(2030, 3, 19, 8)})
        events[3].write({"name": "Last"})
        text = self._read()
        self.assertIn("EXDATE;TZID=Europe/Brussels:20300311T090000", text)
        self.assertIn("RECURRENCE-ID;TZID=Europe/Brussels:20300318T090000", text)
        self.assertIn("DTSTART;TZID=Europe/Brussels:20300319T090000", text)
        self.assertIn("SUMMARY:Last", text)
        self.assertEqual(text.count("BEGIN:VEVENT"), 3)

    def test_moved_one_begins_another_series(self):
        """It is called by when it is there: else programs couldn't change a thing."""
        series = self._create_series()
        moved = series.calendar_event_ids.sorted("start")[1]
        times = {"start": datetime(2030, 3, 12, 8), "stop": datetime(2030, 3, 12, 9)}
        moved.write({**times, "recurrence_update": "self_only"})
        moved.write({"name": "Other", "recurrence_update": "future_events"})
        self.assertFalse(moved.caldav_occurrence_start)
        hrefs = [*self._propfind(self.events, "D:getetag", depth="1")][1:]
        [(href, text)] = [
            (each, text) for each in hrefs if "Other" in (text := self._get(each))
        ]
        self.assertNotIn("RECURRENCE-ID", text)
        self.assertNotIn("EXDATE", text)
        text = self._request("GET", href).text.replace("SUMMARY:Other", "SUMMARY:New")
        self._put(href, text, 204)
        self.assertEqual(moved.name, "New")

    def test_first_one_deleted(self):
        series = self._create_series()
        series.calendar_event_ids.sorted("start")[0].unlink()
        text = self._read()
        self.assertIn("DTSTART;TZID=Europe/Brussels:20300311T090000", text)
        self.assertIn("COUNT=3", text)

    def test_all_day(self):
        self._create_series(
            allday=True, start_date=date(2030, 3, 4), stop_date=date(2030, 3, 4)
        )
        text = self._read()
        self.assertIn("DTSTART;VALUE=DATE:20300304", text)
        self.assertIn("RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO", text)

    def test_invited_to_one_of_them(self):
        series = self._create_series()
        key = self._create_key(self.user_manager)
        event = series.calendar_event_ids.sorted("start")[1]
        event.partner_ids |= self.user_manager.partner_id
        url = f"/caldav/{self.user_manager.id}/events/"
        login = {"user": self.user_manager, "key": key}
        hrefs = [*self._propfind(url, "D:getetag", depth="1", **login)]
        text = self._get(hrefs[1], **login)
        self.assertIn("20300311T090000", text)
        self.assertNotIn("20300304T090000", text)
        self.assertNotIn("20300318T090000", text)

    def test_clock_changes(self):
        """It stays at nine o'clock, when the clocks are changed on 31 March."""
        self._create_series(count=6)
        starts = [event.start.hour for event in self._find_events("Weekly")]
        self.assertEqual(starts, [8, 8, 8, 8, 7, 7])
        _zones, _end, text = self._read().rpartition("END:VTIMEZONE")
        self.assertNotIn("EXDATE", text)
        self.assertNotIn("RDATE", text.partition("BEGIN:VEVENT")[2])
        self.assertEqual(text.count("BEGIN:VEVENT"), 1)

    def test_range_and_expansion(self):
        self._create_series()
        range_ = 'start="20300310T000000Z" end="20300320T000000Z"'
        found = self._query(
            self.events,
            f'<C:comp-filter name="VEVENT"><C:time-range {range_}/></C:comp-filter>',
            f"<C:calendar-data><C:expand {range_}/></C:calendar-data>",
        )
        [props] = found.values()
        text = props["calendar-data"].text
        self.assertEqual(text.count("BEGIN:VEVENT"), 2)
        self.assertIn("RECURRENCE-ID:20300311T080000Z", text)
        self.assertNotIn("RRULE", text)


class TestWriteSeries(SeriesCase):
    """Series that a program makes and changes."""

    def test_begins_before_its_rule(self):
        """The start is an occurrence, whatever the rule says; unless they are counted,
        where nobody knows whether it is counted, too."""
        rule = "RRULE:FREQ=WEEKLY;UNTIL=20300315T090000Z;BYDAY=TU,WE"
        exception = self._exception(
            "20300312", "20300312T140000", "20300312T150000", "Weekly"
        )
        self._put(self.url, self._ics(rule, exceptions=[exception]))
        self.assertEqual(self._days(), [4, 5, 6, 12, 13])
        text = self._get(self.url)
        for line in (rule, START, *exception):
            self.assertIn(line, text)
        self.assertNotIn("RDATE", text.partition("BEGIN:VEVENT")[2])
        self._put(self.url, text, 204)
        self.assertEqual(self._days(), [4, 5, 6, 12, 13])
        rule = rule.replace("TU,WE", "TU,TH")
        self._put(self.url, self._ics(rule, "EXDATE:20300305T080000Z"), 204)
        self.assertEqual(self._days(), [4, 7, 12, 14])
        self.assertIn(START, self._get(self.url))
        response = self._request("PUT", self.url, self._ics(
            "RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU"
        ))  # fmt: skip
        self.assertCondition(response, "C:valid-calendar-object-resource")
        event = self.url.replace("s.ics", "t.ics")
        body = self._ics(name="Later").replace(b"s@b", b"t@b")
        self._put(event, body)
        self._put(
            event, body.replace(b"END:VEVENT", rule.encode() + b"\r\nEND:VEVENT"), 204
        )
        self.assertEqual(self._days("Later"), [4, 5, 7, 12, 14])

    def test_create(self):
        response = self._put(self.url, self._ics("RRULE:FREQ=WEEKLY;COUNT=4"))
        self.assertEqual(self._days(), [4, 11, 18, 25])
        event = self._find_events("Weekly")[0]
        self.assertEqual(event.recurrence_id.event_tz, "Europe/Brussels")
        self.assertIn("ETag", response.headers)
        self.assertIn("RRULE:FREQ=WEEKLY;COUNT=4\r\n", self._get(self.url))

    def test_rules_that_odoo_has(self):
        for number, (rule, count) in enumerate(
            (
                ("FREQ=DAILY;COUNT=3", 3),
                ("FREQ=DAILY;INTERVAL=3;UNTIL=20300314T080000Z", 4),
                ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=7", 7),
                ("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=5", 5),
                ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;UNTIL=20300404T000000Z", 3),
                ("FREQ=MONTHLY;COUNT=3", 3),
                ("FREQ=MONTHLY;BYMONTHDAY=4;COUNT=3", 3),
                ("FREQ=MONTHLY;BYDAY=1MO;COUNT=3", 3),
                ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1;COUNT=3", 3),
                ("FREQ=YEARLY;COUNT=3", 3),
                ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=4;COUNT=2", 2),
            )
        ):
            with self.subTest(rule=rule):
                body = self._ics(f"RRULE:{rule}", name=f"N{number}")
                url = f"{self.events}{number}.ics"
                self._put(url, body.replace(b"UID:s@b", b"UID:%d" % number))
                self.assertEqual(len(self._find_events(f"N{number}")), count)
                calendar = Calendar.from_ical(self._get(url))
                told = calendar.walk("VEVENT")[0]["RRULE"]
                self.assertEqual(told, vRecur.from_ical(rule))

    def test_rules_that_odoo_does_not_have(self):
        for rule in (
            "FREQ=HOURLY;COUNT=3",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3",
            "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=3",
            "FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=3",
            "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3",
            "FREQ=WEEKLY;BYDAY=TU;COUNT=3",
            "FREQ=WEEKLY;BYHOUR=9,10;COUNT=3",
            "FREQ=YEARLY;BYWEEKNO=20",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=99999999",
            "FREQ=WEEKLY;UNTIL=20200101T000000Z",
        ):
            with self.subTest(rule=rule):
                response = self._request("PUT", self.url, self._ics(f"RRULE:{rule}"))
                self.assertEqual(response.status_code, 403, response.text)
                self.assertIn("<C:valid-calendar-", response.text)
        response = self._request(
            "PUT", self.url, self._ics("RRULE:FREQ=DAILY;COUNT=900")
        )
        self.assertCondition(response, "C:max-instances")
        self.assertFalse(self._find_events("Weekly"))

    def test_excepted(self):
        lines = ("RRULE:FREQ=WEEKLY;COUNT=4",)
        lines += ("EXDATE;TZID=Europe/Brussels:20300311T090000",)
        self._put(self.url, self._ics(*lines))
        self.assertEqual(self._days(), [4, 18, 25])
        for line in lines:
            self.assertIn(line, self._get(self.url))

    def test_exceptions(self):
        moved = self._exception("20300311", "20300312T140000", "20300312T150000")
        other = self._exception("20300318", "20300318T090000", "20300318T100000", "X")
        rule = "RRULE:FREQ=WEEKLY;COUNT=4"
        self._put(self.url, self._ics(rule, exceptions=(moved, other)))
        self.assertEqual(self._days(), [4, 12, 25])
        self.assertEqual(self._days("X"), [18])
        text = self._get(self.url)
        for line in (*moved, "SUMMARY:X"):
            self.assertIn(line, text)
        self.assertEqual(text.count("BEGIN:VEVENT"), 3)
        # Back to what the rule says.
        self._put(self.url, self._ics(rule), 204)
        self.assertEqual(self._days(), [4, 11, 18, 25])
        self.assertEqual(self._get(self.url).count("BEGIN:VEVENT"), 1)

    def test_change_of_all(self):
        rule = "RRULE:FREQ=WEEKLY;COUNT=4"
        self._put(self.url, self._ics(rule))
        events = self._find_events("Weekly")
        self._put(self.url, self._ics(rule, "LOCATION:Brussels", name="Other"), 204)
        self.assertEqual(self._find_events("Other"), events)
        self.assertEqual(set(events.mapped("location")), {"Brussels"})

    def test_this_and_following(self):
        """Programs end the one series and begin another one."""
        self._put(self.url, self._ics("RRULE:FREQ=WEEKLY;COUNT=4"))
        events = self._find_events("Weekly")
        until = "RRULE:FREQ=WEEKLY;UNTIL=20300312T000000Z"
        self._put(self.url, self._ics(until), 204)
        self.assertEqual(self._find_events("Weekly"), events[:2])
        self.assertIn(until, self._get(self.url))
        self._put(self.url, self._ics("RRULE:FREQ=WEEKLY;COUNT=5"), 204)
        self.assertEqual(len(self._find_events("Weekly")), 5)
        self.assertLessEqual(events[:2], self._find_events("Weekly"))

    def test_moving_all(self):
        rule = "RRULE:FREQ=WEEKLY;COUNT=3"
        self._put(self.url, self._ics(rule))
        start, end = (
            START.replace("0304T09", "0305T11"),
            END.replace("0304T10", "0305T12"),
        )
        self._put(self.url, self._ics(rule, start=start, end=end), 204)
        self.assertEqual(self._days(), [5, 12, 19])
        self.assertEqual({e.start.hour for e in self._find_events("Weekly")}, {10})
        self.assertEqual(len(self._propfind(self.events, "D:getetag", depth="1")), 2)
        text = self._get(self.url)
        self.assertIn(start, text)
        self.assertIn("UID:s@b", text)

    def test_longer(self):
        rule = "RRULE:FREQ=WEEKLY;COUNT=3"
        self._put(self.url, self._ics(rule))
        events = self._find_events("Weekly")
        end = END.replace("T100000", "T113000")
        self._put(self.url, self._ics(rule, end=end), 204)
        self.assertEqual(self._find_events("Weekly"), events)
        self.assertEqual(set(events.mapped("duration")), {2.5})
        self.assertEqual(self._get(self.url).count("BEGIN:VEVENT"), 1)

    def test_repeated_and_not(self):
        self._put(self.url, self._ics())
        event = self._find_events("Weekly")
        self._put(self.url, self._ics("RRULE:FREQ=DAILY;COUNT=3"), 204)
        self.assertEqual(self._days(), [4, 5, 6])
        self.assertIn(event, self._find_events("Weekly"))
        self._put(self.url, self._ics(), 204)
        self.assertEqual(self._days(), [4])
        self.assertNotIn("RRULE", self._get(self.url))

    def test_without_an_end(self):
        rule = "RRULE:FREQ=DAILY"
        self._put(self.url, self._ics(rule))
        self.assertGreater(len(self._find_events("Weekly")), 700)
        self.assertIn(f"{rule}\r\n", self._get(self.url))
        self._put(self.url, self._ics(rule, name="Daily"), 204)
        self.assertGreater(len(self._find_events("Daily")), 700)
        self.assertEqual(self._request("DELETE", self.url).status_code, 204)
        self.assertFalse(self._find_events("Daily"))

    def test_all_day(self):
        start, end = "DTSTART;VALUE=DATE:20300304", "DTEND;VALUE=DATE:20300305"
        lines = ("RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20300305")
        self._put(self.url, self._ics(*lines, start=start, end=end))
        found = self._find_events("Weekly")
        self.assertEqual([e.start_date.day for e in found], [4, 6])
        text = self._get(self.url)
        for line in (start, end, *lines):
            self.assertIn(line, text)

    def test_invited_people_delete_nothing(self):
        """Who is only invited declines an occurrence, whatever the program says."""
        rule = "RRULE:FREQ=WEEKLY;COUNT=3"
        self._put(self.url, self._ics(rule))
        events = self._find_events("Weekly")
        manager = self.user_manager.partner_id
        events.with_context(no_mail_to_attendees=True).write(
            {
                "partner_ids": [Command.link(manager.id)],
                "recurrence_update": "self_only",
            }
        )
        login = {"user": self.user_manager, "key": self._create_key(self.user_manager)}
        calendar = f"/caldav/{self.user_manager.id}/events/"
        href = [*self._propfind(calendar, "D:getetag", depth="1", **login)][1]
        text = self._get(href, **login)
        line = "EXDATE;TZID=Europe/Brussels:20300311T090000\r\nRRULE"
        self._put(href, text.replace("RRULE", line, 1), 204, **login)
        self.assertEqual(self._find_events("Weekly"), events)
        states = [
            event.attendee_ids.filtered(lambda a: a.partner_id == manager).state
            for event in events
        ]
        self.assertEqual(states, ["needsAction", "declined", "needsAction"])

    def test_refused(self):
        alone = self._exception("20300311", "20300311T090000", "20300311T100000")
        nowhere = self._exception("20300313", "20300311T090000", "20300311T100000")
        rule = "RRULE:FREQ=WEEKLY;COUNT=3"
        for body in (
            self._ics(exceptions=(alone,)),
            self._ics(rule, exceptions=(nowhere,)),
            self._ics(rule, "RDATE;TZID=Europe/Brussels:20300313T090000"),
            self._ics(rule, rule),
            self._ics(
                rule,
                *(
                    f"EXDATE;TZID=Europe/Brussels:203003{d}T090000"
                    for d in ("04", 11, 18)
                ),
            ),
        ):
            response = self._request("PUT", self.url, body)
            self.assertEqual(response.status_code, 403, response.text)
            self.assertIn("<C:valid-calendar-", response.text)
        self.assertFalse(self._find_events("Weekly"))
