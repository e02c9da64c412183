# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CrmActivityPlusCommon

LOGGER = "odoo.addons.crm_activity_plus.models.cancel.calendar_event"


@tagged("crm_activity_plus")
class TestMeetingCancel(CrmActivityPlusCommon):
    """What was booked for an activity or a step goes with it, and who was invited is
    told once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.email = "deco@test.example.com"
        cls.meet_plan = cls._create_plan(
            "Meet",
            cls._step(cls.type_call, "Call"),
            cls._step(cls.type_meeting, "Visit", 2, action_type="meeting", duration=1),
        )

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time("2026-06-10 08:00:00"))
        self.call = self._schedule(summary="Call", date_deadline="2026-06-11")

    def _book(self, activity=None, day="2026-06-15", **values):
        activity = (activity or self.call).with_user(self.user_owner)
        context = activity.action_create_calendar_event()["context"]
        events = self.env["calendar.event"].with_user(self.user_owner)
        partners = self.user_owner.partner_id | self.partner
        return events.with_context(**context).create(
            {
                "start": f"{day} 08:00:00",
                "stop": f"{day} 09:00:00",
                "partner_ids": [Command.set(partners.ids)],
                **values,
            }
        )

    def _book_series(self, count=3):
        return self._book(
            recurrency=True,
            rrule_type="weekly",
            mon=True,
            end_type="count",
            count=count,
            interval=1,
            event_tz="UTC",
        ).recurrence_id.calendar_event_ids

    def _launch_with_meeting(self, leads=None):
        """:returns: runs whose second step has booked its meeting"""
        runs = self._launch(leads, plan=self.meet_plan)
        runs.line_ids.filtered(
            lambda line: line.action_type == "meeting"
        )._run_actions()
        self.assertEqual(len(runs.line_ids.calendar_event_id), len(runs))
        return runs

    def assertTold(self, action, *partners):
        """Somebody does something, and these get one message each about it."""
        with self.mock_mail_gateway():
            action()
        mails = self._new_mails.exists().filtered(
            lambda m: "Deleted event" in m.subject
        )
        told = [partner for mail in mails for partner in mail.recipient_ids]
        self.assertEqual(sorted(p.id for p in told), sorted(p.id for p in partners))
        return mails

    def test_cancelled_activity(self):
        event = self._book()
        self.assertTold(lambda: self.call.action_cancel("No"), self.partner)
        self.assertFalse(event.exists())
        self.assertEqual(self.call.status, "cancelled")

    def test_whoever_is_invited_is_told(self):
        self._book()
        call = self.call.with_user(self.user_manager)
        self.assertTold(call.action_cancel, self.partner, self.user_owner.partner_id)

    def test_no_emails_of_the_calendar(self):
        self.env["ir.config_parameter"].set_param("calendar.block_mail", True)
        event = self._book()
        self.assertTold(self.call.action_cancel)
        self.assertFalse(event.exists())

    def test_synchronized_calendar_tells_itself(self):
        event = self._book()
        users = type(self.env["res.users"])
        with patch.object(users, "_has_any_active_synchronization", lambda self: True):
            self.assertTold(self.call.action_cancel)
        self.assertFalse(event.exists())

    def test_meeting_that_has_begun(self):
        event = self._book()
        with freeze_time("2026-06-15 08:30:00"):
            self.assertTold(self.call.action_cancel)
        self.assertTrue(event.exists().active)

    def test_all_day(self):
        event = self._book(allday=True, start="2026-06-15", stop="2026-06-15")
        with freeze_time("2026-06-14 23:30:00"):
            # It is the day already where they are.
            self.call.action_cancel()
        self.assertTrue(event.exists())
        other = self._schedule()
        event = self._book(other, allday=True, start="2026-06-15", stop="2026-06-15")
        other.action_cancel()
        self.assertFalse(event.exists())

    def test_series(self):
        """What took place stays; the rest goes, with one message."""
        events = self._book_series().sorted("start")
        with freeze_time("2026-06-16 08:00:00"):
            self.assertTold(self.call.action_cancel, self.partner)
        self.assertEqual(events.exists(), events[0])
        self.assertTrue(events[0].recurrence_id)

    def test_whole_series(self):
        events = self._book_series()
        recurrence = events.recurrence_id
        self.assertTold(self.call.action_cancel, self.partner)
        self.assertFalse(events.exists())
        self.assertFalse(recurrence.exists())

    def test_meeting_of_another_activity(self):
        event = self._book()
        other = self._schedule(self._create_lead("Other"))
        other.calendar_event_id = event
        self.assertTold(self.call.action_cancel)
        self.assertTrue(event.exists())
        self.assertTold(other.action_cancel)
        self.assertTrue(event.exists(), "It is the first lead's, too.")

    def test_activities_that_share_a_meeting(self):
        event = self._book()
        other = self._schedule()
        other.calendar_event_id = event
        self.assertTold((self.call + other).action_cancel, self.partner)
        self.assertFalse(event.exists())

    def test_meeting_of_another_record(self):
        event = self._book()
        event.opportunity_id = self._create_lead("Other")
        self.assertTold(self.call.action_cancel)
        self.assertTrue(event.exists())

    def test_done_activity_keeps_its_meeting(self):
        event = self._book()
        self.assertTold(self.call.action_done)
        self.call.action_cancel()
        self.assertTrue(event.exists())

    def test_held_activity_keeps_its_meeting(self):
        event = self._book()
        self.call.action_hold()
        self.assertTrue(event.exists())
        self.call.action_cancel()
        self.assertFalse(event.exists())

    def test_private_meeting_of_somebody_else(self):
        """Whoever may cancel the activity may not delete that."""
        event = self._book(privacy="private", partner_ids=[])
        self.assertTold(self.call.with_user(self.user_manager).action_cancel)
        self.assertEqual(self.call.status, "cancelled")
        self.assertTrue(event.exists())

    def test_skipped_step(self):
        run = self._launch(plan=self.meet_plan)
        step = run.line_ids[0].with_user(self.user_owner)
        event = self._book(step.activity_id)
        self.assertTold(lambda: step.action_skip("No"), self.partner)
        self.assertFalse(event.exists())

    def test_stopped_run(self):
        run = self._launch_with_meeting()
        events = run.line_ids.calendar_event_id + self._book(
            run.line_ids[0].activity_id
        )
        self.assertTold(
            run.with_user(self.user_owner).action_stop, self.partner, self.partner
        )
        self.assertFalse(events.exists())

    def test_lost_lead(self):
        run = self._launch_with_meeting()
        event = run.line_ids.calendar_event_id
        lead = self.lead.with_user(self.user_owner)
        self.assertTold(lead.action_set_lost, self.partner)
        self.assertEqual(run.state, "stopped")
        self.assertFalse(event.exists())

    def test_stopped_after_the_meeting(self):
        run = self._launch_with_meeting()
        event = run.line_ids.calendar_event_id
        with freeze_time("2026-07-01 08:00:00"):
            self.assertTold(run.with_user(self.user_owner).action_stop)
        self.assertTrue(event.exists())

    def test_done_run_keeps_its_meeting(self):
        run = self._launch_with_meeting()
        run.line_ids[0].activity_id.with_user(self.user_owner).complete()
        self.assertEqual(run.state, "done")
        self.assertTrue(run.line_ids.calendar_event_id)

    def test_paused_run_keeps_its_meetings(self):
        run = self._launch_with_meeting()
        event = self._book(run.line_ids[0].activity_id)
        run.with_user(self.user_owner).action_pause()
        self.assertTrue(event.exists() and run.line_ids.calendar_event_id.exists())

    def test_restarted_run_books_anew(self):
        run = self._launch_with_meeting()
        event = run.line_ids.calendar_event_id
        self.assertTold(run.with_user(self.user_owner).action_restart, self.partner)
        self.assertFalse(event.exists())
        self.assertFalse(run.line_ids.calendar_event_id)

    def test_merged_leads(self):
        """Nobody decided that the customer isn't met."""
        runs = self._launch_with_meeting(self.lead + self._create_lead("Twin"))
        events = runs.line_ids.calendar_event_id
        events += self._book(runs[1].line_ids[0].activity_id)
        self.assertTold(lambda: runs.lead_id.merge_opportunity(auto_unlink=False))
        self.assertIn("stopped", runs.mapped("state"))
        self.assertEqual(events.exists(), events)

    def test_undone_launch(self):
        """Nothing is left of it, and one note says so."""
        popup = (
            self.env["mail.activity.schedule"]
            .with_user(self.user_owner)
            .with_context(active_model="crm.lead", active_ids=self.lead.ids)
            .create({"plan_id": self.meet_plan.id})
        )
        launch_id = popup.action_schedule_plan()["params"]["launch_id"]
        launch = popup.env["mail.activity.plan.launch"].browse(launch_id)
        event = self._book(launch.run_ids.line_ids[0].activity_id)
        messages = self.lead.message_ids
        self.assertTold(launch.action_undo, self.partner)
        self.assertEqual(launch.run_ids.stop_reason, "undone")
        self.assertFalse(event.exists())
        self.assertEqual(len(self.lead.message_ids - messages), 1)

    def test_deleted_meeting(self):
        """Whoever deletes it has the calendar tell that."""
        event = self._book()
        self.assertTold(event.unlink)
        self.assertEqual(self.call.status, "cancelled")

    @mute_logger(LOGGER)
    def test_one_bad_meeting(self):
        runs = self._launch_with_meeting(
            self._create_leads(3, partner_id=self.partner.id)
        )
        events = runs.line_ids.calendar_event_id
        bad, unlink = events[1], type(events).unlink

        def refuse(records):
            if bad in records:
                raise ValueError("Locked")
            return unlink(records)

        with patch.object(type(events), "unlink", refuse):
            self.assertTold(
                lambda: runs.with_user(self.user_owner).action_stop(),
                *[self.partner] * 2,
            )
        self.assertEqual(events.exists(), bad)
        self.assertEqual(set(runs.mapped("state")), {"stopped"})

    @mute_logger(LOGGER)
    def test_broken_template(self):
        """Nobody can be told, and the meeting goes all the same."""
        event = self._book()
        templates = type(self.env["mail.template"])
        with patch.object(
            templates, "_generate_template", side_effect=ValueError("Broken")
        ):
            self.assertTold(self.call.action_cancel)
        self.assertFalse(event.exists())

    def test_queries(self):
        counts = []
        for size in (2, 10):
            leads = self._create_leads(size, partner_id=self.partner.id)
            runs = self._launch_with_meeting(leads)
            self.env.flush_all()
            self.env.invalidate_all()
            # Sent in a transaction of its own.
            mails = type(self.env["mail.mail"])
            sent = patch.object(mails, "send_after_commit", autospec=True)
            before = self.cr.sql_log_count
            with sent as send:
                runs.with_user(self.user_owner).action_stop()
                self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(len(send.call_args.args[0]), size)
        self.assertLessEqual(counts[1], counts[0] + 1)
