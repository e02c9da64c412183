# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date
from unittest.mock import patch

import psycopg2.errors

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_cron import IrCron
from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..engine.launcher import Launcher
from ..engine.planner import Planner
from ..models.background.mail_activity_plan_launch import MailActivityPlanLaunch
from ..models.launch.mail_activity_plan_run import MailActivityPlanRun
from .common import CrmActivityPlusCommon

ENGINE = "odoo.addons.crm_activity_plus.engine"
MODELS = "odoo.addons.crm_activity_plus.models"
LAUNCH_LOGGER = f"{MODELS}.background.mail_activity_plan_launch"


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanLaunchJob(CrmActivityPlusCommon, CronMixinCase):
    """Launches in the background. Here these are launches on more than three records,
    and a transaction is for two of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("crm_activity_plus.ir_cron_launch_plans")
        cls.short_plan = cls._create_plan(
            "Big campaign", cls._step(cls.type_call, "Call")
        )
        cls.leads = cls._create_leads(5)

    def setUp(self):
        super().setUp()
        self.startPatcher(patch(f"{ENGINE}.launcher.LAUNCH_BATCH_SIZE", 3))
        self.startPatcher(patch(f"{LAUNCH_LOGGER}.BATCH_SIZE", 2))

    def _enqueue(self, leads=None, user=None, **kwargs):
        plan = self.short_plan.with_user(user or self.user_owner)
        result = plan.launch((leads or self.leads).ids, **kwargs)
        self.assertEqual((result["run_ids"], result["skipped"]), ([], []))
        return self.env["mail.activity.plan.launch"].browse(result["launch_id"])

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def _on_commit(self, number, function):
        """Do something after the scheduled action committed.

        :param int number: which of its commits; the first is the one before any record
        """
        commit = IrCron._commit_progress
        count = 0

        def patched(cron, *args, **kwargs):
            nonlocal count
            count += 1
            result = commit(cron, *args, **kwargs)
            if count == number:
                function(cron.env)
            return result

        return patch.object(IrCron, "_commit_progress", patched)

    def _fail_on(self, lead, error):
        """Let the launch on a lead fail at its very end."""
        post = MailActivityPlanRun._post_launch_notes

        def patched(runs):
            if lead.id in runs.mapped("res_id"):
                raise error
            return post(runs)

        return patch.object(MailActivityPlanRun, "_post_launch_notes", patched)

    def _get_runs(self):
        return self.short_plan.run_ids

    def _get_messages(self, user):
        return self.env["mail.message"].search(
            [
                ("partner_ids", "in", user.partner_id.ids),
                ("subject", "ilike", "Big campaign"),
            ]
        )

    def assertCounts(self, launch, processed, launched, skipped):
        self.assertEqual(
            (launch.processed_count, launch.launched_count, launch.skipped_count),
            (processed, launched, skipped),
        )

    def assertLaunchedOnce(self, launch, leads):
        """Of the records of a launch, these have a run, and no other ones."""
        runs = self._get_runs().filtered(lambda run: run.res_id in launch.res_ids)
        self.assertEqual(sorted(runs.mapped("res_id")), sorted(leads.ids))
        activities = self.env["mail.activity"].search([("run_id", "in", runs.ids)])
        self.assertEqual(sorted(activities.mapped("res_id")), sorted(leads.ids))

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
