# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class AccountMove(models.Model):
    """Entries that are posted, and those that aren't any more."""

    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        types = set(posted.mapped("move_type"))
        posted.line_ids._refresh_followups(
            "credited" if "out_refund" in types else "paid"
        )
        return posted

    def button_draft(self):
        partners = self.line_ids._get_followup_partners()
        result = super().button_draft()
        self.line_ids._refresh_followups("settled", partners)
        return result
