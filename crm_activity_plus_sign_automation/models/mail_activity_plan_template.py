# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class MailActivityPlanTemplate(models.Model):
    _inherit = "mail.activity.plan.template"

    proof = fields.Selection(
        selection_add=[("signature", "A document is signed")],
        ondelete={"signature": "set null"},
    )
