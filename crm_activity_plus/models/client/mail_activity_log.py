# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date, format_datetime, format_duration

from ...engine.arguments import Arguments

# Values that say nothing to a person.
TECHNICAL_NAMES = ("attempt", "res_id", "res_model")
# The ORM makes the others of these.
SEARCH_OPERATORS = ("in", "like", "ilike", "=like", "=ilike")


class MailActivityLog(models.Model):
    """The ledger in words, for whoever wants to know what happened to an activity."""

    _inherit = "mail.activity.log"

    # Whoever may read a row may read what it is about: access follows the document.
    record_name = fields.Char(
        "Record", compute="_compute_names", search="_search_record_name"
    )
    activity_name = fields.Char(
        "Activity or Plan", compute="_compute_names", search="_search_activity_name"
    )
    has_record = fields.Boolean(compute="_compute_names")
    old_status_label = fields.Char("Old Status", compute="_compute_labels")
    new_status_label = fields.Char("Status", compute="_compute_labels")
    changes = fields.Text(compute="_compute_changes")

    # ------------------------------------------------------------
    # What a row is about
    # ------------------------------------------------------------

    @api.depends("activity_ref", "res_id", "res_model", "run_line_id", "values")
    @api.depends_context("lang")
    def _compute_names(self):
        record_names = self._read_record_names()
        record_names |= self._read_survivor_names(record_names)
        activities = (
            self.env["mail.activity"]
            .sudo()
            .browse({*self.mapped("activity_ref")} - {0})
        )
        activity_names = {a.id: a.display_name for a in activities.exists()}
        types = self._read_type_names()
        for row in self:
            document = (row.res_model, row.res_id)
            row.has_record = document in record_names
            row.record_name = record_names.get(document, False)
            if not row.has_record and row.res_model:
                row.record_name = self.env._("(deleted)")
            row.activity_name = (
                activity_names.get(row.activity_ref)
                or row.sudo().run_line_id.display_name
                or row._get_told_name(types)
                or row.sudo().run_id.name
            )

    def _read_record_names(self):
        """:returns: model and id -> the name of each document that is there"""
        names = {}
        for res_model, rows in self.grouped("res_model").items():
            if res_model and res_model in self.env:
                records = self.env[res_model].sudo().browse(set(rows.mapped("res_id")))
                names |= {
                    (res_model, record.id): record.display_name
                    for record in records.exists()
                }
        return names

    def _read_survivor_names(self, known):
        """:param dict known: see :meth:`_read_record_names`
        :returns: the same for documents that were merged: the name of the one that each
            was merged into
        """
        survivors = self._find_survivors(
            {(row.res_model, row.res_id) for row in self if row.res_id} - known.keys()
        )
        rows = self.browse().union(*survivors.values())
        names = rows._read_record_names()
        return {
            document: names[row.res_model, row.res_id]
            for document, row in survivors.items()
            if (row.res_model, row.res_id) in names
        }

    @api.model
    def _find_survivors(self, documents):
        """:param set documents: models and ids
        :returns: document -> the last row that says what it was merged into
        """
        if not documents:
            return {}
        merges = self.sudo().search(
            [("merged_res_id", "in", [res_id for _model, res_id in documents])],
            order="id",
        )
        merged = {(row.res_model, row.merged_res_id): row for row in merges}
        return {key: row for key, row in merged.items() if key in documents}

    def _read_type_names(self):
        """:returns: id -> the name of each activity type that the rows tell of"""
        ids = {row._get_told("activity_type_id") for row in self} - {False}
        types = self.env["mail.activity.type"].sudo().browse(ids).exists()
        return {activity_type.id: activity_type.name for activity_type in types}

    def _get_told(self, name):
        """:returns: what the row says of a value, or False"""
        self.ensure_one()
        value = (self.values or {}).get(name, False)
        return value[-1] if isinstance(value, list) and value else value

    def _get_told_name(self, types):
        """:returns: what an activity was called that is gone, as far as the row says
        so"""
        if not self.activity_ref:
            return False
        return (
            self._get_told("summary")
            or types.get(self._get_told("activity_type_id"))
            or self.env._("(deleted)")
        )

    @api.model
    def _search_record_name(self, operator, value):
        """By the names of the records that had activities: those are stored."""
        if operator not in SEARCH_OPERATORS:
            return NotImplemented
        return self._make_activity_domain(
            Domain("res_name", operator, value),
            ("res_model", "res_id"),
            ("res_model", "res_id"),
        )

    @api.model
    def _search_activity_name(self, operator, value):
        if operator not in SEARCH_OPERATORS:
            return NotImplemented
        # The types are few: their names needn't be looked at for each activity.
        types = self.env["mail.activity.type"].sudo().with_context(active_test=False)
        types = types.search([("name", operator, value)])
        names = Domain("summary", operator, value)
        names |= Domain("activity_type_id", "in", types.ids)
        # By whatever name rows have that the user may read.
        activities = self.env["mail.activity"].sudo().with_context(active_test=False)
        runs = self.env["mail.activity.plan.run"].sudo()
        # Each of them by its own index; an OR would read the whole table.
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                """%s IN (
                    SELECT id FROM mail_activity_log WHERE activity_ref IN %s
                 UNION ALL
                    SELECT id FROM mail_activity_log WHERE run_id IN %s
                )""",
                SQL.identifier(alias, "id"),
                activities._search(names).subselect(),
                runs._search([("name", operator, value)]).subselect(),
            )
        )

    @api.model
    def _make_activity_domain(self, domain, own_columns, columns):
        """:param domain: of activities
        :returns: domain of the rows whose columns are those of one of the activities
        """
        activities = self.env["mail.activity"].sudo().with_context(active_test=False)
        activities.flush_model(columns)
        found = activities._search(domain)
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "(%s) IN %s",
                SQL(", ").join(SQL.identifier(alias, name) for name in own_columns),
                found.subselect(*[f"mail_activity.{name}" for name in columns]),
            )
        )

    @api.depends("new_status", "old_status", "run_id", "run_line_id")
    @api.depends_context("lang")
    def _compute_labels(self):
        for row in self:
            row.old_status_label = row._get_status_label(row.old_status)
            row.new_status_label = row._get_status_label(row.new_status)

    @api.depends("values")
    @api.depends_context("lang", "tz")
    def _compute_changes(self):
        names = self._read_logged_names()
        for row in self:
            row.changes = "\n".join(
                f"{change['label']}: {change['old'] or '–'} → {change['new'] or '–'}"
                for change in row._describe_changes(names)
            )

    @api.depends("event")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["event"]._description_selection(self.env))
        for row in self:
            about = row.activity_name or row.sudo().run_id.name
            row.display_name = (
                f"{labels[row.event]} – {about}" if about else labels[row.event]
            )

    @api.readonly
    def action_open_document(self):
        """:raises UserError: the record is gone"""
        Arguments(self.env).check_single(self)
        self.check_access("read")
        if not self.has_record:
            raise UserError(self.env._("There is no record to open: it was deleted."))
        document = (self.res_model, self.res_id)
        row = self._find_survivors({document}).get(document, self)
        return {
            "type": "ir.actions.act_window",
            "res_model": row.res_model,
            "res_id": row.res_id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------
    # What happened
    # ------------------------------------------------------------

    def _describe(self):
        """:returns: for each row who did what, when and why, see
        ``mail.activity.get_history``; JSON-able"""
        labels = dict(self._fields["event"]._description_selection(self.env))
        names = self._read_logged_names()
        return [
            {
                "id": row.id,
                "date": fields.Datetime.to_string(row.date),
                "user": row.user_id.name or False,
                "event": labels[row.event],
                "old_status": row._get_status_label(row.old_status),
                "new_status": row._get_status_label(row.new_status),
                "outcome": row._get_outcome_text(names),
                "reason": row.reason,
                "changes": row._describe_changes(names),
            }
            for row in self
        ]

    def _get_status_label(self, status):
        """:returns: a status of what the row is about, in words, or False"""
        self.ensure_one()
        model, name = "mail.activity", "status"
        if self.run_id:
            model, name = "mail.activity.plan.run", "state"
        if self.run_line_id:
            model = "mail.activity.plan.run.line"
        labels = self.env[model]._fields[name]._description_selection(self.env)
        return dict(labels).get(status, status)

    def _get_end(self):
        """:returns: what the row says of how an activity or an attempt ended, if it is
        about that"""
        self.ensure_one()
        return self.values if self.values and self.event != "changed" else {}

    def _get_outcome_text(self, names):
        """:returns: the outcome, or its code where it is gone, or False"""
        end = self._get_end()
        return names["outcome_id"].get(end.get("outcome_id")) or end.get(
            "outcome", False
        )

    def _get_changes(self):
        """:returns: the old and the new value of each value that was changed"""
        self.ensure_one()
        if self.event != "changed":
            return {}
        return {
            name: change
            for name, change in (self.values or {}).items()
            if isinstance(change, list)
            and name in self.env["mail.activity"]._fields
            and name not in TECHNICAL_NAMES
        }

    def _read_logged_names(self):
        """:returns: for each relation, the names of the records that the rows tell of;
        read together"""
        ended_with = {row._get_end().get("outcome_id") for row in self}
        ids_by_name = {"outcome_id": set(filter(None, ended_with))}
        for row in self:
            for name, change in row._get_changes().items():
                field = self.env["mail.activity"]._fields[name]
                if field.type == "many2one":
                    ids_by_name.setdefault(name, set()).update(filter(None, change))
        names = {}
        for name, ids in ids_by_name.items():
            comodel = self.env["mail.activity"]._fields[name].comodel_name
            records = self.env[comodel].sudo().browse(ids).exists()
            names[name] = {record.id: record.display_name for record in records}
        return names

    def _describe_changes(self, names):
        self.ensure_one()
        activity_fields = self.env["mail.activity"]._fields
        return [
            {
                "label": activity_fields[name]._description_string(self.env),
                "old": self._get_logged_text(name, old, names),
                "new": self._get_logged_text(name, new, names),
            }
            for name, [old, new] in self._get_changes().items()
        ]

    def _get_logged_text(self, name, value, names):
        """:returns: a value of the ledger in words, "" for none"""
        if not value:
            return ""
        match self.env["mail.activity"]._fields[name].type:
            case "many2one":
                return names[name].get(value, self.env._("(deleted)"))
            case "date":
                return format_date(self.env, value)
            case "datetime":
                moment = fields.Datetime.to_datetime(value.replace("T", " "))
                return format_datetime(self.env, moment, dt_format="short")
            case "float":
                return format_duration(value)
        return str(value)
