# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
import logging
from functools import partial
from itertools import chain, repeat

from odoo import api, models
from odoo.exceptions import UserError
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.tools import SQL

from ...engine.added_fields import is_added
from ...engine.environment import is_engine, is_program
from ...engine.new_rows import convert, convert_values, insert_rows

_logger = logging.getLogger(__name__)


class MailActivityBulkMixin(models.AbstractModel):
    """Tables that the engine alone writes, many rows at a time.

    Most of what the ORM does for a new record is done for each by itself, whether the
    record needs it or not. A launch on 500 leads makes thousands of records that were
    checked as one: as the plan they come from.

    Measured on 500 and on 5,000 rows: steps take 70 and 520 ms, with the ORM's
    ``create`` 170 and 1,330 ms; ledger rows 40 and 370 ms instead of 90 and 950 ms. And
    the ORM makes a query for each hundred rows, so that a launch would not have the
    same number of queries on any number of records.
    """

    _name = "mail.activity.bulk.mixin"
    _inherit = ["mail.activity.engine.mixin"]
    _description = "Bulk Insert Mixin"

    def write(self, vals):
        """An addon's code that says what the engine alone may say isn't stopped: what
        other addons have added is written, and the log tells of the rest."""
        if self._is_guarded():
            owned = [name for name in vals if self._is_own(name)]
            if owned:
                _logger.warning("%s: %s can't be written.", self, ", ".join(owned))
                vals = {name: vals[name] for name in vals if name not in owned}
            if not vals:
                return True
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_engine(self):
        self._check_engine()

    def _check_engine(self):
        """:raises UserError: somebody else adds records, or deletes them"""
        if self._is_guarded():
            raise UserError(
                self.env._(
                    "“%(model)s” tells what running plans have done. Nobody can add or "
                    "delete its records: launch a plan, or stop it.",
                    model=self._description,
                )
            )

    def _is_guarded(self):
        """:returns: whether some other code acts for somebody with more rights than
        they have. Being superuser isn't enough, since many an addon writes as superuser
        what a client sent. People have no right to write here; OdooBot may, so that an
        administrator can repair a database in a shell."""
        return is_program(self.env) and not is_engine(self.env)

    @api.model
    def _is_own(self, name):
        """:returns: whether a field is the engine's, and not one that an addon added"""
        return name in self._fields and not is_added(self._fields[name])

    @api.model_create_multi
    @api.private
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Create records with one query, and one for each many2many field.

        It takes the place of the ORM's: whoever extends it, as automation rules do, is
        called as ever. Defaults, computed fields and constraints are as they are there.

        :param list[dict] vals_list: values of columns and, as ``Command.set``, of
            many2many fields
        :returns: the records, in the same order
        """
        self._check_engine()
        self.check_access("create")
        if not vals_list:
            return self.browse()
        names = dict.fromkeys(chain.from_iterable(vals_list))
        columns, links = {}, []
        for name in names:
            if name not in self._fields:
                raise ValueError(f"Invalid field {name!r} on model {self._name!r}")
            if self._fields[name].column_type:
                columns[name] = [vals.get(name) for vals in vals_list]
            else:
                links.append(name)
        common = self._prepare_insert_values(columns)
        records = self.browse(self._insert_rows(columns, common, len(vals_list)))
        self._remember(records, columns, common)
        for name in links:
            self._insert_links(
                name,
                [
                    (record.id, other_id)
                    for record, vals in zip(records, vals_list, strict=True)
                    for _command, _id, other_ids in vals.get(name) or ()
                    for other_id in other_ids
                ],
            )
        self._forget_inverses(columns)
        written = [*names, *(name for name in common if common[name] is not None)]
        records.modified(written, create=True)
        records._validate_fields(written)
        return records

    def _prepare_insert_values(self, given):
        """:returns: what all new records have beside the given columns, None for
        nothing"""
        missing = [
            name
            for name, field in self._fields.items()
            if field.column_type
            and not field.compute
            and name not in (*given, *LOG_ACCESS_COLUMNS, "id")
        ]
        values = {**dict.fromkeys(missing), **self.default_get(missing)}
        if self._log_access:
            now, uid = self.env.cr.now(), self.env.uid
            values |= {
                "create_date": now,
                "create_uid": uid,
                "write_date": now,
                "write_uid": uid,
            }
        return values

    def _insert_rows(self, columns, common, count):
        """:param dict columns: name of a field -> what is given for it
        :param int count: of so many rows
        :returns: the new ids, in order"""
        rows = {
            name: self._to_column(self._fields[name], column)
            for name, column in columns.items()
        }
        for name, value in common.items():
            # Without a value, the column is left to the database.
            if value is not None:
                value = self._fields[name].convert_to_column_insert(value, self)
                rows[name] = [value] * count
        return insert_rows(self, rows)

    @api.model
    def _to_column(self, field, values):
        """:returns: values as they are inserted: empty ones aren't"""
        if field.type == "boolean":
            return values
        if is_added(field) and _is_converted(field):
            insert = field.convert_to_column_insert
            return convert(values, lambda value: insert(value, self))
        values = [None if value is False else value for value in values]
        # Dates may be text, which PostgreSQL reads.
        return convert(values, _to_json) if field.type == "json" else values

    @api.model
    def _remember(self, records, columns, common):
        """Put what was inserted into the cache: it would be read again at once.

        :param records: the new records, in the order of the columns
        """
        for name, column in columns.items():
            field = self._fields[name]
            if field.type == "json" and any(column):
                # It takes longer to copy than to read, and is seldom read.
                continue
            cached = convert_values(field, column, partial(self._to_cache, field))
            field._insert_cache(records, cached)
        for name, value in common.items():
            field = self._fields[name]
            field._insert_cache(records, repeat(self._to_cache(field, value)))

    @api.model
    def _to_cache(self, field, value):
        """:returns: a value as it is read: an empty one wasn't inserted"""
        if value is None or (value is False and field.type != "boolean"):
            return None
        return field.convert_to_cache(value, self, validate=False)

    @api.model
    def _insert_links(self, name, pairs):
        """Link new records by a many2many field.

        Here, 500 links take 20 ms and 5,000 take 200 ms. Records that have to be there
        before they can be linked, as the steps of a run to each other, would take 1.5
        and 12 seconds if each were assigned its own.

        :param str name: the field
        :param pairs: ids of a record, and of what to link it to
        """
        if not pairs:
            return
        field = self._fields[name]
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s, %s) SELECT * FROM unnest(%s, %s)",
                SQL.identifier(field.relation),
                SQL.identifier(field.column1),
                SQL.identifier(field.column2),
                [first for first, _second in pairs],
                [second for _first, second in pairs],
            )
        )

    def _forget_inverses(self, columns):
        """Have one2many fields that were read before read the new records, too."""
        for name, column in columns.items():
            field = self._fields[name]
            if field.type != "many2one":
                continue
            ids = set(filter(None, column))
            for inverse in self.pool.field_inverses[field]:
                self.env[inverse.model_name].browse(ids).invalidate_recordset(
                    [inverse.name], flush=False
                )


def _is_converted(field):
    """:returns: whether what is stored isn't what is given, but cleaned, or one of
    several values; the engine's own values are cleaned already"""
    return field.type == "html" or field.translate or field.company_dependent


def _to_json(value):
    return None if value is None else json.dumps(value, default=str)
