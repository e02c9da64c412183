# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ...engine.new_rows import assign_rows, create_rows, is_together


class CalendarAttendee(models.Model):
    """Whoever is invited to the meetings that the engine books, many at a time."""

    _inherit = "calendar.attendee"

    @api.model
    def _create(self, data_list):
        """Insert many with one query, and with their names: see ``_create`` of the
        meeting."""
        if not is_together(self, data_list):
            return super()._create(data_list)
        vals_list = [data["stored"] for data in data_list]
        partners = self.env["res.partner"].browse(
            {vals.get("partner_id") for vals in vals_list}
        )
        names = {partner.id: partner.name or partner.email for partner in partners}
        records = create_rows(
            self,
            [
                {"common_name": names[vals.get("partner_id")], **vals}
                for vals in vals_list
            ],
        )
        if not records:
            return super()._create(data_list)
        assign_rows(data_list, records)
        return records
