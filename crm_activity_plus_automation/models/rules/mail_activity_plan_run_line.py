# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class MailActivityPlanRunLine(models.Model):
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    team_leader_id = fields.Many2one(
        "res.users",
        compute="_compute_team_leader_id",
        compute_sudo=True,
        help="Leader of the record's sales team, for emails about overdue steps.",
    )

    @api.depends("res_model", "res_id")
    def _compute_team_leader_id(self):
        for line, record in zip(self, self._get_records(), strict=True):
            find = line.run_id.plan_id._find_user_by_role
            line.team_leader_id = record and find("team_leader", record)
