# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

import psycopg2.errors

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..models.background.mail_activity_plan_launch import MailActivityPlanLaunch
from ..models.launch.mail_activity_plan_run import MailActivityPlanRun
from .launch_job_common import LAUNCH_LOGGER, LaunchJobCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestLaunchJobMeanwhile(LaunchJobCase):
    """Launches in the background that are cancelled or fail, or that find things
    changed."""

    def _fail_on(self, lead, error):
        """Let the launch on a lead fail at its very end."""
        post = MailActivityPlanRun._post_launch_notes

        def patched(runs):
            if lead.id in runs.mapped("res_id"):
                raise error
            return post(runs)

        return patch.object(MailActivityPlanRun, "_post_launch_notes", patched)

    @mute_logger(LAUNCH_LOGGER)
    def test_one_bad_record(self):
        for error in (ValueError("Broken"), UserError("Broken")):
            leads = self._create_leads(5)
            with self.subTest(error=error), self._fail_on(leads[2], error):
                launch = self._enqueue(leads)
                self._run_cron()
                self.assertEqual(launch.state, "done")
                self.assertCounts(launch, 5, 4, 1)
                self.assertEqual(
                    launch.skipped, [{"res_id": leads[2].id, "reason": "Broken"}]
                )
                self.assertLaunchedOnce(launch, leads - leads[2])

    @mute_logger(LAUNCH_LOGGER)
    def test_bad_launch_does_not_stop_the_next_one(self):
        bad = self._enqueue()
        good = self._enqueue(
            self._create_leads(4, user_id=self.user_colleague.id), self.user_colleague
        )
        process = MailActivityPlanLaunch._process

        def patched(launch):
            if launch.id == bad.id:
                raise ValueError("Broken")
            return process(launch)

        with patch.object(MailActivityPlanLaunch, "_process", patched):
            self._run_cron()
        self.assertEqual((bad.state, bad.error), ("failed", "Broken"))
        self.assertEqual((good.state, good.launched_count), ("done", 4))
        self.assertIn("Broken", self._get_messages(self.user_owner).body)

    def test_ended_launches_are_cleaned_up(self):
        ended, running = (self._enqueue().sudo() for _n in range(2))
        ended.date_end = "2026-03-01 08:00:00"
        with freeze_time("2026-08-20"):
            running._gc_ended_launches()
        self.assertTrue(ended.exists())
        with freeze_time("2026-09-01"):
            running._gc_ended_launches()
        self.assertFalse(ended.exists())
        self.assertTrue(running.exists())

    def test_cancelled_before_it_begins(self):
        launch = self._enqueue()
        launch.with_user(self.user_owner).action_cancel()
        self._run_cron()
        self.assertEqual(launch.state, "cancelled")
        self.assertFalse(self._get_runs())

    def test_cancelled_in_between(self):
        launch = self._enqueue()
        with self._on_commit(
            2,
            lambda env: launch.with_env(env).with_user(self.user_owner).action_cancel(),
        ):
            self._run_cron()
        self.assertEqual(launch.state, "cancelled")
        self.assertTrue(launch.date_end)
        self.assertCounts(launch, 2, 2, 0)
        self._run_cron()
        self.assertLaunchedOnce(launch, self.leads[:2])
        with self.assertRaises(UserError):
            launch.with_user(self.user_owner).action_cancel()

    def test_cancelled_when_it_is_done(self):
        launch = self._enqueue()
        self._run_cron()
        with self.assertRaisesRegex(UserError, "5 records"):
            launch.with_user(self.user_owner).action_cancel()
        self.assertEqual(launch.state, "done")

    def test_conflict_with_another_transaction(self):
        """The batch is lost, and done again; the other launches go on."""
        launch = self._enqueue()
        other = self._enqueue(
            self._create_leads(4, user_id=self.user_colleague.id), self.user_colleague
        )
        error = psycopg2.errors.SerializationFailure("Conflict")
        attempts = []
        process = MailActivityPlanLaunch._process_batch

        def patched(job, *args):
            attempts.append(job.id)
            process(job, *args)
            if len(attempts) == 2:
                raise error

        with patch.object(MailActivityPlanLaunch, "_process_batch", patched):
            self._run_cron()
        self.assertEqual(attempts[:3], [launch.id, launch.id, other.id])
        self.assertEqual(attempts.count(launch.id), 4, "one batch twice")
        self.assertEqual((launch.state, other.state), ("done", "done"))
        self.assertCounts(launch, 5, 5, 0)
        self.assertEqual(len(self._get_runs()), 9)

    def test_plan_archived_in_the_meantime(self):
        launch = self._enqueue()
        with self._on_commit(
            2,
            lambda env: self.short_plan.with_env(env).action_archive(),
        ):
            self._run_cron()
        self.assertEqual(launch.state, "failed")
        self.assertIn("is archived", launch.error)
        self.assertCounts(launch, 2, 2, 0)
        self.assertLaunchedOnce(launch, self.leads[:2])
        body = " ".join(self._get_messages(self.user_owner).body.split())
        self.assertIn("2 of 5 records", body)
        self.assertIn("is archived", body)

    def test_people_archived_in_the_meantime(self):
        for user, kwargs in (
            (self.user_manager, {"responsible_id": self.user_manager.id}),
            (self.user_owner, {"responsible_id": self.user_colleague.id}),
        ):
            launch = self._enqueue(**kwargs)
            user.active = False
            self._run_cron()
            self.assertEqual(launch.state, "failed")
            self.assertIn(user.name, launch.error)
            self.assertFalse(self._get_runs())
            user.active = True

    def test_companies_left_in_the_meantime(self):
        owner = self.user_owner
        companies = self.company_main + self.other_company
        for left in companies:
            owner.company_ids = [Command.set(companies.ids)]
            self.short_plan = self.short_plan.with_context(
                allowed_company_ids=companies.ids
            )
            launch = self._enqueue()
            kept = companies - left
            owner.write({"company_id": kept.id, "company_ids": [Command.set(kept.ids)]})
            self._run_cron()
            if left == self.company_main:
                self.assertEqual(launch.state, "failed")
                self.assertIn(left.name, launch.error)
                self.assertFalse(self._get_runs())
            else:
                self.assertEqual(launch.state, "done")
                self.assertCounts(launch, 5, 5, 0)
