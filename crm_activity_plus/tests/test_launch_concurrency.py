# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import threading
from contextlib import contextmanager
from uuid import uuid4

from odoo import api
from odoo.api import SUPERUSER_ID
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

TIMEOUT = 60


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestLaunchConcurrency(BaseCase):
    """Two launches at the same moment give one run.

    Each has a connection and a transaction of its own, which are committed: a
    transaction that a test rolls back can't tell whether it works. What is committed is
    deleted at the end.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self.plan_id = self._create_plan(env).id
            self.lead_ids = (
                env["crm.lead"].create([{"name": f"Desk {n}"} for n in range(3)]).ids
            )
        self.addCleanup(self._delete_everything)

    def _create_plan(self, env):
        return env["mail.activity.plan"].create(
            {
                "name": f"Concurrent {uuid4().hex}",
                "res_model": "crm.lead",
                "company_id": False,
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": env.ref(
                                "mail.mail_activity_data_todo"
                            ).id,
                            "summary": "Do it",
                        }
                    )
                ],
            }
        )

    @contextmanager
    def _transaction(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _delete_everything(self):
        with self._transaction() as env:
            runs = env["mail.activity.plan.run"].search(
                [("plan_id", "=", self.plan_id)]
            )
            lines = runs.line_ids
            cr = env.cr
            cr.execute(
                "DELETE FROM mail_activity_log WHERE res_model = 'crm.lead'"
                " AND res_id = ANY(%s)",
                [self.lead_ids],
            )
            cr.execute("DELETE FROM mail_activity WHERE run_id = ANY(%s)", [runs.ids])
            cr.execute(
                "DELETE FROM mail_activity_plan_run_line WHERE id = ANY(%s)",
                [lines.ids],
            )
            cr.execute(
                "DELETE FROM mail_activity_plan_run WHERE id = ANY(%s)", [runs.ids]
            )
            env.invalidate_all()
            env["mail.activity.plan"].browse(self.plan_id).unlink()
            env["crm.lead"].browse(self.lead_ids).unlink()
            cr.execute(
                "DELETE FROM mail_activity_log WHERE res_model = 'crm.lead'"
                " AND res_id = ANY(%s)",
                [self.lead_ids],
            )

    def _run_together(self, *functions):
        """Run functions of an environment in a thread each, all at the same moment, as
        requests are run: with a retry after a conflict.

        :returns: their results, or what they raised
        """
        barrier = threading.Barrier(len(functions))
        results = [None] * len(functions)

        def run(index, function):
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    # The snapshot is taken before anybody goes on.
                    env["mail.activity.plan.run"].search_count([])
                    barrier.wait(TIMEOUT)
                    results[index] = retrying(lambda: function(env), env)
            except Exception as error:
                results[index] = error

        threads = [
            threading.Thread(target=run, args=item, daemon=True)
            for item in enumerate(functions)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(TIMEOUT)
            self.assertFalse(thread.is_alive(), "A launch hangs")
        for result in results:
            if isinstance(result, Exception):
                raise result
        return results

    def _launch(self, lead_ids, **kwargs):
        return (
            lambda env: env["mail.activity.plan"]
            .browse(self.plan_id)
            .launch(lead_ids, plan_date="2026-03-10", **kwargs)
        )

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
        self.assertIn("already under way", loser["skipped"][0]["reason"])
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
