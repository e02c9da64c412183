# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import tagged

from .common import InvoiceProofCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestInvoiceProof(InvoiceProofCase):
    """An invoice that is paid closes the steps that wait for that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.env["crm.lead"].create(
            {"name": "Desks", "type": "opportunity", "partner_id": cls.partner_a.id}
        )

    def _launch(self, record, steps=1):
        plan = self._make_plan(record._name, steps)
        [run_id] = plan.launch(record.ids)["run_ids"]
        run = self.env["mail.activity.plan.run"].browse(run_id)
        self.env.flush_all()
        self.env.invalidate_all()
        return run

    def _invoice(self, partner=None, move_type="out_invoice", amounts=(100,), **kwargs):
        return self.init_invoice(
            move_type,
            partner=partner or self.partner_a,
            amounts=amounts,
            taxes=[],
            post=True,
            **kwargs,
        )

    def test_paid(self):
        run = self._launch(self.lead)
        invoice = self._invoice()
        self.assertEqual(run.state, "running")
        self._register_payment(invoice)
        step = run.line_ids
        self.assertEqual((run.state, step.state), ("done", "done"))
        self.assertEqual(
            (step.proof_model, step.proof_res_id), (invoice._name, invoice.id)
        )
        self.assertEqual(step.action_open_proof()["res_id"], invoice.id)

    def test_on_the_contact_and_the_invoice(self):
        invoice = self._invoice()
        contact = self.env["res.partner"].create(
            {"name": "Clara", "parent_id": self.partner_a.id}
        )
        runs = [self._launch(one) for one in (self.partner_a, contact, invoice)]
        other = self._launch(self.partner_b)
        self._register_payment(invoice)
        self.assertEqual([run.state for run in runs], ["done"] * 3)
        self.assertEqual(other.state, "running")

    def test_partly_paid(self):
        run, invoice = self._launch(self.lead), self._invoice()
        self._register_payment(invoice, amount=40)
        self.assertEqual((invoice.payment_state, run.state), ("partial", "running"))
        self._register_payment(invoice, amount=60)
        self.assertEqual(run.state, "done")

    def test_what_is_no_payment(self):
        """A credit note, the invoice that it reverses, a vendor's bill."""
        run, invoice = self._launch(self.lead), self._invoice()
        refund = invoice._reverse_moves(cancel=True)
        self.assertEqual(invoice.payment_state, "reversed")
        alone = self._invoice(move_type="out_refund")
        self._register_payment(alone)
        self.assertIn(alone.payment_state, ("paid", "in_payment"))
        bill = self._invoice(move_type="in_invoice", invoice_date="2026-03-02")
        self._register_payment(bill)
        self.assertTrue(refund)
        self.assertEqual(run.state, "running")

    def test_payment_that_is_taken_back(self):
        """What was closed stays so; the same invoice proves no second step when it is
        paid again."""
        run, invoice = self._launch(self.lead, steps=2), self._invoice()
        self._register_payment(invoice)
        self.assertEqual(run.line_ids.mapped("state"), ["done", "scheduled"])
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(run.line_ids.mapped("state"), ["done", "scheduled"])
        self._register_payment(invoice)
        self.assertEqual(run.line_ids.mapped("state"), ["done", "scheduled"])
        self._register_payment(self._invoice())
        self.assertEqual(run.state, "done")

    def test_invoice_of_another_company(self):
        """The customer is shared; the work is this company's."""
        run = self._launch(self.partner_a)
        data = self.setup_other_company()
        other = self._invoice(company=data["company"])
        self._register_payment(other)
        self.assertIn(other.payment_state, ("paid", "in_payment"))
        self.assertEqual(run.state, "running")

    def test_nothing_to_pay(self):
        run = self._launch(self.lead)
        self._invoice(amounts=[0])
        self.assertEqual(run.state, "done")

    def test_paid_together(self):
        """It comes to the same as one payment after the other."""
        run = self._launch(self.lead, steps=3)
        invoices = self._invoice() + self._invoice()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        ).create({"group_payment": True}).action_create_payments()
        self.assertEqual(run.line_ids.mapped("state"), ["done", "done", "scheduled"])
        self.assertEqual(
            set(run.line_ids[:2].mapped("proof_res_id")), set(invoices.ids)
        )

    def test_many_at_once(self):
        leads = self.env["crm.lead"].create(
            [
                {"name": f"Lead {n}", "type": "opportunity", "partner_id": partner.id}
                for n, partner in enumerate((self.partner_a, self.partner_b))
            ]
        )
        runs = [self._launch(lead) for lead in leads]
        invoices = self._invoice() + self._invoice(self.partner_b)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        ).create({}).action_create_payments()
        self.assertEqual([run.state for run in runs], ["done", "done"])
        self.assertEqual([run.line_ids.proof_res_id for run in runs], invoices.ids)

    def test_accountants_need_no_right_to_plans(self):
        accountant = self.env["res.users"].create(
            {
                "name": "Anna",
                "login": "anna",
                "group_ids": [
                    Command.set([self.env.ref("account.group_account_user").id])
                ],
            }
        )
        run, invoice = self._launch(self.lead), self._invoice()
        self.env["account.payment.register"].with_user(accountant).with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({}).action_create_payments()
        self.assertEqual(run.state, "done")
        self.assertEqual(run.line_ids.done_by_id, accountant)
