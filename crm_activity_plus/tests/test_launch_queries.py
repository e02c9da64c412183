# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo import sql_db
from odoo.fields import Command
from odoo.tests import tagged

from ..engine.transitions import Transition
from .common import CrmActivityPlusCommon

# For what one record spares, such as reading a second page of the cache.
SLACK = 3

# Odoo itself inserts and updates this many rows with one statement. A hundred launches
# write more, so that some statements are sent twice or thrice.
ORM_BATCH_SIZES = {"INSERT_BATCH_SIZE": 100_000, "UPDATE_BATCH_SIZE": 100_000}


@tagged("crm_activity_plus", "crm_activity_plus_perf")
class TestLaunchQueries(CrmActivityPlusCommon):
    """A launch on n records costs a number of queries that doesn't grow with n."""

    def setUp(self):
        super().setUp()
        for name, size in ORM_BATCH_SIZES.items():
            self.startPatcher(patch(f"odoo.orm.models.{name}", size))

    def _count_queries(self, function, *args, **kwargs):
        self.env.flush_all()
        self.env.invalidate_all()
        # Of all cursors.
        before = sql_db.sql_counter
        result = function(*args, **kwargs)
        self.env.flush_all()
        return sql_db.sql_counter - before, result

    def _count_launch(self, count, **kwargs):
        leads = self._create_leads(count)
        plan = self.plan.with_user(self.user_owner)
        queries, result = self._count_queries(
            plan.launch, leads.ids, plan_date="2026-03-10", **kwargs
        )
        self.assertEqual(len(result["run_ids"]), count)
        return queries

    def assertConstant(self, **kwargs):
        # What is cached for good is cached now.
        self._count_launch(2, **kwargs)
        counts = [self._count_launch(count, **kwargs) for count in (1, 10, 100)]
        self.assertLessEqual(max(counts), counts[0] + SLACK, counts)

    def test_own_steps(self):
        self.assertConstant()

    def test_steps_of_others(self):
        """Who are told, and become followers."""
        self.plan.template_ids[1].write(
            {"responsible_type": "other", "responsible_id": self.user_colleague.id}
        )
        self.assertConstant(responsible_id=self.user_manager.id)

    def test_steps_by_role(self):
        self.plan.template_ids[1].responsible_type = "salesperson"
        self.plan.template_ids[2].responsible_type = "team_leader"
        self.assertConstant()

    def test_round_robin(self):
        """The turns of all records are taken at once, in a transaction of their own."""
        self.assertGreater(len(self.sales_team_1.crm_team_member_ids), 1)
        self.plan.template_ids[:2].responsible_type = "round_robin"
        self.assertConstant()

    def test_steps_that_wait(self):
        steps = self.plan.template_ids
        steps[1].after_ids = steps[0]
        steps[2].after_ids = steps[1]
        self.assertConstant()

    def test_steps_that_are_triggered(self):
        following = self._create_type("Following")
        first = self._create_type("First", triggered_next_type_id=following.id)
        self.plan.template_ids = [Command.create(self._step(first, "Triggering", 1))]
        self.assertConstant()

    def test_steps_that_fail(self):
        """Whoever launched is told in one message."""
        self.sales_team_1.user_id = False
        self.plan.template_ids[1].responsible_type = "team_leader"
        self.assertConstant()

    def test_working_days(self):
        self.plan.deadline_policy = "working_days"
        self.assertConstant()

    def test_with_the_splitting_of_the_orm(self):
        """As in production: one statement more per hundred rows, in each table."""
        for name in ORM_BATCH_SIZES:
            self.startPatcher(patch(f"odoo.orm.models.{name}", 100))
        self._count_launch(2)
        self.assertLessEqual(self._count_launch(100), self._count_launch(1) + 40)

    def test_records_that_are_skipped(self):
        leads = self._create_leads(100)
        plan = self.plan.with_user(self.user_owner)
        plan.launch(leads.ids)
        one, _result = self._count_queries(plan.launch, leads[:1].ids)
        hundred, result = self._count_queries(plan.launch, leads.ids)
        self.assertEqual(len(result["skipped"]), 100)
        self.assertLessEqual(hundred, one + SLACK)

    def test_preview(self):
        self.plan.template_ids[0].responsible_type = "round_robin"
        leads = self._create_leads(100)
        plan = self.plan.with_user(self.user_owner)
        plan.preview(leads[:2].ids)
        one, _result = self._count_queries(plan.preview, leads[:1].ids)
        hundred, _result = self._count_queries(plan.preview, leads.ids)
        self.assertLessEqual(hundred, one + SLACK)

    def _count_due_steps(self, count):
        leads = self._create_leads(count)
        self._launch(leads, plan_date="2020-03-10")
        lines = self.env["mail.activity.plan.run.line"].search(
            [("run_id", "in", leads.plan_run_ids.ids)]
        )
        self.assertEqual(set(lines.mapped("state")), {"scheduled"})
        queries, _result = self._count_queries(lines._run_actions)
        self.assertEqual(set(lines.mapped("state")), {"done"})
        self.assertEqual(set(leads.mapped("priority")), {"1"})
        return queries

    def test_due_steps(self):
        """The records of a batch are read at once. Each step has its row in the ledger,
        and what Odoo tracks of the record."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Prioritise",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "record.write({'priority': '1'})",
            }
        )
        self.plan.template_ids[1:].unlink()
        self.plan.template_ids.write(
            {"action_type": "server_action", "server_action_id": action.id}
        )
        self._count_due_steps(2)
        one, fifty = self._count_due_steps(1), self._count_due_steps(50)
        self.assertLessEqual(fifty, one + 2 * 49 + SLACK)

    def _count_following(self, count, **step):
        leads = self._create_leads(count)
        self.plan.template_ids[1].write(
            {"after_ids": self.plan.template_ids[0].ids, **step}
        )
        self._launch(leads)
        lines = self.env["mail.activity.plan.run.line"].search(
            [("run_id", "in", leads.plan_run_ids.ids)]
        )
        first, following = (
            lines.filtered(lambda line, step=step: line.template_id == step)
            for step in self.plan.template_ids[:2]
        )
        transition = Transition(lines.run_id)
        transition.close(first, "done")
        queries, _result = self._count_queries(transition.schedule, following)
        self.assertEqual(set(following.mapped("state")), {"scheduled"})
        return queries

    def test_following_steps(self):
        """Those that become due together look at their records at once."""
        for step in (
            {"condition_domain": "[('type', '=', 'opportunity')]"},
            {"condition_domain": False, "responsible_type": "salesperson"},
            {"responsible_type": "team_leader"},
            {"responsible_type": "round_robin"},
        ):
            with self.subTest(step=step):
                self._count_following(2, **step)
                # In the round robin, so many are told.
                few = self._count_following(len(self.sales_team_1.member_ids), **step)
                self.assertLessEqual(self._count_following(50, **step), few + SLACK)

    def test_exit_conditions(self):
        """Writing on many records looks at their exit conditions at once."""
        self.plan.exit_domain = "[('priority', '=', '3')]"
        counts = []
        for count in (2, 1, 50):
            leads = self._create_leads(count)
            self._launch(leads)
            queries, _result = self._count_queries(leads.write, {"priority": "1"})
            self.assertEqual(set(leads.plan_run_ids.mapped("state")), {"running"})
            counts.append(queries)
            leads[0].priority = "3"
            self.assertEqual(leads[0].plan_run_ids.state, "stopped")
        self.assertLessEqual(counts[2], counts[1] + SLACK)
