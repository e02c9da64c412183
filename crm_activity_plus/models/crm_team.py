# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    lead_no_next_step_count = fields.Integer(
        "# Leads without a Next Step", compute="_compute_lead_no_next_step_count"
    )

    def _compute_lead_no_next_step_count(self):
        counts = dict(
            self.env["crm.lead"]._read_group(
                [("team_id", "in", self.ids), ("has_no_next_step", "=", True)],
                ["team_id"],
                ["__count"],
            )
        )
        for team in self:
            team.lead_no_next_step_count = counts.get(team, 0)

    def action_view_no_next_step(self):
        """Open the team's leads without a next step, by salesperson."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus.crm_lead_action_no_next_step"
        )
        action["context"] = {
            "create": False,
            "search_default_salesperson": 1,
            "search_default_team_id": self.id,
        }
        return action
