# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.tour_common import TourCase


@tagged("post_install", "-at_install")
class TestDocumentTours(TourCase):
    """From a quotation to the activities on its customer, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create({"name": "Deco Addict"})
        cls.order = cls.env["sale.order"].create(
            {"partner_id": cls.partner.id, "user_id": cls.salesperson.id}
        )
        cls.env["mail.activity.plan"].search(
            [("res_model", "=", "sale.order")]
        ).active = False

    def _start(self, tour):
        self.start_tour(
            f"/odoo/action-sale.action_quotations_with_onboarding/{self.order.id}",
            tour,
            login="tour_salesperson",
        )

    def test_quotation(self):
        plan = self.env["mail.activity.plan"].create(
            {
                "name": "Quotation Plan",
                "res_model": "sale.order",
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": self.env.ref(
                                "mail.mail_activity_data_call"
                            ).id,
                            "summary": "Call about the quotation",
                        }
                    )
                ],
            }
        )
        self._start("test_crm_activity_plus_quotation")
        activities = self.order.activity_ids
        self.assertEqual(len(activities), 2)
        self.assertEqual(activities.partner_id, self.partner)
        self.assertEqual(activities.run_id.plan_id, plan)

    def test_no_plan(self):
        self._start("test_crm_activity_plus_no_plan")
        self.assertEqual(self.order.activity_ids.summary, "Without a plan")
