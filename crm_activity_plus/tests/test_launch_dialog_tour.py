# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo.fields import Command, Date
from odoo.tests import tagged

from .tour_common import TourCase


@tagged("post_install", "-at_install")
class TestLaunchDialogTour(TourCase):
    """The launch dialog, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        todo = cls.env.ref("mail.mail_activity_data_todo")
        cls.plan = cls.env["mail.activity.plan"].create(
            {
                "name": "Dialog Plan",
                "res_model": "crm.lead",
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": todo.id,
                            "summary": summary,
                            "responsible_type": "on_demand",
                            "delay_count": count,
                            "delay_from": delay_from,
                        }
                    )
                    for summary, count, delay_from in (
                        ("Send the invitation", 2, "before_plan_date"),
                        ("Meet", 0, "after_plan_date"),
                        ("Write the offer", 3, "after_plan_date"),
                        ("Call back", 5, "after_plan_date"),
                    )
                ],
            }
        )
        *_others, offer, call = cls.plan.template_ids
        call.write({"after_ids": offer, "delay_from": "after_previous_deadline"})
        cls.year = Date.today().year + 1

    def test_one_record(self):
        [lead] = self._create_leads("Dialog A")
        self.env["ir.config_parameter"].set_param(
            "crm_activity_plus.daily_activity_limit", 1
        )
        lead.activity_schedule(
            date_deadline=date(self.year, 3, 25),
            summary="Something else",
            user_id=self.salesperson.id,
        )
        self.start_tour(
            self._get_url(lead),
            "crm_activity_plus_launch_dialog",
            login="tour_salesperson",
        )
        run = lead.plan_run_ids
        self.assertEqual(len(run), 1, "A double click launches once.")
        invitation, meet, offer, call = run.line_ids
        self.assertEqual(
            run.line_ids.mapped("state"),
            ["skipped", "scheduled", "scheduled", "waiting"],
        )
        self.assertEqual(meet.date_deadline, date(self.year, 3, 25))
        self.assertEqual(offer.date_deadline, date(self.year, 4, 1))
        self.assertEqual(offer.date_explanation["base"], "chosen_at_launch")
        self.assertEqual(call.date_deadline, date(self.year, 4, 6))
        self.assertEqual(call.user_id, self.manager)
        self.assertEqual(invitation.reason, "Skipped at launch.")

    def test_several_records(self):
        leads = self._create_leads("Dialog A", "Dialog B", "Dialog C")
        self.plan.with_user(self.salesperson).launch(leads[2].ids)
        self.start_tour(
            "/odoo/action-crm.crm_lead_opportunities?view_type=list",
            "crm_activity_plus_launch_dialog_records",
            login="tour_salesperson",
        )
        self.assertEqual(leads.mapped("plan_run_count"), [1, 1, 1])
        self.assertEqual(
            [lead.plan_run_ids.line_ids[1].state for lead in leads],
            ["scheduled", "skipped", "scheduled"],
        )

    def test_left_out(self):
        leads = self._create_leads("Dialog A", "Dialog B", "Dialog C")
        self.start_tour(
            "/odoo/action-crm.crm_lead_opportunities?view_type=list",
            "crm_activity_plus_launch_dialog_left_out",
            login="tour_salesperson",
        )
        self.assertEqual(leads.mapped("plan_run_count"), [1, 0, 1])
        self.assertFalse(leads[1].activity_ids)

    def test_deleted_meanwhile(self):
        [lead] = self._create_leads("Dialog A")
        self.start_tour(
            "/odoo/action-crm.crm_lead_opportunities?view_type=list",
            "crm_activity_plus_launch_dialog_deleted",
            login="tour_manager",
        )
        self.assertFalse(lead.exists())
