# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ...engine.new_rows import add_defaults, assign_rows, create_rows, is_together


class MailMessage(models.Model):
    """The messages that the engine writes on many records at once."""

    _inherit = "mail.message"

    @api.model
    def _add_missing_default_values(self, values):
        return add_defaults(self, values, super()._add_missing_default_values)

    @api.model
    def _create(self, data_list):
        """Most of them say the same: that is cleaned once. ``create`` is core's, with
        all that other addons add to it."""
        records = is_together(self, data_list) and create_rows(
            self, [data["stored"] for data in data_list]
        )
        if not records:
            return super()._create(data_list)
        assign_rows(data_list, records)
        return records
