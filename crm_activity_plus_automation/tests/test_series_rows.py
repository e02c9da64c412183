# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.models.steps import (
    calendar_attendee,
    calendar_event,
)

from .series_common import SeriesCase

ADDON = "odoo.addons.crm_activity_plus_automation"
# Of a row, what is another one each time.
OWN = {"access_token", "booked_run_ref", "event_id", "id", "plan_recurrence_id"}
OWN |= {"calendar_event_id", "launch_key", "recurrence_id", "run_id", "run_line_id"}
# Or who was the first to ask for what is computed.
OWN |= {"write_uid"}


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSeriesRows(SeriesCase):
    """Many visits are written at once, and each is what it would be by itself."""

    maxDiff = None

    def _read_rows(self, model, domain):
        """:returns: the columns of records, without what is their own"""
        records = self.env[model].search(domain, order="id")
        self.env.flush_all()
        self.cr.execute(
            f"SELECT * FROM {records._table} WHERE id = ANY(%s) ORDER BY id",
            [records.ids],
        )
        return [
            {name: value for name, value in row.items() if name not in OWN}
            for row in self.cr.dictfetchall()
        ]

    def _plan(self):
        """:returns: the rows of meetings, of attendees and of the history"""
        series = self._create_series(count=3)
        series.action_start()
        visits = self._find_visits(series)
        self.assertEqual(len(visits), 9)
        self.assertEqual(visits.mapped("partner_ids"), visits.attendee_ids.partner_id)
        return [
            self._read_rows("calendar.event", [("id", "in", visits.ids)]),
            self._read_rows("calendar.attendee", [("event_id", "in", visits.ids)]),
            self._read_rows(
                "mail.activity.log", [("run_id.recurrence_id", "=", series.id)]
            ),
        ]

    @freeze_time("2026-03-01 10:00:00")
    def test_meetings_are_those_of_the_orm(self):
        """Whatever is inserted at once, and not computed afterwards."""
        # An attendee who has an email address, and no name.
        self.customers[0].write({"name": False, "type": "invoice"})
        at_once = self._plan()
        with (
            patch.object(calendar_event, "is_together", lambda *args: False),
            patch.object(calendar_attendee, "is_together", lambda *args: False),
        ):
            one_by_one = self._plan()
        for rows, others in zip(at_once, one_by_one, strict=True):
            self.assertEqual(rows, others)

    @freeze_time("2026-03-01 10:00:00")
    def test_reminders_and_tags(self):
        """What meetings are linked to beside people is theirs, too."""
        alarm = self.env["calendar.alarm"].create(
            {"name": "1 day", "alarm_type": "email", "duration": 1, "interval": "days"}
        )
        self.type_meeting.reminder_ids = alarm
        series = self._create_series(count=2)
        series.action_start()
        visits = self._find_visits(series)
        self.assertEqual(len(visits), 6)
        for visit in visits:
            self.assertEqual(visit.alarm_ids, alarm)
            self.assertIn(visit, self.customers.meeting_ids)

    @freeze_time("2026-03-01 10:00:00")
    def test_queries_dont_grow_with_the_visits(self):
        """All visits of a record are launched at once."""
        counts = []
        for count in (2, 2, 12):
            series = self._create_series(count=count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            series.action_start()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(series.planned_count, 3 * count)
        # To look for each of the ten turns more what is running on the records.
        self.assertLessEqual(counts[2] - counts[1], 10 * 6)

    def _get_scans(self):
        self.cr.execute("SHOW enable_seqscan")
        return self.cr.fetchone()[0]

    @contextmanager
    def _looking_at(self, model):
        """:returns: what PostgreSQL is told of scans while records are created"""
        seen, create = set(), type(self.env[model]).create

        def look(records, vals_list):
            seen.add(self._get_scans())
            return create(records, vals_list)

        with patch.object(type(self.env[model]), "create", look):
            yield seen

    @freeze_time("2026-03-01 10:00:00")
    def test_keys_are_looked_up_by_the_indexes(self):
        """Of runs and of meetings, as in any launch; and of nothing else."""
        for model in ("mail.activity.plan.run", "calendar.event"):
            for count in (1, 3):
                with self.subTest(model, count=count), self._looking_at(model) as seen:
                    self._create_series(count=count).action_start()
                    self.assertEqual((seen, self._get_scans()), ({"off"}, "on"))

    @freeze_time("2026-03-01 10:00:00")
    def test_a_bad_one_stops_no_other(self):
        """Of the same record neither."""
        bad, create = [], type(self.env["calendar.event"]).create

        def refuse(events, vals_list):
            if any(str(vals["start"]).startswith("2026-05") for vals in vals_list):
                bad.append(len(vals_list))
                raise ValueError("No room")
            return create(events, vals_list)

        series = self._create_series(count=4)
        with (
            patch.object(type(self.env["calendar.event"]), "create", refuse),
            mute_logger(f"{ADDON}.models.filling.mail_activity_plan_recurrence"),
        ):
            series.action_start()
        self.assertEqual(bad[0], 12)
        rows = series.occurrence_ids
        self.assertEqual((series.planned_count, series.skipped_count), (9, 3))
        skipped = rows.filtered(lambda row: row.state == "skipped")
        self.assertEqual({row.date.month for row in skipped}, {5})
        self.assertEqual(len(self._find_visits(series)), 9)
