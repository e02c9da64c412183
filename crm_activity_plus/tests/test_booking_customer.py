# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from freezegun import freeze_time

from odoo.tests import Form, tagged

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus")
class TestBookingCustomer(CrmActivityPlusCommon):
    """Booking a time invites the customer when asked, and remembers the choice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.email = "deco@test.example.com"

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time("2026-06-10 08:00:00"))
        self.call = self._schedule(summary="Call")

    def _get_events(self, activity=None, user=None):
        activity = (activity or self.call).with_user(user or self.user_owner)
        context = activity.action_create_calendar_event()["context"]
        events = self.env["calendar.event"].with_user(user or self.user_owner)
        return events.with_context(**context)

    def _open_form(self, activity=None, user=None):
        """The dialog that a click in the calendar opens."""
        view = "calendar.view_calendar_event_form_quick_create"
        form = Form(self._get_events(activity, user), view=view)
        form.name = "Call"
        form.start = "2026-06-15 08:00:00"
        return form

    def test_not_invited_at_first(self):
        form = self._open_form()
        self.assertEqual(form.booking_customer_id, self.partner)
        self.assertFalse(form.is_customer_invited)
        with self.mock_mail_gateway():
            event = form.save()
        self.assertEqual(event.partner_ids, self.user_owner.partner_id)
        self.assertEqual(self.call.calendar_event_id, event)

    def test_invited_when_asked(self):
        form = self._open_form()
        form.is_customer_invited = True
        self.assertIn(self.partner, form.partner_ids)
        with self.mock_mail_gateway():
            event = form.save()
        self.assertIn(self.partner, event.partner_ids)
        mails = self._new_mails.filtered(lambda m: self.partner in m.recipient_ids)
        self.assertEqual(len(mails), 1)

    def test_choice_is_remembered(self):
        form = self._open_form()
        form.is_customer_invited = True
        form.save()
        other = self._schedule()
        form = self._open_form(other)
        self.assertTrue(form.is_customer_invited)
        self.assertIn(self.partner, form.partner_ids)
        form.is_customer_invited = False
        self.assertNotIn(self.partner, form.partner_ids)
        form.save()
        self.assertFalse(self._open_form(self._schedule()).is_customer_invited)

    def test_choice_is_everybodys_own(self):
        form = self._open_form()
        form.is_customer_invited = True
        form.save()
        activity = self._schedule(user_id=self.user_manager.id)
        form = self._open_form(activity, self.user_manager)
        self.assertFalse(form.is_customer_invited)

    def test_attendees_and_the_question_agree(self):
        form = self._open_form()
        form.partner_ids.add(self.partner)
        self.assertTrue(form.is_customer_invited)
        form.partner_ids.remove(self.partner.id)
        self.assertFalse(form.is_customer_invited)

    def test_program(self):
        times = {"start": "2026-06-15 08:00:00", "stop": "2026-06-15 09:00:00"}
        events = self._get_events()
        event = events.create({**times, "is_customer_invited": True})
        self.assertEqual(event.partner_ids, self.partner + self.user_owner.partner_id)
        other = self._get_events(self._schedule()).create(
            {**times, "is_customer_invited": False, "partner_ids": []}
        )
        self.assertFalse(other.partner_ids)

    def test_meeting_without_a_customer(self):
        self.lead.partner_id = False
        activity = self._schedule()
        form = self._open_form(activity)
        self.assertFalse(form.booking_customer_id)
        form.save()
        settings = self.user_owner.res_users_settings_id
        self.assertFalse(settings.invite_booked_customer)

    def test_activity_that_cant_be_read(self):
        """Whoever names it in the context isn't told its customer."""
        events = self.env["calendar.event"].with_user(self.user_colleague)
        events = events.with_context(default_activity_ids=[(6, 0, self.call.ids)])
        self.assertFalse(events.new({"name": "Mine"}).booking_customer_id)
        garbage = events.with_context(default_activity_ids=["x", [6], {}])
        self.assertFalse(garbage.new({"name": "Mine"}).booking_customer_id)

    def test_existing_meeting(self):
        event = self._open_form().save()
        with Form(self.env["calendar.event"].browse(event.id)) as form:
            form.is_customer_invited = True
        self.assertIn(self.partner, event.partner_ids)
