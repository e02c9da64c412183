# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.tests.races_common import RacesCase


@tagged("post_install", "-at_install")
class TestFinishingRaces(RacesCase):
    """Steps of another addon's kind that are finished at the same moment."""

    def _prepare(self, env):
        super()._prepare(env)
        automatic = {
            "action_type": "approval",
            "responsible_type": "other",
            "responsible_id": self.user_id,
        }
        steps = self._set_steps(
            env,
            {"summary": "One", "code": "one", **automatic},
            {"summary": "Two", "code": "two", **automatic},
            {"summary": "Last", "code": "last", "responsible_type": "on_demand"},
        )
        steps[2].after_ids = steps[:2]

    def _prepare_pending(self, env):
        run_id = self._prepare_run(env)
        run = env["mail.activity.plan.run"].browse(run_id)
        run.line_ids.filtered("date_due")._run_actions()
        return run_id

    def _get_approvals(self, env, run_id):
        approvals = env["test.activity.approval"]
        return approvals.search([("line_id.run_id", "=", run_id)], order="id")

    def _answer(self, index):
        return lambda env, run_id: self._get_approvals(env, run_id)[index]._answer()

    def _refuse(self, env, run_id):
        self._get_approvals(env, run_id)[0]._refuse("Too dear")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_both_predecessors_of_a_join(self):
        def check(env, run_id):
            run = env["mail.activity.plan.run"].browse(run_id)
            self.assertEqual(
                run.line_ids.mapped("state"), ["done", "done", "scheduled"]
            )
            self.assertConsistent(env, run)

        self._race(self._answer(0), self._answer(1), self._prepare_pending, check)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_step_twice(self):
        """Whoever is first decides, and the other one changes nothing."""

        def check(env, run_id):
            run = env["mail.activity.plan.run"].browse(run_id)
            line = run.line_ids[0]
            self.assertIn(line.state, ("done", "failed"))
            ends = env["mail.activity.log"].search(
                [("run_line_id", "=", line.id), ("old_status", "=", "scheduled")]
            )
            self.assertEqual(ends.mapped("new_status"), [line.state])

        for other in (self._answer(0), self._refuse):
            self._race(self._answer(0), other, self._prepare_pending, check)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_stopped_at_the_same_moment(self):
        def stop(env, run_id):
            env["mail.activity.plan.run"].browse(run_id).action_stop()

        def check(env, run_id):
            run = env["mail.activity.plan.run"].browse(run_id)
            self.assertEqual(run.state, "stopped")
            self.assertIn(run.line_ids[0].state, ("done", "cancelled"))
            self.assertNothingOpen(env, run)

        self._race(self._answer(0), stop, self._prepare_pending, check)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_paused_at_the_same_moment(self):
        def pause(env, run_id):
            env["mail.activity.plan.run"].browse(run_id).action_pause()

        def check(env, run_id):
            run = env["mail.activity.plan.run"].browse(run_id)
            self.assertEqual(run.state, "paused")
            self.assertEqual(run.line_ids[0].state, "done")
            run.action_resume()
            self._get_approvals(env, run_id)[1]._answer()
            self.assertEqual(
                run.line_ids.mapped("state"), ["done", "done", "scheduled"]
            )

        self._race(self._answer(0), pause, self._prepare_pending, check)
