# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import threading
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_cron import IrCron

from ..engine.launcher import Launcher
from ..models.exits.mail_activity_plan_run import MailActivityPlanRun
from ..models.steps.mail_activity_plan_run_line import MailActivityPlanRunLine
from .concurrency import TIMEOUT, ConcurrencyCase

ENGINE = "odoo.addons.crm_activity_plus.engine"
MODELS = "odoo.addons.crm_activity_plus.models"
DONE_BODY = "The step did itself"


class Killed(BaseException):
    """What ends a process, and no code of it can handle."""


class EngineConcurrencyCase(ConcurrencyCase):
    def setUp(self):
        self._extras = []
        super().setUp()

    def _delete_everything(self):
        super()._delete_everything()
        with self._transaction() as env:
            for model, ids in reversed(self._extras):
                env[model].browse(ids).unlink()

    def _create(self, env, model, *vals_list):
        """Create records that are deleted at the end."""
        records = env[model].create(vals_list)
        self._extras.append((model, records.ids))
        return records

    def _set_steps(self, env, *steps):
        """Give the plan other steps.

        :returns: the steps
        """
        plan = env["mail.activity.plan"].browse(self.plan_id)
        todo = env.ref("mail.mail_activity_data_todo")
        plan.template_ids = [
            Command.clear(),
            *(
                Command.create(
                    {"activity_type_id": todo.id, "sequence": number, **step}
                )
                for number, step in enumerate(steps)
            ),
        ]
        return plan.template_ids

    def _automatic_step(self, env, summary):
        """:returns: values of a step that posts a message on the lead"""
        action = self._create(
            env,
            "ir.actions.server",
            {
                "name": summary,
                "model_id": env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": f"record.message_post(body='{DONE_BODY}')",
            },
        )
        return {
            "summary": summary,
            "action_type": "server_action",
            "server_action_id": action.id,
            "responsible_type": "other",
            "responsible_id": env.ref("base.user_admin").id,
        }

    def _email_step(self, env):
        template = self._create(
            env,
            "mail.template",
            {
                "name": f"Concurrent {uuid4().hex}",
                "model_id": env["ir.model"]._get_id("crm.lead"),
                "subject": DONE_BODY,
                "body_html": f"<p>{DONE_BODY}</p>",
                "email_to": "customer@test.example.com",
                "use_default_to": False,
            },
        )
        return {
            "summary": "Write",
            "action_type": "email",
            "mail_template_id": template.id,
            "responsible_type": "other",
            "responsible_id": env.ref("base.user_admin").id,
        }

    def _launch_due(self, env, lead_ids):
        """:returns: the runs of a launch whose steps are due"""
        plan = env["mail.activity.plan"].browse(self.plan_id)
        run_ids = plan.launch(lead_ids, plan_date="2026-03-10")["run_ids"]
        return env["mail.activity.plan.run"].browse(run_ids)

    def _get_runs(self, env):
        return env["mail.activity.plan.run"].search([("plan_id", "=", self.plan_id)])

    def _count_messages(self, env):
        """:returns: for each lead, how often its step has done itself"""
        env.flush_all()
        return [
            env["mail.message"].search_count(
                [
                    ("model", "=", "crm.lead"),
                    ("res_id", "=", lead_id),
                    ("body", "ilike", DONE_BODY),
                ]
            )
            for lead_id in self.lead_ids
        ]

    @contextmanager
    def _killed_at_commit(self, number, is_before):
        """The process ends when a scheduled action commits.

        :param int number: at which of its commits; the first is the one before any
            record
        :param bool is_before: before the commit, or after it
        """
        commit = IrCron._commit_progress
        count = 0

        def patched(cron, *args, **kwargs):
            nonlocal count
            count += 1
            if count == number and is_before:
                raise Killed
            result = commit(cron, *args, **kwargs)
            if count == number:
                raise Killed
            return result

        with (
            patch.object(IrCron, "_commit_progress", patched),
            self.assertRaises(Killed),
        ):
            yield

    @staticmethod
    def _run_due(env):
        env["mail.activity.plan.run.line"]._cron_run_due()


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
class TestLaunchJobConcurrency(EngineConcurrencyCase):
    """A launch in the background, here on three records, one in each transaction."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch(f"{ENGINE}.launcher.LAUNCH_BATCH_SIZE", 2))
        self.startPatcher(
            patch(f"{MODELS}.background.mail_activity_plan_launch.BATCH_SIZE", 1)
        )
        with self._transaction() as env:
            self.plan_name = env["mail.activity.plan"].browse(self.plan_id).name
            self.launch_id = self._launch(self.lead_ids)(env)["launch_id"]

    def _delete_everything(self):
        with self._transaction() as env:
            self._get_messages(env).unlink()
        super()._delete_everything()

    def _get_messages(self, env):
        return env["mail.message"].search([("subject", "ilike", self.plan_name)])

    @staticmethod
    def _run_launches(env):
        env["mail.activity.plan.launch"]._cron_launch()

    def assertLaunched(self, count, state):
        with self._transaction() as env:
            launch = env["mail.activity.plan.launch"].browse(self.launch_id)
            self.assertEqual(
                (launch.state, launch.processed_count, launch.launched_count),
                (state, count, count),
            )
            runs = self._get_runs(env)
            self.assertEqual(sorted(runs.mapped("res_id")), self.lead_ids[:count])
            self.assertEqual(
                sorted(runs.line_ids.activity_id.mapped("res_id")),
                self.lead_ids[:count],
            )
            self.assertEqual(len(self._get_messages(env)), int(state == "done"))

    def test_killed_between_two_commits(self):
        """It goes on where it was, as often as it is killed, and tells only once."""
        for is_before, launched in ((False, 1), (True, 1), (False, 2)):
            with (
                self._killed_at_commit(2, is_before),
                self._transaction() as env,
            ):
                self._run_launches(env)
            self.assertLaunched(launched, "running")
        with self._killed_at_commit(2, True), self._transaction() as env:
            self._run_launches(env)
        self.assertLaunched(2, "running")
        for _again in range(2):
            with self._transaction() as env:
                self._run_launches(env)
            self.assertLaunched(3, "done")

    def test_killed_in_a_batch_that_is_too_large(self):
        """The next try is a smaller one, however often it takes."""
        self.startPatcher(
            patch(f"{MODELS}.background.mail_activity_plan_launch.BATCH_SIZE", 3)
        )
        sizes = []
        launch_now = Launcher.launch_now

        def patched(launcher, request):
            sizes.append(len(request.res_ids))
            if len(request.res_ids) > 1:
                raise Killed
            return launch_now(launcher, request)

        with (
            patch(f"{MODELS}.background.mail_activity_plan_launch.FIRST_BATCH_SIZE", 3),
            patch.object(Launcher, "launch_now", patched),
        ):
            with self.assertRaises(Killed), self._transaction() as env:
                self._run_launches(env)
            self.assertLaunched(0, "pending")
            with self.assertRaises(Killed), self._transaction() as env:
                self._run_launches(env)
        self.assertLaunched(1, "running")
        self.assertEqual(sizes, [3, 1, 2])
        with self._transaction() as env:
            self._run_launches(env)
        self.assertLaunched(3, "done")

    @mute_logger("odoo.sql_db")
    def test_two_workers(self):
        self._run_together(self._run_launches, self._run_launches)
        with self._transaction() as env:
            self._run_launches(env)
        self.assertLaunched(3, "done")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_cancelled_at_the_same_moment(self):
        def cancel(env):
            env["mail.activity.plan.launch"].browse(self.launch_id).action_cancel()

        try:
            self._run_together(self._run_launches, cancel)
        except UserError:
            self.assertLaunched(3, "done")
            return
        with self._transaction() as env:
            self._run_launches(env)
            launch = env["mail.activity.plan.launch"].browse(self.launch_id)
            count = launch.launched_count
        self.assertLaunched(count, "cancelled")


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
