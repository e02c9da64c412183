# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError

HOUR_PARAMETER = "crm_activity_plus_automation.reminder_hour"
DEFAULT_HOUR = 9


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    activity_reminder_hour = fields.Float(
        "Reminder Hour",
        config_parameter=HOUR_PARAMETER,
        default=DEFAULT_HOUR,
        help="Activities that have a day and no time count as due at this hour, in the "
        "time zone of whoever they are assigned to.",
    )

    def set_values(self):
        hour = self.activity_reminder_hour
        if not 0 <= hour < 24:
            raise UserError(
                self.env._("The reminder hour has to be between 0:00 and 23:59.")
            )
        parameters = self.env["ir.config_parameter"].sudo()
        before = float(parameters.get_param(HOUR_PARAMETER) or DEFAULT_HOUR)
        result = super().set_values()
        if hour != before:
            planned = self.env["mail.activity.reminder"].sudo()
            planned = planned.search([("activity_id.date_end", "=", False)])
            planned.activity_id._plan_reminders()
        return result
