# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..engine.launcher import Launcher
from ..engine.planner import Planner
from .launch_job_common import LaunchJobCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanLaunchJob(LaunchJobCase):
    """What launches in the background do, and who may see to them."""

    def test_pop_ups_are_told_apart(self):
        """A plan that may run several times is launched once by each pop-up, however
        often its button was clicked."""
        self.short_plan.allow_parallel = True
        plan = self.short_plan.with_user(self.user_owner)
        for request in ("popup/1", "popup/2", "popup/2"):
            planner = Planner(plan)
            Launcher(planner).launch(
                planner.reader.parse(self.leads.ids, origin=request)
            )
        self._run_cron()
        self.assertEqual(
            sorted(self._get_runs().mapped("res_id")), sorted(self.leads.ids * 2)
        )

    def test_few_records_are_launched_on_at_once(self):
        result = self.short_plan.with_user(self.user_owner).launch(self.leads[:3].ids)
        self.assertEqual(len(result["run_ids"]), 3)
        self.assertNotIn("launch_id", result)

    def test_one_repeated_record_is_no_big_launch(self):
        result = self.short_plan.with_user(self.user_owner).launch(self.lead.ids * 5)
        self.assertEqual(len(result["run_ids"]), 1)

    def test_many_records(self):
        with self.capture_triggers(self.cron.id) as triggers:
            launch = self._enqueue(plan_date="2026-03-10")
        self.assertEqual(len(triggers.records), 1)
        self.assertFalse(self._get_runs())
        self.assertEqual((launch.state, launch.progress), ("pending", 0))
        seen = []
        self.env.flush_all()
        with (
            self._on_commit(
                2,
                lambda env: seen.append(
                    (launch.with_env(env).state, launch.with_env(env).progress)
                ),
            ),
            self.capture_triggers("mail.ir_cron_mail_scheduler_action") as queue,
        ):
            self._run_cron()
        self.assertEqual(seen, [("running", 40)])
        self.assertTrue(queue.records, "the message doesn't wait for an hour")
        self.assertEqual((launch.state, launch.progress), ("done", 100))
        self.assertTrue(launch.date_end)
        self.assertCounts(launch, 5, 5, 0)
        self.assertLaunchedOnce(launch, self.leads)
        runs = self._get_runs()
        self.assertEqual(runs.user_id, self.user_owner)
        self.assertEqual(runs.responsible_id, self.user_owner)
        self.assertEqual(set(runs.mapped("plan_date")), {date(2026, 3, 10)})
        self.assertEqual(len(self._get_messages(self.user_owner)), 1)

    def test_it_goes_on_at_once_when_the_time_of_a_run_is_over(self):
        launch = self._enqueue()
        with patch("odoo.addons.base.models.ir_cron.MIN_TIME_PER_JOB", 0):
            self._run_cron()
        self.assertEqual((launch.state, launch.processed_count), ("done", 5))

    def test_overrides(self):
        """They survive being stored, in whichever form they come."""
        code = self.short_plan.template_ids.code
        launch = self._enqueue(
            overrides={
                self.leads[0].id: {code: {"date_deadline": date(2026, 5, 4)}},
                str(self.leads[4].id): {code: {"skip": True}},
            }
        )
        self._run_cron()
        self.assertCounts(launch, 5, 5, 0)
        runs = self._get_runs().grouped("res_id")
        first, last = runs[self.leads[0].id], runs[self.leads[4].id]
        self.assertEqual(first.line_ids.date_deadline, date(2026, 5, 4))
        self.assertEqual(last.line_ids.state, "skipped")

    def test_message_tells_what_was_skipped_and_why(self):
        self._launch(self.leads[0], plan=self.short_plan)
        deleted = self._create_lead("Deleted")
        leads = self.leads + deleted
        launch = self._enqueue(leads)
        deleted.unlink()
        self._run_cron()
        self.assertCounts(launch, 6, 4, 2)
        self.assertIn("already running", launch.skipped_reasons)
        self.assertEqual(
            [row["res_id"] for row in launch.skipped], [self.leads[0].id, deleted.id]
        )
        message = self._get_messages(self.user_owner)
        self.assertIn("4", message.subject)
        for text in ("6 records", "2 records were skipped", "already running"):
            self.assertIn(text, " ".join(message.body.split()))
        self.assertIn(f"the id {deleted.id}", message.body)

    def test_end_is_seen_in_the_web_client(self):
        Bus = self.env["bus.bus"].sudo()
        before = Bus.search([])
        self._enqueue()
        self._run_cron()
        told = (Bus.search([]) - before).filtered(
            lambda row: "simple_notification" in row.message
        )
        self.assertEqual(len(told), 1)
        self.assertIn("launched on 5 records", told.message)
        self.assertIn(str(self.user_owner.partner_id.id), told.channel)

    def test_launched_again(self):
        self._enqueue()
        launch = self._enqueue()
        self._run_cron()
        self.assertEqual(launch.state, "done")
        self.assertCounts(launch, 5, 0, 5)
        self.assertLaunchedOnce(launch, self.leads)

    def test_rights_are_those_of_whoever_launched(self):
        self.leads[2].user_id = self.user_colleague
        launch = self._enqueue()
        self._run_cron()
        self.assertCounts(launch, 5, 4, 1)
        self.assertEqual(launch.skipped[0]["res_id"], self.leads[2].id)
        self.assertIn("You may not", launch.skipped_reasons)
        self.assertLaunchedOnce(launch, self.leads - self.leads[2])

    def test_rights_lost_in_the_meantime(self):
        launch = self._enqueue()
        self.leads[3:].user_id = self.user_colleague
        self._run_cron()
        self.assertCounts(launch, 5, 3, 2)

    def test_company_that_it_was_launched_in(self):
        """Not whichever comes first among the user's."""
        self.leads.company_id = False
        companies = self.company_main + self.other_company
        self.user_owner.company_ids = [Command.set(companies.ids)]
        for chosen in (companies, companies[::-1]):
            plan = self.short_plan.with_user(self.user_owner).with_context(
                allowed_company_ids=chosen.ids
            )
            plan.launch(self.leads.ids)
            self._run_cron()
            runs = self._get_runs().filtered(lambda run: run.state == "running")
            self.assertEqual(runs.working_company_id, chosen[0])
            self.assertEqual(len(runs), 5)
            runs.action_stop()

    def test_company_that_it_was_not_launched_in(self):
        self.user_owner.company_ids += self.other_company
        self.leads[1].company_id = self.other_company
        self.short_plan = self.short_plan.with_context(
            allowed_company_ids=self.company_main.ids
        )
        launch = self._enqueue()
        self._run_cron()
        self.assertCounts(launch, 5, 4, 1)
        self.assertEqual(launch.skipped[0]["res_id"], self.leads[1].id)

    def test_bad_input_is_refused_at_once(self):
        plan = self.short_plan.with_user(self.user_owner)
        ids = self.leads.ids
        self.user_colleague.active = False
        for args, kwargs in (
            ([[*map(str, ids)]], {}),
            ([ids], {"plan_date": "tomorrow"}),
            ([ids], {"responsible_id": self.user_colleague.id}),
            ([ids], {"responsible_id": self.user_portal.id}),
            ([ids], {"overrides": {self.lead.id: {}}}),
            ([ids], {"overrides": {ids[0]: {"nothing": {"skip": True}}}}),
            ([ids], {"overrides": {ids[0]: "nothing"}}),
        ):
            with self.subTest(kwargs=kwargs), self.assertRaises(UserError):
                plan.launch(*args, **kwargs)
        plan.sudo().active = False
        with self.assertRaises(UserError):
            plan.launch(ids)
        self.assertFalse(
            self.env["mail.activity.plan.launch"].search(
                [("plan_id", "=", self.short_plan.id)]
            )
        )

    def test_access(self):
        launch = self._enqueue()
        for user, may_read in (
            (self.user_owner, True),
            (self.user_manager, True),
            (self.user_system, True),
            (self.user_colleague, False),
            (self.user_portal, False),
            (self.user_public, False),
        ):
            own = launch.with_user(user)
            with self.subTest(user=user.name):
                self.assertEqual(own.has_access("read"), may_read)
                for operation in ("create", "write", "unlink"):
                    self.assertFalse(own.has_access(operation))
                if own.browse().has_access("read"):
                    self.assertEqual(own.search([("id", "=", own.id)]), own[:may_read])
                if not may_read:
                    with self.assertRaises(AccessError):
                        own.action_cancel()
        self.assertEqual(launch.state, "pending")
        launch.with_user(self.user_manager).action_cancel()
        self.assertEqual(launch.state, "cancelled")
