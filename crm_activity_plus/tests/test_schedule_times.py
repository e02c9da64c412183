# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import Form, tagged

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus")
class TestScheduleTimes(CrmActivityPlusCommon):
    """Start and end can be set when an activity is created; its due date, duration and
    end agree. The users' clocks are two hours ahead in summer."""

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time("2026-06-10 08:00:00"))

    def _open_wizard(self, **context):
        wizards = self.env["mail.activity.schedule"].with_user(self.user_owner)
        context = {
            "active_model": "crm.lead",
            "active_ids": self.lead.ids,
            "tz": "Europe/Brussels",
            **context,
        }
        form = Form(wizards.with_context(**context))
        form.activity_type_id = self.type_call
        form.summary = "Timed"
        return form

    def _schedule_from(self, form):
        form.save().action_schedule_activities()
        activity = self.env["mail.activity"].search([("summary", "=", "Timed")])
        self.assertLedgerTellsActivities(activity)
        return activity

    def test_start_proposes_an_end(self):
        form = self._open_wizard()
        form.date_start = "2026-06-15 22:30:00"
        self.assertEqual(form.date_end, datetime(2026, 6, 15, 23, 30))
        self.assertEqual(form.date_deadline, date(2026, 6, 16))
        activity = self._schedule_from(form)
        self.assertEqual(activity.date_start, datetime(2026, 6, 15, 22, 30))
        self.assertEqual(activity.date_end, datetime(2026, 6, 15, 23, 30))
        self.assertEqual(activity.date_deadline, date(2026, 6, 16))
        self.assertEqual(activity.duration, 1)

    def test_duration_of_the_type(self):
        self.type_call.default_duration = 0.5
        form = self._open_wizard()
        form.date_start = "2026-06-15 08:00:00"
        self.assertEqual(form.date_end, datetime(2026, 6, 15, 8, 30))
        form.date_end = "2026-06-15 10:00:00"
        self.assertEqual(self._schedule_from(form).duration, 2)

    def test_due_date_moves_the_times(self):
        form = self._open_wizard()
        form.date_start = "2026-06-15 08:00:00"
        # Their clock is one hour less ahead then.
        form.date_deadline = "2026-12-14"
        self.assertEqual(form.date_start, datetime(2026, 12, 14, 9))
        self.assertEqual(form.date_end, datetime(2026, 12, 14, 10))
        activity = self._schedule_from(form)
        self.assertEqual(activity.date_deadline, date(2026, 12, 14))

    def test_day_of_the_responsible(self):
        self.user_manager.tz = "Asia/Tokyo"
        form = self._open_wizard()
        form.date_start = "2026-06-15 16:00:00"
        self.assertEqual(form.date_deadline, date(2026, 6, 15))
        form.activity_user_id = self.user_manager
        self.assertEqual(form.date_deadline, date(2026, 6, 16))
        activity = self._schedule_from(form)
        self.assertEqual(activity.date_deadline, date(2026, 6, 16))

    def test_end_wins_over_the_due_date(self):
        """Whatever a program says."""
        wizard = (
            self.env["mail.activity.schedule"]
            .with_user(self.user_owner)
            .create(
                {
                    "activity_type_id": self.type_call.id,
                    "date_deadline": "2026-06-12",
                    "date_end": "2026-06-15 10:00:00",
                    "date_start": "2026-06-15 08:00:00",
                    "res_ids": str(self.lead.ids),
                    "res_model": "crm.lead",
                    "summary": "Timed",
                }
            )
        )
        activity = wizard._action_schedule_activities()
        self.assertEqual(activity.date_deadline, date(2026, 6, 15))
        self.assertEqual(activity.duration, 2)

    def test_without_times(self):
        form = self._open_wizard()
        activity = self._schedule_from(form)
        self.assertFalse(activity.date_start or activity.date_end)

    def test_many_records(self):
        leads = self._create_leads(3)
        form = self._open_wizard(active_ids=leads.ids)
        form.date_start = "2026-06-15 08:00:00"
        activities = self._schedule_from(form)
        self.assertEqual(len(activities), 3)
        self.assertEqual(
            set(activities.mapped("date_start")), {datetime(2026, 6, 15, 8)}
        )

    def test_activity_form(self):
        """What follows is shown before it is saved."""
        activity = self._schedule(summary="Timed")
        view = "mail.mail_activity_view_form_popup"
        own = activity.with_context(tz="Europe/Brussels")
        with Form(own, view=view) as form:
            form.date_start = "2026-06-15 08:00:00"
            form.date_end = "2026-06-15 09:30:00"
            self.assertEqual(form.duration, 1.5)
            self.assertEqual(form.date_deadline, date(2026, 6, 15))
            form.date_deadline = "2026-06-16"
            self.assertEqual(form.date_start, datetime(2026, 6, 16, 8))
        self.assertEqual(activity.date_end, datetime(2026, 6, 16, 9, 30))
        self.assertEqual(activity.date_deadline, date(2026, 6, 16))
        self.assertEqual(activity.duration, 1.5)
