# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class MailActivityPlanRecurrenceOccurrence(models.Model):
    """One occurrence of a series on one record: there can't be two of them, whoever
    plans them at the same moment.

    It is what was planned. What becomes of it is up to the run and its meeting: a visit
    that somebody moves, cancels or holds stays so.
    """

    _name = "mail.activity.plan.recurrence.occurrence"
    _inherit = [
        "mail.activity.document.mixin",
        "mail.activity.reason.mixin",
        "mail.activity.bulk.mixin",
    ]
    _description = "Recurring Visit"
    _order = "date, id"
    _rec_name = "res_name"
    # No database knows the records' names.
    _rec_names_search = ["recurrence_id"]
    _log_access = False

    recurrence_id = fields.Many2one(
        "mail.activity.plan.recurrence",
        string="Series",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", required=True, readonly=True
    )
    res_name = fields.Char("Record", compute="_compute_res_name", compute_sudo=True)
    date = fields.Date(
        required=True, readonly=True, help="The day of the rule; see the meeting's own."
    )
    run_id = fields.Many2one(
        "mail.activity.plan.run",
        string="Running Plan",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    calendar_event_id = fields.Many2one(
        "calendar.event",
        string="Meeting",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    start = fields.Datetime(
        related="calendar_event_id.start", string="Meeting on", related_sudo=True
    )
    date_planned = fields.Datetime(
        "Planned for", readonly=True, help="When the meeting was planned at first."
    )
    is_moved = fields.Boolean(
        "Moved", compute="_compute_is_moved", help="Somebody moved the meeting."
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("skipped", "Skipped"),
            ("leaving", "Being cancelled"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        readonly=True,
    )
    reason = fields.Char(compute="_compute_reason", search="_search_reason")
    reason_code = fields.Char(readonly=True)
    reason_values = fields.Json(readonly=True)
    reason_text = fields.Char(readonly=True)
    is_told = fields.Boolean(
        readonly=True, help="Whoever is invited was told about the visit."
    )
    cancelled_values = fields.Json(
        readonly=True, help="What is to be told about a meeting that was deleted."
    )

    _once = models.UniqueIndex(
        "(recurrence_id, res_id, date) WHERE state IN ('planned', 'skipped')",
        "This visit is planned already.",
    )
    _document_index = models.Index("(res_model, res_id)")
    _untold_index = models.Index("(recurrence_id) WHERE NOT is_told")
    _leaving_index = models.Index("(recurrence_id) WHERE state = 'leaving'")

    @api.depends("res_model", "res_id")
    @api.depends_context("lang")
    def _compute_res_name(self):
        self.res_name = False
        for res_model, rows in self.grouped("res_model").items():
            if res_model not in self.env:
                continue
            existing = self.env[res_model].browse(set(rows.mapped("res_id"))).exists()
            names = {record.id: record.display_name for record in existing}
            for row in rows:
                row.res_name = names.get(row.res_id, False)

    @api.depends("calendar_event_id.start", "date_planned")
    def _compute_is_moved(self):
        for row in self:
            row.is_moved = bool(row.start and row.start != row.date_planned)
