# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.tests.concurrency import ConcurrencyCase
from odoo.addons.mail.models.mail_mail import MailMail

from ..engine.email import FollowupEmail
from ..models.levels.mail_activity_plan_run import MailActivityPlanRun

LOCKS = mute_logger("odoo.sql_db", "odoo.service.model")
# In the order in which they refer to each other.
TABLES = (
    *("account_partial_reconcile", "account_full_reconcile", "account_move_line"),
    *("account_move", "account_journal", "account_account"),
)


@tagged("post_install", "-at_install")
class TestConcurrency(ConcurrencyCase):
    """Accountants, payments and the daily job at the same moment."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self._create_accounts(env)
            partners = [{"name": f"Late {n}", "email": "a@b.test"} for n in range(3)]
            self.customer_ids = env["res.partner"].create(partners).ids
            self.first_id = {
                table: self._read_last_id(env, table) for table in TABLES[:4]
            }
            self.item_ids = [
                self._create_item(env, customer_id, 100)
                for customer_id in self.customer_ids
            ]
        self.emails = []
        for patcher in (
            patch.object(FollowupEmail, "_make_attachments", lambda *_args: []),
            patch.object(MailMail, "send", lambda mails: self.emails.append(mails.ids)),
        ):
            patcher.start()
            self.addCleanup(patcher.stop)

    def _create_plan(self, env, **values):
        return env["mail.activity.plan"].create(
            {
                "name": "Concurrent Follow-up",
                "res_model": "res.partner",
                "is_followup": True,
                "company_id": False,
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": env.ref(
                                "mail.mail_activity_data_todo"
                            ).id,
                            "summary": f"After {days} days",
                            "delay_count": days,
                        }
                    )
                    for days in (15, 30)
                ],
                **values,
            }
        )

    def _create_accounts(self, env):
        receivable, income = env["account.account"].create(
            [
                {"name": kind, "code": f"99887{n}", "account_type": kind}
                for n, kind in enumerate(("asset_receivable", "income"))
            ]
        )
        journal = env["account.journal"].create(
            {"name": "Concurrent", "code": "CONC", "type": "general"}
        )
        self.account_ids = (receivable + income).ids
        self.journal_id = journal.id

    def _read_last_id(self, env, table):
        env.cr.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
        return env.cr.fetchone()[0]

    def _create_item(self, env, customer_id, amount):
        """:returns: id of an item of a customer's; below zero, a payment"""
        move = env["account.move"].create(
            {
                "journal_id": self.journal_id,
                "date": date.today() - timedelta(days=20),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account_id,
                            "partner_id": customer_id,
                            "date_maturity": date.today() - timedelta(days=20),
                            "balance": balance,
                        }
                    )
                    for account_id, balance in zip(
                        self.account_ids, (amount, -amount), strict=True
                    )
                ],
            }
        )
        move.action_post()
        return move.line_ids.filtered(
            lambda line: line.account_id.id == self.account_ids[0]
        ).id

    def _delete_everything(self):
        with self._transaction() as env:
            partners = env["res.partner"].browse(self.customer_ids)
            self._delete_ledger(env)
            env.cr.execute(
                "UPDATE mail_activity_plan_run SET plan_id = %s"
                " WHERE res_model = 'res.partner' AND res_id = ANY(%s)",
                [self.plan_id, self.customer_ids],
            )
            for table, last in self.first_id.items():
                env.cr.execute(f"DELETE FROM {table} WHERE id > %s", [last])
            for table, ids in (
                ("account_journal", [self.journal_id]),
                ("account_account", self.account_ids),
            ):
                env.cr.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [ids])
            env.invalidate_all(flush=False)
        super()._delete_everything()
        with self._transaction() as env:
            env["mail.activity.plan"].search(
                [("code", "like", "concurrent_fo")]
            ).unlink()
            partners.with_env(env).unlink()
            self._delete_ledger(env)

    def _delete_ledger(self, env):
        env.cr.execute(
            "DELETE FROM mail_activity_log WHERE res_model = 'res.partner'"
            " AND res_id = ANY(%s)",
            [self.customer_ids],
        )

    # ------------------------------------------------------------
    # What people and the job do
    # ------------------------------------------------------------

    @staticmethod
    def _run_job(env):
        env["res.partner"]._cron_followup()

    def _launch_job(self):
        with self._transaction() as env:
            self._run_job(env)

    def _pay(self, item_id, amount=100):
        def pay(env):
            item = env["account.move.line"].browse(item_id)
            payment = self._create_item(env, item.partner_id.id, -amount)
            (item + item.browse(payment)).reconcile()

        return pay

    def _act(self, what, *args):
        """:returns: a function that does something for the first customer, and returns
        the sentence by which it was refused, if it was"""

        def act(env):
            customer = env["res.partner"].browse(self.customer_ids[0])
            try:
                getattr(customer, f"action_followup_{what}")(*args)
            except UserError as error:
                env.cr.rollback()
                return error.args[0]
            return False

        return act

    def _read_runs(self, env):
        """:returns: for each customer, the runs"""
        runs = env["mail.activity.plan.run"].search(
            [("res_model", "=", "res.partner"), ("res_id", "in", self.customer_ids)]
        )
        by_customer = runs.grouped("res_id")
        return [by_customer.get(id_, runs.browse()) for id_ in self.customer_ids]

    def assertLaunchedOnce(self):
        with self._transaction() as env:
            for runs in self._read_runs(env):
                self.assertEqual(len(runs), 1)
                self.assertEqual(len(runs.line_ids.activity_id), 1)

    def assertEnded(self, number=0):
        with self._transaction() as env:
            for run in self._read_runs(env)[number]:
                self.assertEqual(run.state, "stopped")
                self.assertFalse(run.followup_is_open)
                activities = run.line_ids.activity_id
                self.assertFalse(activities.filtered("active"))
            customer = env["res.partner"].browse(self.customer_ids[number])
            self.assertEqual(customer.followup_status, "none")

    # ------------------------------------------------------------

    @LOCKS
    def test_two_jobs(self):
        self._run_together(self._run_job, self._run_job)
        self.assertLaunchedOnce()

    @LOCKS
    def test_two_plans_launched_by_hand(self):
        """Nobody is followed up by both, and none of the others is left out."""
        with self._transaction() as env:
            other_id = self._create_plan(env, code="concurrent_fo").id

        def launch(plan_id):
            plans = lambda env: env["mail.activity.plan"].browse(plan_id)  # noqa: E731
            return lambda env: plans(env).launch(self.customer_ids)

        results = self._run_together(launch(self.plan_id), launch(other_id))
        self.assertEqual(sum(len(result["run_ids"]) for result in results), 3)
        reasons = [row["reason"] for result in results for row in result["skipped"]]
        self.assertEqual(len(reasons), 3)
        for reason in reasons:
            self.assertIn("followed up already", reason)
        self.assertLaunchedOnce()

    @LOCKS
    def test_launch_by_hand_while_the_job_launches(self):
        self._run_together(
            self._run_job,
            lambda env: env["mail.activity.plan"]
            .browse(self.plan_id)
            .launch(self.customer_ids),
        )
        self.assertLaunchedOnce()

    @LOCKS
    def test_payment_that_the_job_cannot_see(self):
        """It is committed when the job is over, and began before."""
        with self._transaction() as env:
            self._pay(self.item_ids[0])(env)
            env.flush_all()
            self._launch_job()
        self.assertEnded()
        with self._transaction() as env:
            self.assertEqual(
                [runs.state for runs in self._read_runs(env)[1:]], ["running"] * 2
            )

    @LOCKS
    def test_payment_that_a_launch_by_hand_cannot_see(self):
        """It is committed while the launch, which began before, goes on."""
        with self._transaction() as env:
            env["mail.activity.plan.run"].search_count([])
            with self._transaction() as other:
                self._pay(self.item_ids[0])(other)
            plan = env["mail.activity.plan"].browse(self.plan_id)
            retrying(lambda: plan.launch(self.customer_ids), env)
        with self._transaction() as env:
            runs = self._read_runs(env)
            self.assertEqual([len(own) for own in runs], [0, 1, 1])

    @LOCKS
    def test_two_payments(self):
        """Each pays what the other one doesn't see is paid."""
        with self._transaction() as env:
            other = self._create_item(env, self.customer_ids[0], 50)
        self._launch_job()
        self._run_together(self._pay(self.item_ids[0]), self._pay(other, 50))
        self.assertEnded()

    @mute_logger("odoo.addons.crm_activity_plus_followup.models.exits.res_partner")
    def test_second_look_that_fails(self):
        """Nothing half done is left of it; the daily job ends the run."""
        self._launch_job()
        end = MailActivityPlanRun._end_followup

        def end_half(runs, reason):
            end(runs, reason)
            runs.env.flush_all()
            raise ValueError(reason)

        failing = patch.object(MailActivityPlanRun, "_end_followup", end_half)
        with failing, self._transaction() as env:
            self._pay(self.item_ids[0])(env)
        with self._transaction() as env:
            [run] = self._read_runs(env)[0]
            self.assertEqual(run.state, "running")
            self.assertTrue(run.followup_is_open)
        self._launch_job()
        self.assertEnded()

    @LOCKS
    def test_payment_and_done(self):
        self._launch_job()
        with self._transaction() as env:
            self._act("manual")(env)
        self._run_together(self._pay(self.item_ids[0]), self._act("done"))
        self.assertEnded()

    @LOCKS
    def test_done_by_two(self):
        """One of them does the level; the next one isn't done by that."""
        self._launch_job()
        with self._transaction() as env:
            self._act("manual")(env)
        answers = self._run_together(self._act("done"), self._act("done"))
        self.assertEqual(answers.count(False), 1)
        [sentence] = filter(None, answers)
        self.assertIn("at least one action", sentence)
        with self._transaction() as env:
            [run] = self._read_runs(env)[0]
            states = run.line_ids.sorted("sequence").mapped("state")
            self.assertEqual(states, ["done", "scheduled"])
            self.assertFalse(run.line_ids.sorted("sequence")[1].followup_handled)

    @LOCKS
    def test_done_and_letter(self):
        """A letter for a level that somebody does at this moment is none for the
        next."""
        self._launch_job()
        with self._transaction() as env:
            self._act("manual")(env)
        self._run_together(self._act("done"), self._act("print"))
        with self._transaction() as env:
            [run] = self._read_runs(env)[0]
            self.assertFalse(run.line_ids.sorted("sequence")[1].followup_printed)

    @LOCKS
    def test_two_jobs_send(self):
        """Each customer gets one email."""
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            plan.template_ids.followup_email_auto = True
        self._run_together(self._run_job, self._run_job)
        self._launch_job()
        with self._transaction() as env:
            for customer in env["res.partner"].browse(self.customer_ids):
                sent = customer.message_ids.filtered("notified_partner_ids")
                self.assertEqual(len(sent), 1)
        sent = [id_ for ids in self.emails for id_ in ids]
        self.assertEqual(len(sent), len(set(sent)))
