# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class MailActivityPlanTemplate(models.Model):
    _inherit = "mail.activity.plan.template"

    proof = fields.Selection(
        selection_add=[("invoice_paid", "An invoice is paid")],
        ondelete={"invoice_paid": "set null"},
    )

    @api.model
    def _get_proof_models(self):
        paid_on = {"account.move", "crm.lead", "res.partner"}
        return {**super()._get_proof_models(), "invoice_paid": paid_on}
