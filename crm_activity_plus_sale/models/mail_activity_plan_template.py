# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class MailActivityPlanTemplate(models.Model):
    _inherit = "mail.activity.plan.template"

    proof = fields.Selection(
        selection_add=[
            ("quotation_sent", "A quotation is sent"),
            ("quotation_confirmed", "A quotation is confirmed"),
        ],
        ondelete={
            "quotation_sent": "set null",
            "quotation_confirmed": "set null",
        },
    )

    @api.model
    def _get_proof_models(self):
        proofs = super()._get_proof_models()
        quoted_on = {"crm.lead", "res.partner", "sale.order"}
        return {
            **proofs,
            "invoice_paid": proofs["invoice_paid"] | {"sale.order"},
            "quotation_confirmed": quoted_on,
            "quotation_sent": quoted_on,
        }
