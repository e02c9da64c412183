# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.engine.launcher import Launcher

from .jobs_common import JobsCase

EVENTS = ("hand over", "do a job", "kill a server", "requeue", "scheduled action")


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestRandomEvents(JobsCase):
    """Runners come and go, servers end in the middle: whatever happens in whichever
    order, each record is launched on once, and counted once."""

    def _create_plan(self, env, **values):
        return super()._create_plan(env, allow_parallel=False, **values)

    @mute_logger("odoo.sql_db")
    @given(st.lists(st.sampled_from(EVENTS), max_size=7))
    @settings(
        deadline=None,
        max_examples=12,
        suppress_health_check=list(HealthCheck),
    )
    def test_each_is_launched_on_once(self, events):
        launch_id = self._enqueue_launch()
        for event in events:
            self._let_happen(event)
        with self._transaction() as env:
            self._cron_launch(env)
        try:
            self.assertEqual(self._read_launch(launch_id), ("done", 3, 3, 0))
            self._assertLaunchedOnce()
        finally:
            self._forget(launch_id)

    def _let_happen(self, event):
        pending = self._read_jobs("uuid", domain=[("state", "=", "pending")])
        if event == "hand over":
            self._hand_over(self._cron_launch)
        elif event == "do a job" and pending:
            self._do_job(pending[-1])
        elif event == "kill a server" and pending:
            self._do_job_until_killed(pending[0], (Launcher, "launch_now"))
        elif event == "requeue":
            self._requeue_dead()
        elif event == "scheduled action":
            with self._transaction() as env:
                self._cron_launch(env)

    def _forget(self, launch_id):
        """The next example begins anew."""
        with self._transaction() as env:
            env["queue.job"].search([("activity_work", "!=", False)]).unlink()
            self._get_runs(env).action_stop()
            env["mail.activity.plan.launch"].browse(launch_id).unlink()
            env.flush_all()
            runs = self._get_runs(env)
            lines = runs.line_ids
            for table, column, ids in (
                ("mail_activity_log", "run_id", runs.ids),
                ("mail_activity", "run_id", runs.ids),
                ("mail_activity_plan_run_line", "id", lines.ids),
                ("mail_activity_plan_run", "id", runs.ids),
            ):
                env.cr.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [ids])
