# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.tests import tagged

from .concurrency import ConcurrencyCase

RUNS = "mail.activity.plan.run"


@tagged("post_install", "-at_install")
class TestPauseRaces(ConcurrencyCase):
    """What else happens at the moment when a pause ends."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            launched = self._launch(self.lead_ids)(env)
            self.run_ids = launched["run_ids"]
            runs = env[RUNS].browse(self.run_ids)
            runs.action_pause()
            runs.paused_until = runs[0].plan_date

    def _end_pauses(self, env):
        env[RUNS]._cron_end_pauses()

    def _read(self):
        """:returns: of each run its state and whether its pause has an end; and the
        ids of those that went on, as often as they did"""
        with self._transaction() as env:
            runs = env[RUNS].browse(self.run_ids)
            logs = env["mail.activity.log"].search(
                [
                    ("run_id", "in", runs.ids),
                    ("run_line_id", "=", False),
                    ("event", "=", "resumed"),
                ]
            )
            states = [(run.state, bool(run.paused_until)) for run in runs]
            return states, [log.run_id.id for log in logs]

    def test_two_scheduled_actions(self):
        """Each plan resumes once."""
        self._run_together(self._end_pauses, self._end_pauses)
        with self._transaction() as env:
            self._end_pauses(env)
        states, resumed = self._read()
        self.assertEqual(set(states), {("running", False)})
        self.assertEqual(sorted(resumed), sorted(self.run_ids))

    def test_somebody_resumes(self):
        def resume(env):
            try:
                env[RUNS].browse(self.run_ids).action_resume()
            except UserError:
                # The scheduled action was faster.
                env.cr.rollback()

        self._run_together(self._end_pauses, resume)
        with self._transaction() as env:
            self._end_pauses(env)
        states, resumed = self._read()
        self.assertEqual(set(states), {("running", False)})
        self.assertEqual(sorted(resumed), sorted(self.run_ids))

    def test_somebody_chooses_another_day(self):
        """Whoever comes second says what holds: nothing is half done."""

        def postpone(env):
            env[RUNS].browse(self.run_ids[0]).action_pause("2099-01-01")

        self._run_together(self._end_pauses, postpone)
        [first, *_others], _resumed = self._read()
        self.assertEqual(first, ("paused", True))
        with self._transaction() as env:
            self._end_pauses(env)
        states, _resumed = self._read()
        self.assertEqual(
            states, [("paused", True), ("running", False), ("running", False)]
        )
