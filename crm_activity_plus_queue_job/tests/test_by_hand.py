# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.models.steps.mail_activity_plan_run_line import (
    MailActivityPlanRunLine,
)
from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID

from ..models.mail_activity_plan_launch_part import MailActivityPlanLaunchPart
from .jobs_common import MODELS, JobsCase

WIZARDS = {
    "requeue": "queue.requeue.job",
    "set_cancelled": "queue.jobs.to.cancelled",
    "set_done": "queue.jobs.to.done",
}


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestByHand(JobsCase):
    """What administrators do to jobs: no work is lost by it, and none done twice."""

    def _press(self, button, *states):
        """Select the jobs that are in one of some states, and press a button."""
        with self._transaction() as env:
            jobs = env["queue.job"].search(
                [("activity_work", "!=", False), ("state", "in", states)]
            )
            wizard = env[WIZARDS[button]].with_user(env.ref("base.user_admin"))
            context = {"active_model": "queue.job", "active_ids": jobs.ids}
            getattr(wizard.with_context(**context).create({}), button)()

    def _watch(self):
        """:returns: which scheduled actions are called by whoever looks after jobs"""
        called = []
        name = "odoo.addons.base.models.ir_cron.IrCron._trigger"

        def trigger(cron, at=None):
            if at is None:
                called.append(cron.get_external_id()[cron.id].partition(".")[2])

        with (
            self._runner(),
            self._transaction() as env,
            patch(name, trigger),
        ):
            env["mail.activity.background"]._cron_watch()
        return called

    def _make_job_fail(self, uuid, model, method):
        """:returns: how many calls of scheduled actions are due thereby"""
        with self._transaction() as env:
            env["ir.cron.trigger"].search([]).unlink()
        with patch.object(model, method, lambda self: 1 / 0):
            self._do_job_that_fails(uuid)
        with self._transaction() as env:
            return env["ir.cron.trigger"].search_count([])

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def test_steps_set_to_done(self):
        """They aren't: they are handed over again."""
        self._make_due()
        self._hand_over(self._run_due)
        self._press("set_done", "pending")
        self.assertEqual(self._do_jobs(), 0)
        self._hand_over(self._run_due)
        self._do_jobs()
        self.assertEqual(self._count_posted(), [1, 1, 1])
        self.assertEqual(self._read_jobs(), ["done", "done"])

    def test_steps_whose_job_is_done_again(self):
        self._make_due()
        self._hand_over(self._run_due)
        self._do_jobs()
        self._press("requeue", "done")
        self.assertEqual(self._do_jobs(), 1)
        self.assertEqual(self._count_posted(), [1, 1, 1])

    def test_steps_whose_job_fails_are_done_soon(self):
        """The scheduled action doesn't wait for its hour."""
        self._make_due()
        self._hand_over(self._run_due)
        [uuid] = self._read_jobs("uuid")
        self.assertEqual(
            self._make_job_fail(uuid, MailActivityPlanRunLine, "_work_step"), 1
        )
        self._hand_over(self._run_due)
        self._press("requeue", "failed")
        self._do_jobs()
        self.assertEqual(self._count_posted(), [1, 1, 1])
        self.assertEqual(self._read_jobs(), ["done"])

    @mute_logger("odoo.addons.queue_job.controllers.main")
    def test_jobs_that_may_not_commit(self):
        """An administrator has changed their function."""
        self._make_due()
        xmlid = "crm_activity_plus_queue_job.job_function_step"
        with self._transaction() as env:
            env.ref(xmlid).allow_commit = False
        try:
            self._hand_over(self._run_due)
            [uuid] = self._read_jobs("uuid")
            with self.assertRaisesRegex(UserError, "allow commits"):
                self._do_job(uuid)
        finally:
            with self._transaction() as env:
                env.ref(xmlid).allow_commit = True
        self.assertEqual(self._read_jobs(), ["failed"])
        self._hand_over(self._run_due)
        self.assertEqual(self._count_posted(), [1, 1, 1])

    def test_nobody_looks_after_jobs(self):
        """An administrator has deleted the scheduled action."""
        self._make_due()
        gone = "crm_activity_plus_queue_job.gone"
        with patch(f"{MODELS}.mail_activity_background.WATCH", gone):
            self._hand_over(self._run_due)
        self._do_jobs()
        self.assertEqual(self._count_posted(), [1, 1, 1])

    # ------------------------------------------------------------
    # Launches
    # ------------------------------------------------------------

    def test_part_set_to_done(self):
        """It isn't: somebody notices, and it is handed over again."""
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        self.assertEqual(self._watch(), [])
        self._do_jobs(limit=1)
        self._press("set_done", "pending")
        self.assertEqual(self._do_jobs(), 0)
        self.assertEqual(self._read_launch(launch_id), ("running", 2, 2, 0))
        self.assertEqual(self._watch(), ["ir_cron_launch_plans"])
        self._hand_over(self._cron_launch)
        self._do_jobs()
        self.assertEqual(self._read_launch(launch_id), ("done", 3, 3, 0))
        self.assertEqual(self._watch(), [])
        self._assertLaunchedOnce()

    def test_parts_whose_jobs_are_done_again(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        self._do_jobs()
        self._press("requeue", "done")
        self.assertEqual(self._do_jobs(), 2)
        self.assertEqual(self._read_launch(launch_id), ("done", 3, 3, 0))
        self._assertLaunchedOnce()

    def test_cancelled_jobs_of_a_cancelled_launch_are_done_again(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        self._press("set_cancelled", "pending")
        self._press("requeue", "cancelled")
        self.assertEqual(self._do_jobs(), 2)
        self.assertEqual(self._read_launch(launch_id), ("cancelled", 0, 0, 0))
        self.assertEqual(self._watch(), [])

    def test_failed_job_is_cancelled(self):
        """That is to forget the failure: the launch goes on."""
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        [uuid, _other] = self._read_jobs("uuid")
        self.assertEqual(
            self._make_job_fail(uuid, MailActivityPlanLaunchPart, "_work_launch"), 1
        )
        self._press("set_cancelled", "failed")
        self._do_jobs()
        self.assertEqual(self._read_launch(launch_id), ("running", 1, 1, 0))
        self.assertEqual(self._watch(), ["ir_cron_launch_plans"])
        self._hand_over(self._cron_launch)
        self._do_jobs()
        self.assertEqual(self._read_launch(launch_id), ("done", 3, 3, 0))
        self._assertLaunchedOnce()

    def test_part_that_failed_waits_for_others(self):
        """It isn't handed over again and again while jobs are at other parts."""
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        [uuid, _other] = self._read_jobs("uuid")
        self._make_job_fail(uuid, MailActivityPlanLaunchPart, "_work_launch")
        with self._transaction() as holder:
            launch = holder["mail.activity.plan.launch"].browse(launch_id)
            launch.part_ids[-1:].lock_for_update()
            self._hand_over(self._cron_launch)
        self.assertEqual(self._read_jobs(), ["failed", "pending"])
        self.assertEqual(self._watch(), ["ir_cron_launch_plans"])
        self._hand_over(self._cron_launch)
        self.assertEqual(self._read_launch(launch_id), ("done", 3, 3, 0))
        self._do_jobs()
        self._assertLaunchedOnce()

    # ------------------------------------------------------------
    # Servers
    # ------------------------------------------------------------

    def test_runner_of_another_database(self):
        with (
            db_connect("postgres").cursor() as cr,
            self._transaction() as env,
        ):
            cr.execute("SELECT pg_advisory_xact_lock(%s)", [PG_ADVISORY_LOCK_ID])
            self.assertFalse(env["mail.activity.background"]._has_runner())
            with self._runner():
                self.assertTrue(env["mail.activity.background"]._has_runner())
