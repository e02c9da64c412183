# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class AccountPartialReconcile(models.Model):
    """What was matched may be due again."""

    _inherit = "account.partial.reconcile"

    def unlink(self):
        lines = self.debit_move_id + self.credit_move_id
        result = super().unlink()
        lines.exists()._refresh_followups("settled")
        return result
