# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    # Programs name an occurrence by the moment at which the rule has it, wherever it
    # was moved to.
    caldav_occurrence_start = fields.Datetime(
        readonly=True,
        copy=False,
        help="When this occurrence of a series was to start before it was moved.",
    )

    def action_export_ical(self):
        """Download the meetings as a file for calendar programs."""
        return self.env["caldav.export"]._download(self)

    @api.model
    def action_export_ical_filter(self, domain):
        """Download all meetings that a filter finds.

        :param list domain: the filter
        """
        return self.env["caldav.export"]._download_found(self, domain)

    def write(self, vals):
        if vals.get("follow_recurrence"):
            # The rule has it where it is now: another series begins with it.
            vals = {**vals, "caldav_occurrence_start": False}
        if not {"start", "start_date", "allday"} & vals.keys():
            return super().write(vals)
        moving = self.filtered(
            lambda e: e.recurrence_id and not e.caldav_occurrence_start
        )
        before = {event: (event.recurrence_id, event.start) for event in moving}
        result = super().write(vals)
        for event in moving.exists():
            recurrence, start = before[event]
            if event.recurrence_id == recurrence and event.start != start:
                super(CalendarEvent, event).write({"caldav_occurrence_start": start})
        return result
