# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

from ..tools.free_times import find_free_times

DUE_CRON = "crm_activity_plus.ir_cron_run_due_steps"


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestInvitations(CrmActivityPlusCommon):
    """Who is invited to a step's meeting, and what comes of their answers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.user_owner, cls.user_manager):
            user.email = f"{user.login}@example.com"
        cls.partner.email = "deco@example.com"
        cls.technician = cls.env["res.partner"].create(
            {"name": "Tina Technician", "email": "tina@example.com"}
        )
        cls.partner.technician_id = cls.technician
        cls.visit_plan = cls._create_plan(
            "Visit",
            cls._step(
                cls.type_meeting,
                "Visit",
                action_type="meeting",
                duration=1,
                responsible_type="salesperson",
                invite_team_leader=True,
                invite_technician=True,
            ),
        )

    def setUp(self):
        super().setUp()
        frozen = freeze_time("2026-03-09 08:00:00")
        frozen.start()
        self.addCleanup(frozen.stop)

    def _book(self):
        """:returns: the step, with its meeting on Tuesday at nine"""
        run = self._launch(plan=self.visit_plan, plan_date="2026-03-10")
        with self.enter_registry_test_mode():
            self.env.ref(DUE_CRON).method_direct_trigger()
        self.env.invalidate_all()
        return run.line_ids

    def test_people_by_role(self):
        step = self._book()
        self.assertEqual(
            step.calendar_event_id.attendee_ids.partner_id,
            self.user_owner.partner_id
            | self.user_manager.partner_id
            | self.partner
            | self.technician,
        )

    def test_one_invitation_for_each(self):
        mails = self.env["mail.mail"].search([])
        self._book()
        new = self.env["mail.mail"].search([]) - mails
        invited = self.partner | self.technician | self.user_manager.partner_id
        self.assertTrue(
            invited <= new.recipient_ids | new.mail_message_id.notified_partner_ids
        )

    def test_answers_on_the_step(self):
        step = self._book()
        attendees = {a.partner_id: a for a in step.calendar_event_id.attendee_ids}
        attendees[self.partner].do_accept()
        attendees[self.technician].do_decline()
        self.assertIn("Deco Addict: Yes", step.attendee_answers)
        self.assertIn("Tina Technician: No", step.attendee_answers)
        self.assertIn("Martin Manager: Needs Action", step.attendee_answers)

    def test_who_declines_is_told(self):
        step = self._book()
        event = step.calendar_event_id
        # Wednesday is taken.
        self.env["calendar.event"].create(
            {
                "name": "Elsewhere",
                "start": event.start + timedelta(days=1, minutes=30),
                "stop": event.start + timedelta(days=1, hours=2),
                "partner_ids": [(6, 0, self.user_owner.partner_id.ids)],
            }
        )
        before = self.env["mail.message"].search([], order="id DESC", limit=1).id
        [attendee] = event.attendee_ids.filtered(lambda a: a.partner_id == self.partner)
        attendee.do_decline()
        attendee.do_decline()
        told = self.env["mail.message"].search(
            [("id", ">", before), ("message_type", "=", "user_notification")]
        )
        self.assertEqual(len(told), 1)
        self.assertEqual(told.partner_ids, self.user_owner.partner_id)
        self.assertIn("Deco Addict declines", told.subject)
        for day, is_offered in (
            ("03/11/2026", False),
            ("03/12/2026", True),
            ("03/13/2026", True),
            ("03/14/2026", False),
            ("03/16/2026", True),
        ):
            (self.assertIn if is_offered else self.assertNotIn)(day, told.body)

    def test_other_meetings(self):
        """Core's own meetings are answered as ever."""
        event = self.env["calendar.event"].create(
            {
                "name": "Mine",
                "start": datetime(2026, 3, 12, 9),
                "stop": datetime(2026, 3, 12, 10),
                "partner_ids": [(6, 0, self.partner.ids)],
            }
        )
        before = self.env["mail.message"].search([], order="id DESC", limit=1).id
        event.attendee_ids.do_decline()
        self.assertFalse(
            self.env["mail.message"].search(
                [("id", ">", before), ("message_type", "=", "user_notification")]
            )
        )


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestFreeTimes(BaseCase):
    def test_free_times(self):
        wanted = datetime(2026, 3, 10, 9)
        hour = timedelta(hours=1)
        busy = [(wanted + timedelta(days=1), wanted + timedelta(days=1) + hour)]
        found = find_free_times(wanted, hour, busy, lambda day: day.weekday() > 4)
        self.assertEqual([moment.day for moment in found], [12, 13, 16])
        # What ends when it begins is in nobody's way.
        busy = [(wanted + timedelta(hours=23), wanted + timedelta(hours=24))]
        found = find_free_times(wanted, hour, busy, lambda day: False, number=1)
        self.assertEqual(found, [wanted + timedelta(days=1)])

    def test_nobody_works(self):
        wanted = datetime(2026, 3, 10, 9)
        self.assertFalse(find_free_times(wanted, timedelta(1), [], lambda day: True))
