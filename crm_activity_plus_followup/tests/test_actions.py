# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import html2plaintext

from .level_common import LevelCase


class TestActions(LevelCase):
    """What accountants do for a level: one customer, or several."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "accountant",
            "account.group_account_invoice",
            company_id=cls.env.company.id,
            email="accountant@example.com",
        )

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(100, 20)
        self.other = self._create_customer("Other")
        self._invoice(50, 16, self.other)
        self._run_job()
        self.both = (self.customer + self.other).with_user(self.accountant)
        self.one = self.both[0]

    def _get_notes(self, partner):
        return [html2plaintext(m.body) for m in partner.sudo().message_ids]

    def _count_emails(self):
        """:returns: how many emails there are for customers"""
        self.env.flush_all()
        notifications = self.env["mail.notification"].sudo()
        return notifications.search_count([("notification_type", "=", "email")])

    # ------------------------------------------------------------
    # Letter
    # ------------------------------------------------------------

    def test_print(self):
        action = self.one.action_followup_print()
        self.assertEqual(action["type"], "ir.actions.report")
        self.assertEqual(action["context"]["active_ids"], self.one.ids)
        note = self._get_notes(self.one)[0]
        self.assertIn("Letter printed for Deco Addict", note)
        self.assertIn("100.00", note)
        message = self.one.sudo().message_ids[0]
        self.assertEqual(message.author_id, self.accountant.partner_id)
        self.assertStatus("in_need", self.first)

    def test_print_several(self):
        action = self.both.action_followup_print()
        self.assertEqual(action["context"]["active_ids"], self.both.ids)
        for customer in self.both:
            self.assertIn("Letter printed", self._get_notes(customer)[0])

    def test_print_what_is_paid(self):
        self._pay(self.invoice)
        with self.assertRaisesRegex(UserError, "Deco Addict: nothing is overdue"):
            self.both.action_followup_print()
        self.assertFalse(self.other.followup_run_id.line_ids[0].followup_printed)

    def _render(self, partners):
        reports = self.env["ir.actions.report"].with_env(partners.env)
        content, _kind = reports._render_qweb_html(
            "crm_activity_plus_followup.report_followup_statement", partners.ids
        )
        return html2plaintext(content.decode())

    def test_letter(self):
        """It says what the list says."""
        self._receive(30)
        self._invoice(20, -10)
        disputed = self._invoice(7, 40)
        self._get_receivable(disputed).followup_excluded = True
        text = self._render(self.one)
        self.assertIn("Deco Addict", text)
        self.assertIn(self.invoice.name, text)
        self.assertNotIn(disputed.name, text)
        self.assertIn("90.00", text)
        self.assertIn("70.00", text)
        self.customer.invalidate_recordset()
        self.assertEqual(self.customer.amount_due, 90)
        self.assertEqual(self.customer.amount_overdue, 70)
        [part] = self.customer._get_followup_statement()
        self.assertEqual((part["due"], part["overdue"]), (90, 70))

    def test_letter_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.first.followup_text = "<p>Pay now</p>"
        self.first.update_field_translations(
            "followup_text", {"fr_FR": {"Pay now": "Payez"}}
        )
        text = self._render(self.both)
        self.assertIn("Payez", text)
        self.assertIn("Pay now", text)
        # As the French write dates.
        due = self._get_receivable(self.invoice).date_maturity
        self.assertIn(due.strftime("%d/%m/%Y"), text)

    def test_letter_in_currencies(self):
        other = self.setup_other_currency("XAF", rates=[("2016-01-01", 2.0)])
        self._invoice(60, 20, currency_id=other.id)
        parts = self.customer._get_followup_statement()
        self.assertEqual(
            {part["currency"]: part["overdue"] for part in parts},
            {self.currency: 100, other: 60},
        )
        self.customer.invalidate_recordset()
        self.assertEqual(self.customer.amount_overdue, 130)

    # ------------------------------------------------------------
    # Email
    # ------------------------------------------------------------

    def test_send(self):
        before = self._count_emails()
        self.assertIs(self.one.action_followup_send(), True)
        self.assertEqual(self._count_emails(), before + 1)
        message = self.one.sudo().message_ids[0]
        self.assertEqual(message.notified_partner_ids, self.customer)
        self.assertEqual(message.author_id, self.accountant.partner_id)
        self.assertIn("100.00", html2plaintext(message.body))
        names = message.attachment_ids.mapped("name")
        self.assertEqual(len(names), 2)
        self.assertTrue(any("Statement" in name for name in names))
        self.assertTrue(any(self.invoice.name.replace("/", "_") in n for n in names))
        self.assertTrue(self.customer.followup_run_id.line_ids[0].followup_sent)
        self.assertStatus("in_need", self.first)

    def test_send_to_the_contact_for_it(self):
        """Once, and not to those who follow the customer."""
        invoice, followup = self.env["res.partner"].create(
            [
                {
                    "name": kind,
                    "type": kind,
                    "parent_id": self.customer.id,
                    "email": f"{kind}@example.com",
                }
                for kind in ("invoice", "followup")
            ]
        )
        self.customer.message_subscribe(invoice.ids)
        self.one.action_followup_send()
        message = self.one.sudo().message_ids[0]
        self.assertEqual(message.notified_partner_ids, followup)
        followup.active = False
        self.env.invalidate_all()
        self.one.action_followup_send()
        message = self.one.sudo().message_ids[0]
        self.assertEqual(message.notified_partner_ids, invoice)
        self.assertIn("invoice", self._render(self.one))

    def test_send_what_is_paid_meanwhile(self):
        self.both.action_followup_print()
        self._pay(self.invoice)
        before = self._count_emails()
        with self.assertRaisesRegex(UserError, "nothing is overdue"):
            self.one.action_followup_send()
        self.both.action_followup_send()
        self.assertEqual(self._count_emails(), before + 1)

    def test_send_without_an_address(self):
        self.customer.email = False
        before = self._count_emails()
        with self.assertRaisesRegex(UserError, "Deco Addict.*no valid email address"):
            self.one.action_followup_send()
        # The others get theirs.
        action = self.both.action_followup_send()
        self.assertIn("no valid email", action["params"]["message"])
        self.assertEqual(self._count_emails(), before + 1)
        self.assertTrue(self.other.followup_run_id.line_ids[0].followup_sent)
        self.assertFalse(self.customer.followup_run_id.line_ids[0].followup_sent)

    def test_send_with_a_template_that_fails(self):
        template = self.env["mail.template"].create(
            {
                "name": "Broken",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "subject": "Pay",
                "body_html": "<t t-out='1 / (object.color - 7)'/>",
            }
        )
        self.first.mail_template_id = template
        third = self._create_customer("Third", color=7)
        self._invoice(10, 16, third)
        self._run_job()
        before = self._count_emails()
        with self.assertRaises(UserError):
            third.with_user(self.accountant).action_followup_send()
        self.assertEqual(self._count_emails(), before)
        self.assertFalse(third.followup_run_id.line_ids[0].followup_sent)

    # ------------------------------------------------------------
    # Done, Do It Later
    # ------------------------------------------------------------

    def test_done_needs_an_action(self):
        with self.assertRaisesRegex(UserError, "at least one action"):
            self.one.action_followup_done()
        self.assertStatus("in_need", self.first)

    def test_done(self):
        for act in (
            "action_followup_print",
            "action_followup_send",
            "action_followup_manual",
        ):
            with self.subTest(act):
                customer = self._create_customer(act)
                self._invoice(10, 16, customer)
                self._run_job()
                own = customer.with_user(self.accountant)
                getattr(own, act)()
                own.action_followup_done()
                self.assertStatus("waiting", self.first, customer)
                run = customer.followup_run_id
                self.assertEqual(
                    customer.followup_next_date, run.plan_date + timedelta(days=30)
                )
                with self.assertRaisesRegex(UserError, "at least one action"):
                    own.action_followup_done()

    def test_done_for_several(self):
        self.one.action_followup_manual()
        with self.assertRaisesRegex(UserError, "Other"):
            self.both.action_followup_done()
        self.assertStatus("in_need", self.first)
        self.both.action_followup_manual()
        self.both.action_followup_done()
        self.assertStatus("waiting", self.first)
        self.assertStatus("waiting", self.first, self.other)

    def test_later(self):
        self.one.action_followup_later()
        self.assertStatus("waiting", self.first)
        day = self.customer.followup_next_date
        self.assertEqual(day, self.today + timedelta(days=10))
        self.assertIn("put off until", self._get_notes(self.one)[0])
        self._run_job(day)
        self.assertStatus("in_need", self.first)

    def test_later_until(self):
        day = self.today + timedelta(days=7)
        self.both.action_followup_later(day.isoformat())
        for customer in self.both:
            self.assertStatus("waiting", self.first, customer)
            self.assertEqual(customer.followup_next_date, day)
        self._run_job(6)
        self.assertStatus("waiting", self.first)
        self._run_job(1)
        self.assertStatus("in_need", self.first)
        self.both.action_followup_manual()
        self.both.action_followup_done()
        self._run_job(8)
        self.assertStatus("in_need", self.second)

    def test_later_that_is_no_day_to_come(self):
        for until in (
            self.today,
            "2020-01-01",
            "abc",
            5,
            {"a": 1},
            ["x"],
            "9999-12-31",
        ):
            with self.subTest(until=until), self.assertRaises(UserError):
                self.one.action_followup_later(until)
        self.assertStatus("in_need", self.first)

    def test_shortcuts(self):
        wizards = self.env["followup.reminder"].with_user(self.accountant)
        for after, days in (("week", 7), ("two_weeks", 14), ("month", 31)):
            with self.subTest(after):
                action = self.both.action_followup_choose_later()
                wizard = wizards.with_context(**action["context"]).create(
                    {"after": after}
                )
                self.assertEqual(wizard.date, self.today + timedelta(days=days))
                wizard.action_apply()
                self.assertEqual(self.one.followup_next_date, wizard.date)

    # ------------------------------------------------------------
    # Who may
    # ------------------------------------------------------------

    def _create_seller(self):
        return new_test_user(
            self.env,
            "seller",
            "sales_team.group_sale_salesman",
            company_id=self.env.company.id,
        )

    def test_salespeople_may_not(self):
        seller = self._create_seller()
        self.customer.user_id = seller
        own = self.customer.with_user(seller)
        for act in ("print", "send", "manual", "done", "later"):
            with self.subTest(act), self.assertRaises(AccessError):
                getattr(own, f"action_followup_{act}")()
        with self.assertRaises(AccessError):
            own.followup_next_date = self.today + timedelta(days=3)
        with self.assertRaises(AccessError):
            self.env["followup.customer"].with_user(seller).search([])
        plan = self.plan.with_user(seller)
        stranger = self._create_customer("Stranger")
        self._invoice(100, 20, stranger)
        for function in (plan.launch, plan.preview):
            with self.assertRaisesRegex(UserError, "who deal with invoices only"):
                function(stranger.ids)
        self.assertFalse(stranger.followup_run_id)
        # As for all plans, whoever launches it may change the record.
        self.accountant.group_ids += self.env.ref("base.group_partner_manager")
        result = self.plan.with_user(self.accountant).launch(stranger.ids)
        self.assertTrue(result["run_ids"], result)

    def test_customers_without_a_level(self):
        stranger = self._create_customer("Stranger").with_user(self.accountant)
        for act in ("print", "send", "manual", "done", "later"):
            with self.subTest(act), self.assertRaises(UserError):
                getattr(stranger, f"action_followup_{act}")()
            with self.subTest(act), self.assertRaises(UserError):
                getattr(stranger.browse(), f"action_followup_{act}")()

    def test_accountants_of_other_companies(self):
        elsewhere = self.setup_other_company()["company"]
        user = new_test_user(
            self.env,
            "elsewhere",
            "account.group_account_invoice",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        there = self.customer.with_user(user).with_company(elsewhere)
        self.assertEqual(there.amount_due, 0)
        self.assertFalse(there.followup_run_id)
        run = self.customer.followup_run_id
        self.assertFalse(run.with_user(user).search([("id", "=", run.id)]))
        with self.assertRaises(UserError):
            there.action_followup_send()
        # Whatever companies somebody says that they work in.
        forged = there.with_context(allowed_company_ids=self.env.company.ids)
        with self.assertRaises(AccessError):
            forged.action_followup_send()
        rows = self.env["followup.customer"].with_env(forged.env)
        with self.assertRaises(AccessError):
            rows.search_read([], ["amount_overdue", "next_date"])
        with self.assertRaises(AccessError):
            rows.formatted_read_group([], aggregates=["amount_overdue:sum"])

    def test_letter_for_people_without_accounting(self):
        """Whoever may read the customer may not read what is owed: Odoo renders a
        report for whoever knows its address."""
        portal = new_test_user(
            self.env, "portal", "base.group_portal", partner_id=self.customer.id
        )
        for user in (self._create_seller(), portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._render(self.customer.with_user(user))
        reader = new_test_user(self.env, "reader", "account.group_account_readonly")
        self.assertIn("100.00", self._render(self.customer.with_user(reader)))

    def test_buyers_may_not(self):
        """They may write bills, and so documents, but don't deal with customers."""
        seller = self._create_seller()
        self.env["ir.model.access"].create(
            {
                "name": "Bills",
                "model_id": self.env["ir.model"]._get_id("account.move"),
                "group_id": self.env.ref("sales_team.group_sale_salesman").id,
                "perm_read": True,
                "perm_write": True,
            }
        )
        own = self.customer.with_user(seller)
        for act in ("print", "send", "manual", "done", "later"):
            with self.subTest(act), self.assertRaises(AccessError):
                getattr(own, f"action_followup_{act}")()
