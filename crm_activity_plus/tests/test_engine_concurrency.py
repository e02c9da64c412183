# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import threading
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.exits.mail_activity_plan_run import MailActivityPlanRun
from ..models.steps.mail_activity_plan_run_line import MailActivityPlanRunLine
from .concurrency import TIMEOUT
from .engine_concurrency import MODELS, EngineConcurrencyCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestDueStepsConcurrency(EngineConcurrencyCase):
    """The scheduled action on several servers, and one that is killed."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch(f"{MODELS}.steps.mail_activity_plan_run_line.DUE_BATCH_SIZE", 1)
        )

    def test_two_workers(self):
        """Each takes what the other one doesn't hold."""
        with self._transaction() as env:
            self._set_steps(env, self._automatic_step(env, "Post"))
            self._launch_due(env, self.lead_ids)
        both_busy = threading.Barrier(2)
        workers = []
        run_action = MailActivityPlanRunLine._run_action

        def patched(line, record):
            worker = threading.get_ident()
            is_first = worker not in workers
            workers.append(worker)
            if is_first:
                both_busy.wait(TIMEOUT)
            return run_action(line, record)

        with patch.object(MailActivityPlanRunLine, "_run_action", patched):
            self._run_together(self._run_due, self._run_due)
        self.assertEqual((len(workers), len(set(workers))), (3, 2))
        with self._transaction() as env:
            self.assertEqual(self._count_messages(env), [1, 1, 1])
            self.assertEqual(self._get_runs(env).mapped("state"), ["done"] * 3)

    @mute_logger("odoo.sql_db")
    def test_two_workers_on_one_run(self):
        """One of them has to give way: it fails no step, and does none twice."""
        with self._transaction() as env:
            self._set_steps(
                env,
                self._automatic_step(env, "Post"),
                self._automatic_step(env, "Post again"),
            )
            self._launch_due(env, self.lead_ids[:1])
        self._run_together(self._run_due, self._run_due)
        with self._transaction() as env:
            self._run_due(env)
        with self._transaction() as env:
            self.assertEqual(self._count_messages(env), [2, 0, 0])
            run = self._get_runs(env)
            self.assertEqual(run.line_ids.mapped("state"), ["done", "done"])
            self.assertEqual(run.state, "done")

    def test_killed_between_two_commits(self):
        """Whether before or after the second batch is committed."""
        for is_before, sent in ((True, 1), (False, 2)):
            with self.subTest(is_before=is_before):
                with self._transaction() as env:
                    self._set_steps(env, self._email_step(env))
                    self._launch_due(env, self.lead_ids)
                    sent_before = sum(self._count_messages(env))
                with (
                    self._killed_at_commit(3, is_before),
                    self._transaction() as env,
                ):
                    self._run_due(env)
                with self._transaction() as env:
                    self.assertEqual(sum(self._count_messages(env)) - sent_before, sent)
                    self._run_due(env)
                    self._run_due(env)
                with self._transaction() as env:
                    counts = self._count_messages(env)
                    self.assertEqual(sum(counts) - sent_before, 3)
                    self.assertEqual(len(set(counts)), 1)
                    self.assertEqual(set(self._get_runs(env).mapped("state")), {"done"})

    def test_locked_rows_are_skipped(self):
        """Nobody waits for what somebody else holds, and it isn't forgotten."""
        with self._transaction() as env:
            self._set_steps(env, self._automatic_step(env, "Post"))
            held_id = self._launch_due(env, self.lead_ids).line_ids.ids[1]
        with self._transaction() as other:
            other["mail.activity.plan.run.line"].browse(held_id).lock_for_update()
            with self._transaction() as env:
                self._run_due(env)
                self.assertEqual(sum(self._count_messages(env)), 2)
        with self._transaction() as env:
            self._run_due(env)
            self.assertEqual(self._count_messages(env), [1, 1, 1])


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestEngineConcurrency(EngineConcurrencyCase):
    """What two people do at the same moment."""

    def _launch_chain(self, env, *, join=False):
        """Launch a plan where a step follows one, or two, others.

        :returns: ids of the run and of the activities that it starts with
        """
        steps = [{"summary": "One", "code": "one"}]
        if join:
            steps.append({"summary": "Two", "code": "two"})
        steps = self._set_steps(env, *steps, {"summary": "Last", "code": "last"})
        steps[-1].write({"after_ids": steps[:-1].ids, "after_mode": "all"})
        run = self._launch_due(env, self.lead_ids[:1])
        return run.id, run.line_ids.activity_id.ids

    def _complete(self, activity_id):
        def complete(env):
            try:
                env["mail.activity"].browse(activity_id).complete()
            except UserError:
                # Somebody else was faster.
                return False
            return True

        return complete

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_both_predecessors_of_a_join(self):
        with self._transaction() as env:
            run_id, activity_ids = self._launch_chain(env, join=True)
        done = self._run_together(*map(self._complete, activity_ids))
        self.assertEqual(done, [True, True])
        with self._transaction() as env:
            run = env["mail.activity.plan.run"].browse(run_id)
            self.assertEqual(
                run.line_ids.mapped("state"), ["done", "done", "scheduled"]
            )
            last = run.line_ids[-1]
            self.assertTrue(last.activity_id)
            activities = env["mail.activity"].search([("run_id", "=", run_id)])
            self.assertEqual(activities, last.activity_id)
            rows = env["mail.activity.log"].search([("run_line_id", "=", last.id)])
            self.assertEqual(sorted(rows.mapped("event")), ["scheduled", "waiting"])

    def _check_complete_against(self, function):
        with self._transaction() as env:
            run_id, [activity_id] = self._launch_chain(env)
        self._run_together(
            self._complete(activity_id), lambda env: function(env, run_id)
        )
        with self._transaction() as env:
            run = env["mail.activity.plan.run"].browse(run_id)
            self.assertEqual(run.state, "stopped")
            self.assertEqual(set(run.line_ids.mapped("is_closed")), {True})
            self.assertFalse(
                env["mail.activity"]
                .with_context(active_test=False)
                .search(
                    [
                        ("run_id", "=", run_id),
                        ("status", "not in", ("done", "cancelled")),
                    ]
                )
            )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_complete_against_stop(self):
        self._check_complete_against(
            lambda env, run_id: env["mail.activity.plan.run"]
            .browse(run_id)
            .action_stop()
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_complete_against_won(self):
        self._check_complete_against(
            lambda env, run_id: env["crm.lead"]
            .browse(self.lead_ids[0])
            .action_set_won()
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_round_robin_is_fair(self):
        with self._transaction() as env:
            users = self._create(
                env,
                "res.users",
                *(
                    {
                        "name": f"Concurrent {number}",
                        "login": uuid4().hex,
                        "group_ids": [
                            Command.link(env.ref("sales_team.group_sale_salesman").id)
                        ],
                    }
                    for number in range(2)
                ),
            )
            team = self._create(
                env, "crm.team", {"name": "Concurrent", "company_id": False}
            )
            self._create(
                env,
                "crm.team.member",
                *({"crm_team_id": team.id, "user_id": user.id} for user in users),
            )
            env["crm.lead"].browse(self.lead_ids).write(
                {"team_id": team.id, "user_id": False}
            )
            self._set_steps(env, {"summary": "Turn", "responsible_type": "round_robin"})
        self.addCleanup(self._delete_turns, team.id)
        self._run_together(
            self._launch(self.lead_ids[:1]), self._launch(self.lead_ids[1:2])
        )
        with self._transaction() as env:
            responsible = self._get_runs(env).line_ids.user_id
            self.assertEqual(set(responsible.ids), set(users.ids), "one turn each")

    def _delete_turns(self, team_id):
        with self._transaction() as env:
            env["mail.activity.round.robin"].search(
                [("team_ref", "=", team_id)]
            ).unlink()

    def test_end_of_holds_skips_what_is_held(self):
        with self._transaction() as env:
            self._set_steps(env, {"summary": "Hold"})
            activities = self._launch_due(env, self.lead_ids).line_ids.activity_id
            activities.action_hold(fields.Date.today() + timedelta(days=1))
            activities._as_engine().write({"on_hold_until": fields.Date.today()})
            ids = activities.ids
        with self._transaction() as other:
            other["mail.activity"].browse(ids[1]).lock_for_update()
            with self._transaction() as env:
                env["mail.activity"]._cron_end_holds()
                activities = env["mail.activity"].browse(ids)
                self.assertEqual(activities.mapped("status"), ["new", "on_hold", "new"])
        with self._transaction() as env:
            env["mail.activity"]._cron_end_holds()
            activities = env["mail.activity"].browse(ids)
            self.assertEqual(activities.mapped("status"), ["new"] * 3)

    def test_check_of_exits_skips_what_is_held(self):
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            plan.exit_domain = "[('priority', '=', '3')]"
            self._set_steps(env, {"summary": "Do it"})
            ids = self._launch_due(env, self.lead_ids).ids
            env.flush_all()
            # What no hook sees.
            env.cr.execute(
                "UPDATE crm_lead SET priority = '3' WHERE id = ANY(%s)",
                [self.lead_ids],
            )
        with self._transaction() as other:
            other["mail.activity.plan.run"].browse(ids[1]).lock_for_update()
            with self._transaction() as env:
                env["mail.activity.plan.run"]._cron_check_exits()
                runs = env["mail.activity.plan.run"].browse(ids)
                self.assertEqual(
                    runs.mapped("state"), ["stopped", "running", "stopped"]
                )
        with self._transaction() as env:
            env["mail.activity.plan.run"]._cron_check_exits()
            runs = env["mail.activity.plan.run"].browse(ids)
            self.assertEqual(runs.mapped("stop_reason"), ["condition"] * 3)

    def test_check_of_exits_goes_on_where_it_was_killed(self):
        """As often as that happens: it comes to the end of the list."""
        self.startPatcher(
            patch(f"{MODELS}.exits.mail_activity_plan_run.EXIT_BATCH_SIZE", 1)
        )
        with self._transaction() as env:
            ids = self._launch_due(env, self.lead_ids).ids
            open_runs = [("state", "in", ("running", "paused"))]
            count = env["mail.activity.plan.run"].search_count(open_runs)
        looked_at = []
        check = MailActivityPlanRun._check_exits

        def patched(runs):
            looked_at.extend(runs.ids)
            return check(runs)

        with patch.object(MailActivityPlanRun, "_check_exits", patched):
            for _call in range(count):
                with (
                    self._killed_at_commit(2, is_before=False),
                    self._transaction() as env,
                ):
                    env["mail.activity.plan.run"]._cron_check_exits()
        self.assertLessEqual(set(ids), set(looked_at))
        self.assertEqual(len(looked_at), len(set(looked_at)))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_check_of_exits_on_two_servers(self):
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            plan.exit_domain = "[('priority', '=', '3')]"
            ids = self._launch_due(env, self.lead_ids).ids
            env.flush_all()
            env.cr.execute(
                "UPDATE crm_lead SET priority = '3' WHERE id = ANY(%s)",
                [self.lead_ids],
            )

        def check(env):
            env["mail.activity.plan.run"]._cron_check_exits()

        self._run_together(check, check)
        with self._transaction() as env:
            check(env)
            runs = env["mail.activity.plan.run"].browse(ids)
            self.assertEqual(runs.mapped("stop_reason"), ["condition"] * 3)
            stops = env["mail.activity.log"].search_count(
                [("run_id", "in", ids), ("event", "=", "stopped")]
            )
            self.assertEqual(stops, 3)
