# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Core's “My Activities” lists leads, and would stand beside the page of that
        name that lists activities. It is only left out, not changed, so that it is
        there again without this addon."""
        hidden = super()._load_menus_blacklist()
        menu = self.env.ref("crm.crm_lead_menu_my_activities", raise_if_not_found=False)
        return [*hidden, *(menu.ids if menu else [])]
