# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from .mail_activity_plan_run import OPEN_STATES


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._exit_plan_runs()
        return events

    def write(self, vals):
        result = super().write(vals)
        if {"opportunity_id", "res_id", "res_model_id"} & vals.keys():
            self._exit_plan_runs()
        return result

    def _exit_plan_runs(self):
        """A meeting was booked: that is what many plans are for."""
        if self.env.context.get("plan_own_meeting"):
            return
        for res_model, events in self.filtered("res_id").grouped("res_model").items():
            if not res_model or res_model not in self.env:
                continue
            self.env["mail.activity.plan.run"].sudo().search(
                [
                    ("res_model", "=", res_model),
                    ("res_id", "in", events.mapped("res_id")),
                    ("state", "in", OPEN_STATES),
                    ("exit_on_meeting", "=", True),
                ]
            )._stop("meeting")
