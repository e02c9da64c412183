# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class AccountMove(models.Model):
    """The invoice of a quotation is about the quotation's opportunity, and not about
    other ones of the same customer."""

    _inherit = "account.move"

    def _get_proved_documents(self):
        orders = self._get_quotations()
        return [*super()._get_proved_documents(), orders, orders.opportunity_id]

    def _is_proof_for(self, line):
        if line.res_model == "crm.lead" and self._get_quotations():
            return False
        return super()._is_proof_for(line)

    def _get_quotations(self):
        return self.invoice_line_ids.sale_line_ids.order_id
