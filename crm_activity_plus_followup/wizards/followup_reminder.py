# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

AFTER = {
    "week": relativedelta(weeks=1),
    "two_weeks": relativedelta(weeks=2),
    "month": relativedelta(months=1),
    "two_months": relativedelta(months=2),
}


class FollowupReminder(models.TransientModel):
    """Asks when customers are back in the list."""

    _name = "followup.reminder"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Next Reminder"

    partner_ids = fields.Many2many("res.partner", string="Customers", readonly=True)
    after = fields.Selection(
        [
            ("week", "1 week"),
            ("two_weeks", "2 weeks"),
            ("month", "1 month"),
            ("two_months", "2 months"),
            ("other", "On a date"),
        ],
        "Remind again in",
        default="week",
        required=True,
    )
    date = fields.Date(
        "Next Reminder",
        compute="_compute_date",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )

    @api.depends("after")
    def _compute_date(self):
        today = fields.Date.context_today(self)
        for reminder in self:
            if reminder.after in AFTER:
                reminder.date = today + AFTER[reminder.after]
            else:
                reminder.date = reminder.date or today + AFTER["week"]

    def action_apply(self):
        """Take the customers off the list until then."""
        for reminder in self:
            reminder.partner_ids.action_followup_later(reminder.date)
        return {"type": "ir.actions.act_window_close"}
