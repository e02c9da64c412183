# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tools import html2plaintext

from .level_common import LevelCase


class TestCustomers(LevelCase):
    """Whom the letters are for, and what becomes of customers and plans."""

    def _find_runs(self, customer=None):
        customer = customer or self.customer
        return self.env["mail.activity.plan.run"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", customer.id)]
        )

    def _render(self, partner):
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "crm_activity_plus_followup.report_followup_statement", partner.ids
        )
        return html2plaintext(content.decode())

    # ------------------------------------------------------------
    # Contacts, companies, languages
    # ------------------------------------------------------------

    def test_invoice_of_a_contact(self):
        """The company is followed up, once, whichever of its contacts it is for."""
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.customer.id, "email": "ann@example.com"}
        )
        self._invoice(100, 20, contact)
        self._invoice(50, 16)
        self._run_job()
        self.assertStatus("in_need", self.first)
        self.assertFalse(self._find_runs(contact))
        self.assertEqual(self.customer.amount_overdue, 150)
        contact.action_followup_send()
        message = self.customer.message_ids[0]
        self.assertEqual(message.notified_partner_ids, self.customer)
        self.assertFalse(contact.message_ids.filtered("notified_partner_ids"))

    def test_two_companies(self):
        """Two runs and two statements, of which none has what the other one has."""
        here = self.env.company
        elsewhere = self.setup_other_company()
        there = elsewhere["company"]
        invoice = self._invoice(100, 20)
        self.customer.with_company(there).property_account_receivable_id = elsewhere[
            "default_account_receivable"
        ]
        other = (
            self.env["account.move"]
            .with_company(there)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": invoice.invoice_date,
                    "invoice_date_due": invoice.invoice_date_due,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "Chair", "price_unit": 70, "tax_ids": []}
                        )
                    ],
                }
            )
        )
        other.action_post()
        self._create_levels(company_id=there.id)
        self._run_job()
        runs = self._find_runs()
        self.assertEqual(runs.followup_company_id, here + there)
        for company, own, foreign, amount in (
            (here, invoice, other, 100),
            (there, other, invoice, 70),
        ):
            customer = self.customer.with_company(company)
            self.assertEqual(customer.amount_overdue, amount)
            self.assertEqual(customer.followup_item_ids.move_id, own)
            self.assertEqual(customer.followup_run_id.followup_company_id, company)
            self.env.invalidate_all()
            [part] = customer._get_followup_statement()
            self.assertEqual(part["overdue"], amount)
            self.assertNotIn(foreign, [row["line"].move_id for row in part["items"]])

    def test_branch(self):
        """It is one company with its parent, whose levels count there, too."""
        company = self.env.company
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": company.id}
        )
        self.env.user.company_ids += branch
        self.customer.company_id = branch
        here = self.customer.with_company(branch)
        here.property_account_receivable_id = self.account_receivable
        invoice = self._invoice(100, 20, here, company_id=branch.id)
        self.assertEqual(invoice.company_id, branch)
        self._run_job()
        [run] = self._find_runs()
        self.assertEqual(run.followup_company_id, company)
        for place in (company, branch):
            customer = self.customer.with_company(place)
            self.assertEqual(customer.amount_overdue, 100)
            self.assertEqual(customer.followup_status, "in_need")
        self._pay(invoice)
        self.assertEqual(run.stop_reason, "paid")

    def test_email_in_the_language_of_the_customer(self):
        """With amounts as they are written there."""
        self.env["res.lang"]._activate_lang("de_DE")
        template = self.env.ref("crm_activity_plus_followup.mail_template_followup")
        template.with_context(lang="de_DE").subject = "Mahnung: {{ object.name }}"
        self.customer.lang = "de_DE"
        self._invoice(1234.5, 20)
        other = self._create_customer("Other")
        self._invoice(1234.5, 20, other)
        self._run_job()
        (self.customer + other).action_followup_send()
        message = self.customer.message_ids[0]
        self.assertEqual(message.subject, "Mahnung: Deco Addict")
        self.assertIn("1.234,50", html2plaintext(message.body))
        message = other.message_ids[0]
        self.assertEqual(message.subject, "Payment reminder: Other")
        self.assertIn("1,234.50", html2plaintext(message.body))

    def test_bank_account(self):
        """That of the invoices, else the company's first."""
        banks = self.env["res.partner.bank"].create(
            [
                {
                    "acc_number": number,
                    "partner_id": self.env.company.partner_id.id,
                    "allow_out_payment": True,
                }
                for number in ("FIRST-111", "SECOND-222")
            ]
        )
        invoice = self._invoice(100, 20, post=False)
        invoice.partner_bank_id = banks[1]
        invoice.action_post()
        self._run_job()
        self.assertIn("SECOND-222", self._render(self.customer))
        other = self._create_customer("Other")
        entry = self.env["account.move"].create(
            {
                "journal_id": self.journal_general.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": other.id,
                            "balance": balance,
                            "date_maturity": "2026-01-01",
                        }
                    )
                    for account, balance in (
                        (self.account_receivable, 10),
                        (self.company_data["default_account_revenue"], -10),
                    )
                ],
            }
        )
        entry.action_post()
        self.assertIn(self.env.company.bank_ids[0].acc_number, self._render(other))

    def test_template_of_the_level_that_is_reached(self):
        """Between two levels it is that of the one that was done."""
        first, second = self.env["mail.template"].create(
            [
                {
                    "name": name,
                    "model_id": self.env["ir.model"]._get_id("res.partner"),
                    "subject": name,
                    "body_html": "<p>Pay</p>",
                }
                for name in ("Friendly", "Last warning")
            ]
        )
        self.first.mail_template_id = first
        self.second.mail_template_id = second
        self._invoice(100, 20)
        self._run_job()
        self._complete()
        self.customer.action_followup_send()
        self.assertEqual(self.customer.message_ids[0].subject, "Friendly")
        self._run_job(10)
        self.customer.action_followup_send()
        self.assertEqual(self.customer.message_ids[0].subject, "Last warning")

    def test_statement_between_two_levels(self):
        """It is none of what the next level asks for."""
        self._invoice(100, 20)
        self._run_job()
        self._complete()
        self.customer.action_followup_print()
        self.customer.action_followup_send()
        with self.assertRaisesRegex(Exception, "comes on"):
            self.customer.action_followup_manual()
        self._run_job(10)
        self.assertStatus("in_need", self.second)
        with self.assertRaisesRegex(Exception, "at least one action"):
            self.customer.action_followup_done()

    def test_three_instalments(self):
        """Each is reminded of by its own date, from the first level on."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Three",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": share, "nb_days": days}
                    )
                    for share, days in ((50, 0), (25, 30), (25, 60))
                ],
            }
        )
        invoice = self._invoice(
            400,
            self.today,
            invoice_date=self.today,
            invoice_date_due=False,
            invoice_payment_term_id=term.id,
        )
        for days, amount in ((0, 200), (30, 100), (60, 100)):
            due = invoice.invoice_date.fromordinal(
                invoice.invoice_date.toordinal() + days
            )
            self._run_job(due.fromordinal(due.toordinal() + 14))
            self.assertStatus("none")
            self._run_job(1)
            self.assertStatus("in_need", self.first)
            self.assertEqual(self.customer.amount_overdue, amount)
            self.assertEqual(self.customer.followup_oldest_date, due)
            self._pay(invoice, amount)
            self.assertStatus("none")

    def test_disputed_item_has_no_level(self):
        """The level is that of the oldest item that isn't disputed."""
        disputed = self._invoice(100, 50)
        self._get_receivable(disputed).followup_excluded = True
        self._invoice(50, 16)
        self._run_job()
        self.assertStatus("in_need", self.first)
        self.assertEqual(self.customer.followup_run_id.plan_date, self._days_ago(16))
        self._get_receivable(disputed).followup_excluded = False
        self.assertEqual(self.customer.followup_run_id.plan_date, self._days_ago(50))

    def _days_ago(self, count):
        return self.today.fromordinal(self.today.toordinal() - count)

    # ------------------------------------------------------------
    # Archived, copied, merged
    # ------------------------------------------------------------

    def test_customer_who_is_archived(self):
        """They are off the list, and come back with what is overdue then."""
        self._invoice(100, 20)
        self._run_job()
        [run] = self._find_runs()
        self.customer.active = False
        self.assertEqual(run.state, "stopped")
        self.assertFalse(run.followup_is_open)
        self.assertFalse(self.env["followup.customer"].search([]))
        self._run_job(1)
        self.assertStatus("none")
        self.customer.active = True
        self._run_job(10)
        self.assertStatus("in_need", self.second)
        self.assertEqual(len(self._find_runs()), 2)

    def test_customer_who_is_copied(self):
        self._invoice(100, 20)
        self._run_job()
        copy = self.customer.copy()
        self.assertEqual((copy.amount_due, copy.followup_status), (0, "none"))
        self.assertFalse(self._find_runs(copy))

    def test_plan_that_is_copied(self):
        self.first.write(
            {
                "followup_letter": False,
                "followup_email_auto": True,
                "followup_manual": True,
                "followup_text": "<p>Pay now</p>",
            }
        )
        copy = self.plan.copy()
        self.assertTrue(copy.is_followup)
        self.assertEqual(copy.template_ids.mapped("delay_count"), [15, 30, 45])
        level = copy.template_ids[0]
        self.assertFalse(level.followup_letter)
        self.assertTrue(level.followup_email_auto and level.followup_manual)
        self.assertIn("Pay now", level.followup_text)
        self._invoice(100, 20)
        self._run_job()
        self.assertEqual(len(self._find_runs()), 1)

    def test_plan_that_is_switched_off(self):
        """Nobody else is followed up, and nothing is sent by itself any more."""
        self.second.followup_email_auto = True
        self._invoice(100, 20)
        self._run_job()
        self._complete()
        self.plan.active = False
        other = self._create_customer("Other")
        self._invoice(100, 20, other)
        notifications = self.env["mail.notification"]
        before = notifications.search_count([])
        self._run_job(10)
        self.assertStatus("in_need", self.second)
        self.assertStatus("none", partner=other)
        self.assertEqual(notifications.search_count([]), before)

    def test_level_that_no_longer_sends_by_itself(self):
        self.second.followup_email_auto = True
        self._invoice(100, 20)
        self._run_job()
        self._complete()
        self.second.followup_email_auto = False
        notifications = self.env["mail.notification"]
        before = notifications.search_count([])
        self._run_job(10)
        self.assertStatus("in_need", self.second)
        self.assertEqual(notifications.search_count([]), before)

    def test_customers_who_are_merged(self):
        """Of three, two of whom are followed up, one of these at a later level."""
        others = self._create_customer("One") + self._create_customer("Two")
        self._invoice(100, 20, others[0])
        self._invoice(100, 40, others[1])
        self._run_job()
        self._complete(others[0])
        runs = self._find_runs(others[0]) + self._find_runs(others[1])
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        wizard._merge((self.customer + others).ids, self.customer, extra_checks=False)
        self.env.invalidate_all()
        left = self._find_runs().filtered("followup_is_open")
        self.assertEqual(len(left), 1)
        self.assertIn(left, runs)
        self.assertEqual((runs - left).stop_reason, "merged")
        self.assertEqual(self.customer.amount_overdue, 200)
        self._run_job(1)
        self.assertEqual(self._find_runs().filtered("followup_is_open"), left)
        self.assertEqual(len(left.line_ids.activity_id.filtered("active")), 1)
        self.assertEqual(self.env["followup.customer"].search([]).run_id, left)

    # ------------------------------------------------------------
    # The list without anybody
    # ------------------------------------------------------------

    def test_empty_list(self):
        """It says what to do next, and so does the chart."""
        for name in ("customer", "ageing"):
            rows = self.env[f"followup.{name}"]
            action = f"crm_activity_plus_followup.followup_{name}_action"

            def read_help(action=action):
                return self.env["ir.actions.act_window"]._for_xml_id(action)["help"]

            self.plan.active = True
            self.assertIn("No customer to follow up", read_help())
            self.plan.active = False
            self.assertIn("Switch On Follow-up Levels", read_help())
            self.assertIn("/odoo/action-", rows.get_empty_list_help(""))

    def test_job_is_called_when_levels_are_switched_on(self):
        cron = self.env.ref("crm_activity_plus_followup.ir_cron_followup")
        self.plan.active = False
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        self.plan.name = "Renamed"
        self.assertFalse(triggers.search_count([("cron_id", "=", cron.id)]))
        self.plan.active = True
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), 1)
