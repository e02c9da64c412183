# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from operator import attrgetter

from odoo import api, models

from ...engine.new_rows import (
    X2MANY,
    assign_rows,
    create_rows,
    find_computed,
    is_together,
)


class CalendarEvent(models.Model):
    """The meetings that the engine books, many at a time."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "calendar.event"

    @api.model
    def _create(self, data_list):
        """Insert many with one query, and with what core would compute and write on
        each afterwards: PostgreSQL looks up all that a row is linked to once more, when
        it is changed in the transaction that made it. ``create`` is core's, with all
        that other addons add to it."""
        if not is_together(self, data_list):
            return super()._create(data_list)
        vals_list = [self._prepare_row(data["stored"]) for data in data_list]
        records = create_rows(self, vals_list)
        if not records:
            return super()._create(data_list)
        protected = find_computed(self, vals_list[0])
        assign_rows(data_list, records, protected)
        with self.env.protecting(protected, records):
            self._create_links(records, data_list)
        return records

    @api.model
    def _prepare_row(self, stored):
        """:param dict stored: values of a meeting
        :returns: those of its row"""
        row = {n: v for n, v in stored.items() if self._fields[n].type not in X2MANY}
        if not row.get("allday"):
            row |= {"start_date": False, "stop_date": False}
        row["res_model"] = (
            self.env["ir.model"].sudo().browse(row.get("res_model_id")).model
        )
        return {"videocall_location": False, **row}

    @api.model
    def _create_links(self, records, data_list):
        """Link new meetings to their attendees and the like, as the ORM does."""
        given = {name for data in data_list for name in data["stored"]}
        links = [self._fields[n] for n in given if self._fields[n].type in X2MANY]
        for field in sorted(links, key=attrgetter("_sequence")):
            field.create(
                [
                    (record, data["stored"][field.name])
                    for record, data in zip(records, data_list, strict=True)
                    if field.name in data["stored"]
                ]
            )
        records.modified([field.name for field in links], create=True)
        records._validate_fields([field.name for field in links])
