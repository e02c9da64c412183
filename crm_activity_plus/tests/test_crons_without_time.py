# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

import psycopg2.errors
from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_cron import IrCron

from ..models.exits.mail_activity_plan_run import MailActivityPlanRun as RunExits
from ..models.hold.mail_activity import MailActivity
from ..models.launch.mail_activity_plan_run import MailActivityPlanRun as RunLaunch
from ..models.steps.mail_activity_plan_run_line import MailActivityPlanRunLine
from .crons_common import ENGINE, MODELS, EngineCronsCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestCronsWithoutTime(EngineCronsCase):
    """However short the time of a call: each gets on, and none begins with the same
    again and again."""

    def setUp(self):
        super().setUp()
        commit = IrCron._commit_progress

        def patched(cron, *args, **kwargs):
            commit(cron, *args, **kwargs)
            return 0

        self.startPatcher(patch.object(IrCron, "_commit_progress", patched))

    def _conflict_on(self, model_class, name, bad):
        """Let a method meet a conflict with others on a record, at any time."""
        method = getattr(model_class, name)

        def patched(records, *args, **kwargs):
            if bad.id in records.ids:
                raise psycopg2.errors.LockNotAvailable("Somebody else has it")
            return method(records, *args, **kwargs)

        return patch.object(model_class, name, patched)

    def _call_once(self, name):
        """The scheduler itself calls it again at once, while something remains."""
        action = self.env.ref(f"crm_activity_plus.{name}").ir_actions_server_id
        self.env.flush_all()
        with (
            self.enter_registry_test_mode(),
            self.env.registry.cursor() as cr,
        ):
            action.with_env(self.env(cr=cr)).run()
        self.env.invalidate_all()

    def _count_calls(self, name, is_done, limit=20):
        """Call a scheduled action until everything is done.

        :returns: how many calls that took
        """
        for number in range(1, limit):
            self._call_once(name)
            if is_done():
                return number
        self.fail(f"It isn't done after {limit} calls.")

    def _launch_with_exit(self, count, met):
        """:param met: on which of the leads the condition is met, unseen by any hook
        :returns: the runs
        """
        self.env["mail.activity.plan.run"].search(
            [("state", "in", ("running", "paused"))]
        ).action_stop()
        self.short_plan.exit_domain = "[('priority', '=', '3')]"
        leads = self._create_leads(count)
        runs = self._launch(leads, plan=self.short_plan)
        self.env.flush_all()
        self.cr.execute(
            "UPDATE crm_lead SET priority = '3' WHERE id = ANY(%s)",
            [[leads[index].id for index in met]],
        )
        self.env.invalidate_all()
        return runs

    def test_exits_of_a_long_list(self):
        """The last one is looked at, too."""
        runs = self._launch_with_exit(7, [6])
        with patch(f"{MODELS}.exits.mail_activity_plan_run.EXIT_BATCH_SIZE", 2):
            calls = self._count_calls(
                "ir_cron_stop_orphans", lambda: runs[6].state == "stopped"
            )
            self.assertEqual(calls, 4)
            self.assertEqual(runs[:6].mapped("state"), ["running"] * 6)
            # The next round begins with the first ones.
            self.cr.execute(
                "UPDATE crm_lead SET priority = '3' WHERE id = ANY(%s)",
                [runs[:6].mapped("res_id")],
            )
            calls = self._count_calls(
                "ir_cron_stop_orphans", lambda: set(runs.mapped("state")) == {"stopped"}
            )
            self.assertEqual(calls, 3)

    @mute_logger("odoo.sql_db")
    def test_exits_with_one_that_is_always_in_use(self):
        runs = self._launch_with_exit(5, range(5))
        with (
            patch(f"{MODELS}.exits.mail_activity_plan_run.EXIT_BATCH_SIZE", 2),
            self._conflict_on(RunExits, "_stop_where_over", runs[0]),
        ):
            self._count_calls(
                "ir_cron_stop_orphans",
                lambda: set(runs[1:].mapped("state")) == {"stopped"},
                limit=4,
            )
        self.assertEqual(runs[0].state, "running")
        self._count_calls("ir_cron_stop_orphans", lambda: runs[0].state == "stopped")

    @mute_logger(f"{MODELS}.activity.mail_activity")
    def test_holds_with_a_bad_one(self):
        with freeze_time("2026-03-02 08:00:00"):
            activities = self._launch(
                self.leads, plan=self.short_plan
            ).line_ids.activity_id
            activities.action_hold("2026-03-05")
        for fail in (self._fail_on, self._conflict_on):
            with (
                freeze_time("2026-03-05 08:00:00"),
                fail(MailActivity, "_end_hold", activities[0]),
            ):
                self._count_calls(
                    "ir_cron_end_holds",
                    lambda: activities[1:].mapped("status") == ["new"] * 2,
                    limit=5,
                )
            self.assertEqual(activities[0].status, "on_hold")
            with freeze_time("2026-03-03 08:00:00"):
                activities[1:].action_hold("2026-03-05")
        with freeze_time("2026-03-05 08:00:00"):
            self._count_calls(
                "ir_cron_end_holds", lambda: activities.mapped("status") == ["new"] * 3
            )

    @mute_logger(f"{MODELS}.steps.mail_activity_plan_run_line")
    def test_due_steps_with_a_bad_one(self):
        """Whether it is always in use, or fails in a way that nobody thought of."""
        runs = self._launch_automatic(self.leads)
        first = runs.line_ids.filtered(lambda line: line.code == "automatic")
        self.assertEqual(len(first), 3)
        conflict = self._conflict_on(MailActivityPlanRunLine, "_run_action", first[0])
        with (
            patch(f"{MODELS}.steps.mail_activity_plan_run_line.DUE_BATCH_SIZE", 2),
            conflict,
        ):
            self._count_calls(
                "ir_cron_run_due_steps",
                lambda: first[1:].mapped("state") == ["done"] * 2,
                limit=4,
            )
        self.assertEqual(first[0].state, "scheduled")
        with (
            patch(f"{MODELS}.steps.mail_activity_plan_run_line.DUE_BATCH_SIZE", 2),
            self._fail_on(MailActivityPlanRunLine, "_run_actions", first[0]),
        ):
            self._run_cron("ir_cron_run_due_steps")
        self.assertEqual(first[0].state, "scheduled")
        self._count_calls("ir_cron_run_due_steps", lambda: first[0].state == "done")
        self.assertEqual(self.leads.mapped("referred"), ["Done"] * 3)

    def test_due_steps_that_make_others_due(self):
        """They are done in the same call, where there is time."""
        plan = self._create_plan(
            "Chain",
            self._automatic_step("record.write({'referred': 'One'})"),
            self._automatic_step("record.write({'referred': 'Two'})"),
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        runs = self._launch(self.leads, plan=plan, plan_date="2026-03-02")
        self._count_calls(
            "ir_cron_run_due_steps", lambda: set(runs.mapped("state")) == {"done"}
        )
        self.assertEqual(self.leads.mapped("referred"), ["Two"] * 3)

    def _enqueue(self, leads):
        with patch(f"{ENGINE}.launcher.LAUNCH_BATCH_SIZE", 1):
            result = self.short_plan.with_user(self.user_owner).launch(leads.ids)
        return self.env["mail.activity.plan.launch"].browse(result["launch_id"])

    def test_launches_begin_small(self):
        leads = self._create_leads(9)
        launch = self._enqueue(leads)
        counts = []
        with patch(
            f"{MODELS}.background.mail_activity_plan_launch.FIRST_BATCH_SIZE", 2
        ):
            self._count_calls(
                "ir_cron_launch_plans",
                lambda: counts.append(launch.processed_count) or launch.state == "done",
            )
        self.assertEqual(counts, [2, 4, 6, 8, 9])
        self.assertEqual(launch.launched_count, 9)
        self.assertFalse(launch.try_count)

    @mute_logger("odoo.sql_db")
    def test_launches_with_a_record_that_is_always_in_use(self):
        """The batches get smaller, until it is found and passed over; and the other
        launches go on."""
        leads = self._create_leads(5)
        launch, other = self._enqueue(leads), self._enqueue(self.leads)
        post = RunLaunch._post_launch_notes
        sizes = []

        def patched(runs):
            if launch.res_ids[0] < runs[0].res_id:
                sizes.append(len(runs))
            if leads[2].id in runs.mapped("res_id"):
                raise psycopg2.errors.LockNotAvailable("Somebody else has it")
            return post(runs)

        with (
            patch.object(RunLaunch, "_post_launch_notes", patched),
            patch(f"{MODELS}.background.mail_activity_plan_launch.FIRST_BATCH_SIZE", 4),
        ):
            self._count_calls(
                "ir_cron_launch_plans",
                lambda: {launch.state, other.state} == {"done"},
                limit=60,
            )
        self.assertEqual(launch.launched_count, 4)
        self.assertEqual(other.launched_count, 3)
        [row] = launch.skipped
        self.assertEqual(row["res_id"], leads[2].id)
        self.assertIn("interrupted", row["reason"])
        runs = self.short_plan.run_ids
        self.assertEqual(
            sorted(runs.mapped("res_id")),
            sorted((self.leads + leads - leads[2]).ids),
        )

    def test_launches_that_wait_for_others(self):
        """They were not tried, and begin as usual."""
        first, waiting = self._enqueue(self._create_leads(9)), self._enqueue(self.leads)
        with patch(
            f"{MODELS}.background.mail_activity_plan_launch.FIRST_BATCH_SIZE", 1
        ):
            for _call in range(9):
                self._call_once("ir_cron_launch_plans")
                self.assertFalse(waiting.try_count)
        self.assertEqual((first.state, first.launched_count), ("done", 9))
        self._call_once("ir_cron_launch_plans")
        self.assertEqual((waiting.state, waiting.launched_count), ("done", 3))

    def test_sizes_of_launches(self):
        launch = self._enqueue(self.leads)
        sizes = []
        for tries in (0, 1, 2, 3, 7, 12):
            launch.try_count = tries
            sizes.append(launch._get_first_size())
        self.assertEqual(sizes, [50, 50, 25, 12, 1, 1])
        self.assertEqual(launch._get_next_size(50, 1), 100)
        self.assertEqual(launch._get_next_size(400, 1), 500)
        self.assertEqual(launch._get_next_size(400, 10), 400)
        self.assertEqual(launch._get_next_size(400, 60), 200)
        self.assertEqual(launch._get_next_size(1, 60), 1)
