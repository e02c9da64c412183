# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo.fields import Command, Date, Datetime
from odoo.tests import tagged

from .tour_common import TourCase


class ActivityTourCase(TourCase):
    """A lead to call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls.env["mail.activity.type"].create(
            {
                "name": "Tour Call",
                "category": "phonecall",
                "card_field_ids": [
                    Command.link(
                        cls.env["ir.model.fields"]._get("crm.lead", "phone").id
                    )
                ],
            }
        )
        [cls.lead] = cls._create_leads("Factory A")
        cls.lead.phone = "+32 2 555 12 34"

    def _schedule(self, **values):
        return (
            self.env["mail.activity"]
            .with_user(self.salesperson)
            .create(
                {
                    "activity_type_id": self.call.id,
                    "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "res_id": self.lead.id,
                    "summary": "Call them back",
                    "user_id": self.salesperson.id,
                    **values,
                }
            )
        )

    def _start_on_lead(self, tour):
        self.start_tour(self._get_url(self.lead), tour, login="tour_salesperson")

    def _start_on_pipeline(self, tour):
        self.start_tour(
            "/odoo/action-crm.crm_lead_action_pipeline", tour, login="tour_salesperson"
        )


@tagged("post_install", "-at_install")
class TestActivityTours(ActivityTourCase):
    """What a salesperson does with single activities."""

    def test_hold(self):
        activity = self._schedule()
        self._start_on_lead("crm_activity_plus_hold")
        self.assertEqual(activity.status, "in_progress")
        held = activity.log_ids.filtered(lambda row: row.event == "held")
        self.assertEqual(held.reason, "They are on holiday")

    def test_hold_until_day(self):
        activity = self._schedule()
        self._start_on_lead("crm_activity_plus_hold_until_day")
        self.assertEqual(activity.on_hold_until, Date.to_date("2099-12-24"))

    def test_cancel(self):
        activity = self._schedule()
        self._start_on_lead("crm_activity_plus_cancel")
        self.assertEqual(activity.exists().status, "cancelled")
        self.assertIn("Wrong number", activity.log_ids.mapped("reason"))

    def test_upload(self):
        upload = self.env.ref("mail.mail_activity_data_upload_document")
        activity = self._schedule(activity_type_id=upload.id, summary="Signed offer")
        self._start_on_lead("crm_activity_plus_upload")
        self.assertEqual(activity.status, "done")
        self.assertEqual(activity.attachment_ids.mapped("name"), ["offer.txt"])

    def test_too_late(self):
        activity = self._schedule()
        self._start_on_lead("crm_activity_plus_too_late")
        self.assertEqual(activity.feedback, "I was faster")

    def test_kanban_done(self):
        plan = self._create_branches()
        plan.template_ids[0].summary = "Call them back"
        plan.with_user(self.salesperson).launch(self.lead.ids)
        self._start_on_pipeline("crm_activity_plus_kanban_done")
        lines = self.lead.plan_run_ids.line_ids
        self.assertEqual(lines.mapped("state"), ["done", "scheduled", "skipped"])

    def test_kanban_hold(self):
        activity = self._schedule(date_deadline=Date.today() + timedelta(days=3))
        self._start_on_pipeline("crm_activity_plus_kanban_hold")
        self.assertEqual(activity.status, "in_progress")

    def test_book(self):
        # A meeting over midnight gives the activity no times: it is noon there.
        self.salesperson.tz = f"Etc/GMT{Datetime.now().hour - 12:+d}"
        self._start_on_lead("crm_activity_plus_book")
        activity = self.lead.activity_ids
        self.assertEqual(activity.summary, "Call them back")
        event = activity.calendar_event_id
        self.assertEqual(event.opportunity_id, self.lead)
        self.assertEqual(activity.date_start, event.start)
        self.assertEqual(activity.date_end, event.stop)


@tagged("post_install", "-at_install")
class TestActivityPopups(ActivityTourCase):
    """The pop-ups of an activity fit into the window, also at its lower edge, and with
    more outcomes than there is room for in a line."""

    def test_buttons_in_reach(self):
        self.env["mail.activity.outcome"].create(
            [
                {"name": name, "activity_type_ids": self.call.ids}
                for name in (
                    "Interested, wants an offer",
                    "No answer",
                    "Not interested any more",
                    "Call back next quarter",
                    "Wrong person",
                )
            ]
        )
        for number in range(3):
            self._schedule(
                summary=f"Earlier {number}",
                date_deadline=Date.subtract(Date.today(), 1),
            )
        self._schedule()
        self._start_on_lead("crm_activity_plus_popups_in_reach")


@tagged("post_install", "-at_install")
class TestActivityPopupsOnPhone(TestActivityPopups):
    """The same on a phone."""

    browser_size = "390x844"
    touch_enabled = True
