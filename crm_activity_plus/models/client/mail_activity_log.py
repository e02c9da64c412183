# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools.misc import format_date, format_datetime, format_duration

# Values that say nothing to a person.
TECHNICAL_NAMES = ("attempt", "res_id", "res_model")


class MailActivityLog(models.Model):
    """The ledger in words, for whoever wants to know what happened to an activity."""

    _inherit = "mail.activity.log"

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
