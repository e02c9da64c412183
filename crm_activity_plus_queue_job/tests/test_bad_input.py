# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from odoo.addons.crm_activity_plus.models.steps.mail_activity_plan_run_line import (
    MailActivityPlanRunLine,
)

from ..models.mail_activity_background import MailActivityBackground
from .jobs_common import JobsCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestBadInput(JobsCase):
    """What becomes of jobs whose world has changed, or that nobody does."""

    def _read_triggers(self, xmlid):
        with self._transaction() as env:
            return env["ir.cron.trigger"].search_count(
                [("cron_id", "=", env.ref(xmlid).id)]
            )

    def _clear_triggers(self):
        with self._transaction() as env:
            env["ir.cron.trigger"].search([]).unlink()

    def test_all_runners_end(self):
        """Somebody notices, the scheduled action does it, and no job is left to do it
        again when a runner comes back."""
        self._make_due()
        self._clear_triggers()
        self._hand_over(self._run_due)
        self.assertEqual(
            self._read_triggers("crm_activity_plus_queue_job.ir_cron_watch"), 1
        )
        # As long as there is a runner, nothing happens.
        with self._runner(), self._transaction() as env:
            env["mail.activity.background"]._cron_watch()
        xmlid = "crm_activity_plus.ir_cron_run_due_steps"
        self.assertEqual(self._read_triggers(xmlid), 0)
        with self._transaction() as env:
            env["mail.activity.background"]._cron_watch()
        self.assertEqual(self._read_triggers(xmlid), 1)
        with self._transaction() as env:
            self._run_due(env)
        self.assertEqual(self._count_posted(), [1, 1, 1])
        rows = self._read_jobs("state", "result")
        self.assertEqual({state for state, _result in rows}, {"cancelled"})
        self.assertIn("scheduled action", rows[0][1])
        # Whoever still begins one finds nothing.
        self._requeue_all()
        self._do_jobs()
        self.assertEqual(self._count_posted(), [1, 1, 1])

    def _requeue_all(self):
        with self._transaction() as env:
            env["queue.job"].search([("activity_work", "!=", False)]).requeue()

    def test_jobs_of_a_dead_server_are_taken_back_too(self):
        self._make_due()
        self._hand_over(self._run_due)
        [uuid] = self._read_jobs("uuid")
        self._do_job_until_killed(uuid, (MailActivityPlanRunLine, "_do"))
        with self._transaction() as env:
            self._run_due(env)
        self.assertEqual(self._count_posted(), [1, 1, 1])
        self.assertEqual(self._read_jobs(), ["cancelled"])

    def test_channel_that_is_paused(self):
        """Or all of whose workers do something else."""
        self._make_due()
        self._hand_over(self._run_due)
        self._let_jobs_wait(minutes=4)
        self._hand_over(self._run_due)
        self.assertEqual(self._count_posted(), [0, 0, 0])
        self._let_jobs_wait(minutes=6)
        with self._runner(), self._transaction() as env:
            env["mail.activity.background"]._cron_watch()
        self._hand_over(self._run_due)
        self.assertEqual(self._count_posted(), [1, 1, 1])
        self.assertEqual(self._read_jobs(), ["cancelled"])

    def test_long_queue_that_moves_is_no_stuck_one(self):
        self._make_due()
        sizes = {"step": 1}
        path = f"{MailActivityBackground.__module__}.BATCH_SIZES"
        with patch.dict(path, sizes):
            self._hand_over(self._run_due)
        self._do_jobs(limit=1)
        self._let_jobs_wait(hours=1)
        self._hand_over(self._run_due)
        self.assertEqual(self._read_jobs(), ["done", "pending", "pending"])

    def test_job_that_fails(self):
        """The scheduled action does what it should have done."""
        self._make_due()
        self._hand_over(self._run_due)
        [uuid] = self._read_jobs("uuid")
        with patch.object(MailActivityPlanRunLine, "_work_step", lambda self: 1 / 0):
            self._do_job_that_fails(uuid)
        self.assertEqual(self._read_jobs(), ["failed"])
        self._hand_over(self._run_due)
        self.assertEqual(self._count_posted(), [1, 1, 1])
        self._hand_over(self._run_due)
        self.assertEqual(self._read_jobs(), ["failed"])

    def test_queue_that_is_told_not_to_wait(self):
        self._make_due()
        with (
            self._runner(),
            patch.dict("os.environ", QUEUE_JOB__NO_DELAY="1"),
            self.assertLogs("odoo.addons.queue_job.utils", "WARNING"),
            self._transaction() as env,
        ):
            self._run_due(env)
        self.assertEqual((self._count_posted(), self._read_jobs()), ([1, 1, 1], []))

    def test_records_are_deleted(self):
        self._make_due()
        self._hand_over(self._run_due)
        with self._transaction() as env:
            env["crm.lead"].browse(self.lead_ids[0]).unlink()
        self._do_jobs()
        self.assertEqual(self._read_jobs(), ["done"])
        self.assertEqual(self._count_posted(), [0, 1, 1])

    def test_steps_are_gone(self):
        """Behind the ORM's back: nobody can delete them otherwise."""
        self._make_due()
        self._hand_over(self._run_due)
        with self._transaction() as env:
            runs = self._get_runs(env)
            for table, column in (
                ("mail_activity_log", "run_id"),
                ("mail_activity_plan_run_line", "run_id"),
                ("mail_activity_plan_run", "id"),
            ):
                env.cr.execute(
                    f"DELETE FROM {table} WHERE {column} = ANY(%s)", [runs.ids]
                )
        self._do_jobs()
        self.assertEqual(self._read_jobs(), ["done"])

    def test_plan_is_stopped(self):
        self._make_due()
        self._hand_over(self._run_due)
        with self._transaction() as env:
            self._get_runs(env).action_stop()
        self._do_jobs()
        self.assertEqual(self._read_jobs(), ["done"])
        self.assertEqual(self._count_posted(), [0, 0, 0])

    def test_plan_of_a_launch_is_deleted(self):
        with self._transaction() as env, self._in_background():
            plan = self._create_plan(env)
            launch_id = plan.launch(self.lead_ids)["launch_id"]
        self._hand_over(self._cron_launch)
        with self._transaction() as env:
            env["mail.activity.plan.launch"].browse(launch_id).plan_id.unlink()
        self.assertEqual(self._do_jobs(), 2)
        self.assertEqual(self._read_jobs(), ["done", "done"])

    def test_user_who_launched_is_deleted(self):
        with self._transaction() as env, self._in_background():
            user = new_test_user(
                env, "jobs_leaver", "sales_team.group_sale_manager", name="Leaver"
            )
            plan = env["mail.activity.plan"].browse(self.plan_id).with_user(user)
            plan.launch(self.lead_ids)
        self._hand_over(self._cron_launch)
        with self._transaction() as env:
            env["res.users"].browse(user.id).unlink()
        self.assertEqual(self._do_jobs(), 2)
        self.assertEqual(self._read_jobs(), ["done", "done"])
        with self._transaction() as env:
            self.assertFalse(self._get_runs(env))

    def test_user_who_launched_is_archived(self):
        """The launch fails, and says why, once."""
        with self._transaction() as env, self._in_background():
            user = new_test_user(
                env, "jobs_archived", "sales_team.group_sale_manager", name="Archived"
            )
            self._extras.append(("res.users", user.ids))
            plan = env["mail.activity.plan"].browse(self.plan_id).with_user(user)
            launch_id = plan.launch(self.lead_ids)["launch_id"]
        self._hand_over(self._cron_launch)
        with self._transaction() as env:
            env["res.users"].browse(user.id).active = False
        self._do_jobs()
        with self._transaction() as env:
            launch = env["mail.activity.plan.launch"].browse(launch_id)
            self.assertEqual(launch.state, "failed")
            self.assertIn("Archived", launch.error)

    def test_company_is_deleted(self):
        """Jobs belong to no company but that of a launch, which is theirs no more."""
        with self._transaction() as env, self._in_background():
            company = env["res.company"].create({"name": "Jobs Ltd."})
            admin = env.ref("base.user_admin")
            admin.company_ids += company
            plan = env["mail.activity.plan"].browse(self.plan_id).with_user(admin)
            plan = plan.with_context(allowed_company_ids=company.ids)
            launch_id = plan.launch(self.lead_ids)["launch_id"]
        self._hand_over(self._cron_launch)
        with self._transaction() as env:
            self.assertEqual(
                env["queue.job"].search([("activity_work", "!=", False)]).company_id,
                company,
            )
            env["res.company"].browse(company.id).unlink()
        self._do_jobs()
        self.assertEqual(self._read_jobs(), ["done", "done"])
        self.assertEqual(self._read_launch(launch_id)[0], "failed")

    def test_addon_that_brought_the_model_is_gone(self):
        with self._transaction() as env:
            background = env["mail.activity.background"]
            said = background._job_recurrence("mail.activity.gone", [1])
            self.assertIn("nothing left", said)

    def test_scheduled_action_is_gone(self):
        """Its jobs are taken back: nobody would end them."""
        self._make_due()
        self._hand_over(self._run_due)
        crons = {"step": "crm_activity_plus.gone"}
        path = f"{MailActivityBackground.__module__}.CRONS"
        with patch.dict(path, crons), self._transaction() as env:
            env["mail.activity.background"]._cron_watch()
        self.assertEqual(self._read_jobs(), ["cancelled"])
