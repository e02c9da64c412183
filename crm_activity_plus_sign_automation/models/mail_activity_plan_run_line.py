# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models


class MailActivityPlanRunLine(models.Model):
    _inherit = "mail.activity.plan.run.line"

    @api.readonly
    def action_open_proof(self):
        """What was signed opens for whoever may read its record."""
        action = super().action_open_proof()
        if action["res_model"] != "sign.oca.request":
            return action
        return self.env["sign.oca.request"].browse(action["res_id"])._open()
