# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

PAID = ("in_payment", "paid")


class AccountMove(models.Model):
    """A customer invoice that is paid closes the steps that wait for that."""

    _inherit = "account.move"

    def _invoice_paid_hook(self):
        """Core calls it for what is paid in full, and for what has nothing to pay."""
        result = super()._invoice_paid_hook()
        # The engine goes by what has happened, whoever has paid.
        self.sudo().filtered(lambda move: move._is_paid_by_customer())._prove_paid()
        return result

    def _is_paid_by_customer(self):
        """:returns: whether it is an invoice that isn't reversed but paid"""
        self.ensure_one()
        return (
            self.move_type in ("out_invoice", "out_receipt")
            and self.state == "posted"
            and self.payment_state in PAID
        )

    def _prove_paid(self):
        """Close the steps that wait for one of these invoices, and those whose turn
        comes by that: a customer may pay all of them at once."""
        tried = self.env["mail.activity.plan.run.line"]
        while proofs := self and self._find_proved(tried):
            tried._close_each(proofs)
            tried = tried.union(*proofs)
            if len(self) == 1:
                # It proves one step of a run.
                break

    def _find_proved(self, tried):
        """:param tried: steps that aren't looked at any more
        :returns: step that waits for one of these invoices -> the invoice
        :rtype: dict"""
        found = tried._match_customers(
            "invoice_paid", self, ("crm.lead", "res.partner")
        )
        for line, invoices in found.items():
            found[line] = invoices.filtered(
                lambda invoice, line=line: invoice._is_proof_for(line)
            )
        found |= tried._match_documents("invoice_paid", self)
        proofs = {
            line: line._choose_invoice(found[line])
            for line in found
            if line not in tried
        }
        return {line: proofs[line] for line in proofs if proofs[line]}

    def _get_proved_documents(self):
        """Hook: which documents the invoice is about, beside its customer.

        :returns: recordsets
        """
        self.ensure_one()
        return [self]

    def _is_proof_for(self, line):
        """Hook: tell whether a step is about the invoice though all that they have in
        common is the customer.

        :param line: a step on a contact or a lead
        """
        self.ensure_one()
        return True
