# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.crm_activity_plus.tools.steps import PENDING


class MailActivityPlanRunLine(models.Model):
    """A kind of step that finishes later."""

    _inherit = "mail.activity.plan.run.line"

    def _run_action_approval(self, record):
        name = record.display_name
        if "nobody" in name:
            raise UserError(self.env._("Nobody can approve “%s”.", name))
        approval = self.env["test.activity.approval"].create({"line_id": self.id})
        if "at once" in name:
            approval._answer()
        return PENDING
