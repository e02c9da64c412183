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
                "reason": row.reason,
                "changes": row._describe_changes(names),
            }
            for row in self
        ]

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
        ids_by_name = {}
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
