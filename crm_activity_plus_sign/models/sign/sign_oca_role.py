# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models
from odoo.exceptions import AccessError

EDITOR_GROUP = "mail.group_mail_template_editor"


class SignOcaRole(models.Model):
    """Whom a role names is looked up with elevated rights, where a salesperson or a
    plan has something signed. So its expression is typed by those who may type such
    ones in Odoo's own templates."""

    _inherit = "sign.oca.role"

    @api.model_create_multi
    def create(self, vals_list):
        roles = super().create(vals_list)
        roles._check_expression_partner()
        return roles

    def write(self, vals):
        result = super().write(vals)
        if "expression_partner" in vals:
            self._check_expression_partner()
        return result

    def _check_expression_partner(self):
        """No constraint: Odoo looks at those as superuser."""
        if self.env.is_admin() or self.env.user.has_group(EDITOR_GROUP):
            return
        if any(self.mapped("expression_partner")):
            raise AccessError(
                self.env._(
                    "Only members of “%(group)s” can say by an expression who signs. "
                    "Ask one of them.",
                    group=self.env.ref(EDITOR_GROUP).sudo().name,
                )
            )
