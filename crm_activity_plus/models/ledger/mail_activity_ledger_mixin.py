# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager
from datetime import date

from odoo import api, models

from ...engine.columns import read_columns
from ...tools.internal import Internal, read_internal

# Whoever gives it tells the ledger.
TOLD_ELSEWHERE = "ledger_told_elsewhere"


class MailActivityLedgerMixin(models.AbstractModel):
    """Records whose changes the ledger tells, whoever makes them.

    A new state has a row of its own, with all that came with it: whoever writes
    ``state`` calls for that. Any other change of a logged field gives a row
    ``changed`` with the old and the new value.
    """

    _name = "mail.activity.ledger.mixin"
    _description = "Activity History Mixin"

    @api.model
    def _get_logged_fields(self):
        """Hook: the fields whose changes are told.

        :rtype: tuple[str]
        """
        return ()

    def write(self, vals):
        if "state" in vals or read_internal(self.env.context, TOLD_ELSEWHERE):
            return super().write(vals)
        if not vals.keys() & set(self._get_logged_fields()):
            return super().write(vals)
        with self._telling_changes():
            return super().write(vals)

    def _write_each(self, vals_by_record, is_told=False, reason=False):
        """Write on records, on each what is its own; and tell the ledger of all of
        them at once.

        :param dict vals_by_record: record -> its values
        :param bool is_told: whoever calls this tells the ledger
        :param reason: why
        """
        records = self.browse().union(*vals_by_record)
        untold = records.with_context(**{TOLD_ELSEWHERE: Internal(True)})
        with records._telling_changes(is_told, reason):
            for record, vals in vals_by_record.items():
                record.with_env(untold.env).write(vals)

    @contextmanager
    def _telling_changes(self, is_told=False, reason=False):
        """Tell the ledger what is changed meanwhile; see :meth:`_write_each`."""
        old_values = {} if is_told else self._get_logged_values_by_record()
        yield
        changes = {
            record: changed
            for record, old in old_values.items()
            if (changed := record._get_logged_changes(old))
        }
        self._log_changes(changes, reason)

    def _get_logged_values_by_record(self):
        """:returns: record -> what the ledger keeps of it: by field, and for an outcome
        its code as well; JSON-able"""
        records, names = self.sudo(), self._get_logged_fields()
        found = {}
        for record, row in zip(records, read_columns(records, names), strict=True):
            found[record] = {name: _to_json(value) for name, value in row.items()}
            if "outcome_id" in row:
                outcome = self.env["mail.activity.outcome"].browse(row["outcome_id"])
                found[record]["outcome"] = bool(outcome) and outcome.sudo().code
        return found

    def _get_logged_values(self):
        """:returns: see :meth:`_get_logged_values_by_record`"""
        self.ensure_one()
        [values] = self._get_logged_values_by_record().values()
        return values

    def _get_logged_changes(self, old_values):
        """:returns: the old and the new value of each that is another one by now"""
        new_values = self._get_logged_values()
        return {
            name: [old, new_values[name]]
            for name, old in old_values.items()
            if old != new_values[name]
        }

    def _log_changes(self, changes, reason=False):
        """Add a row for each record that was changed.

        :param dict changes: record -> name -> old and new value
        :param reason: why
        """
        self.env["mail.activity.log"]._add(
            [
                {
                    **record._prepare_log_values("changed", record.state),
                    "reason": reason,
                    "values": changed,
                }
                for record, changed in changes.items()
            ]
        )

    def _prepare_log_values(self, event, old_state):
        """Hook: the values of a ledger row about the record."""
        raise NotImplementedError


def _to_json(value):
    return value.isoformat() if isinstance(value, date) else value
