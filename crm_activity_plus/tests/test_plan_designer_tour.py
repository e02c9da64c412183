# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from .tour_common import TourCase


@tagged("post_install", "-at_install")
class TestPlanDesignerTour(TourCase):
    """A plan is drawn by a person."""

    def test_draw(self):
        call = self.env["mail.activity.type"].create(
            {"name": "Tour Call", "sequence": 0, "icon": "fa-phone"}
        )
        keen = self.env["mail.activity.outcome"].create(
            {
                "name": "Tour Keen",
                "kind": "success",
                "sequence": 0,
                "activity_type_ids": call.ids,
            }
        )
        self.start_tour(
            "/odoo", "crm_activity_plus_plan_designer", login="tour_manager"
        )
        plan = self.env["mail.activity.plan"].search([("name", "=", "Drawn Plan")])
        self.assertEqual(
            [(step.code, step.after_ids.mapped("code")) for step in plan.template_ids],
            [
                ("tour_call", []),
                ("email", ["tour_call"]),
                ("meeting", ["email"]),
            ],
        )
        email = plan.template_ids[1]
        self.assertEqual(email.after_outcome_ids, keen)
        self.assertEqual(email.summary, "Send the catalogue")
