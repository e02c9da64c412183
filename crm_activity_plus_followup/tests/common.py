# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..tools.ageing import find_bucket

TODAY = date(2026, 3, 2)


@tagged("post_install", "-at_install")
class FollowupCase(AccountTestInvoicingCommon):
    """A customer, with invoices and payments made as accountants make them.

    It is always the ``today`` of the test, which may move on by :meth:`_go_to`.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency = cls.company_data["currency"]
        cls.journal_bank = cls.company_data["default_journal_bank"]
        cls.journal_general = cls.company_data["default_journal_misc"]
        cls.account_receivable = cls.company_data["default_account_receivable"]
        cls.customer = cls._create_customer("Deco Addict")

    def setUp(self):
        super().setUp()
        self._go_to(TODAY)

    def _go_to(self, day):
        """Let it be a day, until the next one or the end of the test."""
        if frozen := getattr(self, "_frozen", None):
            frozen.stop()
        else:
            self.addCleanup(lambda: self._frozen.stop())
        self._frozen = freeze_time(day)
        self._frozen.start()
        self.today = day
        self.env.invalidate_all()

    def _go_on(self, day):
        """:param day: a date, or how many days to go on"""
        is_count = isinstance(day, int)
        self._go_to(self.today + timedelta(days=day) if is_count else day)

    @classmethod
    def _create_customer(cls, name, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "email": f"{name.lower().replace(' ', '.')}@example.com",
                "is_company": True,
                "property_account_receivable_id": cls.account_receivable.id,
                "property_payment_term_id": False,
                **values,
            }
        )

    def _invoice(self, amount, due, partner=None, post=True, **values):
        """:param date due: its due date, or how many days ago it was
        :returns: an invoice without taxes"""
        due = self.today - timedelta(days=due) if isinstance(due, int) else due
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.customer).id,
                "invoice_date": due - timedelta(days=30),
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Desk",
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        if post:
            invoice.action_post()
        return invoice

    def _pay(self, invoice, amount=None):
        """Register a payment that is matched with the invoice."""
        values = {"payment_date": self.today, "journal_id": self.journal_bank.id}
        if amount is not None:
            values["amount"] = amount
        return self._register_payment(invoice, **values)

    def _receive(self, amount, partner=None):
        """Receive a payment that nobody matches with an invoice."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (partner or self.customer).id,
                "amount": amount,
                "date": self.today,
                "journal_id": self.journal_bank.id,
                "payment_method_line_id": self.inbound_payment_method_line.id,
            }
        )
        payment.action_post()
        return payment

    def _credit(self, amount, partner=None, **values):
        """:returns: a credit note that nobody has matched with an invoice"""
        return self._invoice(
            amount, self.today, partner, move_type="out_refund", **values
        )

    def _get_receivable(self, move):
        return move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )

    def _sum_up(self, partner, company=None):
        """Add up what a customer owes, item by item, by Odoo's own fields alone.

        :returns: amounts by the names of the partner's fields
        """
        company = company or self.env.company
        lines = self.env["account.move.line"].search(
            [
                ("account_type", "=", "asset_receivable"),
                ("company_id", "=", company.id),
                ("partner_id", "child_of", partner.id),
                ("parent_state", "=", "posted"),
            ]
        )
        lines = lines.filtered(
            lambda line: not line.reconciled and not line.followup_excluded
        )
        found = {
            "amount_due": sum(lines.mapped("amount_residual")),
            "amount_overdue": 0,
        }
        for line in lines:
            left, due = line.amount_residual, line.date_maturity or None
            is_overdue = due is not None and due < self.today
            if left < 0 or is_overdue:
                found["amount_overdue"] += left
            name = find_bucket(due, self.today) if left > 0 else "followup_unmatched"
            found[name] = found.get(name, 0) + left
        found["amount_overdue"] = max(0, found["amount_overdue"])
        return found

    def assertAmounts(self, partner, **expected):
        """What a customer owes is what is expected, and what its items say."""
        partner.invalidate_recordset()
        summed = self._sum_up(partner)
        for name in {*summed, *expected, "amount_due", "amount_overdue"}:
            self.assertAlmostEqual(partner[name], summed.get(name, 0), 2, name)
        for name, amount in expected.items():
            self.assertAlmostEqual(partner[name], amount, 2, name)
