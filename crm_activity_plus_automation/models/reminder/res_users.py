# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        """Whoever moves to another time zone is reminded at their hour there."""
        result = super().write(vals)
        if "tz" in vals:
            reminders = self.env["mail.activity.reminder"].sudo()
            planned = reminders.search([("activity_id.user_id", "in", self.ids)])
            planned.activity_id._plan_reminders()
        return result
