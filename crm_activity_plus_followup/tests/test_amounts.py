# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import FollowupCase


class TestAmounts(FollowupCase):
    """What a customer owes, and what of it is overdue."""

    def test_nothing(self):
        self.assertAmounts(self.customer, amount_due=0, amount_overdue=0)
        self.assertFalse(self.customer.followup_oldest_date)

    def test_days(self):
        """An invoice is overdue from the day after its due date."""
        for days in (-10, 0, 1, 30, 31, 61, 91):
            self._invoice(100, days)
        self.assertAmounts(
            self.customer,
            amount_due=700,
            amount_overdue=500,
            followup_not_due=200,
            followup_overdue_30=200,
            followup_overdue_60=100,
            followup_overdue_90=100,
            followup_overdue_older=100,
        )
        oldest = self.today - timedelta(days=91)
        self.assertEqual(self.customer.followup_oldest_date, oldest)

    def test_drafts_and_cancelled_documents_count_nowhere(self):
        self._invoice(100, 20, post=False)
        cancelled = self._invoice(50, 20)
        cancelled.button_draft()
        cancelled.button_cancel()
        self.assertAmounts(self.customer, amount_due=0, amount_overdue=0)

    def test_payments(self):
        invoice = self._invoice(100, 20)
        self._pay(invoice, 40)
        self.assertAmounts(self.customer, amount_due=60, amount_overdue=60)
        self._pay(invoice)
        self.assertAmounts(self.customer, amount_due=0, amount_overdue=0)
        self.assertFalse(self.customer.followup_oldest_date)

    def test_unmatched_payment_counts_at_once(self):
        self._invoice(100, 20)
        self._receive(30)
        self.assertAmounts(
            self.customer,
            amount_due=70,
            amount_overdue=70,
            followup_unmatched=-30,
            followup_overdue_30=100,
        )

    def test_unmatched_credit_note_counts_at_once(self):
        self._invoice(100, 20)
        self._credit(100)
        self.assertAmounts(self.customer, amount_due=0, amount_overdue=0)
        self.assertFalse(self.customer.followup_oldest_date)

    def test_who_has_paid_too_much_has_nothing_overdue(self):
        self._invoice(100, 20)
        self._receive(130)
        self.assertAmounts(self.customer, amount_due=-30, amount_overdue=0)

    def test_excluded_items(self):
        disputed, other = self._invoice(100, 20), self._invoice(10, 5)
        self._get_receivable(disputed).followup_excluded = True
        self.assertAmounts(self.customer, amount_due=10, amount_overdue=10)
        self.assertEqual(
            self.customer.followup_oldest_date, self.today - timedelta(days=5)
        )
        # Odoo's own flag, for all of an invoice.
        other.no_followup = True
        self.assertTrue(self._get_receivable(other).followup_excluded)
        self.assertAmounts(self.customer, amount_due=0, amount_overdue=0)
        self._get_receivable(disputed).followup_excluded = False
        self.assertAmounts(self.customer, amount_due=100, amount_overdue=100)

    def test_item_without_a_due_date(self):
        """An opening balance, say: Odoo keeps miscellaneous entries out of follow-ups
        by default, but it is owed all the same."""
        self._enter(100, date_maturity=False)
        self.assertAmounts(
            self.customer, amount_due=100, amount_overdue=0, followup_not_due=100
        )
        self._enter(50, date_maturity=self.today - timedelta(days=1))
        self.assertAmounts(self.customer, amount_due=150, amount_overdue=50)

    def _enter(self, amount, date_maturity):
        receivable = {
            "account_id": self.account_receivable.id,
            "partner_id": self.customer.id,
            "debit": amount,
            "date_maturity": date_maturity,
        }
        revenue = self.company_data["default_account_revenue"]
        entry = self.env["account.move"].create(
            {
                "journal_id": self.journal_general.id,
                "line_ids": [
                    Command.create(receivable),
                    Command.create({"account_id": revenue.id, "credit": amount}),
                ],
            }
        )
        entry.action_post()
        return entry

    def test_instalments(self):
        """Each is overdue by its own date."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Three instalments",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": part, "nb_days": days}
                    )
                    for part, days in ((50, 0), (30, 30), (20, 60))
                ],
            }
        )
        self._invoice(
            100,
            self.today,
            invoice_date=self.today - timedelta(days=40),
            invoice_date_due=False,
            invoice_payment_term_id=term.id,
        )
        self.assertAmounts(
            self.customer, amount_due=100, amount_overdue=80, followup_not_due=20
        )

    def test_contacts(self):
        """The invoice of a contact is its company's to pay."""
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.customer.id}
        )
        self._invoice(100, 20, contact)
        self.assertAmounts(self.customer, amount_due=100, amount_overdue=100)
        self.assertEqual(contact.amount_due, 0)

    def test_contact_that_gets_another_company(self):
        contact = self.env["res.partner"].create({"name": "Ann"})
        self._invoice(100, 20, contact)
        self.assertAmounts(contact, amount_due=100)
        contact.parent_id = self.customer
        self.assertAmounts(self.customer, amount_due=100)
        contact.invalidate_recordset()
        self.assertEqual(contact.amount_due, 0)

    def test_currencies(self):
        """They add up in the company's currency, at the rates of the invoices."""
        other = self.setup_other_currency("XAF", rates=[("2016-01-01", 2.0)])
        self._invoice(100, 20, currency_id=other.id)
        self._invoice(100, 20)
        self.assertAmounts(self.customer, amount_due=150, amount_overdue=150)
        self.assertEqual(self.customer.followup_currency_id, self.currency)

    def test_companies(self):
        elsewhere = self.setup_other_company()["company"]
        self._invoice(100, 20)
        self.customer.with_company(elsewhere).property_account_receivable_id = self.env[
            "account.account"
        ].search(
            [
                ("account_type", "=", "asset_receivable"),
                ("company_ids", "in", elsewhere.ids),
            ],
            limit=1,
        )
        invoice = self.env["account.move"].with_company(elsewhere)
        invoice = invoice.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": self.today - timedelta(days=40),
                "invoice_date_due": self.today - timedelta(days=10),
                "invoice_line_ids": [
                    Command.create(
                        {"name": "A", "price_unit": 7, "tax_ids": [Command.clear()]}
                    )
                ],
            }
        )
        invoice.action_post()
        self.assertAmounts(self.customer, amount_due=100, amount_overdue=100)
        there = self.customer.with_company(elsewhere)
        self.assertEqual(there.amount_due, 7)
        self.assertEqual(there.amount_overdue, 7)

    def test_search(self):
        overdue = self._create_customer("Late")
        self._invoice(100, 20, overdue)
        due = self._create_customer("In Time")
        self._invoice(50, -5, due)
        ours = self.customer + overdue + due
        for domain, expected in (
            ([("amount_overdue", ">", 0)], overdue),
            ([("amount_overdue", "=", 0)], self.customer + due),
            ([("amount_overdue", "!=", 0)], overdue),
            ([("amount_due", ">=", 50)], overdue + due),
            ([("amount_due", "<", 60)], self.customer + due),
            ([("amount_due", "in", [50, 100])], overdue + due),
            ([("amount_due", "=", False)], self.customer),
        ):
            with self.subTest(domain):
                found = self.env["res.partner"].search(
                    [("id", "in", ours.ids), *domain]
                )
                self.assertEqual(found, ours & expected & found)
                self.assertEqual(set(found), set(expected))

    def test_queries_do_not_grow(self):
        customers = self.customer
        for name in range(9):
            customers += self._create_customer(f"Customer {name}")
        for customer in customers:
            self._invoice(10, 5, customer)
        self.env.flush_all()
        for some in (customers[:1], customers):
            self.env.invalidate_all()
            some.mapped("name")
            with self.assertQueryCount(5):
                self.assertEqual(set(some.mapped("amount_due")), {10})

    def test_salespeople_see_no_amounts(self):
        user = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        names = self.env["res.partner"].with_user(user).fields_get()
        self.assertNotIn("amount_due", names)
        self.assertNotIn("followup_oldest_date", names)
