# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.tests.races_common import RacesCase

RUNS = "mail.activity.plan.run"


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestProofRaces(RacesCase):
    """What proves a step at the moment when its plan is paused, or resumes."""

    def _prepare(self, env):
        super()._prepare(env)
        plan = env["mail.activity.plan"].browse(self.plan_id)
        plan.template_ids[0].proof = "email"

    def _prepare_paused(self, env):
        run_id = self._prepare_run(env)
        env[RUNS].browse(run_id).action_pause()
        return run_id

    def _prove(self, env, run_id):
        lead = self._get_lead_of(env, run_id)
        env["mail.activity.plan.run.line"]._prove("email", lead, lead.message_ids[0])

    def _check_done(self, env, run_id):
        step = env[RUNS].browse(run_id).line_ids[0]
        self.assertEqual((step.state, step.is_proved_on_pause), ("done", False))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_proof_against_resume(self):
        self._race(
            self._prove,
            lambda env, run_id: env[RUNS].browse(run_id).action_resume(),
            self._prepare_paused,
            self._check_done,
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_proof_against_pause(self):
        """It is done at once, or once the plan resumes."""

        def check(env, run_id):
            env[RUNS].browse(run_id).action_resume()
            self._check_done(env, run_id)

        self._race(
            self._prove,
            lambda env, run_id: env[RUNS].browse(run_id).action_pause(),
            self._prepare_run,
            check,
        )
