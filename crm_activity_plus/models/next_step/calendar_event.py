# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ...tools.next_step import NextStep


class CalendarEvent(models.Model):
    _inherit = "calendar.event"  # pylint: disable=consider-merging-classes-inherited

    def _to_next_step(self):
        self.ensure_one()
        start = fields.Datetime.context_timestamp(self, self.start).date()
        day = self.start_date if self.allday else start
        # Core says "Busy" where it is private.
        return NextStep("meeting", day, self.display_name, self)

    def _describe_next_step(self):
        self.ensure_one()
        start, stop = self.start, self.stop
        if self.allday:
            start, stop = self.start_date, self.stop_date
        to_string = (fields.Date if self.allday else fields.Datetime).to_string
        return {
            "icon": "fa-calendar",
            "user": self.user_id.name,
            "booking": {
                "start": to_string(start),
                "stop": to_string(stop),
                "allday": self.allday,
            },
            "event_id": self.id,
            "actions": ["open"] if self.sudo(False)._filtered_access("read") else [],
        }
