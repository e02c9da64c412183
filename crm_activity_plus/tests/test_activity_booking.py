# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus")
class TestActivityBooking(CrmActivityPlusCommon):
    """Calls and meetings whose time is booked in the calendar. The users' clocks are
    two hours ahead in summer."""

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time("2026-06-10 08:00:00"))
        self.call = self._schedule(
            summary="Second try", note="<p>Ask for Jo</p>", date_deadline="2026-06-11"
        )

    def _book(self, activity=None, user=None, **values):
        """Book a time as the calendar does: a click on a free hour."""
        activity = (activity or self.call).with_user(user or self.user_owner)
        action = activity.action_create_calendar_event()
        return (
            self.env["calendar.event"]
            .with_user(user or self.user_owner)
            .with_context(action["context"], tz="Europe/Brussels")
            .create(
                {
                    "start": datetime(2026, 6, 15, 8),
                    "stop": datetime(2026, 6, 15, 8, 30),
                    **values,
                }
            )
        )

    def assertTimes(self, activity, start, end, deadline):
        self.assertEqual(
            (activity.date_start, activity.date_end, activity.date_deadline),
            (start, end, deadline),
        )

    def test_calendar_opens_for_the_record(self):
        action = self.call.action_create_calendar_event()
        context = action["context"]
        self.assertEqual(action["res_model"], "calendar.event")
        self.assertEqual(
            (context["default_res_model"], context["default_res_id"]),
            ("crm.lead", self.lead.id),
        )
        self.assertEqual(context["default_name"], "Second try – Ten desks")

    def test_meeting_at_the_end_of_the_calendar(self):
        """In Odoo it can be; the activity has no times then."""
        event = self._book(
            start=datetime(9999, 12, 31, 20), stop=datetime(9999, 12, 31, 21)
        )
        self.assertTimes(self.call, False, False, self.call.date_deadline)
        event.write(
            {"start": datetime(2026, 6, 16, 8), "stop": datetime(2026, 6, 16, 9)}
        )
        self.assertEqual(self.call.date_start, datetime(2026, 6, 16, 8))

    def test_booked_time_is_the_activitys(self):
        event = self._book()
        self.assertEqual(self.call.calendar_event_id, event)
        self.assertEqual(event.opportunity_id, self.lead)
        self.assertTimes(
            self.call,
            datetime(2026, 6, 15, 8),
            datetime(2026, 6, 15, 8, 30),
            date(2026, 6, 15),
        )
        self.assertEqual(self.call.duration, 0.5)

    def test_activity_stays_what_it_is_about(self):
        self._book()
        self.assertEqual(self.call.summary, "Second try")
        self.assertEqual(self.call.note, "<p>Ask for Jo</p>")

    def test_one_activity_only(self):
        self._book()
        self.assertEqual(self.lead.activity_ids, self.call)

    def test_meeting(self):
        meeting = self._schedule(
            activity_type_id=self.type_meeting.id, date_deadline="2026-06-11"
        )
        self._book(meeting)
        self.assertEqual(meeting.date_start, datetime(2026, 6, 15, 8))
        self.assertEqual(meeting.status, "new")

    def test_event_from_the_calendar(self):
        """Core plans an activity for it."""
        event = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": datetime(2026, 6, 15, 8),
                "stop": datetime(2026, 6, 15, 9),
                "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                "res_id": self.lead.id,
                "user_id": self.user_owner.id,
            }
        )
        self.assertEqual(event.activity_ids.date_start, datetime(2026, 6, 15, 8))
        self.assertEqual(event.activity_ids.date_end, datetime(2026, 6, 15, 9))

    def test_moved_event_moves_the_activity(self):
        event = self._book()
        event.write(
            {"start": datetime(2026, 6, 17, 12), "stop": datetime(2026, 6, 17, 13)}
        )
        self.assertTimes(
            self.call,
            datetime(2026, 6, 17, 12),
            datetime(2026, 6, 17, 13),
            date(2026, 6, 17),
        )
        self.assertEqual(event.start, datetime(2026, 6, 17, 12))

    def test_longer_event(self):
        event = self._book()
        event.stop = datetime(2026, 6, 15, 10)
        self.assertEqual(self.call.date_end, datetime(2026, 6, 15, 10))
        self.assertEqual(self.call.duration, 2)

    def test_deadline_moves_the_event(self):
        event = self._book()
        self.call.date_deadline = date(2026, 6, 18)
        self.assertEqual(event.start, datetime(2026, 6, 18, 8))
        self.assertEqual(event.stop, datetime(2026, 6, 18, 8, 30))
        self.assertEqual(self.call.date_start, datetime(2026, 6, 18, 8))

    def test_clock_of_the_customer_stays_across_the_change_of_the_clocks(self):
        event = self._book()
        self.call.date_deadline = date(2026, 12, 14)
        self.assertEqual(event.start, datetime(2026, 12, 14, 9))
        self.assertEqual(self.call.date_start, event.start)

    def test_start_moves_the_event(self):
        event = self._book()
        self.call.date_start = datetime(2026, 6, 16, 14)
        self.assertEqual(event.start, datetime(2026, 6, 16, 14))
        self.assertEqual(event.stop, datetime(2026, 6, 16, 14, 30))
        self.assertEqual(self.call.date_deadline, date(2026, 6, 16))

    def test_held_activity_moves_too(self):
        event = self._book()
        self.call.action_hold()
        event.start = datetime(2026, 6, 17, 8)
        self.assertEqual(self.call.date_start, datetime(2026, 6, 17, 8))

    def test_closed_activity_stays_where_it_was(self):
        event = self._book()
        self.call.action_done()
        event.start = datetime(2026, 6, 17, 8)
        self.assertEqual(self.call.date_start, datetime(2026, 6, 15, 8))

    def test_event_that_takes_all_day(self):
        event = self._book(
            allday=True, start=datetime(2026, 6, 15), stop=datetime(2026, 6, 15)
        )
        self.assertTimes(self.call, False, False, date(2026, 6, 15))
        self.assertEqual(
            self._get_booking(),
            {"start": "2026-06-15", "stop": "2026-06-15", "allday": True},
        )
        self.call.date_deadline = date(2026, 6, 16)
        self.assertEqual(event.start_date, date(2026, 6, 16))

    def test_event_over_midnight_is_due_when_it_starts(self):
        self._book(start=datetime(2026, 6, 15, 20), stop=datetime(2026, 6, 15, 23))
        self.assertTimes(self.call, False, False, date(2026, 6, 15))
        self.assertEqual(self._get_booking()["stop"], "2026-06-15 23:00:00")

    def _get_booking(self):
        [row] = self.call.activity_format()["mail.activity"]
        return row["booking"]

    def test_client_gets_the_time(self):
        self.assertFalse(self._get_booking())
        self._book()
        self.assertEqual(
            self._get_booking(),
            {
                "start": "2026-06-15 08:00:00",
                "stop": "2026-06-15 08:30:00",
                "allday": False,
            },
        )

    def test_deleted_event_cancels_the_activity(self):
        """Core deletes it."""
        self._book().unlink()
        self.assertEqual(self.call.exists().status, "cancelled")
        self.assertFalse(self.call.calendar_event_id)

    def test_deleted_event_leaves_done_activities_alone(self):
        event = self._book()
        self.call.action_done()
        event.unlink()
        self.assertEqual(self.call.exists().status, "done")

    def test_cancelled_activity_takes_its_event_along(self):
        event = self._book()
        self.call.cancel_w_meeting("They called us")
        self.assertFalse(event.exists())
        self.assertEqual(self.call.status, "cancelled")
        self.assertEqual(self.call.get_history()[0]["reason"], "They called us")

    def test_closed_activity_cant_be_booked(self):
        self.call.with_user(self.user_manager).action_done()
        with self.assertRaisesRegex(UserError, "closed already"):
            self.call.action_create_calendar_event()

    def test_booked_step_of_a_plan(self):
        """The time for a step is not the meeting that ends the plan."""
        self.plan.exit_on_meeting = True
        run = self._launch()
        for step in run.line_ids.filtered(
            lambda line: line.activity_type_id in self.type_meeting + self.type_call
        ):
            with self.subTest(step.summary):
                self._book(step.activity_id)
                self.assertEqual(run.state, "running")
                self.assertEqual(step.state, "scheduled")
                self.assertEqual(step.date_deadline, date(2026, 6, 15))

    def test_call_is_no_meeting(self):
        self.plan.exit_on_meeting = True
        run = self._launch()
        self._book()
        self.assertEqual(run.state, "running")

    def test_other_meeting_ends_the_plan(self):
        self.plan.exit_on_meeting = True
        run = self._launch()
        self._book(self._schedule(activity_type_id=self.type_meeting.id))
        self.assertEqual(run.state, "stopped")

    def test_deleted_event_of_a_step(self):
        run = self._launch()
        step = run.line_ids[-1]
        self._book(step.activity_id).unlink()
        self.assertEqual(step.state, "cancelled")
        self.assertIn("meeting was deleted", step.reason)

    def test_pop_up_books_a_call(self):
        with Form(
            self.env["mail.activity.schedule"]
            .with_user(self.user_owner)
            .with_context(active_model="crm.lead", active_ids=self.lead.ids)
        ) as form:
            form.activity_type_id = self.type_call
            form.summary = "Third try"
        action = form.record.action_create_calendar_event()
        activity = self.env["mail.activity"].search([("summary", "=", "Third try")])
        self.assertEqual(action["res_model"], "calendar.event")
        self.assertEqual(action["context"]["orig_activity_ids"], activity.ids)

    def test_queries_dont_grow_with_the_activities(self):
        counts = []
        for size in (2, 12):
            activities = self.env["mail.activity"].union(
                *(self._schedule(lead) for lead in self._create_leads(size))
            )
            for activity in activities:
                self._book(activity)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            activities.activity_format()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
