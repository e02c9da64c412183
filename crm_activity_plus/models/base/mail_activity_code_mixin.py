# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from uuid import uuid4

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.environment import is_program
from ...tools.codes import add_codes, is_code, make_code

_logger = logging.getLogger(__name__)


class MailActivityCodeMixin(models.AbstractModel):
    """Records that programs know by a code, made from the name where none is given.

    The models themselves say what it is unique in.
    """

    _name = "mail.activity.code.mixin"
    _description = "Code Mixin"

    # The code of a record whose name has nothing that could be in one.
    _code_default = "code"

    code = fields.Char(
        compute="_compute_code",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        copy=False,
        help="Technical name for integrations; generated if empty.",
    )

    @api.depends(lambda self: (self._rec_name,))
    def _compute_code(self):
        """Codes for the records that were there before this addon. New ones get theirs
        in :meth:`create`, when nobody is typing at their name any more."""
        for record in self:
            record.code = record.code
        uncoded = self.filtered(lambda record: record.id and not record.code)
        if not uncoded:
            return
        taken = {*self._get_codes_in_use(), *self.mapped("code")}
        known = self._get_known_codes()
        for record in uncoded:
            code = known.get(record._origin.id)
            if not code or code in taken:
                name = record.with_context(lang=None).name or record.name
                code = make_code(name, taken, self._code_default)
            record.code = code
            taken.add(code)

    @api.constrains("code")
    def _check_code(self):
        for record in self:
            if not is_code(record.code):
                raise ValidationError(
                    self.env._(
                        "“%(code)s” can't be the code of “%(name)s”. Use lower-case "
                        "letters, digits and single underscores, such as “site_visit”.",
                        code=record.code,
                        name=record.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        coded = self._add_codes(vals_list)
        try:
            with self.env.cr.savepoint():
                return super().create(coded)
        except UniqueViolation as error:
            if error.diag.constraint_name != f"{self._table}_code_unique":
                raise
            # Somebody else made one of the same name at the same moment, whose code
            # this transaction can't see.
            changed = [
                {**vals, "code": f"{vals['code']}_{uuid4().hex[:6]}"}
                if vals.get("code") and not given.get("code")
                else vals
                for given, vals in zip(vals_list, coded, strict=True)
            ]
            if changed == coded:
                raise
        return super().create(changed)

    @api.model
    def _add_codes(self, vals_list):
        """Hook: values of new records, with their codes."""
        in_use = set(self._get_codes_in_use())
        if is_program(self.env):
            vals_list = self._replace_taken_codes(vals_list, in_use)
        return add_codes(vals_list, in_use, self._code_default)

    @api.model
    def _replace_taken_codes(self, vals_list, in_use):
        """An addon brings a record with a code that another one has here: it is
        installed all the same."""
        taken, result = set(in_use), []
        for vals in vals_list:
            code = vals.get("code")
            if code in taken:
                vals = {**vals, "code": make_code(code, taken)}
                _logger.warning(
                    "%s: the code “%s” is taken, “%s” is used instead.",
                    self._description,
                    code,
                    vals["code"],
                )
            taken.add(vals.get("code"))
            result.append(vals)
        return result

    @api.model
    def _get_codes_in_use(self):
        records = self.sudo().with_context(active_test=False)
        return records.search_fetch([("code", "!=", False)], ["code"]).mapped("code")

    @api.model
    def _get_known_codes(self):
        """Hook: the codes of records that have one in every database: id -> code."""
        return {}
