# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.fields import Domain

from ...engine.arguments import Arguments
from ...engine.environment import by_engine
from ...tools.states import OPEN_RUN_STATES, OPEN_STEP_STATES


class CrmTeam(models.Model):
    _inherit = "crm.team"

    lead_no_next_step_count = fields.Integer(
        "# Leads Missing a Next Step", compute="_compute_lead_no_next_step_count"
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

    def write(self, vals):
        """The steps of a team's leader are the next one's."""
        if "user_id" not in vals:
            return super().write(vals)
        runs = self._get_led_runs()
        result = super().write(vals)
        runs._follow_documents()
        return result

    def unlink(self):
        runs = self._get_led_runs()
        result = super().unlink()
        runs._follow_documents()
        return result

    def _get_led_runs(self):
        """:returns: the runs under way on the teams' records that have a step for the
        team leader, or one that went to the leader, or to nobody, for want of
        somebody else; for the engine"""
        steps = by_engine(self.env["mail.activity.plan.run.line"])
        on_records = Domain.FALSE
        for res_model in steps._get_document_models():
            records = self.env.get(res_model)
            field = records is not None and records._fields.get("team_id")
            if field and field.store and field.comodel_name == self._name:
                records = records.sudo().with_context(active_test=False)
                on_records |= Domain("res_model", "=", res_model) & Domain(
                    "res_id", "in", records._search([("team_id", "in", self.ids)])
                )
        is_led = Domain("responsible_type", "=", "team_leader") | Domain(
            "user_id", "in", [*self.user_id.ids, False]
        )
        return steps.search(
            on_records
            & is_led
            & Domain("state", "in", OPEN_STEP_STATES)
            & Domain("run_id.state", "in", OPEN_RUN_STATES)
        ).run_id

    def action_view_no_next_step(self):
        """Open the team's leads without a next step, by salesperson."""
        Arguments(self.env).check_single(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus.crm_lead_action_no_next_step"
        )
        action["context"] = {
            "create": False,
            "search_default_salesperson": 1,
            "search_default_team_id": self.id,
        }
        return action
