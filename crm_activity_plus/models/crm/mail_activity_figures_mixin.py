# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL


class MailActivityFiguresMixin(models.AbstractModel):
    """Plans of leads have a team, and the lead's salesperson."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.figures.mixin"

    lead_id = fields.Many2one(
        "crm.lead", "Opportunity", aggregator="count_distinct", readonly=True
    )
    salesperson_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    won_status = fields.Selection(
        selection=lambda self: self.env["crm.lead"]
        ._fields["won_status"]
        ._description_selection(self.env),
        string="Opportunity Status",
        readonly=True,
    )

    _depends = {
        "crm.lead": ["team_id", "user_id", "won_status"],
        "mail.activity.plan.run": ["lead_id"],
    }

    @api.model
    def _get_columns(self):
        return {
            **super()._get_columns(),
            "lead_id": SQL("run.lead_id"),
            "salesperson_id": SQL("lead.user_id"),
            "team_id": SQL("lead.team_id"),
            "won_status": SQL("lead.won_status"),
        }

    @api.model
    def _get_run_joins(self):
        join = SQL("LEFT JOIN crm_lead lead ON lead.id = run.lead_id")
        return [*super()._get_run_joins(), join]
