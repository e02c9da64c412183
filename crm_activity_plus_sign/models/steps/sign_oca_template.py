# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models


class SignOcaTemplate(models.Model):
    _inherit = "sign.oca.template"

    @api.ondelete(at_uninstall=True)
    def _unlink_except_in_plans(self):
        """A step would have nothing to send."""
        self.env["mail.activity.plan.template"]._check_not_used(
            "sign_template_id", self
        )
