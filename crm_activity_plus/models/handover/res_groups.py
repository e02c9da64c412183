# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class ResGroups(models.Model):
    _inherit = "res.groups"

    def write(self, vals):
        """Whoever is made a portal user from the group's side hands over activities,
        too."""
        if not {"implied_by_ids", "implied_ids", "user_ids"} & vals.keys():
            return super().write(vals)
        users = self.sudo().with_context(active_test=False).all_user_ids
        with users.filtered("active")._handing_over():
            return super().write(vals)
