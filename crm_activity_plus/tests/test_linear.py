# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date
from time import process_time
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..engine.planner import Planner
from ..engine.request import LaunchRequest
from .common import CrmActivityPlusCommon

# Of a program that asks for ever so much.
MANY = 100_000
# What is to take a second or two, on any machine; what isn't linear takes minutes.
SECONDS = 30

# For what one record spares, such as reading a second page of the cache.
SLACK = 3


@tagged("crm_activity_plus", "crm_activity_plus_perf")
class TestLinear(CrmActivityPlusCommon):
    """What is asked for much costs as much, and no more."""

    def setUp(self):
        super().setUp()
        self.own_plan = self.plan.with_user(self.user_owner)
        self.code = self.plan.template_ids[0].code
        self.missing = list(range(2**30, 2**30 + MANY))

    def _count(self, function):
        """:returns: queries and seconds of a call, and what it returns"""
        self.env.flush_all()
        self.env.invalidate_all()
        queries, start = self.env.cr.sql_log_count, process_time()
        result = function()
        self.env.flush_all()
        queries = self.env.cr.sql_log_count - queries
        return queries, process_time() - start, result

    def assertCheap(self, function, queries=40):
        count, seconds, result = self._count(function)
        self.assertLess(seconds, SECONDS)
        # Ids are looked up by the thousand.
        self.assertLess(count, queries + MANY / 1000)
        return result

    def test_preview_of_records_that_do_not_exist(self):
        result = self.assertCheap(lambda: self.own_plan.preview(self.missing))
        self.assertEqual(len(result["records"]), MANY)
        self.assertIn("was deleted", result["records"][-1]["skip_reason"])

    def test_overrides(self):
        """Those of a step, of a user and of a date: in the call, in the pop-up, and in
        the background."""
        overrides = {
            str(res_id): {
                self.code: {
                    "date_deadline": "2026-04-01",
                    "user_id": self.user_colleague.id,
                }
            }
            for res_id in self.missing
        }
        result = self.assertCheap(
            lambda: self.own_plan.launch(self.missing, overrides=overrides)
        )
        pop_up = self.env["mail.activity.schedule"].with_user(self.user_owner)
        self.assertCheap(
            lambda: pop_up.preview_launch(
                self.plan.id,
                self.missing,
                overrides={"all": {}, "records": overrides},
                left_out=self.missing[:-1],
                limit=MANY,
            )
        )
        launch = self.env["mail.activity.plan.launch"].browse(result["launch_id"])
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kw: 60
        ):
            queries, seconds, _result = self._count(launch._process)
        self.assertEqual(launch.processed_count, MANY)
        self.assertEqual(len(launch.skipped), MANY)
        self.assertEqual(launch.skipped[-1]["res_id"], self.missing[-1])
        self.assertLess(seconds, 2 * SECONDS)
        # By the batch.
        self.assertLess(queries, 12 * MANY / 500)

    def test_what_is_skipped_is_written_once(self):
        """However much a launch has skipped already."""
        launch = self.env["mail.activity.plan.launch"]._enqueue(
            self.plan,
            LaunchRequest(tuple(self.missing), date(2026, 3, 10), self.user_owner.id),
        )
        row = {"res_id": 1, "reason": "x" * 100}
        counts = [
            self._count(lambda: launch._add_skipped([row] * 500))[0] for _n in range(5)
        ]
        self.assertLessEqual(max(counts), counts[0])
        self.assertEqual(launch.skipped_count, 2500)
        launch.unlink()
        self.assertFalse(self.env["mail.activity.plan.launch.skip"].search([]))

    def _propose(self, res_ids, **kwargs):
        planner = Planner(self.own_plan)
        return planner.propose(planner.reader.parse(res_ids, **kwargs))

    def test_each_user_who_is_chosen(self):
        """They are read together, whatever record they were chosen for."""
        users = self.env["res.users"].union(
            *(
                self._create_user(f"User {number}", "sales_team.group_sale_salesman")
                for number in range(20)
            )
        )
        counts = []
        for count in (1, 1, 20):
            leads = self._create_leads(count)
            overrides = {
                str(lead.id): {
                    step.code: {"user_id": users[(number + place) % count].id}
                    for place, step in enumerate(self.plan.template_ids)
                }
                for number, lead in enumerate(leads)
            }
            queries, _seconds, proposals = self._count(
                lambda leads=leads, overrides=overrides: self._propose(
                    leads.ids, overrides=overrides
                )
            )
            self.assertFalse([p for p in proposals if p.skip_reason])
            counts.append(queries)
        self.assertLessEqual(counts[2], counts[1] + SLACK, counts)

    def test_each_reason_to_skip(self):
        """Names of records are read together, too."""
        self.plan.write(
            {
                "team_ids": self.sales_team_1.ids,
                "domain": "[('priority', '=', '0')]",
                "exit_domain": "[('priority', '=', '2')]",
            }
        )

        def change(leads, what):
            if what == "won":
                leads.action_set_won()
            elif what == "lost":
                leads.action_archive()
            elif what == "forbidden":
                leads.user_id = self.user_manager
            elif what == "team":
                leads.team_id = False
            else:
                leads.priority = "1"

        for what in ("won", "lost", "forbidden", "team", "condition"):
            counts = []
            for count in (1, 1, 30):
                leads = self._create_leads(count)
                change(leads, what)
                for method in ("preview", "launch"):
                    queries, _seconds, _result = self._count(
                        lambda m=method, leads=leads: getattr(self.own_plan, m)(
                            leads.ids
                        )
                    )
                    counts.append(queries)
            with self.subTest(what):
                self.assertLessEqual(max(counts[4:]), max(counts[2:4]) + SLACK, counts)

    def test_limits_come_first(self):
        """Nothing is looked up, however wrong the rest is."""
        too_many = list(range(1, 500_002))
        for method in ("launch", "preview"):
            with self.assertRaisesRegex(UserError, "at most 500000 ids"):
                queries, _seconds, _result = self._count(
                    lambda m=method: getattr(self.own_plan, m)(too_many)
                )
                self.assertLess(queries, 10)
        pop_up = self.env["mail.activity.schedule"].with_user(self.user_owner)
        answer = pop_up.preview_launch(self.plan.id, too_many)
        self.assertIn("at most 500000 ids", answer["error"])

    def test_history(self):
        activity = self._schedule()
        counts = []
        for count in (1, 1, 50):
            for number in range(count):
                activity.summary = f"Name {count} {number}"
            counts.append(self._count(activity.get_history)[0])
        self.assertLessEqual(counts[2], counts[1] + SLACK)

    def test_pages_of_the_pop_up(self):
        pop_up = self.env["mail.activity.schedule"].with_user(self.user_owner)
        counts = []
        for count in (1, 1, 100):
            leads = self._create_leads(count)
            counts.append(
                self._count(
                    lambda leads=leads: pop_up.preview_launch(
                        self.plan.id, leads.ids, limit=100
                    )
                )[0]
            )
        self.assertLessEqual(counts[2], counts[1] + SLACK)
