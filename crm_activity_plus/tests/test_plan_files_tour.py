# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import tagged

from .tour_common import TourCase


@tagged("post_install", "-at_install")
class TestPlanFilesTour(TourCase):
    def test_files_and_versions(self):
        """A manager starts from a ready-made plan, applies a changed one to what is
        running, and imports a file."""
        todo = self.env.ref("mail.mail_activity_data_todo")
        first = {"activity_type_id": todo.id, "summary": "First"}
        plan = self.env["mail.activity.plan"].create(
            {
                "name": "Tour Versions",
                "res_model": "crm.lead",
                "template_ids": [Command.create(first)],
            }
        )
        [lead] = self._create_leads("Factory A")
        plan.with_user(self.salesperson).launch(lead.ids)
        plan.template_ids = [Command.create({**first, "summary": "Second"})]
        self.start_tour("/odoo", "crm_activity_plus_plan_files", login="tour_manager")
        plans = self.env["mail.activity.plan"].search([("code", "=", "from_file")])
        self.assertEqual(plans.template_ids.code, "call")
        self.assertEqual(
            lead.plan_run_ids.line_ids.mapped("state"), ["scheduled", "scheduled"]
        )
