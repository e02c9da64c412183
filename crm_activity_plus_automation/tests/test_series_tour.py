# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import HttpCase, tagged


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSeriesTour(HttpCase):
    def test_three_clicks(self):
        """From the contacts of the category GOLD to a year of visits."""
        admin = self.env.ref("base.user_admin")
        action = self.env.ref("base.action_partner_form")
        gold = self.env["res.partner.category"].create({"name": "GOLD"})
        self.env["res.partner"].create(
            [
                {"name": f"Gold {n}", "category_id": [Command.set(gold.ids)]}
                for n in range(2)
            ]
        )
        self.env["mail.activity.plan"].search(
            [("res_model", "=", "res.partner")]
        ).active = False
        plan = self._create_plan(admin)
        self.env["ir.filters"].create(
            {
                "name": "GOLD",
                "model_id": "res.partner",
                "domain": f"[('category_id', '=', {gold.id})]",
                "action_id": action.id,
                "user_ids": [Command.set(admin.ids)],
                "is_default": True,
            }
        )
        self.start_tour(
            f"/odoo/action-{action.id}", "crm_activity_plus_plan_visits", login="admin"
        )
        visits = self.env["calendar.event"].search(
            [("plan_recurrence_id.plan_id", "=", plan.id)]
        )
        # Fewer than a dozen each, where it begins at the end of a month.
        days = visits.plan_recurrence_id._find_days()
        self.assertEqual(len(visits), 2 * len(days))
        self.assertGreater(len(days), 6)

    def _create_plan(self, user):
        """:returns: a plan whose visits are late in the day: today's is to come"""
        return self.env["mail.activity.plan"].create(
            {
                "name": "Visit",
                "res_model": "res.partner",
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": self.env.ref(
                                "mail.mail_activity_data_meeting"
                            ).id,
                            "summary": "Visit",
                            "action_type": "meeting",
                            "time_of_day": 23,
                            "duration": 0.5,
                            "responsible_type": "other",
                            "responsible_id": user.id,
                        }
                    )
                ],
            }
        )
