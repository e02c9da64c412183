# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.tests.engine_concurrency import (
    ENGINE,
    EngineConcurrencyCase,
    Killed,
)
from odoo.addons.queue_job.controllers.main import RunJobController
from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID

MODELS = "odoo.addons.crm_activity_plus_queue_job.models"


class JobsCase(EngineConcurrencyCase):
    """Jobs as a runner has them done: each on connections of its own, and committed.

    There is no runner, but somebody who holds its lock (:meth:`_runner`), and jobs are
    done when a test says so.
    """

    def setUp(self):
        super().setUp()
        self.startPatcher(patch(f"{MODELS}.mail_activity_plan_launch.PART_SIZE", 2))

    def _delete_everything(self):
        with self._transaction() as env:
            jobs = env["queue.job"].search([("activity_work", "!=", False)])
            jobs.unlink()
        super()._delete_everything()

    @contextmanager
    def _runner(self):
        """A job runner is alive as long as the block runs."""
        with self.registry.cursor() as cr:
            cr.execute("SELECT pg_advisory_lock(%s)", [PG_ADVISORY_LOCK_ID])
            try:
                yield
            finally:
                cr.execute("SELECT pg_advisory_unlock(%s)", [PG_ADVISORY_LOCK_ID])

    def _hand_over(self, cron):
        """Call a scheduled action while there is a runner.

        :param cron: function of an environment
        """
        with self._runner(), self._transaction() as env:
            cron(env)

    @staticmethod
    def _cron_launch(env):
        env["mail.activity.plan.launch"]._cron_launch()

    def _read_jobs(self, *names, domain=()):
        """:returns: for each job, the values of some fields, in the order they were
        made"""
        names = names or ("state",)
        with self._transaction() as env:
            jobs = env["queue.job"].search(
                [("activity_work", "!=", False), *domain], order="id"
            )
            rows = [tuple(job[name] for name in names) for job in jobs]
            return rows if len(names) > 1 else [row[0] for row in rows]

    def _do_jobs(self, limit=None):
        """Have jobs done that wait, whatever their date: as the runner asks a server.

        :returns: how many
        """
        uuids = self._read_jobs("uuid", domain=[("state", "=", "pending")])[:limit]
        for uuid in uuids:
            self._do_job(uuid)
        return len(uuids)

    def _do_job(self, uuid):
        with self._transaction() as env:
            env.cr.execute(
                "UPDATE queue_job SET state = 'enqueued', date_enqueued = now()"
                " WHERE uuid = %s",
                [uuid],
            )
        with self._transaction() as env:
            job = RunJobController._acquire_job(env, uuid)
            if job:
                RunJobController._runjob(env, job)

    def _do_job_that_fails(self, uuid):
        with (
            mute_logger("odoo.addons.queue_job.controllers.main", "odoo.sql_db"),
            self.assertRaises(ZeroDivisionError),
        ):
            self._do_job(uuid)

    def _do_job_until_killed(self, uuid, target, number=1):
        """A server ends in the middle of a job.

        :param target: class and name of the method where it does so
        :param int number: at which of its calls
        """
        owner, name = target
        method = getattr(owner, name)
        calls = 0

        def patched(*args, **kwargs):
            nonlocal calls
            calls += 1
            if calls == number:
                raise Killed
            return method(*args, **kwargs)

        with patch.object(owner, name, patched), self.assertRaises(Killed):
            self._do_job(uuid)

    def _requeue_dead(self):
        """What the runner does with jobs whose server has ended."""
        with self._transaction() as env:
            env.cr.execute(
                "UPDATE queue_job SET state = 'pending', retry = retry + 1"
                " WHERE state = 'started' AND activity_work IS NOT NULL"
            )

    def _let_jobs_wait(self, **delta):
        """The jobs were made so long ago."""
        with self._transaction() as env:
            env.cr.execute(
                "UPDATE queue_job SET date_created = %s"
                " WHERE activity_work IS NOT NULL",
                [fields.Datetime.now() - timedelta(**delta)],
            )

    def _make_due(self, count=1):
        """Launch the plan, with steps that post a message and are due.

        :returns: ids of the steps
        """
        with self._transaction() as env:
            step = self._automatic_step(env, "Post")
            self._set_steps(env, *([step] * count))
            return self._launch_due(env, self.lead_ids).line_ids.ids

    @staticmethod
    def _in_background():
        """Launches on more than two records are."""
        return patch(f"{ENGINE}.launcher.LAUNCH_BATCH_SIZE", 2)

    def _enqueue_launch(self, lead_ids=None, **kwargs):
        """:returns: the id of a launch in the background"""
        lead_ids = lead_ids or self.lead_ids
        with self._transaction() as env, self._in_background():
            plan = env["mail.activity.plan"].browse(self.plan_id)
            return plan.launch(lead_ids, plan_date="2026-03-10", **kwargs)["launch_id"]

    def _read_launch(self, launch_id):
        with self._transaction() as env:
            launch = env["mail.activity.plan.launch"].browse(launch_id)
            return (
                launch.state,
                launch.processed_count,
                launch.launched_count,
                launch.skipped_count,
            )

    def _count_posted(self):
        with self._transaction() as env:
            return self._count_messages(env)

    def _assertLaunchedOnce(self):
        with self._transaction() as env:
            res_ids = sorted(self._get_runs(env).mapped("res_id"))
        self.assertEqual(res_ids, sorted(self.lead_ids))
