# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

# What automation rules can be timed by; it follows from other fields, too.
TIMES = ("date_start", "date_end")
TIME_SOURCES = {"date_deadline", "date_end", "date_start", "duration"}


class MailActivity(models.Model):
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity"

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
