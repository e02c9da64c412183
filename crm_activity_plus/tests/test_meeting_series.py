# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from freezegun import freeze_time

from odoo.fields import Command, Date, Datetime
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@freeze_time("2026-03-02 08:00:00")
@tagged("crm_activity_plus")
class TestMeetingSeries(CrmActivityPlusCommon):
    """A series that is booked from an activity is one meeting: the activity's own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exit_plan = cls._create_plan(
            "Get a meeting",
            cls._step(cls.type_meeting, "Meet"),
            cls._step(cls.type_call, "Call"),
            exit_on_meeting=True,
        )
        cls.run_ = cls._launch(plan=cls.exit_plan)
        cls.meet, cls.call = cls.run_.line_ids.activity_id
        cls.Event = cls.env["calendar.event"].with_user(cls.user_owner)

    def _book(self, activity=None, **values):
        """Book as the form does, that an activity's button opens."""
        activity = (activity or self.meet).with_user(self.user_owner)
        context = activity.action_create_calendar_event()["context"]
        return self.Event.with_context(**context).create(
            {
                "start": "2026-03-09 09:00:00",
                "stop": "2026-03-09 10:00:00",
                **values,
            }
        )

    def _book_series(self, activity=None, count=4, **values):
        return self._book(
            activity,
            recurrency=True,
            rrule_type="weekly",
            mon=True,
            end_type="count",
            count=count,
            interval=1,
            event_tz="UTC",
            **values,
        )

    def _get_events(self, activity=None):
        return self.env["calendar.event"].search(
            [("booked_activity_ref", "=", (activity or self.meet).id)], order="start"
        )

    def _get_activities(self):
        return (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search([("res_model", "=", "crm.lead"), ("res_id", "=", self.lead.id)])
        )

    def assertOwn(self, count):
        """The run goes on, and the lead has the activities of its steps alone."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.run_.state, "running")
        self.assertEqual(self._get_activities(), self.meet + self.call)
        self.assertEqual(self.meet.status, "new")
        self.assertEqual(len(self._get_events()), count)
        self.assertIn(self.meet.calendar_event_id, self._get_events())
        self.assertEqual(
            self.meet.date_deadline, self.meet.calendar_event_id.start.date()
        )

    def test_series(self):
        notes = self.lead.message_ids
        event = self._book_series()
        self.assertOwn(4)
        self.assertEqual(len(event.recurrence_id.calendar_event_ids), 4)
        self.assertEqual(self.meet.calendar_event_id, event)
        self.assertEqual(self.meet.date_start, Datetime.to_datetime("2026-03-09 09:00"))
        self.assertEqual(self.lead.message_ids, notes)

    def test_one_meeting_that_becomes_a_series(self):
        event = self._book()
        self.assertOwn(1)
        event.write(
            {
                "recurrency": True,
                "rrule_type": "weekly",
                "mon": True,
                "end_type": "count",
                "count": 3,
                "interval": 1,
                "event_tz": "UTC",
            }
        )
        self.assertOwn(3)

    def test_series_that_begins_on_another_day(self):
        """The meeting itself is none of the series."""
        self._book_series(start="2026-03-10 09:00:00", stop="2026-03-10 10:00:00")
        self.assertOwn(4)
        self.assertEqual(
            self.meet.calendar_event_id.start,
            Datetime.to_datetime("2026-03-16 09:00:00"),
        )

    def test_time_to_phone(self):
        """It is a meeting of no plan."""
        other = self._launch(
            plan=self._create_plan(
                "Other", self._step(self.type_call, "Call"), exit_on_meeting=True
            )
        )
        self._book_series(self.call)
        self.assertEqual((self.run_ + other).mapped("state"), ["running", "running"])
        self.assertEqual(len(self._get_events(self.call)), 4)

    def test_meeting_of_another_plan(self):
        """What one plan booked, the other one was for."""
        other = self._launch(
            plan=self._create_plan(
                "Other", self._step(self.type_call, "Call"), exit_on_meeting=True
            )
        )
        self._book_series()
        self.assertEqual((self.run_.state, other.state), ("running", "stopped"))

    def test_activity_outside_of_plans(self):
        activity = self._schedule(activity_type_id=self.type_meeting.id)
        before = self._get_activities()
        self._book_series(activity)
        self.assertEqual(self._get_activities(), before)
        self.assertEqual(self.run_.stop_reason, "meeting")

    def test_series_for_another_purpose(self):
        event = self.Event.create(
            {
                "name": "Fair",
                "start": "2026-03-09 09:00:00",
                "stop": "2026-03-09 10:00:00",
                "opportunity_id": self.lead.id,
                "recurrency": True,
                "rrule_type": "daily",
                "end_type": "count",
                "count": 2,
                "interval": 1,
                "event_tz": "UTC",
            }
        )
        self.assertEqual(len(event.recurrence_id.calendar_event_ids), 2)
        self.assertEqual(self.run_.stop_reason, "meeting")

    def test_meeting_for_another_purpose_beside_the_own(self):
        self._book_series()
        self.Event.create(
            {
                "name": "Fair",
                "start": "2026-03-09 12:00:00",
                "stop": "2026-03-09 13:00:00",
                "opportunity_id": self.lead.id,
            }
        )
        self.assertEqual(self.run_.stop_reason, "meeting")

    def test_both_in_one_call(self):
        context = self.meet.action_create_calendar_event()["context"]
        times = {"start": "2026-03-09 09:00:00", "stop": "2026-03-09 10:00:00"}
        self.Event.with_context(**context).create(
            [
                {"name": "Own", **times},
                {
                    "name": "Fair",
                    "activity_ids": False,
                    "opportunity_id": self.lead.id,
                    **times,
                },
            ]
        )
        self.assertEqual(self.run_.stop_reason, "meeting")

    def test_copy_is_another_meeting(self):
        self.Event.browse(self._book().id).copy()
        self.assertEqual(self.run_.stop_reason, "meeting")

    def test_nobody_says_what_a_meeting_was_booked_for(self):
        values = {
            "name": "Fair",
            "start": "2026-03-09 09:00:00",
            "stop": "2026-03-09 10:00:00",
            "opportunity_id": self.lead.id,
        }
        forged = {
            "booked_activity_ref": self.meet.id,
            "booked_run_ref": self.run_.id,
        }
        event = self.Event.with_context(
            crm_activity_plus_booking_run=self.run_.id,
            **{f"default_{name}": value for name, value in forged.items()},
        ).create({**values, **forged})
        self.assertFalse(event.booked_activity_ref or event.booked_run_ref)
        self.assertEqual(self.run_.stop_reason, "meeting")
        event.write(forged)
        self.assertFalse(event.booked_activity_ref or event.booked_run_ref)

    # Editing

    def test_all_are_moved(self):
        event = self._book_series()
        event.write(
            {
                "recurrence_update": "all_events",
                "start": "2026-03-09 14:00:00",
                "stop": "2026-03-09 15:00:00",
            }
        )
        self.assertOwn(4)
        self.assertEqual(
            self.meet.calendar_event_id.start,
            Datetime.to_datetime("2026-03-09 14:00:00"),
        )

    def test_all_are_moved_from_a_later_one(self):
        event = self._book_series()
        last = event.recurrence_id.calendar_event_ids.sorted("start")[-1]
        last.write(
            {
                "recurrence_update": "all_events",
                "start": "2026-03-30 14:00:00",
                "stop": "2026-03-30 15:00:00",
            }
        )
        self.assertOwn(4)
        self.assertEqual({e.start.hour for e in self._get_events()}, {14})

    def test_this_and_following_are_moved(self):
        event = self._book_series()
        second = event.recurrence_id.calendar_event_ids.sorted("start")[1]
        second.write(
            {
                "recurrence_update": "future_events",
                "start": "2026-03-17 09:00:00",
                "stop": "2026-03-17 10:00:00",
                "tue": True,
                "mon": False,
            }
        )
        self.assertOwn(4)
        self.assertEqual(self.meet.calendar_event_id, event)

    def test_series_is_made_longer(self):
        event = self._book_series()
        event.write({"recurrence_update": "all_events", "count": 6})
        self.assertOwn(6)
        second = self._get_events()[1]
        second.write({"recurrence_update": "future_events", "count": 8})
        self.assertOwn(9)

    def test_attendees_are_added(self):
        guest = self.env["res.partner"].create({"name": "Guest"})
        event = self._book_series()
        event.write(
            {
                "recurrence_update": "all_events",
                "partner_ids": [Command.link(guest.id)],
            }
        )
        self.assertOwn(4)
        self._get_events()[2].write({"partner_ids": [Command.link(self.partner.id)]})
        self.assertOwn(4)

    # Deleting

    def test_own_one_is_deleted(self):
        """The activity is about the next one."""
        event = self._book_series()
        event.unlink()
        self.assertOwn(3)
        self.assertEqual(self.meet.date_deadline, Date.to_date("2026-03-16"))

    def test_own_one_is_archived(self):
        event = self._book_series()
        event.action_mass_archive("self_only")
        self.assertOwn(3)
        self.assertEqual(self.meet.date_deadline, Date.to_date("2026-03-16"))

    def test_another_one_is_deleted(self):
        event = self._book_series()
        self._get_events()[1].unlink()
        self.assertOwn(3)
        self.assertEqual(self.meet.calendar_event_id, event)

    def test_following_are_deleted(self):
        self._book_series()
        self._get_events()[2].action_mass_deletion("future_events")
        self.assertOwn(2)

    def test_last_one_left(self):
        event = self._book_series()
        self.meet.calendar_event_id = self._get_events()[3]
        self._get_events()[1:].unlink()
        self.assertOwn(1)
        self.assertEqual(self.meet.calendar_event_id, event)

    def test_all_are_deleted(self):
        """As one meeting: its step is cancelled."""
        event = self._book_series()
        event.action_mass_deletion("all_events")
        self.assertEqual(self.meet.status, "cancelled")
        self.assertEqual(self.run_.line_ids[0].state, "cancelled")
        self.assertEqual(self.run_.state, "running")
        self.assertFalse(self._get_events())

    def test_done_activity_keeps_its_meeting(self):
        event = self._book_series()
        self.meet.complete()
        self._get_events()[1].unlink()
        self.assertEqual(self.meet.calendar_event_id, event)
        event.unlink()
        self.assertFalse(self.meet.calendar_event_id)
        self.assertEqual(self.meet.status, "done")

    # Steps that book by themselves, and those on hold

    def test_meeting_of_an_automatic_step(self):
        plan = self._create_plan(
            "By itself",
            self._step(self.type_meeting, "Meet", 7, action_type="meeting", duration=1),
            self._step(self.type_call, "Call", 30),
            exit_on_meeting=True,
        )
        lead = self._create_lead("Other", partner_id=self.partner.id)
        run = self._launch(lead, plan=plan)
        run.line_ids[0]._run_actions()
        event = run.line_ids.calendar_event_id
        self.assertEqual(event.booked_run_ref, run.id)
        guest = self.env["res.partner"].create({"name": "Guest"})
        event.write({"partner_ids": [Command.link(guest.id)]})
        event.write(
            {
                "recurrency": True,
                "rrule_type": "daily",
                "end_type": "count",
                "count": 3,
                "interval": 1,
                "event_tz": "UTC",
            }
        )
        self.assertEqual(len(event.recurrence_id.calendar_event_ids), 3)
        self.assertEqual(run.state, "running")

    def test_held_activity_follows_its_meeting(self):
        event = self._book()
        self.meet.action_hold()
        event.write(
            {
                "user_id": self.user_manager.id,
                "start": "2026-03-11 09:00:00",
                "stop": "2026-03-11 10:00:00",
            }
        )
        self.assertEqual(self.meet.status, "on_hold")
        self.assertEqual(self.meet.user_id, self.user_manager)
        self.assertEqual(self.meet.date_deadline, Date.to_date("2026-03-11"))
