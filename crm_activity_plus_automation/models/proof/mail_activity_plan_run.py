# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class MailActivityPlanRun(models.Model):
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    @api.model
    def _on_run_resumed(self, runs):
        result = super()._on_run_resumed(runs)
        runs.line_ids._close_resumed()
        return result
