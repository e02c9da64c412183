# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged
from odoo.tools import mute_logger

from .races_common import RacesCase


@tagged("post_install", "-at_install")
class TestFollowRaces(RacesCase):
    """A record changes hands while a plan is launched on it."""

    def _prepare(self, env):
        super()._prepare(env)
        plan = env["mail.activity.plan"].browse(self.plan_id)
        plan.template_ids[1].write(
            {"responsible_type": "other", "responsible_id": self.other_id}
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_both_make_somebody_a_follower(self):
        """By a step of the plan, and as the salesperson."""

        def change(env, lead_id):
            env["crm.lead"].browse(lead_id).user_id = self.other_id

        def check(env, lead_id):
            lead = env["crm.lead"].browse(lead_id)
            [run] = self._get_runs_on(env, lead_id)
            self.assertEqual(lead.user_id.id, self.other_id)
            self.assertEqual(run.line_ids[:2].user_id, lead.user_id)
            partners = lead.message_follower_ids.partner_id
            self.assertIn(lead.user_id.partner_id, partners)
            self.assertConsistent(env, run)

        self._race(self._launch_on, change, self._make_lead, check)
