# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.api import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_activity_plus.models.steps.mail_activity_plan_run_line import (
    MailActivityPlanRunLine,
)

from ..hooks import uninstall_hook
from .jobs_common import JobsCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestRights(JobsCase):
    """Whose rights jobs have, and what people can do to them."""

    def _create_user(self, env, login, groups):
        user = new_test_user(env, login, groups, name="Somebody")
        self._extras.append(("res.users", user.ids))
        return user

    def test_person_who_calls_a_scheduled_action(self):
        """The scheduled action of follow-ups is one on contacts: whoever may change
        these can call it. Jobs have neither their rights nor their context."""
        with self._transaction() as env:
            name = "crm_activity_plus_followup.ir_cron_followup"
            cron = env.ref(name, raise_if_not_found=False)
            if not cron:
                self.skipTest("There are no follow-ups.")
            action = cron.ir_actions_server_id
            user = self._create_user(
                env, "jobs_caller", "sales_team.group_sale_salesman"
            )
            context = {"active_test": False, "allowed_company_ids": user.company_id.ids}
        self._hand_over(
            lambda env: (
                action.with_env(env(user=user.id, su=False, context=context)).run()
            )
        )
        with self._transaction() as env:
            jobs = env["queue.job"].search([("activity_work", "=", "followup")])
            self.assertTrue(jobs)
            self.assertEqual(jobs.user_id.ids, [SUPERUSER_ID])
            for job in jobs:
                self.assertEqual(job.records.env.uid, SUPERUSER_ID)
                self.assertFalse(job.records.env.context)

    def test_nobody_changes_what_a_job_is_about(self):
        """Scheduled actions go by it, and so does who cancels a launch."""
        launch_id = self._enqueue_launch()
        self._make_due()
        self._hand_over(self._run_due)
        values = {
            "activity_work": "gone",
            "activity_res_ids": 5,
            "activity_launch_id": launch_id,
        }
        with self._transaction() as env:
            user = self._create_user(
                env, "jobs_manager", "base.group_user,queue_job.group_queue_job_manager"
            )
            job = env["queue.job"].search([("activity_work", "=", "step")])
            job = job.with_user(user)
            job.priority = 5
            for name, value in values.items():
                with self.subTest(name), self.assertRaises(AccessError):
                    job.write({name: value})

    def test_job_of_another_user(self):
        """Whoever may change jobs can't do their work in somebody else's name."""
        self._make_due()
        self._hand_over(self._run_due)
        with self._transaction() as env:
            user = self._create_user(env, "jobs_other", "base.group_user")
            job = env["queue.job"].search([("activity_work", "=", "step")])
            job.with_user(env.ref("base.user_admin")).user_id = user
            self.assertEqual(job.records.env.user, user)
        uids = []
        work = MailActivityPlanRunLine._work_step

        def patched(lines):
            uids.append(lines.env.uid)
            return work(lines)

        with patch.object(MailActivityPlanRunLine, "_work_step", patched):
            self._do_jobs()
        self.assertEqual(uids, [SUPERUSER_ID])
        self.assertEqual(self._count_posted(), [1, 1, 1])

    def test_salespeople_call_no_job(self):
        """Neither its method nor what administrators press."""
        self._make_due()
        self._hand_over(self._run_due)
        with self._transaction() as env:
            background = env["mail.activity.background"]
            for name in ("_job_launch", "_job_step", "_do_job", "_hand_over", "_delay"):
                with self.subTest(name), self.assertRaises(AccessError):
                    get_public_method(background, name)
            user = self._create_user(
                env, "jobs_salesperson", "sales_team.group_sale_manager"
            )
            job = env["queue.job"].search([("activity_work", "=", "step")])
            for name in ("button_cancelled", "button_done", "open_related_action"):
                with self.subTest(name), self.assertRaises(AccessError):
                    getattr(job.with_user(user), name)()
            with self.assertRaises(AccessError):
                job.with_user(user).write({"state": "failed"})
        self.assertEqual(self._read_jobs(), ["pending"])

    def test_job_of_another_addon_leads_nowhere(self):
        with self._transaction() as env:
            delayed = env["queue.job"].with_delay()._test_job()
            job = delayed.db_record()
            self.assertFalse(job.related_action_activity())
            env.cr.rollback()

    def test_uninstalling_loses_no_launch(self):
        """How far somebody comes at this moment with a part isn't known yet."""
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        with self._transaction() as holder:
            launch = holder["mail.activity.plan.launch"].browse(launch_id)
            launch.part_ids[-1:].lock_for_update()
            with self.assertRaises(UserError), self._transaction() as env:
                uninstall_hook(env)
        self.assertEqual(self._read_jobs(), ["pending", "pending"])
        with self._transaction() as env:
            uninstall_hook(env)
            self.assertFalse(launch.with_env(env).part_ids)
        self.assertEqual(self._read_jobs(), ["cancelled", "cancelled"])
