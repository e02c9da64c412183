# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        """Whoever is taken out of a company on its side hands over activities, too."""
        if "user_ids" not in vals:
            return super().write(vals)
        with self.sudo().user_ids._handing_over():
            return super().write(vals)
