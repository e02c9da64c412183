# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .races_common import RacesCase


@tagged("post_install", "-at_install")
class TestMeanwhile(RacesCase):
    """What somebody does while plans are launched, or records are merged."""

    # Who may not do activities any more

    def _make_portal(self, env, _id):
        portal = env.ref("base.group_portal")
        user = env["res.users"].browse(self.other_id)
        user.group_ids = [Command.set(portal.ids)]

    def _prepare_internal(self, env):
        env["res.users"].browse(self.other_id).group_ids = [
            Command.set(env.ref("sales_team.group_sale_manager").ids)
        ]
        return self._make_lead(env)

    def _check_people(self, env, lead_id):
        for run in self._get_runs_on(env, lead_id):
            self.assertConsistent(env, run)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_responsible_becomes_a_portal_user(self):
        self._race(
            self._launch_on,
            self._make_portal,
            self._prepare_internal,
            self._check_people,
        )

    # Who leads a team

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_another_team_leader(self):
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            plan.template_ids[1].responsible_type = "team_leader"
            team_id = self._create(
                env, "crm.team", {"name": "Race", "user_id": self.user_id}
            ).id

        def prepare(env):
            env["crm.team"].browse(team_id).user_id = self.user_id
            return self._make_lead(env, team_id=team_id)

        def change(env, _id):
            env["crm.team"].browse(team_id).user_id = self.other_id

        def check(env, lead_id):
            [run] = self._get_runs_on(env, lead_id)
            self.assertEqual(run.line_ids[1].user_id.id, self.other_id)
            self.assertConsistent(env, run)

        self._race(self._launch_on, change, prepare, check)

    # Records that are merged

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.models.unlink")
    def test_activity_on_a_record_that_is_merged(self):
        """At once, or where it comes after all by the daily clean-up."""

        def prepare(env):
            lead_ids = [
                self._make_lead(env, probability=90),
                self._make_lead(env, probability=10),
            ]
            schedule(env, lead_ids)
            return lead_ids

        def merge(env, lead_ids):
            env["crm.lead"].browse(lead_ids).merge_opportunity()

        def schedule(env, lead_ids):
            env["mail.activity"].create(
                {
                    "activity_type_id": env.ref("mail.mail_activity_data_todo").id,
                    "res_model_id": env["ir.model"]._get_id("crm.lead"),
                    "res_id": lead_ids[1],
                    "summary": "Late",
                    "user_id": self.user_id,
                }
            )

        def check(env, lead_ids):
            env["mail.activity"]._move_left_behind()
            activities = env["mail.activity"].search(
                [("res_model", "=", "crm.lead"), ("res_id", "in", lead_ids)]
            )
            lead = env["crm.lead"].browse(lead_ids).exists()
            self.assertEqual(activities.mapped("res_id"), [*lead.ids, *lead.ids])

        self._race(merge, schedule, prepare, check)
