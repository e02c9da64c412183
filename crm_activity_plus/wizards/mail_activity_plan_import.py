# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.arguments import Arguments
from ..tools.plan_file import MAX_LENGTH

# What a file of that size is in base64.
MAX_ENCODED = 4 * (MAX_LENGTH // 3 + 1)


class MailActivityPlanImport(models.TransientModel):
    """Plans from a file: first what that makes and what is missing, then the plans."""

    _name = "mail.activity.plan.import"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Import Activity Plans"

    data = fields.Binary("File", attachment=False)
    filename = fields.Char()
    state = fields.Selection(
        [("file", "File"), ("preview", "Preview")], default="file", required=True
    )
    as_manual = fields.Boolean(
        "Replace by manual activities",
        help="Steps whose email template, server action or step type isn't here become "
        "manual activities. Otherwise the file isn't imported.",
    )
    line_ids = fields.One2many(
        "mail.activity.plan.import.line", "import_id", string="Contents"
    )
    has_errors = fields.Boolean(compute="_compute_has_errors")
    has_new_types = fields.Boolean(compute="_compute_has_errors")

    @api.depends("line_ids.action", "line_ids.is_type_open")
    def _compute_has_errors(self):
        for wizard in self:
            wizard.has_errors = "missing" in wizard.line_ids.mapped("action")
            wizard.has_new_types = any(wizard.line_ids.mapped("is_type_open"))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_size(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_size(vals)
        return super().write(vals)

    @api.model
    def _check_size(self, vals):
        """A file that is too large isn't kept, nor looked into.

        :raises UserError: it is
        """
        data = vals.get("data")
        if isinstance(data, str | bytes) and len(data) > MAX_ENCODED:
            raise UserError(
                self.env._(
                    "The file has more than %s MB, so it isn't read. Export the plans "
                    "in several files.",
                    MAX_LENGTH // 1_000_000,
                )
            )

    def action_preview(self):
        """Say what the import would do.

        :returns: action: the same pop-up
        :raises UserError: it is no file with plans
        """
        Arguments(self.env).check_single(self)
        told = self.env["mail.activity.plan"].preview_file(
            self._read(), self._get_types(), self.as_manual
        )
        used = {line.key: line.use_type_id.id for line in self._get_type_lines()}
        lines = [
            {
                **{name: entry[name] for name in ("section", "key", "name", "action")},
                "message": entry["message"],
                "use_type_id": entry["section"] == "types" and used.get(entry["key"]),
                "is_type_open": self._is_type_open(entry, used),
            }
            for entry in told["entries"]
        ]
        self.write(
            {
                "state": "preview",
                "line_ids": [Command.clear(), *map(Command.create, lines)],
            }
        )
        return self._reopen()

    @api.model
    def _is_type_open(self, entry, used):
        """:returns: whether another type can be chosen instead of one in the file"""
        is_first = entry["action"] in ("new", "missing")
        return entry["section"] == "types" and (
            is_first or bool(used.get(entry["key"]))
        )

    def action_back(self):
        """Choose another file.

        :returns: action: the same pop-up
        """
        Arguments(self.env).check_single(self)
        self.write({"state": "file", "data": False, "line_ids": [Command.clear()]})
        return self._reopen()

    def action_import(self):
        """Import the plans.

        :returns: action: the new plans
        :raises UserError: something is missing
        """
        Arguments(self.env).check_single(self)
        result = self.env["mail.activity.plan"].import_file(
            self._read(), self._get_types(), self.as_manual
        )
        plans = self.env["mail.activity.plan"].browse(result["plan_ids"])
        return plans._open_imported()

    def _read(self):
        """:returns: what is in the file
        :rtype: bytes
        :raises UserError: there is none"""
        if not self.data:
            raise UserError(self.env._("Choose a file with activity plans."))
        try:
            return base64.b64decode(self.data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise UserError(self.env._("The file couldn't be read.")) from error

    def _get_type_lines(self):
        return self.line_ids.filtered(lambda line: line.section == "types")

    def _get_types(self):
        """:returns: code of a type in the file -> of the type to use instead"""
        return {
            line.key: line.use_type_id.code
            for line in self._get_type_lines()
            if line.use_type_id
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Plans"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }


class MailActivityPlanImportLine(models.TransientModel):
    _name = "mail.activity.plan.import.line"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Contents of a File with Activity Plans"

    import_id = fields.Many2one(
        "mail.activity.plan.import",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    section = fields.Selection(
        [
            ("plans", "Plan"),
            ("types", "Activity type"),
            ("outcomes", "Outcome"),
            ("email_templates", "Email template"),
            ("server_actions", "Server action"),
        ],
        string="What",
        readonly=True,
    )
    key = fields.Char(readonly=True)
    name = fields.Char(readonly=True)
    action = fields.Selection(
        [
            ("new", "Is created"),
            ("reuse", "Is here already"),
            ("change", "Is changed"),
            ("missing", "Is missing"),
        ],
        string="What Happens",
        readonly=True,
    )
    message = fields.Char("Details", readonly=True)
    use_type_id = fields.Many2one(
        "mail.activity.type", string="Use Instead", ondelete="cascade"
    )
    is_type_open = fields.Boolean(readonly=True)
