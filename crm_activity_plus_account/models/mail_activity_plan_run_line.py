# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MailActivityPlanRunLine(models.Model):
    _inherit = "mail.activity.plan.run.line"

    def _choose_invoice(self, invoices):
        """:param invoices: those that were just paid and are about the step
        :returns: the one that proves that the step is done, or none: an invoice proves
            one step of a run, though it may be paid again after its payment was taken
            back"""
        self.ensure_one()
        others = self.run_id.line_ids.filtered(
            lambda line: line.proof_model == invoices._name
        )
        used = {*others.mapped("proof_res_id")}
        return invoices.filtered(lambda invoice: invoice.id not in used)[:1]
