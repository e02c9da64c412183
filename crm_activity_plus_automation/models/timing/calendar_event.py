# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

# What automation rules can be timed by; it follows from other fields, too.
TIMES = ("start", "stop")
TIME_SOURCES = {"allday", "duration", "start", "start_date", "stop", "stop_date"}


class CalendarEvent(models.Model):
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env["base.automation"]._trigger_for(records, TIMES)
        return records

    def write(self, vals):
        result = super().write(vals)
        if TIME_SOURCES & vals.keys():
            self.env["base.automation"]._trigger_for(self, TIMES)
        return result
