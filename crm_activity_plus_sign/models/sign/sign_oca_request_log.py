# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class SignOcaRequestLog(models.Model):
    """What happened to a request. With the token that the log of sign_oca keeps, its
    readers could sign."""

    _inherit = "sign.oca.request.log"

    action = fields.Selection(
        selection_add=[
            ("refuse", "Refuse"),
            ("expire", "Expire"),
            ("remind", "Remind"),
            ("download", "Download"),
        ],
        ondelete={
            "refuse": "set cancel",
            "expire": "set cancel",
            "remind": "set validate",
            "download": "set view",
        },
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_is_own()
        return super().create(vals_list)

    def write(self, vals):
        self._check_is_own()
        return super().write(vals)

    def unlink(self):
        self._check_is_own()
        return super().unlink()

    def _check_is_own(self):
        """sign_oca lets its administrators write and delete what happened."""
        if not self.env.su:
            raise AccessError(
                self.env._(
                    "The log of a request is written by what happens to it, and stays"
                    " as it is."
                )
            )

    def init(self):
        """Forget the tokens that were kept before this addon was there: those of the
        log, and those of documents that were handed out."""
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET access_token = NULL WHERE access_token IS NOT NULL",
                SQL.identifier(self._table),
            )
        )
        self.env.cr.execute(
            "UPDATE ir_attachment SET access_token = NULL"
            " WHERE res_model = 'sign.oca.request' AND res_field = 'data'"
            " AND access_token IS NOT NULL"
        )
