# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ...engine.arguments import Arguments


class MailActivityCheckMixin(models.AbstractModel):
    """Values that programs may send are looked at before anything else does: what is
    wrong with them is said in a sentence."""

    _name = "mail.activity.check.mixin"
    _description = "Values Check Mixin"

    @api.model_create_multi
    def create(self, vals_list):
        Arguments(self.env).check_values(self, vals_list)
        return super().create(vals_list)

    def write(self, vals):
        Arguments(self.env).check_values(self, [vals])
        return super().write(vals)
