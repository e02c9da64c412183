# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.environment import by_engine, is_uninstalling
from ...engine.sums import UNCOMPILED, adding_up
from ..access.mail_activity_document_mixin import make_document_domain


class MailActivityLog(models.Model):
    """The ledger: one row for each change of an activity, a step or a run.

    Rows are only ever added, and only by the engine. What a row is about:

    * an activity: ``activity_ref``. The statuses are those of ``mail.activity``;
    * a step of a run: ``run_line_id``, and ``activity_ref`` once it has an activity.
      The statuses are the step's states;
    * a run: ``run_id`` alone. The statuses are the run's states;
    * a document that another one was merged into: ``merged_res_id``, the other one.

    So the last row of each step and of the run gives their present state.
    """

    _name = "mail.activity.log"
    _inherit = [
        "mail.activity.document.mixin",
        "mail.activity.reason.mixin",
        "mail.activity.bulk.mixin",
    ]
    _description = "Activity History"
    _order = "id DESC"
    _rec_name = "event"
    # It has the date and the user already, and rows are never changed.
    _log_access = False

    date = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Changed by", readonly=True, ondelete="set null"
    )
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", readonly=True
    )
    # No foreign key: the row outlives the activity.
    activity_ref = fields.Integer("Activity ID", readonly=True, index="btree_not_null")
    merged_res_id = fields.Integer(
        "Merged Record",
        readonly=True,
        index="btree_not_null",
        help="Record that was merged into this one. Its history is shown with this "
        "record's.",
    )
    run_id = fields.Many2one(
        "mail.activity.plan.run",
        string="Running Plan",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    run_line_id = fields.Many2one(
        "mail.activity.plan.run.line",
        string="Step",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    event = fields.Selection(
        [
            ("created", "Created"),
            ("changed", "Changed"),
            ("started", "Started"),
            ("held", "Put on hold"),
            ("resumed", "Resumed"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
            ("reopened", "Reopened"),
            ("deleted", "Deleted"),
            ("launched", "Launched"),
            ("scheduled", "Scheduled"),
            ("waiting", "Waiting"),
            ("skipped", "Skipped"),
            ("failed", "Failed"),
            ("paused", "Paused"),
            ("stopped", "Stopped"),
            ("restarted", "Restarted"),
            ("moved", "Moved"),
        ],
        required=True,
        readonly=True,
    )
    old_status = fields.Char("Old Status Code", readonly=True)
    new_status = fields.Char("New Status Code", readonly=True)
    reason = fields.Char(compute="_compute_reason", search="_search_reason")
    reason_code = fields.Char(readonly=True)
    reason_values = fields.Json(readonly=True)
    reason_text = fields.Char(
        readonly=True, help="What a person typed, or an older version wrote."
    )
    values = fields.Json(readonly=True)

    _document_index = models.Index("(res_model, res_id)")
    _user_index = models.Index("(user_id, id)")
    # What is seldom, and looked for.
    _failed_index = models.Index("(id) WHERE event = 'failed'")
    _reason_code_index = models.Index("(reason_code, id) WHERE reason_code IS NOT NULL")
    _reason_text_index = models.Index("(id) WHERE reason_text IS NOT NULL")
    # Rows come in the order of their dates: that takes next to no room and time.
    _date_index = models.Index("USING brin (date) WITH (pages_per_range = 32)")

    @api.model_create_multi
    @api.private
    def create(self, vals_list):
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise self._make_append_only_error()

    @api.ondelete(at_uninstall=True)
    def _unlink_never(self):
        if not is_uninstalling(self.env):
            raise self._make_append_only_error()

    def _make_append_only_error(self):
        return UserError(
            self.env._(
                "The activity history can't be changed: it tells what happened. Nobody "
                "can edit or delete its entries, administrators included."
            )
        )

    @api.model
    def _add(self, vals_list):
        """Add rows, at once.

        :param list[dict] vals_list: values of the rows; ``reason`` is a
            :class:`~...tools.reasons.Reason` or a text that a person typed; who and
            when are filled in
        :returns: the rows
        """
        now = fields.Datetime.now()
        return by_engine(self).create(
            [{"date": now, "user_id": self.env.uid, **vals} for vals in vals_list]
        )

    # ------------------------------------------------------------
    # Counting
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def search_count(self, domain, limit=None):
        """Count a page's rows by the documents, where nothing else narrows them down:
        who may read few of them would otherwise look through nearly all rows."""
        is_admin = self.env.su or self.env.user.has_group("base.group_system")
        if is_admin or not limit or not Domain(domain).optimize(self).is_true():
            return super().search_count(domain, limit)
        self.check_access("read")
        parts = [
            self._search(part, limit=limit).select(SQL("1"))
            for part in self._get_readable_parts()
        ]
        if not parts:
            return 0
        union = SQL(" UNION ALL ").join(SQL("(%s)", part) for part in parts)
        rows = SQL("SELECT COUNT(*) FROM (%s LIMIT %s) AS log", union, limit)
        [[count]] = self.env.execute_query(rows)
        return count

    @api.model
    def _get_readable_parts(self):
        """:returns: domains that together find what the user may read, each row once
        :rtype: list[Domain]"""
        parts = []
        for res_model in self._get_document_models():
            documents = self.env.get(res_model)
            if documents is None or not documents.has_access("read"):
                continue
            allowed = documents.with_context(active_test=False)._search([])
            of_model = Domain("res_model", "=", res_model)
            parts.append(of_model & make_document_domain(allowed))
            merged = self._get_merged_domain(res_model, allowed)
            others = make_document_domain(allowed, is_among=False)
            parts.append(of_model & merged & others)
        return parts

    @api.model
    def _read_group(self, *args, **kwargs):
        if self.env.su:
            return super()._read_group(*args, **kwargs)
        with adding_up(self.env, UNCOMPILED):
            return super()._read_group(*args, **kwargs)

    # ------------------------------------------------------------
    # Merged documents
    # ------------------------------------------------------------

    @api.model
    def _add_merges(self, merged, survivor):
        """Tell that documents were merged into another one, so that whoever may read
        that one reads what the ledger has of them: rows are never changed.

        :param merged: the documents that go
        :param survivor: the one that stays
        """
        groups = self.sudo()._read_group(
            [("res_model", "=", survivor._name), ("res_id", "in", merged.ids)],
            ["res_id", "merged_res_id"],
        )
        # What was merged into them before goes along.
        res_ids = {id_ for pair in groups for id_ in pair if id_}
        self._add(
            [
                {
                    "res_model": survivor._name,
                    "res_id": survivor.id,
                    "merged_res_id": res_id,
                    "event": "moved",
                    "values": {"res_id": [res_id, survivor.id]},
                }
                for res_id in sorted(res_ids)
            ]
        )

    def _filter_document_forbidden(self, operation):
        """The rows of a document that was merged follow the one that it was merged
        into."""
        forbidden = super()._filter_document_forbidden(operation)
        if not forbidden:
            return forbidden
        rows = forbidden.sudo()
        merges = rows.search(
            [
                ("merged_res_id", "in", rows.mapped("res_id")),
                ("res_model", "in", rows.mapped("res_model")),
            ]
        ).sudo(False)
        merges -= super(MailActivityLog, merges)._filter_document_forbidden(operation)
        allowed = {(row.res_model, row.merged_res_id) for row in merges.sudo()}
        return forbidden.filtered(
            lambda row: (row.sudo().res_model, row.sudo().res_id) not in allowed
        )

    @api.model
    def _get_allowed_res_id_domain(self, res_model, allowed):
        domain = super()._get_allowed_res_id_domain(res_model, allowed)
        return domain | self._get_merged_domain(res_model, allowed)

    @api.model
    def _get_merged_domain(self, res_model, allowed):
        """:returns: domain of the rows of what was merged into these documents"""
        merges = self.sudo()._search(
            [
                ("merged_res_id", "!=", False),
                ("res_model", "=", res_model),
                ("res_id", "in", allowed),
            ]
        )
        return Domain("res_id", "in", merges.subselect("merged_res_id"))
