# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class CalendarAlarm(models.Model):
    _inherit = "calendar.alarm"

    def write(self, vals):
        """Activities are reminded of when the alarm says so now."""
        result = super().write(vals)
        if {"duration", "interval"} & vals.keys():
            self._plan_reminders()
        return result

    def _plan_reminders(self):
        activities = self.env["mail.activity"].sudo()
        types = self.env["mail.activity.type"].sudo()
        activities |= activities.search([("own_reminder_ids", "in", self.ids)])
        activities._plan_reminders()
        types.search([("reminder_ids", "in", self.ids)])._plan_reminders()
