# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

import pytz
from hypothesis import strategies as st
from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import CrmActivityPlusCommon
from .properties import given


@tagged("crm_activity_plus")
class TestActivityDates(CrmActivityPlusCommon):
    """Start, end, duration and deadline agree. The owner lives in Brussels: UTC+1 in
    winter, UTC+2 from 2026-03-29 to 2026-10-25."""

    def test_end_follows_from_start_and_duration(self):
        activity = self._schedule(date_start="2026-03-02 09:00:00", duration=1.5)
        self.assertEqual(activity.date_end, datetime(2026, 3, 2, 10, 30))

    def test_duration_follows_from_start_and_end(self):
        activity = self._schedule(
            date_start="2026-03-02 09:00:00", date_end="2026-03-02 11:15:00"
        )
        self.assertEqual(activity.duration, 2.25)

    def test_deadline_is_the_day_of_the_end(self):
        activity = self._schedule(
            date_start="2026-03-02 09:00:00",
            date_end="2026-03-04 09:00:00",
            date_deadline="2026-01-01",
        )
        self.assertEqual(activity.date_deadline, date(2026, 3, 4))

    def test_deadline_is_in_the_time_zone_of_the_responsible(self):
        end = "2026-03-02 23:30:00"
        self.user_colleague.tz = "America/New_York"
        for user, day in ((self.user_owner, 3), (self.user_colleague, 2)):
            with self.subTest(tz=user.tz):
                activity = self._schedule(date_end=end, user_id=user.id)
                self.assertEqual(activity.date_deadline, date(2026, 3, day))

    def test_deadline_follows_to_the_time_zone_of_a_new_responsible(self):
        self.user_colleague.tz = "America/New_York"
        activity = self._schedule(date_end="2026-03-02 23:30:00")
        activity.user_id = self.user_colleague
        self.assertEqual(activity.date_deadline, date(2026, 3, 2))

    def test_deadline_without_end_is_left_alone(self):
        activity = self._schedule(date_deadline="2026-03-02", duration=2)
        self.assertFalse(activity.date_end)
        self.assertEqual(activity.date_deadline, date(2026, 3, 2))

    def test_moving_the_end_moves_the_deadline(self):
        activity = self._schedule(date_start="2026-03-02 09:00:00", duration=1)
        activity.date_end = "2026-03-05 10:00:00"
        self.assertEqual(activity.date_deadline, date(2026, 3, 5))
        self.assertEqual(activity.duration, 73)

    def test_moving_the_start_moves_end_and_deadline(self):
        activity = self._schedule(date_start="2026-03-02 09:00:00", duration=1)
        activity.date_start = "2026-03-06 14:00:00"
        self.assertEqual(activity.date_end, datetime(2026, 3, 6, 15))
        self.assertEqual(activity.date_deadline, date(2026, 3, 6))

    def test_changing_the_duration_moves_the_end(self):
        activity = self._schedule(date_start="2026-03-02 09:00:00", duration=1)
        activity.duration = 30
        self.assertEqual(activity.date_end, datetime(2026, 3, 3, 15))
        self.assertEqual(activity.date_deadline, date(2026, 3, 3))

    def test_moving_the_deadline_moves_start_and_end(self):
        activity = self._schedule(date_start="2026-03-02 09:00:00", duration=1)
        activity.date_deadline = "2026-03-09"
        self.assertEqual(activity.date_start, datetime(2026, 3, 9, 9))
        self.assertEqual(activity.date_end, datetime(2026, 3, 9, 10))
        self.assertEqual(activity.duration, 1)

    def test_moving_the_deadline_over_the_change_of_the_clock_keeps_the_hour(self):
        """Ten o'clock is 9:00 UTC in winter, 8:00 UTC in summer."""
        activity = self._schedule(date_start="2026-03-27 09:00:00", duration=1)
        activity.date_deadline = "2026-03-30"
        self.assertEqual(activity.date_start, datetime(2026, 3, 30, 8))
        self.assertEqual(activity.date_end, datetime(2026, 3, 30, 9))
        activity.date_deadline = "2026-10-26"
        self.assertEqual(activity.date_start, datetime(2026, 10, 26, 9))

    def test_moving_the_deadline_into_the_hour_that_is_left_out(self):
        """Half past two doesn't exist on the day when the clock goes forward."""
        activity = self._schedule(date_start="2026-03-28 01:30:00", duration=1)
        activity.date_deadline = "2026-03-29"
        self.assertEqual(activity.date_deadline, date(2026, 3, 29))
        self.assertEqual(activity.date_start, datetime(2026, 3, 29, 0, 30))
        self.assertEqual(activity.date_end, datetime(2026, 3, 29, 1, 30))

    @freeze_time("2026-03-02 12:00:00")
    def test_snoozing_moves_start_and_end(self):
        """The buttons Today, Tomorrow and Next Week of core."""
        activity = self._schedule(date_start="2026-02-20 09:00:00", duration=1)
        activity.action_reschedule_tomorrow()
        self.assertEqual(activity.date_start, datetime(2026, 3, 3, 9))

    def test_several_activities_are_moved_to_one_deadline(self):
        activities = self._schedule(
            date_start="2026-03-02 09:00:00", duration=1
        ) + self._schedule(date_start="2026-03-04 14:00:00", duration=2)
        activities.write({"date_deadline": "2026-03-09"})
        self.assertEqual(
            activities.mapped("date_end"),
            [datetime(2026, 3, 9, 10), datetime(2026, 3, 9, 16)],
        )

    def test_end_before_start_is_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._schedule(
                date_start="2026-03-02 09:00:00", date_end="2026-03-02 08:00:00"
            )

    def test_negative_duration_is_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._schedule(duration=-1)

    def assertDatesAgree(self, activity):
        timezone = pytz.timezone(activity.user_id.tz)
        end = pytz.utc.localize(activity.date_end).astimezone(timezone)
        self.assertEqual(activity.date_deadline, end.date())
        span = activity.date_end - activity.date_start
        self.assertAlmostEqual(span.total_seconds() / 3600, activity.duration, places=3)

    @given(
        st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "date_deadline": st.dates(date(2026, 1, 1), date(2027, 1, 1)),
                    "date_start": st.datetimes(
                        datetime(2026, 1, 1), datetime(2027, 1, 1)
                    ).map(lambda moment: moment.replace(microsecond=0, second=0)),
                    "duration": st.integers(0, 200).map(float),
                    "user_id": st.sampled_from(["user_owner", "user_colleague"]),
                },
            ),
            max_size=4,
        )
    )
    def test_dates_agree_whatever_is_written(self, changes):
        self.user_colleague.tz = "America/New_York"
        activity = self._schedule(date_start="2026-03-02 09:00:00", duration=1)
        for change in changes:
            if "user_id" in change:
                change = {**change, "user_id": getattr(self, change["user_id"]).id}
            activity.write(change)
            self.assertDatesAgree(activity)


@tagged("crm_activity_plus")
class TestActivityStatus(CrmActivityPlusCommon):
    def test_new_activity_is_new(self):
        self.assertEqual(self._schedule().status, "new")

    def test_done_activity_is_done(self):
        activity = self._schedule()
        activity.action_done()
        self.assertEqual(activity.status, "done")
        self.assertEqual(activity.state, "done")
        self.assertTrue(activity.date_done)

    def test_archived_activity_is_done(self):
        activity = self._schedule()
        activity.action_archive()
        self.assertEqual(activity.status, "done")

    def test_unarchived_activity_is_new(self):
        activity = self._schedule()
        activity.action_done()
        activity.action_unarchive()
        self.assertEqual(activity.status, "new")

    def test_status_cant_be_written(self):
        activity = self._schedule()
        with self.assertRaisesRegex(UserError, "Status.*can't be written"):
            activity.status = "done"

    def test_step_cant_be_written(self):
        activity = self._schedule()
        run = self._launch()
        with self.assertRaisesRegex(UserError, "can't be written"):
            activity.run_line_id = run.line_ids[0]

    def test_step_cant_be_given_at_creation(self):
        run = self._launch()
        with self.assertRaisesRegex(UserError, "can't be written"):
            self._schedule(run_line_id=run.line_ids[0].id, run_id=run.id)


@tagged("crm_activity_plus")
class TestActivityCancel(CrmActivityPlusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.activity = cls._schedule(summary="Call back")

    def test_cancelled_activity_is_kept(self):
        self.activity.action_cancel()
        self.assertTrue(self.activity.exists())
        self.assertFalse(self.activity.active)
        self.assertEqual(self.activity.status, "cancelled")

    def test_cancelled_activity_isnt_done(self):
        self.activity.action_cancel()
        self.assertEqual(self.activity.state, "cancelled")
        self.assertFalse(self.activity.date_done)

    def test_cancelled_activity_is_off_the_record(self):
        self.activity.action_cancel()
        self.lead.invalidate_recordset()
        self.assertFalse(self.lead.activity_ids)
        self.assertFalse(self.lead.activity_state)

    def test_cancelling_says_nothing_was_done(self):
        messages = self.lead.message_ids
        self.activity.action_cancel()
        [message] = self.lead.message_ids - messages
        self.assertIn("cancelled", message.body)
        self.assertNotIn("done", message.body)

    def test_cancelling_twice_changes_nothing(self):
        self.activity.action_cancel()
        logs = self.activity.log_ids
        self.activity.action_cancel()
        self.activity.invalidate_recordset()
        self.assertEqual(self.activity.log_ids, logs)

    def test_done_activity_cant_be_cancelled(self):
        self.activity.action_done()
        self.activity.action_cancel()
        self.assertEqual(self.activity.status, "done")

    def test_cancelled_activity_isnt_done_in_the_activity_view(self):
        done = self._schedule()
        done.action_done()
        self.activity.action_cancel()
        data = self.env["mail.activity"].get_activity_data(
            "crm.lead", [("id", "=", self.lead.id)], fetch_done=True
        )
        shown = data["grouped_activities"][self.lead.id][self.type_call.id]
        self.assertEqual(shown["ids"], done.ids)
        self.assertEqual(shown["count_by_state"], {"done": 1})

    def test_cancelled_activity_isnt_found_by_the_filter_for_done_ones(self):
        done = self._schedule()
        done.action_done()
        self.activity.action_cancel()
        self.assertEqual(self._filter("filter_archived"), done)

    def test_cancelled_activity_is_found_by_its_own_filter(self):
        self._schedule().action_done()
        self.activity.action_cancel()
        self.assertEqual(self._filter("filter_cancelled"), self.activity)

    def _filter(self, name):
        view = self.env["mail.activity"].get_view(
            self.env.ref("mail.mail_activity_view_search").id, "search"
        )
        [node] = etree.fromstring(view["arch"]).xpath(f"//filter[@name='{name}']")
        domain = Domain(safe_eval(node.get("domain")))
        return self.env["mail.activity"].search(
            domain & Domain("res_id", "=", self.lead.id)
        )


@tagged("crm_activity_plus")
class TestActivityPartner(CrmActivityPlusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_partner = cls.env["res.partner"].create({"name": "Gemini"})

    def test_customer_of_the_lead(self):
        self.assertEqual(self._schedule().partner_id, self.partner)

    def test_contact_is_its_own_customer(self):
        self.assertEqual(self._schedule(self.partner).partner_id, self.partner)

    def test_lead_without_customer_has_none(self):
        lead = self._create_lead("Unknown")
        self.assertFalse(self._schedule(lead).partner_id)

    def test_activity_without_record_has_none(self):
        activity = self.env["mail.activity"].create({"user_id": self.user_owner.id})
        self.assertFalse(activity.partner_id)

    def test_customer_follows_the_lead(self):
        activity = self._schedule()
        self.lead.partner_id = self.other_partner
        self.assertEqual(activity.partner_id, self.other_partner)

    def test_customer_of_done_activities_follows_too(self):
        activity = self._schedule()
        activity.action_done()
        self.lead.partner_id = self.other_partner
        self.assertEqual(activity.partner_id, self.other_partner)

    def test_customer_of_the_run_follows_too(self):
        run = self._launch()
        self.lead.partner_id = self.other_partner
        self.assertEqual(run.partner_id, self.other_partner)

    def test_customer_can_be_taken_away(self):
        activity = self._schedule()
        self.lead.partner_id = False
        self.assertFalse(activity.partner_id)

    def test_activities_are_found_from_the_customer(self):
        activity = self._schedule()
        self.assertEqual(
            self.env["mail.activity"].search([("partner_id", "=", self.partner.id)]),
            activity,
        )

    def test_several_records_at_once(self):
        leads = self.lead + self._create_lead("Two", partner_id=self.other_partner.id)
        activities = leads.activity_schedule(summary="Both")
        self.assertEqual(activities.partner_id, self.partner + self.other_partner)


@tagged("crm_activity_plus")
class TestActivityLedger(CrmActivityPlusCommon):
    """Row C3: who changed what and when can be read at any time."""

    @freeze_time("2026-03-02 12:00:00")
    def test_creation_is_told(self):
        activity = self._schedule(summary="Call back")
        row = activity.log_ids
        self.assertEqual(row.event, "created")
        self.assertEqual((row.old_status, row.new_status), (False, "new"))
        self.assertEqual(row.user_id, self.user_owner)
        self.assertEqual(row.date, datetime(2026, 3, 2, 12))
        self.assertEqual((row.res_model, row.res_id), ("crm.lead", self.lead.id))
        self.assertEqual(row.activity_ref, activity.id)
        self.assertEqual(row.values["summary"], "Call back")

    def test_changes_are_told_with_old_and_new(self):
        activity = self._schedule(date_deadline="2026-03-02")
        activity.with_user(self.user_manager).date_deadline = "2026-03-05"
        row = activity.log_ids[0]
        self.assertEqual(row.event, "changed")
        self.assertEqual(row.user_id, self.user_manager)
        self.assertEqual(row.values, {"date_deadline": ["2026-03-02", "2026-03-05"]})

    def test_nothing_changed_is_not_told(self):
        activity = self._schedule(summary="Call back")
        activity.summary = "Call back"
        self.assertEqual(activity.log_ids.mapped("event"), ["created"])

    def test_completion_is_told(self):
        activity = self._schedule()
        activity.action_feedback("Done it")
        row = activity.log_ids[0]
        self.assertEqual(
            (row.event, row.old_status, row.new_status), ("done", "new", "done")
        )

    def test_cancelling_is_told(self):
        activity = self._schedule()
        activity.action_cancel()
        row = activity.log_ids[0]
        self.assertEqual(
            (row.event, row.old_status, row.new_status),
            ("cancelled", "new", "cancelled"),
        )

    def test_reopening_is_told(self):
        activity = self._schedule()
        activity.action_done()
        activity.action_unarchive()
        self.assertEqual(activity.log_ids[0].event, "reopened")

    def test_deletion_is_told_and_outlives_the_activity(self):
        activity = self._schedule(summary="Call back")
        ref = activity.id
        activity.unlink()
        row = self._get_logs([("activity_ref", "=", ref)])[-1]
        self.assertEqual((row.event, row.old_status), ("deleted", "new"))
        self.assertEqual(row.values["summary"], "Call back")

    def test_each_activity_has_its_own_history(self):
        first, second = self._schedule(), self._schedule()
        first.action_done()
        self.assertEqual(first.log_ids.mapped("event"), ["done", "created"])
        self.assertEqual(second.log_ids.mapped("event"), ["created"])

    def test_activity_of_a_run_has_the_history_of_its_step(self):
        activity = self._launch().line_ids[0].activity_id
        activity.action_done()
        self.assertEqual(activity.log_ids.mapped("event"), ["done", "scheduled"])

    def test_history_goes_on_from_status_to_status(self):
        activity = self._schedule()
        activity.summary = "Other"
        activity.action_done()
        activity.action_unarchive()
        activity.action_cancel()
        self.assertChain(activity.log_ids.sorted("id"))

    def test_archiving_the_user_is_told(self):
        activity = self._schedule(user_id=self.user_colleague.id)
        ref = activity.id
        self.user_colleague.action_archive()
        row = self._get_logs([("activity_ref", "=", ref)])[-1]
        self.assertEqual(row.event, "changed")
        self.assertEqual(
            row.values["user_id"], [self.user_colleague.id, self.user_owner.id]
        )
        self.assertIn("Carl Colleague was archived", row.reason or "")

    def test_clean_up_is_told(self):
        """Row Z11: clean-up jobs lose nothing."""
        self.env["ir.config_parameter"].set_param(
            "mail.activity.gc.delete_overdue_years", 3
        )
        activity = self._schedule(date_deadline="2020-01-01")
        ref = activity.id
        self.env["mail.activity"]._gc_delete_old_overdue_activities()
        self.assertFalse(activity.exists())
        row = self._get_logs([("activity_ref", "=", ref)])[-1]
        self.assertEqual(row.event, "deleted")
        self.assertIn("clean-up", row.reason or "")
