# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_cron import IrCron
from odoo.addons.crm_activity_plus.engine.launcher import Launcher
from odoo.addons.crm_activity_plus.models.background.mail_activity_plan_launch import (
    MAX_TRIES,
)

from ..models.mail_activity_plan_launch_part import MailActivityPlanLaunchPart
from .jobs_common import MODELS, JobsCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestLaunchJobs(JobsCase):
    """A launch in the background becomes jobs, one for each part."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            more = self._create(
                env, "crm.lead", *({"name": f"More {n}"} for n in range(2))
            )
            self.lead_ids = self.lead_ids + more.ids
            self.me = env.ref("base.user_admin").id

    def _count_parts(self, launch_id):
        with self._transaction() as env:
            return env["mail.activity.plan.launch.part"].search_count(
                [("launch_id", "=", launch_id)]
            )

    def test_parts(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        self.assertEqual(self._read_launch(launch_id), ("running", 0, 0, 0))
        rows = self._read_jobs("channel", "activity_launch_id", "state", "name")
        self.assertEqual({row[0] for row in rows}, {"root.activity.launch"})
        self.assertEqual({row[1].id for row in rows}, {launch_id})
        self.assertIn("records 5 to 5 of 5", rows[2][3])
        self._do_jobs(limit=1)
        self.assertEqual(self._read_launch(launch_id), ("running", 2, 2, 0))
        self._do_jobs()
        self.assertEqual(self._read_launch(launch_id), ("done", 5, 5, 0))
        self.assertEqual(self._count_parts(launch_id), 0)
        self._assertLaunchedOnce()
        with self._transaction() as env:
            self.assertEqual(self._get_runs(env).launch_id.id, launch_id)
            self.assertEqual(env["mail.message"].search_count(self._messages(env)), 1)
        # What was handed over is linked for good.
        self.assertEqual(len(set(self._read_jobs("activity_launch_id"))), 1)

    def _messages(self, env):
        plan = env["mail.activity.plan"].browse(self.plan_id)
        return [("subject", "ilike", plan.name)]

    def test_sizes_of_parts(self):
        """Large ones first, and small ones at the end: so workers end at about the same
        time."""
        with (
            self._transaction() as env,
            patch(f"{MODELS}.mail_activity_plan_launch.PART_SIZE", 200),
        ):
            launches = env["mail.activity.plan.launch"]
            for first, end, sizes in (
                (0, 4800, [500] * 8 + [200] * 4),
                (700, 2001, [500] + [200] * 4 + [1]),
                (0, 1001, [500, 200, 200, 101]),
                (0, 1000, [200] * 5),
                (150, 501, [200, 151]),
                (501, 501, []),
            ):
                with self.subTest(first=first, end=end):
                    ranges = launches._get_ranges(first, end)
                    self.assertEqual([size for _place, size in ranges], sizes)
                    places = [place for place, _size in ranges] + [end]
                    steps = zip(places, places[1:], strict=False)
                    self.assertEqual([after - place for place, after in steps], sizes)
                    self.assertEqual(places[0], first)

    def _at_each_commit(self, function):
        """:param function: called after each commit of a scheduled action"""
        commit = IrCron._commit_progress

        def patched(cron, *args, **kwargs):
            result = commit(cron, *args, **kwargs)
            function()
            return result

        return patch.object(IrCron, "_commit_progress", patched)

    def test_workers_begin_while_jobs_are_made(self):
        self._enqueue_launch()
        counts = []
        with self._at_each_commit(lambda: counts.append(len(self._read_jobs()))):
            self._hand_over(self._cron_launch)
        self.assertEqual(counts[:3], [1, 2, 3])

    def test_cancelling_a_launch_while_jobs_are_made(self):
        launch_id = self._enqueue_launch()

        def cancel():
            if self._read_launch(launch_id)[0] == "running":
                with self._transaction() as env:
                    env["mail.activity.plan.launch"].browse(launch_id).action_cancel()

        with self._at_each_commit(cancel):
            self._hand_over(self._cron_launch)
        self.assertEqual(self._read_jobs(), ["cancelled"])
        self.assertEqual(self._read_launch(launch_id), ("cancelled", 0, 0, 0))

    def test_records_that_are_skipped(self):
        with self._transaction() as env:
            self._launch(self.lead_ids[1:2])(env)
            code = env["mail.activity.plan"].browse(self.plan_id).template_ids.code
        overrides = {self.lead_ids[4]: {code: {"skip": True}}}
        launch_id = self._enqueue_launch(overrides=overrides)
        self._hand_over(self._cron_launch)
        self._do_jobs()
        state, processed, launched, skipped = self._read_launch(launch_id)
        self.assertEqual((state, processed), ("done", 5))
        self.assertEqual(launched + skipped, 5)
        with self._transaction() as env:
            rows = env["mail.activity.plan.launch"].browse(launch_id).skipped
            self.assertIn(self.lead_ids[1], [row["res_id"] for row in rows])
            runs = self._get_runs(env)
            self.assertEqual(len(set(runs.mapped("res_id"))), len(runs))

    def test_servers_are_at_parts_at_the_same_time(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        ids = [ids for [ids] in self._read_jobs("activity_res_ids")]
        names = "mail.activity.plan.launch.part"

        def work(part_id):
            return lambda env: env[names].browse(part_id)._work_launch()

        with mute_logger("odoo.sql_db"):
            # The first part twice: an identity isn't atomic.
            self._run_together(*map(work, [*ids, ids[0]]))
        with self._runner(), self._transaction() as env:
            self._cron_launch(env)
        self.assertEqual(self._read_launch(launch_id), ("done", 5, 5, 0))
        self._assertLaunchedOnce()

    def test_others_end_the_launch_meanwhile(self):
        """There is nothing left to do: the job doesn't fail."""
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        [[part_id], *_others] = self._read_jobs("activity_res_ids")
        work_off = MailActivityPlanLaunchPart._work_off

        def ended(part):
            part.env.cr.commit()
            with patch.object(MailActivityPlanLaunchPart, "_work_off", work_off):
                self._do_jobs()
            work_off(part)

        with self._transaction() as env:
            part = env["mail.activity.plan.launch.part"].browse(part_id)
            with patch.object(MailActivityPlanLaunchPart, "_work_off", ended):
                self.assertTrue(part._work_launch())
            self.assertFalse(part.exists())
            self.assertTrue(part._work_launch())
        self.assertEqual(self._read_launch(launch_id), ("done", 5, 5, 0))
        self._assertLaunchedOnce()

    def test_a_part_is_begun_on_the_scheduled_action(self):
        """What it has launched on already is kept."""
        launch_id = self._enqueue_launch()
        with self._transaction() as env:
            launch = env["mail.activity.plan.launch"].browse(launch_id)
            launch.state = "running"
            launch._process_batch(launch._get_plan(), self.lead_ids[:3], {})
        self._hand_over(self._cron_launch)
        self.assertEqual(len(self._read_jobs()), 1)
        self._do_jobs()
        self.assertEqual(self._read_launch(launch_id), ("done", 5, 5, 0))
        self._assertLaunchedOnce()

    def test_the_scheduled_action_goes_on_when_all_runners_end(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        uuids = self._read_jobs("uuid")
        self._do_job(uuids[2])
        self._do_job_until_killed(uuids[0], (Launcher, "launch_now"))
        with self._transaction() as env:
            self._cron_launch(env)
        self.assertEqual(self._read_launch(launch_id), ("done", 5, 5, 0))
        self.assertEqual(self._count_parts(launch_id), 0)
        self._assertLaunchedOnce()
        states = self._read_jobs()
        self.assertEqual(sorted(states), ["cancelled", "cancelled", "done"])

    def test_a_part_that_somebody_is_at_is_waited_for(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        with self._transaction() as holder:
            holder["mail.activity.plan.launch"].browse(launch_id).part_ids[
                -1:
            ].lock_for_update()
            with self._transaction() as env:
                self._cron_launch(env)
            self.assertEqual(self._read_launch(launch_id)[0], "running")
        with self._transaction() as env:
            self._cron_launch(env)
        self.assertEqual(self._read_launch(launch_id), ("done", 5, 5, 0))
        self._assertLaunchedOnce()

    def test_server_that_ends_in_the_middle(self):
        """The next batch is smaller, and nothing is launched twice."""
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        [uuid, *_others] = self._read_jobs("uuid")
        for target in ((Launcher, "launch_now"), (MailActivityPlanLaunchPart, "write")):
            self._do_job_until_killed(uuid, target, 1 if target[1] != "write" else 2)
            self._requeue_dead()
        sizes = []
        launch_now = Launcher.launch_now

        def patched(launcher, request):
            sizes.append(len(request.res_ids))
            return launch_now(launcher, request)

        with patch.object(Launcher, "launch_now", patched):
            self._do_job(uuid)
        self.assertEqual(sizes, [1, 1])
        self._do_jobs()
        self.assertEqual(self._read_launch(launch_id), ("done", 5, 5, 0))
        self._assertLaunchedOnce()

    def test_a_job_ends_when_its_time_is_over(self):
        """It goes on with the part at once."""
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        with self._transaction() as env:
            parts = env["mail.activity.plan.launch"].browse(launch_id).part_ids
            # The next batch is half as large.
            parts.filtered("record_count")[0].try_count = 1
        with patch(f"{MODELS}.mail_activity_background.JOB_SECONDS", -1):
            self._do_jobs(limit=1)
        self.assertEqual(self._read_jobs("state", "retry")[0], ("pending", 0))
        while self._do_jobs():
            pass
        self.assertEqual(self._read_launch(launch_id), ("done", 5, 5, 0))
        self._assertLaunchedOnce()

    def test_record_that_ends_the_server_again_and_again(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        with self._transaction() as env:
            parts = env["mail.activity.plan.launch"].browse(launch_id).part_ids
            parts.filtered("record_count")[0].try_count = MAX_TRIES
        self._do_jobs()
        self.assertEqual(self._read_launch(launch_id), ("done", 5, 4, 1))

    def test_one_that_cannot_be_launched_on(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        with self._transaction() as env:
            env["crm.lead"].browse(self.lead_ids[0]).unlink()
        self._do_jobs()
        self.assertEqual(self._read_launch(launch_id), ("done", 5, 4, 1))

    def test_job_that_fails(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        [uuid, *_others] = self._read_jobs("uuid")
        with patch.object(
            MailActivityPlanLaunchPart, "_work_launch", lambda self: 1 / 0
        ):
            self._do_job_that_fails(uuid)
        self._hand_over(self._cron_launch)
        self.assertEqual(self._read_launch(launch_id), ("done", 5, 5, 0))
        self._assertLaunchedOnce()

    # ------------------------------------------------------------
    # Cancelling, looking
    # ------------------------------------------------------------

    def test_cancelling_a_launch_cancels_its_jobs(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        self._do_jobs(limit=1)
        with self._transaction() as env:
            launch = env["mail.activity.plan.launch"].browse(launch_id)
            launch.with_user(self.me).action_cancel()
        self.assertEqual(self._read_jobs(), ["done", "cancelled", "cancelled"])
        self.assertEqual(self._read_launch(launch_id), ("cancelled", 2, 2, 0))
        self._hand_over(self._cron_launch)
        self.assertEqual(self._do_jobs(), 0)

    @mute_logger("odoo.sql_db")
    def test_cancelling_a_launch_that_goes_on_at_this_moment(self):
        """It is done again; it isn't lost, while its user believes it was done."""
        launch_id = self._enqueue_launch()
        with self._transaction() as env:
            launch = env["mail.activity.plan.launch"].browse(launch_id)
            self.assertEqual(launch.state, "pending")
            with self._transaction() as other_env:
                other_env["mail.activity.plan.launch"].browse(launch_id).try_count = 1
            with self.assertRaises(SerializationFailure):
                launch.action_cancel()
            env.cr.rollback()
            launch.action_cancel()
        self.assertEqual(self._read_launch(launch_id)[0], "cancelled")

    def test_cancelling_a_launch_stops_a_job_that_was_begun(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        with self._transaction() as env:
            env.cr.execute(
                "UPDATE mail_activity_plan_launch SET state = 'cancelled'"
                " WHERE id = %s",
                [launch_id],
            )
        self._do_jobs()
        self.assertEqual(self._read_launch(launch_id), ("cancelled", 0, 0, 0))

    def test_cancelling_a_job_cancels_its_launch(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        with self._transaction() as env:
            jobs = env["queue.job"].search([("activity_launch_id", "=", launch_id)])
            jobs[0].with_user(self.me).button_cancelled()
        self.assertEqual(set(self._read_jobs()), {"cancelled"})
        self.assertEqual(self._read_launch(launch_id)[0], "cancelled")

    def test_where_a_job_leads(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        with self._transaction() as env:
            jobs = env["queue.job"].search([("activity_launch_id", "=", launch_id)])
            action = jobs[0].with_user(self.me).open_related_action()
            self.assertEqual(action["res_model"], "mail.activity.plan.launch")
            self.assertEqual(action["res_id"], launch_id)
            launch = jobs.activity_launch_id.with_user(self.me)
            self.assertEqual(launch.activity_job_count, 3)
            action = launch.action_view_activity_jobs()
            self.assertEqual(env["queue.job"].search_count(action["domain"]), 3)

    def test_steps_lead_to_their_plans(self):
        self._make_due()
        self._hand_over(self._run_due)
        with self._transaction() as env:
            job = env["queue.job"].search([("activity_work", "=", "step")])
            action = job.with_user(self.me).open_related_action()
            self.assertEqual(action["res_model"], "mail.activity.plan.run")
            [(_id, _in, ids)] = action["domain"]
            self.assertEqual(sorted(ids), sorted(self._get_runs(env).ids))

    def test_who_may_see_jobs(self):
        launch_id = self._enqueue_launch()
        self._hand_over(self._cron_launch)
        with self._transaction() as env:
            user = new_test_user(
                env, "jobs_manager", "sales_team.group_sale_manager", name="Manager"
            )
            self._extras.append(("res.users", user.ids))
            launch = env["mail.activity.plan.launch"].browse(launch_id).with_user(user)
            self.assertEqual(launch.state, "running")
            with self.assertRaises(AccessError):
                launch.read(["activity_job_ids"])
            self.assertNotIn("activity_job_ids", launch.fields_get())
            jobs = env["queue.job"].with_user(user)
            with self.assertRaises(AccessError):
                jobs.search([])
            parts = env["mail.activity.plan.launch.part"].with_user(user)
            with self.assertRaises(AccessError):
                parts.search([])
            view = launch.get_view(view_type="form")["arch"]
            self.assertNotIn("action_view_activity_jobs", view)
