# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus", "crm_activity_plus_perf")
class TestLaunchQueries(CrmActivityPlusCommon):
    """A launch on n records costs a number of queries that doesn't grow with n."""

    def _count_queries(self, count, plan=None, **kwargs):
        leads = self._create_leads(count)
        self.env.flush_all()
        self.env.invalidate_all()
        plan = (plan or self.plan).with_user(self.user_owner)
        before = self.cr.sql_log_count
        result = plan.launch(leads.ids, plan_date="2026-03-10", **kwargs)
        self.env.flush_all()
        queries = self.cr.sql_log_count - before
        self.assertEqual(len(result["run_ids"]), count)
        return queries

    def assertConstant(self, plan=None, **kwargs):
        # What is cached for good is cached now.
        self._count_queries(2, plan, **kwargs)
        one, ten, hundred = (
            self._count_queries(count, plan, **kwargs) for count in (1, 10, 100)
        )
        self.assertLessEqual(ten, one + self.slack, (one, ten, hundred))
        self.assertLessEqual(hundred, one + self.slack, (one, ten, hundred))

    # For what is done for a second record of a kind, but not for a third.
    slack = 10

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

    def test_records_that_are_skipped(self):
        leads = self._create_leads(100)
        self.plan.with_user(self.user_owner).launch(leads.ids)

        def count_queries(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.plan.with_user(self.user_owner).launch(records.ids)
            return self.cr.sql_log_count - before

        count_queries(leads[:2])
        self.assertLessEqual(
            count_queries(leads), count_queries(leads[:1]) + self.slack
        )

    def test_preview(self):
        def count_queries(count):
            leads = self._create_leads(count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.plan.with_user(self.user_owner).preview(leads.ids)
            return self.cr.sql_log_count - before

        count_queries(2)
        self.assertLessEqual(count_queries(100), count_queries(1) + self.slack)
