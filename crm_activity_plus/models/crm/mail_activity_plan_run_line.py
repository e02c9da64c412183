# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MailActivityPlanRunLine(models.Model):
    """Outcomes that win a lead."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _get_exit_after(self, outcome):
        is_won = self.res_model == "crm.lead" and outcome.stage_id.is_won
        if is_won and self.run_id.exit_on_won:
            return "won"
        return super()._get_exit_after(outcome)
