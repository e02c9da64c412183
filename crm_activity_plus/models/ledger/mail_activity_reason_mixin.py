# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.reasons import SENTENCES, tell_reasons
from ...tools.reasons import COLUMNS, from_columns, to_columns


class MailActivityReasonMixin(models.AbstractModel):
    """Rows that say why, to everybody in their own language.

    A model with it has four fields: the one that ``_reason_field`` names, which is read
    and searched as a sentence, and what it is made from: ``.._code`` and ``.._values``,
    or ``.._text`` where a person typed it or an older version wrote it.

    Whoever writes gives the first one a :class:`~...tools.reasons.Reason` or a text.
    """

    _name = "mail.activity.reason.mixin"
    _inherit = ["mail.activity.engine.mixin"]
    _description = "Row That Says Why"

    _reason_field = "reason"

    @api.model
    def _get_reason_sentences(self):
        """Hook: the sentence of each code, lazily translated, with the names of the
        reason's values in it.

        :rtype: dict
        """
        return SENTENCES

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._keep_reason(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._keep_reason(vals))

    def _keep_reason(self, vals):
        """:returns: the values, with those of the columns instead of the reason's"""
        name = self._reason_field
        if name not in vals:
            return vals
        vals = dict(vals)
        return vals | to_columns(vals.pop(name), name)

    def _get_kept_reason(self):
        """:returns: why, as it was written: a :class:`Reason`, a text, or False"""
        self.ensure_one()
        name = self._reason_field
        if not self[f"{name}_code"]:
            return self[f"{name}_text"] or False
        return from_columns(*(self[f"{name}_{part}"] for part in COLUMNS))

    @api.depends(lambda self: [f"{self._reason_field}_{part}" for part in COLUMNS])
    @api.depends_context("lang")
    def _compute_reason(self):
        kept = [record._get_kept_reason() for record in self]
        sentences = tell_reasons(self.env, kept)
        for record, sentence in zip(self, sentences, strict=True):
            record[self._reason_field] = sentence

    @api.model
    def _search_reason(self, operator, value):
        """Look for words in the sentences: each different one is made once."""
        if operator not in ("in", "like", "ilike", "=like", "=ilike"):
            return NotImplemented
        name = self._reason_field
        found = self._find_examples().filtered_domain([(name, operator, value)])
        typed = Domain(f"{name}_code", "=", False)
        typed &= Domain(f"{name}_text", operator, value)
        if operator == "in" and False in value:
            # Most rows say nothing: no list of them is short.
            return typed | Domain.custom(
                to_sql=lambda model, alias, query: self._make_same_reason(
                    alias, found.ids
                )
            )
        # It narrows what the user's own search finds.
        everything = self.sudo().with_context(active_test=False)
        # Each of them by its own index; an OR would read the whole table.
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IN (%s UNION ALL SELECT same.id FROM %s AS same WHERE %s)",
                SQL.identifier(alias, "id"),
                everything._search(typed).select(),
                SQL.identifier(self._table),
                self._make_same_reason("same", found.ids),
            )
        )

    def _find_examples(self):
        """:returns: one row for each different reason that has a code"""
        name = self._reason_field
        code, values = f"{name}_code", f"{name}_values"
        self.flush_model([code, values])
        rows = self.env.execute_query(
            SQL(
                "SELECT min(id) FROM %s WHERE %s IS NOT NULL GROUP BY %s, %s",
                SQL.identifier(self._table),
                SQL.identifier(code),
                SQL.identifier(code),
                SQL.identifier(values),
            )
        )
        return self.sudo().browse(row_id for [row_id] in rows)

    def _make_same_reason(self, alias, ids):
        """:returns: SQL that is true for rows that have the reason of one of these"""
        code, values = f"{self._reason_field}_code", f"{self._reason_field}_values"
        return SQL(
            "EXISTS (SELECT FROM %s AS example WHERE example.id = ANY(%s)"
            " AND %s = %s AND %s IS NOT DISTINCT FROM %s)",
            SQL.identifier(self._table),
            ids,
            SQL.identifier("example", code),
            SQL.identifier(alias, code),
            SQL.identifier("example", values),
            SQL.identifier(alias, values),
        )
