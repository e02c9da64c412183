# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.fields import Command

from .level_common import LevelCase


class TestLevels(LevelCase):
    """Which levels customers reach, day by day."""

    def test_before_the_first_level(self):
        self._invoice(100, 14)
        self._run_job()
        self.assertStatus("none")
        self.assertFalse(self.customer.followup_run_id)

    def test_levels_follow_each_other(self):
        self._invoice(100, 14)
        self._run_job()
        self._run_job(1)
        self.assertStatus("in_need", self.first)
        self.assertEqual(self.customer.followup_next_date, self.today)
        run = self.customer.followup_run_id
        self.assertEqual(run.plan_id, self.plan)
        self.assertEqual(run.plan_date, self.today - timedelta(days=15))
        # Nobody does anything about it for a while.
        self._run_job(3)
        self.assertStatus("in_need", self.first)
        self._complete()
        self.assertStatus("waiting", self.first)
        self.assertEqual(
            self.customer.followup_next_date, run.plan_date + timedelta(days=30)
        )
        self._run_job(run.plan_date + timedelta(days=29))
        self.assertStatus("waiting", self.first)
        # Without the job, too.
        self._go_on(1)
        self.assertStatus("in_need", self.second)
        self._complete()
        self._run_job(15)
        self.assertStatus("in_need", self.third)
        self._complete()
        self.assertStatus("none", self.third)
        for _week in range(20):
            self._run_job(7)
        self.assertStatus("none", self.third)
        self.assertEqual(self.customer.followup_run_id, run)
        self.assertEqual(self._count_runs(), 1)

    def _count_runs(self):
        domain = [("res_model", "=", "res.partner"), ("res_id", "=", self.customer.id)]
        return self.env["mail.activity.plan.run"].search_count(domain)

    def test_level_that_was_done_late(self):
        """Nobody gets two reminders in a row."""
        self._invoice(100, 15)
        self._run_job()
        self._go_on(20)
        self._complete()
        self.assertStatus("waiting", self.first)
        self.assertEqual(
            self.customer.followup_next_date, self.today + timedelta(days=15)
        )

    def test_job_that_did_not_run_for_a_week(self):
        self.plan.active = False
        self.plan = self._create_levels(1, 3, 5)
        self.first, self.second, self.third = self.plan.template_ids
        self._invoice(100, 0)
        self._run_job()
        self._run_job(8)
        self.assertStatus("in_need", self.first)
        self._complete()
        self._run_job(1)
        self.assertStatus("waiting", self.first)
        self._run_job(1)
        self.assertStatus("in_need", self.second)

    def test_item_that_comes_late(self):
        """An invoice that was imported starts at the level that it has reached."""
        self._run_job()
        self._run_job(1)
        self._invoice(100, 40)
        self._run_job()
        self.assertStatus("in_need", self.second)
        self._complete()
        self._run_job(5)
        self.assertStatus("in_need", self.third)

    def test_next_overdue_period(self):
        invoice = self._invoice(100, 20)
        self._run_job()
        before = self.customer.followup_run_id
        self._complete()
        self._pay(invoice)
        self.assertEqual((before.state, before.stop_reason), ("stopped", "paid"))
        self.assertStatus("none")
        self._invoice(50, 0)
        self._run_job(10)
        self.assertStatus("none")
        self._run_job(5)
        self.assertStatus("in_need", self.first)
        self.assertNotEqual(self.customer.followup_run_id, before)

    def test_oldest_item_is_paid(self):
        """What isn't done yet counts from the next one."""
        old = self._invoice(100, 15)
        self._invoice(50, 3)
        self._run_job()
        self.assertStatus("in_need", self.first)
        self._pay(old)
        self.assertStatus("waiting")
        self.assertEqual(
            self.customer.followup_next_date, self.today + timedelta(days=12)
        )
        self._run_job(12)
        self.assertStatus("in_need", self.first)

    def test_level_is_not_repeated_for_the_next_item(self):
        old = self._invoice(100, 15)
        self._invoice(50, 3)
        self._run_job()
        self._complete()
        self._pay(old)
        self._run_job(12)
        self.assertStatus("waiting", self.first)
        self._run_job(15)
        self.assertStatus("in_need", self.second)

    def test_levels_that_are_changed(self):
        self._invoice(100, 20)
        self._run_job()
        self._complete()
        self.first.delay_count = 22
        self.plan.template_ids = [Command.create(self._level(25))]
        self._run_job(9)
        self.assertStatus("waiting", self.first)
        self._run_job(1)
        self.assertStatus("in_need", self.second)

    def test_instalments(self):
        """An invoice is reminded of by its instalments."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Two",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (0, 60)
                ],
            }
        )
        invoice = self._invoice(
            100,
            self.today,
            invoice_date=self.today - timedelta(days=20),
            invoice_date_due=False,
            invoice_payment_term_id=term.id,
        )
        self._run_job()
        self.assertStatus("in_need", self.first)
        self._pay(invoice, 50)
        self.assertStatus("none")
        self._run_job(40 + 14)
        self.assertStatus("none")
        self._run_job(1)
        self.assertStatus("in_need", self.first)

    def test_company(self):
        other = self._create_levels(company_id=self.setup_other_company()["company"].id)
        self._invoice(100, 20)
        self._run_job()
        self.assertStatus("in_need", self.first)
        elsewhere = self.customer.with_company(other.company_id)
        self.assertEqual(elsewhere.followup_status, "none")
        self.assertFalse(elsewhere.followup_run_id)

    def test_shared_plan(self):
        """Each company has the levels of all of them, unless it has its own."""
        self.plan.active = False
        shared = self._create_levels(5, company_id=False)
        self._invoice(100, 20)
        self._run_job()
        self.assertEqual(self.customer.followup_run_id.plan_id, shared)

    def test_switched_off(self):
        default = self.env.ref("crm_activity_plus_followup.mail_activity_plan_followup")
        self.assertFalse(default.active)
        self.assertEqual(default.template_ids.mapped("delay_count"), [15, 30, 45])
        self.plan.active = False
        self._invoice(100, 50)
        self._run_job()
        self.assertStatus("none")
        default.active = True
        self._run_job()
        self.assertEqual(
            self.customer.followup_line_id, default.template_ids.sorted()[-1]
        )

    def test_next_reminder(self):
        self._invoice(100, 15)
        self._run_job()
        day = self.today + timedelta(days=7)
        self.customer.followup_next_date = day
        self.assertStatus("waiting", self.first)
        self.assertEqual(self.customer.followup_next_mode, "manual")
        self.assertEqual(self.customer.followup_next_date, day)
        self._run_job(7)
        self.assertStatus("in_need", self.first)
        self.customer.followup_next_date = self.today + timedelta(days=30)
        self._complete()
        # The next level, on the chosen day.
        self.assertStatus("waiting", self.first)
        self.assertEqual(self.customer.followup_next_date, day + timedelta(days=30))
        self.customer.followup_next_mode = "auto"
        self.assertStatus("waiting", self.first)
        run = self.customer.followup_run_id
        self.assertEqual(
            self.customer.followup_next_date, run.plan_date + timedelta(days=30)
        )

    def test_levels_that_make_no_sense(self):
        for levels in (
            [self._level(-1)],
            [self._level(3, delay_unit="months")],
            [self._level(7), self._level(1, delay_unit="weeks")],
            [self._level(15), self._level(15)],
        ):
            with self.subTest(levels), self.assertRaises(ValidationError):
                self._create_levels().template_ids = [
                    Command.clear(),
                    *map(Command.create, levels),
                ]
        with self.assertRaises(ValidationError):
            self._create_levels(res_model="crm.lead")

    def test_email_template_of_another_application(self):
        template = (
            self.env["mail.template"]
            .sudo()
            .create({"name": "T", "model_id": self.env["ir.model"]._get_id("crm.lead")})
        )
        with self.assertRaisesRegex(ValidationError, "plan's own application"):
            self.first.mail_template_id = template
        self.plan.is_followup = False
        self.first.mail_template_id = template
        with self.assertRaisesRegex(ValidationError, "plan's own application"):
            self.plan.is_followup = True

    def test_levels_swap_their_days(self):
        self.plan.template_ids = [
            Command.update(self.first.id, {"delay_count": 30}),
            Command.update(self.second.id, {"delay_count": 15}),
        ]
        self._invoice(100, 16)
        self._run_job()
        self.assertStatus("in_need", self.second)

    def test_who_does_it(self):
        ann, bob = self._create_users_of_company("ann", "bob")
        self.first.write({"responsible_type": "other", "responsible_id": ann.id})
        self.customer.user_id = bob
        self._invoice(100, 15)
        archived = self._create_customer("Other")
        archived.user_id = bob
        self._run_job()
        self.assertEqual(self._get_user(self.customer), ann)
        self._invoice(100, 15, archived)
        ann.active = False
        self._run_job()
        self.assertEqual(self._get_user(archived), bob)
        nobodys = self._create_customer("Nobody's")
        self._invoice(100, 15, nobodys)
        self._run_job()
        self.assertStatus("in_need", self.first, nobodys)
        self.assertFalse(self._get_user(nobodys))

    def _create_users_of_company(self, *names):
        return self.env["res.users"].create(
            [
                {
                    "name": name,
                    "login": name,
                    "company_id": self.env.company.id,
                    "company_ids": [Command.set(self.env.company.ids)],
                }
                for name in names
            ]
        )

    def _get_user(self, partner):
        return partner.followup_run_id.line_ids.activity_id.user_id

    def test_launch_by_hand(self):
        """Nobody is reminded of nothing, or twice."""
        late = self._create_customer("Late")
        other = self._create_customer("Other")
        self._invoice(100, 20, late)
        self._invoice(100, 20, other)
        self._run_job()
        self._invoice(100, 20)
        stranger = self._create_customer("Stranger")
        plan = self._create_levels(3)
        result = plan.launch([late.id, stranger.id, self.customer.id])
        self.assertEqual(len(result["run_ids"]), 1)
        reasons = {row["res_id"]: row["reason"] for row in result["skipped"]}
        self.assertEqual(set(reasons), {late.id, stranger.id})
        self.assertIn("Stranger", reasons[stranger.id])
        self.assertIn("followed up already", reasons[late.id])
        self.assertTrue(self.customer.followup_run_id)

    def test_archived_customer(self):
        self._invoice(100, 20)
        self.customer.active = False
        self._run_job()
        self.assertStatus("none")

    def test_customer_who_is_being_made(self):
        """As programs ask about one: by any of the fields."""
        customer = self.env["res.partner"].new({"name": "New"})
        self.assertFalse(customer.followup_has_manual)
        self.assertFalse(customer.followup_item_ids)
        self.assertEqual(customer.followup_status, "none")
