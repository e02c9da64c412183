# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged
from odoo.tools import mute_logger

from .concurrency import ConcurrencyCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestLaunchConcurrency(ConcurrencyCase):
    """Two launches at the same moment give one run."""

    def _count(self, env):
        return {
            "runs": env["mail.activity.plan.run"].search_count(
                [("plan_id", "=", self.plan_id)]
            ),
            "activities": env["mail.activity"].search_count(
                [("res_model", "=", "crm.lead"), ("res_id", "in", self.lead_ids)]
            ),
            "launched": env["mail.activity.log"].search_count(
                [("event", "=", "launched"), ("res_id", "in", self.lead_ids)]
            ),
        }

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_launches_on_one_lead_give_one_run(self):
        results = self._run_together(
            self._launch(self.lead_ids[:1]), self._launch(self.lead_ids[:1])
        )
        self.assertEqual(sorted(len(result["run_ids"]) for result in results), [0, 1])
        [loser] = [result for result in results if not result["run_ids"]]
        self.assertEqual(loser["skipped"][0]["res_id"], self.lead_ids[0])
        self.assertIn("already running", loser["skipped"][0]["reason"])
        with self._transaction() as env:
            self.assertEqual(
                self._count(env), {"runs": 1, "activities": 1, "launched": 1}
            )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_overlapping_selections_give_one_run_each(self):
        """In opposite order, as two people may have sorted their lists."""
        results = self._run_together(
            self._launch(self.lead_ids[:2]), self._launch(self.lead_ids[::-1])
        )
        with self._transaction() as env:
            self.assertEqual(
                self._count(env), {"runs": 3, "activities": 3, "launched": 3}
            )
        launched = [run_id for result in results for run_id in result["run_ids"]]
        self.assertEqual(len(launched), len(set(launched)), 3)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_parallel_plan_isnt_launched_twice_by_one_request_sent_twice(self):
        with self._transaction() as env:
            env["mail.activity.plan"].browse(self.plan_id).allow_parallel = True
        self._run_together(
            self._launch(self.lead_ids[:1]), self._launch(self.lead_ids[:1])
        )
        with self._transaction() as env:
            self.assertEqual(self._count(env)["runs"], 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_who_close_the_last_two_steps_end_the_run(self):
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            plan.template_ids.copy({"plan_id": plan.id, "code": "second"})
            run_id = plan.launch(self.lead_ids[:1])["run_ids"][0]
            run = env["mail.activity.plan.run"].browse(run_id)
            first_id, second_id = run.line_ids.activity_id.ids

        def close(activity_id):
            return lambda env: env["mail.activity"].browse(activity_id).action_done()

        self._run_together(close(first_id), close(second_id))
        with self._transaction() as env:
            run = env["mail.activity.plan.run"].browse(run_id)
            self.assertEqual(run.line_ids.mapped("state"), ["done", "done"])
            self.assertEqual(run.state, "done")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_who_close_one_step_close_it_once(self):
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            run_id = plan.launch(self.lead_ids[:1])["run_ids"][0]
            run = env["mail.activity.plan.run"].browse(run_id)
            activity_id = run.line_ids.activity_id.id

        def close(env):
            env["mail.activity"].browse(activity_id).action_done()

        self._run_together(close, close)
        with self._transaction() as env:
            rows = env["mail.activity.log"].search([("run_id", "=", run_id)])
            self.assertEqual(
                sorted(rows.mapped("event")), ["done", "done", "launched", "scheduled"]
            )
