# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..engine.launcher import Launcher
from .engine_concurrency import ENGINE, MODELS, EngineConcurrencyCase, Killed


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
