# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from psycopg2 import IntegrityError

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .activity_type_common import ActivityTypeCommon


@tagged("crm_activity_plus")
class TestActivityTypePrefill(ActivityTypeCommon):
    """Rows A2, A6 and E4: what a type gives a new activity."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.custom = cls._create_type(
            "Site visit",
            summary="Visit the site",
            default_note="<p>Bring the samples</p>",
            default_user_id=cls.user_manager.id,
            default_duration=1.5,
            delay_count=2,
            delay_unit="weeks",
            delay_from="current_date",
            icon="fa-car",
        )

    @freeze_time("2026-03-02 12:00:00")
    def test_schedule_popup_is_prefilled(self):
        popup = self._open_schedule(self.lead)
        popup.activity_type_id = self.custom
        self.assertEqual(popup.summary, "Visit the site")
        self.assertIn("Bring the samples", popup.note)
        self.assertEqual(popup.activity_user_id, self.user_manager)
        self.assertEqual(popup.date_deadline, date(2026, 3, 16))

    @freeze_time("2026-03-02 12:00:00")
    def test_prefilled_values_can_be_changed(self):
        popup = self._open_schedule(self.lead)
        popup.activity_type_id = self.custom
        popup.summary = "Visit the new site"
        popup.activity_user_id = self.user_owner
        popup.date_deadline = "2026-03-20"
        popup.save().action_schedule_activities()
        activity = self.lead.activity_ids
        self.assertEqual(activity.summary, "Visit the new site")
        self.assertEqual(activity.user_id, self.user_owner)
        self.assertEqual(activity.date_deadline, date(2026, 3, 20))

    @freeze_time("2026-03-02 12:00:00")
    def test_activity_form_is_prefilled(self):
        form = self._open_activity(self.lead)
        form.activity_type_id = self.custom
        activity = form.save()
        self.assertEqual(activity.summary, "Visit the site")
        self.assertIn("Bring the samples", activity.note)
        self.assertEqual(activity.user_id, self.user_manager)
        self.assertEqual(activity.date_deadline, date(2026, 3, 16))
        self.assertEqual(activity.icon, "fa-car")

    def test_without_default_user_the_creator_gets_it(self):
        self.custom.default_user_id = False
        form = self._open_activity(self.lead)
        form.activity_type_id = self.custom
        self.assertEqual(form.save().user_id, self.user_owner)

    @freeze_time("2026-03-02 12:00:00")
    def test_deadline_can_count_from_the_previous_deadline(self):
        """The next activity of a chain, done too early."""
        self.custom.write({"delay_from": "previous_activity", "delay_unit": "months"})
        first = self._create_type("First", triggered_next_type_id=self.custom.id)
        activity = self._schedule(activity_type_id=first.id, date_deadline="2026-03-10")
        activity.action_done()
        following = self.lead.activity_ids.filtered("active")
        self.assertEqual(following.activity_type_id, self.custom)
        self.assertEqual(following.date_deadline, date(2026, 5, 10))

    @freeze_time("2026-03-02 12:00:00")
    def test_deadline_can_count_from_the_completion(self):
        first = self._create_type("First", triggered_next_type_id=self.custom.id)
        activity = self._schedule(activity_type_id=first.id, date_deadline="2026-03-10")
        activity.action_done()
        self.assertEqual(
            self.lead.activity_ids.filtered("active").date_deadline, date(2026, 3, 16)
        )

    def test_default_duration_gives_the_end(self):
        activity = self._schedule(
            activity_type_id=self.custom.id, date_start="2026-03-02 09:00:00"
        )
        self.assertEqual(activity.duration, 1.5)
        self.assertEqual(str(activity.date_end), "2026-03-02 10:30:00")

    def test_negative_duration_is_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._create_type("Back in time", default_duration=-1)

    def test_email_templates_are_offered_beside_the_activity(self):
        template = self.env["mail.template"].create(
            {"name": "Quotation", "model_id": self.env["ir.model"]._get_id("crm.lead")}
        )
        self.custom.mail_template_ids = template
        activity = self._schedule(activity_type_id=self.custom.id)
        [shown] = activity.activity_format()["mail.activity"]
        self.assertEqual(shown["mail_template_ids"], template.ids)

    def test_limiting_a_type_keeps_its_email_templates(self):
        template = self.env["mail.template"].create(
            {"name": "Quotation", "model_id": self.env["ir.model"]._get_id("crm.lead")}
        )
        self.custom.mail_template_ids = template
        self.custom.applies_to_ids = self._create_model_ids("crm.lead")
        self.assertEqual(self.custom.mail_template_ids, template)

    def test_email_of_a_template_is_sent(self):
        template = self.env["mail.template"].create(
            {
                "name": "Quotation",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "subject": "Your desks",
                "body_html": "<p>Ten desks for you</p>",
                "email_to": "customer@test.example.com",
            }
        )
        self.custom.mail_template_ids = template
        self._schedule(activity_type_id=self.custom.id)
        with self.mock_mail_gateway():
            self.lead.activity_send_mail(template.id)
        self.assertIn("Ten desks for you", self.lead.message_ids[0].body)

    @freeze_time("2026-03-02 12:00:00")
    def test_overdue_today_and_planned_are_told_apart(self):
        """Row A7."""
        for day, state in (("01", "overdue"), ("02", "today"), ("03", "planned")):
            with self.subTest(state=state):
                activity = self._schedule(date_deadline=f"2026-03-{day}")
                self.assertEqual(activity.state, state)
                self.assertEqual(self.lead.activity_state, state)
                activity.action_done()
                self.assertEqual(activity.state, "done")
                self.lead.invalidate_recordset()
                self.assertFalse(self.lead.activity_state)
