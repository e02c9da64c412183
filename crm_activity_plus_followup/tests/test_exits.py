# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.tools import mute_logger

from .level_common import LevelCase


class TestExits(LevelCase):
    """A follow-up ends with what is overdue, in the same transaction."""

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(100, 20)
        self._run_job()
        self.run = self.customer.followup_run_id
        self.assertEqual(self.run.state, "running")

    def assertEnded(self, reason):
        self.assertEqual((self.run.state, self.run.stop_reason), ("stopped", reason))
        self.assertFalse(self.run.followup_is_open)
        activities = self.run.line_ids.activity_id
        self.assertEqual(set(activities.mapped("status")), {"cancelled"})
        self.assertStatus("none")

    def test_payment(self):
        self._pay(self.invoice)
        self.assertEnded("paid")

    def test_partial_payment(self):
        self._pay(self.invoice, 40)
        self.assertStatus("in_need", self.first)
        self.assertEqual(self.customer.amount_overdue, 60)
        self.assertEqual(self.customer.followup_run_id, self.run)
        self._pay(self.invoice)
        self.assertEnded("paid")

    def test_payment_that_nobody_has_matched(self):
        self._receive(100)
        self.assertEnded("paid")

    def test_bank_statement(self):
        self.pay_with_statement_line(
            self.invoice, self.journal_bank.id, self.today, 100
        )
        self.assertEnded("paid")

    def test_credit_note(self):
        refund = self._reverse_invoice(self.invoice, post=True)
        lines = self._get_receivable(self.invoice + refund)
        lines.filtered(lambda line: not line.reconciled).reconcile()
        self.assertEnded("credited")

    def test_credit_note_that_nobody_has_matched(self):
        self._credit(100)
        self.assertEnded("credited")

    def test_dispute(self):
        self._get_receivable(self.invoice).followup_excluded = True
        self.assertEnded("disputed")

    def test_flag_of_odoo(self):
        self.invoice.no_followup = True
        self.assertEnded("disputed")

    def test_draft(self):
        self.invoice.button_draft()
        self.assertEnded("settled")
        self.invoice.action_post()
        self._run_job()
        self.assertStatus("in_need", self.first)

    def test_due_date_that_is_moved(self):
        self._get_receivable(self.invoice).date_maturity = self.today
        self.assertEnded("settled")

    def test_payment_that_is_taken_back(self):
        payment = self._pay(self.invoice)
        self.assertEnded("paid")
        self._get_receivable(self.invoice).remove_move_reconcile()
        self.assertEqual(self.customer.amount_overdue, 0)
        payment.action_draft()
        self.assertEqual(self.customer.amount_overdue, 100)
        self._run_job(1)
        self.assertStatus("in_need", self.first)
        self.assertNotEqual(self.customer.followup_run_id, self.run)

    def test_other_customers_and_companies(self):
        other = self._create_customer("Other")
        invoice = self._invoice(100, 20, other)
        self._run_job()
        self._pay(invoice)
        self.assertStatus("none", partner=other)
        self.assertStatus("in_need", self.first)

    def test_after_the_last_level(self):
        for _level in range(3):
            self._complete()
            self._run_job(15)
        self.assertEqual(self.run.state, "done")
        self._pay(self.invoice)
        self.assertFalse(self.run.followup_is_open)
        self._invoice(10, 16)
        self._run_job()
        self.assertStatus("in_need", self.first)

    def test_run_that_was_stopped(self):
        self.run.sudo().action_stop()
        self._run_job(30)
        self.assertStatus("none")
        self._pay(self.invoice)
        self._invoice(10, 16)
        self._run_job()
        self.assertStatus("in_need", self.first)

    def test_nobody_is_kept_from_accounting(self):
        """What goes wrong there is put right by the job."""
        model = type(self.run)
        logger = "odoo.addons.crm_activity_plus_followup.models.exits.res_partner"
        with (
            patch.object(model, "_end_followup", side_effect=ZeroDivisionError),
            mute_logger(logger),
        ):
            self._pay(self.invoice)
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertEqual(self.run.state, "running")
        self._run_job()
        self.assertEnded("settled")

    def test_what_no_hook_has_seen(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET followup_excluded = TRUE WHERE move_id = %s",
            [self.invoice.id],
        )
        self.env.invalidate_all()
        self._run_job()
        self.assertEnded("settled")

    def test_merged_customers(self):
        other = self._create_customer("Other")
        self._invoice(50, 20, other)
        self._run_job()
        self._complete(other)
        further = other.followup_run_id
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        wizard._merge((self.customer + other).ids, self.customer, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual(self.customer.amount_overdue, 150)
        self.assertEqual(self.customer.followup_run_id, further)
        self.assertEqual(self.run.stop_reason, "merged")
        self._run_job(10)
        self.assertStatus("in_need", self.second)

    def test_customer_that_becomes_a_contact_of_another(self):
        """It owes nothing by itself any more: what it owed is the other's."""
        other = self._create_customer("Other")
        self.customer.write({"parent_id": other.id, "is_company": False})
        self.env.invalidate_all()
        self.assertEqual(other.amount_overdue, 100)
        self._run_job()
        self.assertEnded("settled")
        self.assertStatus("in_need", self.first, other)
        self._run_job(1)
        self.assertEqual(self.env["followup.customer"].search([]).partner_id, other)
