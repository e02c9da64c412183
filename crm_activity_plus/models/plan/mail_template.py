# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    @api.ondelete(at_uninstall=True)
    def _unlink_except_in_plans(self):
        """A step would have nothing to send. An application that is uninstalled takes
        its templates along all the same."""
        self.env["mail.activity.plan.template"]._check_not_used(
            "mail_template_id", self
        )
