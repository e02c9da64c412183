# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .jobs_common import JobsCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestOtherJobs(JobsCase):
    """Exits, recurring visits and follow-ups."""

    def test_exits(self):
        """Whatever no hook has seen ends plans, in jobs as in the scheduled action."""
        with self._transaction() as env:
            self._launch(self.lead_ids)(env)
            env.flush_all()
            env.cr.execute(
                "UPDATE crm_lead SET active = false, probability = 0 WHERE id = %s",
                [self.lead_ids[0]],
            )
        self._hand_over(lambda env: env["mail.activity.plan.run"]._cron_check_exits())
        self.assertEqual(set(self._read_jobs("channel")), {"root.activity.exit"})
        with self._transaction() as env:
            self.assertEqual(set(self._get_runs(env).mapped("state")), {"running"})
        self._do_jobs()
        with self._transaction() as env:
            states = {run.res_id: run.state for run in self._get_runs(env)}
        self.assertEqual(
            [states[lead_id] for lead_id in self.lead_ids],
            ["stopped", "running", "running"],
        )

    def test_recurring_visits(self):
        with self._transaction() as env:
            if "mail.activity.plan.recurrence" not in env:
                self.skipTest("There are no recurring visits.")
            meeting = env.ref("mail.mail_activity_data_meeting").id
            visit = {
                "activity_type_id": meeting,
                "action_type": "meeting",
                "summary": "Visit",
                "duration": 1,
                "responsible_type": "other",
                "responsible_id": env.ref("base.user_admin").id,
            }
            self._set_steps(env, visit)
            series = env["mail.activity.plan.recurrence"].create(
                {
                    "name": "Visits",
                    "plan_id": self.plan_id,
                    "domain": repr([("id", "in", self.lead_ids)]),
                    "rrule_type": "weekly",
                    "interval": 1,
                    "mon": True,
                    "end_type": "count",
                    "count": 2,
                    "date_start": fields.Date.today(),
                    "horizon_days": 60,
                    "user_id": env.ref("base.user_admin").id,
                }
            )
            env["mail.activity.plan"].browse(self.plan_id).allow_parallel = True
            series.with_user(env.ref("base.user_admin")).action_start()
        self._hand_over(
            lambda env: env["mail.activity.plan.recurrence"]._cron_plan_visits()
        )
        self.assertEqual(set(self._read_jobs("channel")), {"root.activity.recurrence"})
        self._do_jobs()
        self.assertEqual(set(self._read_jobs()), {"done"})
        with self._transaction() as env:
            series = env[series._name].browse(series.id)
            self.assertEqual(len(series.occurrence_ids), 6)
            self.assertGreater(series.date_next_check, fields.Datetime.now())
            series.action_stop(coming="cancel")
            series._cron_plan_visits()
            series.occurrence_ids.unlink()

    def test_follow_ups(self):
        """A job for each company: nobody else follows up its customers."""
        with self._transaction() as env:
            if "followup_status" not in env["res.partner"]._fields:
                self.skipTest("There are no follow-ups.")
            companies = env["res.company"].search([("parent_id", "=", False)])
        self._hand_over(lambda env: env["res.partner"]._cron_followup())
        rows = self._read_jobs("channel", "activity_res_ids", "company_id")
        self.assertEqual({row[0] for row in rows}, {"root.activity.followup"})
        self.assertEqual(
            sorted(ids[0] for _channel, ids, _company in rows), sorted(companies.ids)
        )
        done = []
        name = "odoo.addons.crm_activity_plus_followup.models.job.res_company"
        with patch(f"{name}.FollowupJob") as job:
            job.side_effect = lambda plans: done.append(plans.env.company.id) or job
            job.run.side_effect = lambda: True
            self._do_jobs()
        self.assertEqual(sorted(done), sorted(companies.ids))
        self.assertEqual(set(self._read_jobs()), {"done"})
