# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..engine import job
from .level_common import LevelCase

LOGGER = "odoo.addons.crm_activity_plus_followup.engine.job"


class TestJob(LevelCase):
    """The daily job, on many customers, and where something goes wrong."""

    def _create_customers(self, count):
        customers = self.customer.browse()
        for number in range(count):
            customer = self._create_customer(f"Customer {number}")
            self._invoice(10, 15 + number % 3, customer)
            customers += customer
        return customers

    def _find_runs(self, customers):
        return self.env["mail.activity.plan.run"].search(
            [("res_model", "=", "res.partner"), ("res_id", "in", customers.ids)]
        )

    def test_again_and_again(self):
        customers = self._create_customers(5)
        for _time in range(3):
            self._run_job()
        self.assertEqual(len(self._find_runs(customers)), 5)
        self.assertEqual(set(customers.mapped("followup_status")), {"in_need"})

    def test_batches(self):
        customers = self._create_customers(7)
        with patch.object(job, "BATCH_SIZE", 2):
            self._run_job()
        self.assertEqual(len(self._find_runs(customers)), 7)

    def test_customer_that_fails(self):
        customers = self._create_customers(6)
        bad = customers[2]
        runs = type(self.env["mail.activity.plan"])
        original = runs._prepare_runs_values

        def fail(plan, proposals, request):
            if bad.id in [proposal.res_id for proposal in proposals]:
                raise ZeroDivisionError
            return original(plan, proposals, request)

        with (
            patch.object(runs, "_prepare_runs_values", fail),
            self.assertLogs(LOGGER, "ERROR") as logs,
        ):
            self._run_job()
        self.assertEqual(len(logs.output), 1)
        self.assertEqual(len(self._find_runs(customers)), 5)
        self._run_job()
        self.assertEqual(len(self._find_runs(customers)), 6)

    def test_plan_that_cannot_be_launched(self):
        """It says why, and the plans of others go on."""
        self.first.condition_domain = False
        bad, good = self.plan, self._create_levels(10)
        launchable = type(bad)._check_launchable

        def check(plan):
            if plan == bad:
                raise UserError(plan.env._("Broken"))
            return launchable(plan)

        customers = self._create_customers(2)
        with (
            patch.object(type(bad), "_check_launchable", check),
            self.assertLogs(LOGGER, "ERROR") as logs,
        ):
            self._run_job()
        self.assertIn("Broken", logs.output[0])
        self.assertEqual(self._find_runs(customers).plan_id, good)

    @mute_logger(LOGGER)
    def test_killed_in_the_middle(self):
        """What was committed is there, and the next call does the rest, and only it."""
        customers = self._create_customers(6)
        done = []
        launch = job.FollowupJob._launch_on

        def killed(self, plan, first, oldest, ids):
            if len(done) == 2:
                raise KeyboardInterrupt
            done.append(ids)
            return launch(self, plan, first, oldest, ids)

        with (
            patch.object(job, "BATCH_SIZE", 2),
            patch.object(job.FollowupJob, "_launch_on", killed),
            # The tests' own assertion would take back what was committed.
            suppress(KeyboardInterrupt),
        ):
            self._run_job()
            self.fail("It wasn't killed")
        self.env.invalidate_all()
        self.assertEqual(len(self._find_runs(customers)), 4)
        self._run_job()
        self.assertEqual(len(self._find_runs(customers)), 6)

    def test_domain_of_the_plan(self):
        """Of several plans, each customer gets the first one that fits."""
        self.plan.domain = "[('name', '=', 'Customer 1')]"
        other = self._create_levels(5)
        customers = self._create_customers(3)
        self._run_job()
        self.assertEqual(
            [customer.followup_run_id.plan_id for customer in customers],
            [other, self.plan, other],
        )

    def test_nobody_is_told(self):
        """Nothing is emailed by itself: not to customers, nor to users."""
        user = self.env["res.users"].create(
            {"name": "Ann", "login": "ann", "email": "ann@example.com"}
        )
        self.first.write({"responsible_type": "other", "responsible_id": user.id})
        customers = self._create_customers(3)
        before = self.env["mail.mail"].search_count([])
        messages = self.env["mail.message"].search_count([])
        self._run_job()
        self.assertEqual(self._find_runs(customers).line_ids.activity_id.user_id, user)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertEqual(self.env["mail.message"].search_count([]), messages)

    def test_level_beyond_the_calendar(self):
        """Nobody reaches it, and it stops nobody else."""
        self.plan.domain = "[('name', '=', 'Nobody')]"
        self._create_levels(2**31 - 1)
        self._create_levels(5)
        customers = self._create_customers(2)
        self._run_job()
        self.assertEqual(len(self._find_runs(customers)), 2)

    def test_paid_while_the_job_runs(self):
        """Whoever pays meanwhile finds no run to end, as the job sees no payment."""
        customers = self._create_customers(2)
        launch = job.FollowupJob._launch_all

        def launch_and_pay(self):
            result = launch(self)
            self.env.cr.execute(
                "UPDATE account_move_line SET followup_excluded = TRUE"
                " WHERE partner_id = %s",
                [customers[0].id],
            )
            return result

        with patch.object(job.FollowupJob, "_launch_all", launch_and_pay):
            self._run_job()
        self.assertStatus("none", partner=customers[0])
        self.assertStatus("in_need", self.first, customers[1])

    def test_many_whose_oldest_item_is_settled(self):
        """Their levels are dated anew together, not one after the other."""
        counts = []
        for count in (3, 9):
            customers = self._create_customers(count)
            older = [self._invoice(10, 40, customer).id for customer in customers]
            self._run_job()
            self.assertEqual({self._get_step(c).delay_count for c in customers}, {30})
            # Behind the ORM's back.
            self.env.cr.execute(
                "UPDATE account_move_line SET followup_excluded = TRUE"
                " WHERE move_id = ANY(%s)",
                [older],
            )
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            customers._refresh_followups()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            for number, customer in enumerate(customers):
                due = self.today - timedelta(days=15 + number % 3)
                self.assertEqual(self._find_runs(customer).plan_date, due)
                deadline = self._get_step(customer).activity_id.date_deadline
                self.assertEqual(deadline, due + timedelta(days=30))
        self.assertLess(counts[1] - counts[0], 2 * 6)

    def _get_step(self, customer):
        return self._find_runs(customer)._get_followup_step()
