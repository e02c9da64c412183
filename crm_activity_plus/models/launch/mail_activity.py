# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ...engine.new_rows import (
    add_defaults,
    assign_rows,
    create_rows,
    find_computed,
    is_together,
)
from ...tools.internal import read_internal
from ..steps.activity import RESERVED_KEY


class MailActivity(models.Model):
    """The engine's activities, many at a time."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity"

    @api.model
    def _add_missing_default_values(self, values):
        return add_defaults(self, values, super()._add_missing_default_values)

    @api.model
    def _create(self, data_list):
        """What the engine says of an activity is all there is to say: nothing of it is
        computed once more, and all are inserted with one query. ``create`` is the
        ORM's, with all that other addons add to it."""
        vals_list = [data["stored"] for data in data_list]
        reserved = read_internal(self.env.context, RESERVED_KEY)
        ids = reserved and reserved.take(vals.get("run_line_id") for vals in vals_list)
        records = is_together(self, data_list) and create_rows(self, vals_list, ids)
        if not records:
            return super()._create(data_list)
        assign_rows(data_list, records, find_computed(self, vals_list[0]))
        return records
