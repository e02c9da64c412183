# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import threading
import time
from unittest.mock import patch
from uuid import uuid4

from odoo import api
from odoo.api import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying

from .concurrency import TIMEOUT
from .engine_concurrency import EngineConcurrencyCase

CLOSED = ("done", "cancelled")


class RacesCase(EngineConcurrencyCase):
    """Two transactions that begin before either of them is committed; in each order."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self._prepare(env)
        # Odoo waits for seconds between two tries.
        self.startPatcher(
            patch("odoo.service.model.random.uniform", lambda _a, b: b / 100)
        )

    def _prepare(self, env):
        self.user_id, self.other_id = self._create(
            env,
            "res.users",
            *(
                {
                    "name": f"Race {number}",
                    "login": uuid4().hex,
                    "group_ids": [
                        Command.link(env.ref("sales_team.group_sale_manager").id)
                    ],
                }
                for number in range(2)
            ),
        ).ids
        self._set_steps(
            env,
            {"summary": "One", "code": "one", "responsible_type": "salesperson"},
            {"summary": "Two", "code": "two"},
            {"summary": "Last", "code": "last", "responsible_type": "on_demand"},
        )
        plan = env["mail.activity.plan"].browse(self.plan_id)
        plan.template_ids[2].after_ids = plan.template_ids[1]

    def _make_lead(self, env, **values):
        lead = env["crm.lead"].create(
            {
                "name": "Race",
                "type": "opportunity",
                "user_id": self.user_id,
                "team_id": False,
                "probability": 40,
                **values,
            }
        )
        self.lead_ids.append(lead.id)
        return lead.id

    def _delete_everything(self):
        with self._transaction() as env:
            leads = env["crm.lead"].browse(self.lead_ids).exists()
            env.cr.execute(
                "DELETE FROM mail_activity WHERE res_model = 'crm.lead'"
                " AND res_id = ANY(%s)",
                [self.lead_ids],
            )
            env.cr.execute(
                "DELETE FROM mail_activity_log WHERE run_id = ANY(%s)",
                [self._get_runs(env).ids],
            )
            self.lead_ids = leads.ids
            # They can't be deleted while they are the salespeople of something.
            leads.write({"user_id": False})
            env["res.users"].browse([self.user_id, self.other_id]).write(
                {"active": True}
            )
        super()._delete_everything()

    # How two transactions meet

    def _race(self, first, second, prepare, check):
        """Run two functions of an environment and an id in all orders.

        :param prepare: makes what they are about; a function of an environment
        :param check: a function of an environment and the id, for the end
        """
        orders = {
            "first while second waits": (self._run_while, first, second),
            "second while first waits": (self._run_while, second, first),
            "first is late": (self._run_late, first, second),
            "second is late": (self._run_late, second, first),
        }
        for order, (meet, one, other) in orders.items():
            with self.subTest(order=order):
                with self._transaction() as env:
                    id_ = prepare(env)
                meet(
                    lambda env, id_=id_, one=one: one(env, id_),
                    lambda env, id_=id_, other=other: other(env, id_),
                )
                with self._transaction() as env:
                    check(env, id_)

    def _begin(self, env):
        """Take the snapshot."""
        env["mail.activity.plan.run"].search_count([])

    def _retry(self, function, env):
        try:
            return retrying(lambda: function(env), env)
        except UserError as error:
            # Somebody else was first, and it can't be done any more.
            return error

    def _run_late(self, late, early):
        """One begins first, and the other one does everything in between."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self._begin(env)
            with self.registry.cursor() as other_cr:
                self._retry(early, api.Environment(other_cr, SUPERUSER_ID, {}))
            self._retry(late, env)

    def _run_while(self, first, second):
        """The first has done everything but the commit, when the second does what it
        can until it has to wait."""
        results = []

        def run():
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                self._begin(env)
                begun.set()
                done_first.wait(TIMEOUT)
                results.append(self._retry(second, env))

        begun, done_first = threading.Event(), threading.Event()
        thread = threading.Thread(target=run, daemon=True)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self._begin(env)
            thread.start()
            begun.wait(TIMEOUT)

            def do(env):
                first(env)
                env.flush_all()
                done_first.set()
                self._wait_until_blocked(thread)

            self._retry(do, env)
            done_first.set()
        thread.join(TIMEOUT)
        self.assertFalse(thread.is_alive(), "Somebody hangs")
        self.assertTrue(results, "The second one failed")

    def _wait_until_blocked(self, thread):
        deadline = time.monotonic() + 3
        with self.registry.cursor() as cr:
            while thread.is_alive() and time.monotonic() < deadline:
                cr.execute(
                    "SELECT COUNT(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
                if cr.fetchone()[0]:
                    return
                cr.rollback()
                time.sleep(0.05)

    # What they do

    def _launch_on(self, env, lead_id):
        plan = env["mail.activity.plan"].browse(self.plan_id)
        return plan.launch(
            [lead_id], plan_date="2026-03-10", responsible_id=self.other_id
        )

    def _prepare_run(self, env):
        lead_id = self._make_lead(env)
        [run_id] = self._launch_on(env, lead_id)["run_ids"]
        return run_id

    def _get_lead_of(self, env, run_id):
        run = env["mail.activity.plan.run"].browse(run_id)
        return env["crm.lead"].browse(run.res_id)

    def _get_runs_on(self, env, lead_id):
        return env["mail.activity.plan.run"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead_id)]
        )

    # What has to hold

    def assertOver(self, env, runs, reason):
        """Either nothing was launched, or it was stopped."""
        for run in runs:
            self.assertEqual((run.state, run.stop_reason), ("stopped", reason))
        self.assertNothingOpen(env, runs)

    def assertNothingOpen(self, env, runs):
        self.assertFalse(runs.line_ids._filter_open())
        self.assertFalse(
            env["mail.activity"]
            .with_context(active_test=False)
            .search([("run_id", "in", runs.ids), ("status", "not in", CLOSED)])
        )

    def assertConsistent(self, env, run):
        """Open steps and open activities are the same ones, with the same people; those
        can do them, and the ledger tells the states."""
        activities = (
            env["mail.activity"]
            .with_context(active_test=False)
            .search([("run_id", "=", run.id), ("status", "not in", CLOSED)])
        )
        scheduled = run.line_ids.filtered(lambda line: line.state == "scheduled")
        self.assertEqual(activities, scheduled.activity_id)
        for line in scheduled:
            self.assertEqual(line.user_id, line.activity_id.user_id)
            if line.user_id:
                self.assertTrue(line.user_id._filter_can_do_activities())
        if run.state in ("done", "stopped"):
            self.assertFalse(activities)
        for record in (run, *run.line_ids):
            rows = env["mail.activity.log"].search(
                [
                    ("run_id", "=", run.id),
                    (
                        "run_line_id",
                        "=",
                        record.id if record != run else False,
                    ),
                ],
                order="id",
            )
            self.assertEqual(rows[-1:].new_status, record.state)
            self.assertEqual(
                [row.old_status or "" for row in rows],
                ["", *(row.new_status for row in rows[:-1])],
            )
