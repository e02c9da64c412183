# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.crm_activity_plus.models.steps.mail_activity_plan_run_line import (
    MailActivityPlanRunLine,
)
from odoo.addons.queue_job.jobrunner.channels import ChannelManager

from .jobs_common import MODELS, JobsCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestStepJobs(JobsCase):
    """Due steps become jobs, as long as a runner is alive."""

    def setUp(self):
        super().setUp()
        sizes = {"step": 2}
        self.startPatcher(
            patch.dict(f"{MODELS}.mail_activity_background.BATCH_SIZES", sizes)
        )

    def test_without_a_runner_nothing_changes(self):
        self._make_due()
        with self._transaction() as env:
            self._run_due(env)
        self.assertEqual(self._read_jobs(), [])
        self.assertEqual(self._count_posted(), [1, 1, 1])

    def test_with_a_runner_jobs_do_it(self):
        ids = self._make_due()
        self._hand_over(self._run_due)
        self.assertEqual(self._count_posted(), [0, 0, 0])
        rows = self._read_jobs("channel", "activity_res_ids", "max_retries", "state")
        self.assertEqual(
            rows,
            [
                ("root.activity.step", ids[:2], 10, "pending"),
                ("root.activity.step", ids[2:], 10, "pending"),
            ],
        )
        self.assertEqual(len(set(self._read_jobs("identity_key"))), 2)
        self._do_jobs()
        self.assertEqual(self._count_posted(), [1, 1, 1])
        self.assertEqual(self._read_jobs(), ["done", "done"])
        # Nothing is left for anybody.
        self._hand_over(self._run_due)
        self.assertEqual(self._read_jobs(), ["done", "done"])

    def test_steps_of_a_run_are_together(self):
        """They wait for each other anyway, however large a job may be."""
        self._make_due(3)
        self._hand_over(self._run_due)
        with self._transaction() as env:
            runs = [
                env["mail.activity.plan.run.line"].browse(ids).run_id
                for ids in self._read_jobs("activity_res_ids")
            ]
            self.assertEqual([len(run) for run in runs], [1, 1, 1])

    def test_what_waits_is_not_handed_over_again(self):
        self._make_due()
        self._hand_over(self._run_due)
        self._hand_over(self._run_due)
        self.assertEqual(len(self._read_jobs()), 2)

    def test_two_servers_do_the_same_job(self):
        """An identity isn't atomic: the engine's own locks are."""
        ids = self._make_due()

        def work(env):
            lines = env["mail.activity.plan.run.line"].browse(ids)
            return lines._work_step()

        self._run_together(work, work, work)
        self.assertEqual(self._count_posted(), [1, 1, 1])

    def test_what_somebody_holds_is_tried_later_and_later(self):
        ids = self._make_due()
        self._hand_over(self._run_due)
        uuid = self._read_jobs("uuid")[0]
        delays = []
        with self._transaction() as holder:
            holder["mail.activity.plan.run.line"].browse(ids).lock_for_update()
            for _try in range(3):
                self._do_job(uuid)
                [eta] = self._read_jobs("eta", domain=[("uuid", "=", uuid)])
                delays.append(eta - fields.Datetime.now())
        self.assertEqual(delays, sorted(delays))
        self.assertGreater(delays[0], timedelta(seconds=5))
        self.assertGreater(delays[2], timedelta(seconds=50))
        self.assertEqual(self._count_posted(), [0, 0, 0])
        self._do_jobs()
        self.assertEqual(self._count_posted(), [1, 1, 1])

    def test_a_job_ends_when_its_time_is_over(self):
        """It goes on later: the server ends what takes too long."""
        self._make_due()
        self._hand_over(self._run_due)
        with (
            patch(f"{MODELS}.mail_activity_background.JOB_SECONDS", -1),
            patch(f"{MailActivityPlanRunLine.__module__}.FIRST_DUE_BATCH_SIZE", 1),
        ):
            self._do_jobs()
        # A transaction was begun all the same: each try gets on.
        self.assertIn(1, self._count_posted())
        waiting = self._read_jobs("retry", domain=[("state", "=", "pending")])
        self.assertEqual(waiting, [0], "that is no failure")
        while self._do_jobs():
            pass
        self.assertEqual(self._count_posted(), [1, 1, 1])

    def test_server_that_ends_in_the_middle(self):
        self._make_due()
        self._hand_over(self._run_due)
        uuid = self._read_jobs("uuid")[0]
        self._do_job_until_killed(uuid, (MailActivityPlanRunLine, "_do"), 2)
        self.assertEqual(self._read_jobs(), ["started", "pending"])
        # It is nobody else's before the runner says so.
        self._hand_over(self._run_due)
        self.assertEqual(len(self._read_jobs()), 2)
        self._requeue_dead()
        self._do_jobs()
        self.assertEqual(self._count_posted(), [1, 1, 1])

    def test_steps_behind_are_handed_over_in_turn(self):
        with self._transaction() as env:
            first, second = (
                self._automatic_step(env, "A"),
                self._automatic_step(env, "B"),
            )
            templates = self._set_steps(env, first, second)
            templates[1].after_ids = templates[0]
            templates[1].write({"delay_count": 0})
            self._launch_due(env, self.lead_ids)
        while True:
            self._hand_over(self._run_due)
            if not self._do_jobs():
                break
        self.assertEqual(self._count_posted(), [2, 2, 2])

    def test_channel_that_is_not_configured(self):
        """It has what its parents have."""
        manager = ChannelManager()
        manager.simple_configure("root:2")
        for number, kind in enumerate(("launch", "step", "exit")):
            channel = f"root.activity.{kind}"
            manager.notify("db", channel, kind, number, 0, 10, None, "pending")
        begun = [job.uuid for job in manager.get_jobs_to_run(100)]
        self.assertEqual(begun, ["launch", "step"])

    def test_channels_can_be_changed(self):
        with self._transaction() as env:
            function = env.ref("crm_activity_plus_queue_job.job_function_step")
            before = function.channel_id.id
            function.channel_id = env.ref("queue_job.channel_root")
        try:
            self._make_due()
            self._hand_over(self._run_due)
            self.assertEqual(set(self._read_jobs("channel")), {"root"})
        finally:
            with self._transaction() as env:
                env.ref(
                    "crm_activity_plus_queue_job.job_function_step"
                ).channel_id = before
