# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from .races_common import RacesCase

RUNS = "mail.activity.plan.run"


@tagged("post_install", "-at_install")
class TestUndoRaces(RacesCase):
    """A launch is undone, or many plans are changed at once, while somebody else works
    on them: one of both holds, whole."""

    def _undo(self, env, run_id):
        env[RUNS].browse(run_id).undo()

    def _apply(self, mode, **values):
        def apply(env, run_id):
            wizard = env["mail.activity.plan.run.bulk"].create(
                {"run_ids": [run_id], "mode": mode, **values}
            )
            wizard.action_apply()

        return apply

    def _get_first(self, env, run_id):
        """:returns: the activity of the first step; none where it was undone"""
        return env[RUNS].browse(run_id).line_ids[0].activity_id

    def _start(self, env, run_id):
        self._get_first(env, run_id).exists().action_start()

    def _complete(self, env, run_id):
        activity = self._get_first(env, run_id)
        if activity.status in ("new", "on_hold"):
            activity.complete(feedback="Done")

    def assertWhole(self, env, run_id):
        run = env[RUNS].browse(run_id)
        self.assertConsistent(env, run)
        activities = env["mail.activity"].with_context(active_test=False)
        activities = activities.search([("run_id", "=", run_id)])
        if run.stop_reason == "undone":
            # Those of a round before were cancelled with that.
            rounds = env["mail.activity.log"].search_count(
                [("run_id", "=", run_id), ("event", "=", "restarted")]
            )
            self.assertEqual(
                {*activities.mapped("status")} | {"cancelled"}, {"cancelled"}
            )
            self.assertTrue(rounds or not activities)
            self.assertEqual({*run.line_ids.mapped("state")}, {"cancelled"})
        else:
            self.assertTrue(activities)

    def _race_with(self, first, second):
        self._race(first, second, self._prepare_run, self.assertWhole)

    def test_undone_and_started(self):
        self._race_with(self._undo, self._start)

    def test_undone_and_completed(self):
        self._race_with(self._undo, self._complete)

    def test_undone_and_restarted(self):
        self._race_with(
            self._undo, lambda env, run_id: env[RUNS].browse(run_id).action_restart()
        )

    def test_undone_and_paused(self):
        self._race_with(
            self._undo,
            lambda env, run_id: env[RUNS].browse(run_id).action_pause("2099-01-01"),
        )

    def test_many_stopped_and_one_completed(self):
        self._race_with(self._apply("stop", note="Enough"), self._complete)

    def test_many_paused_and_one_completed(self):
        self._race_with(self._apply("pause", until="2099-01-01"), self._complete)

    def test_many_stopped_and_undone(self):
        self._race_with(self._apply("stop"), self._undo)
