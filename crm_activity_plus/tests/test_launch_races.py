# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged
from odoo.tools import mute_logger

from .races_common import RacesCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestLaunchRaces(RacesCase):
    """A plan isn't under way where something ended it at the moment of the launch."""

    def _check_exit(self, function, reason, prepare=None):
        self._race(
            self._launch_on,
            lambda env, lead_id: function(env["crm.lead"].browse(lead_id)),
            prepare or self._make_lead,
            lambda env, lead_id: self.assertOver(
                env, self._get_runs_on(env, lead_id), reason
            ),
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_won(self):
        self._check_exit(lambda lead: lead.action_set_won(), "won")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_lost(self):
        self._check_exit(lambda lead: lead.action_set_lost(), "lost")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_archived(self):
        self._check_exit(lambda lead: lead.action_archive(), "lost")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_exit_condition(self):
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            plan.exit_domain = "[('priority', '=', '3')]"
        self._check_exit(lambda lead: lead.write({"priority": "3"}), "condition")

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.models.unlink")
    def test_deleted(self):
        self._check_exit(lambda lead: lead.unlink(), "record_deleted")

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.models.unlink")
    def test_deleted_contact(self):
        """There is no foreign key to it."""
        with self._transaction() as env:
            plan = self._create_plan(env, res_model="res.partner")
            self._extras.append(("mail.activity.plan", plan.ids))
            plan_id = plan.id

        def prepare(env):
            return env["res.partner"].create({"name": "Race"}).id

        def launch(env, partner_id):
            env["mail.activity.plan"].browse(plan_id).launch([partner_id])

        def check(env, partner_id):
            runs = env["mail.activity.plan.run"].search(
                [("res_model", "=", "res.partner"), ("res_id", "=", partner_id)]
            )
            self.assertOver(env, runs, "record_deleted")
            for table, column in (
                ("mail_activity_log", "run_id"),
                ("mail_activity", "run_id"),
                ("mail_activity_plan_run_line", "run_id"),
                ("mail_activity_plan_run", "id"),
            ):
                env.cr.execute(
                    f"DELETE FROM {table} WHERE {column} = ANY(%s)", [runs.ids]
                )

        self._race(
            launch,
            lambda env, partner_id: env["res.partner"].browse(partner_id).unlink(),
            prepare,
            check,
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_moved_to_another_company(self):
        with self._transaction() as env:
            company_id = self._create_company(env)

        def move(env, lead_id):
            env["crm.lead"].browse(lead_id).write(
                {"company_id": company_id, "user_id": False}
            )

        def check(env, lead_id):
            [run] = self._get_runs_on(env, lead_id) or [None]
            if run:
                self.assertEqual(run.company_id.id, company_id)
                for line in run.line_ids:
                    self.assertFalse(line.user_id, "nobody works there")
                self.assertConsistent(env, run)

        self._race(self._launch_on, move, self._make_lead, check)

    def _create_company(self, env):
        # Companies can't be deleted: their journals and so on hang on them.
        known = env["res.company"].search([("name", "=", "Race")], limit=1)
        return (known or env["res.company"].create({"name": "Race"})).id

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_other_salesperson(self):
        def change(env, lead_id):
            env["crm.lead"].browse(lead_id).user_id = self.other_id

        def check(env, lead_id):
            [run] = self._get_runs_on(env, lead_id)
            self.assertEqual(run.line_ids[0].user_id.id, self.other_id)
            self.assertConsistent(env, run)

        self._race(self._launch_on, change, self._make_lead, check)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_archived_responsible(self):
        """By whichever role."""
        for user_id in (self.user_id, self.other_id):
            self._race(
                self._launch_on,
                lambda env, _id, user_id=user_id: self._archive(env, user_id),
                self._prepare_users,
                self._check_users,
            )

    def _archive(self, env, user_id):
        env["res.users"].browse(user_id).action_archive()

    def _prepare_users(self, env):
        users = env["res.users"].browse([self.user_id, self.other_id])
        users.write({"active": True})
        return self._make_lead(env)

    def _check_users(self, env, lead_id):
        for run in self._get_runs_on(env, lead_id):
            self.assertConsistent(env, run)

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.models.unlink")
    def test_merged(self):
        """On the one that stays, and on the one that goes."""
        for index in (0, 1):

            def prepare(env):
                return [
                    self._make_lead(env, probability=90),
                    self._make_lead(env, probability=10),
                ]

            def merge(env, lead_ids):
                env["crm.lead"].browse(lead_ids).merge_opportunity()

            def launch(env, lead_ids, index=index):
                self._launch_on(env, lead_ids[index])

            def check(env, lead_ids):
                leads = env["crm.lead"].browse(lead_ids)
                self.assertEqual(len(leads.exists()), 1)
                runs = env["mail.activity.plan.run"].search(
                    [("res_model", "=", "crm.lead"), ("res_id", "in", lead_ids)]
                )
                for run in runs:
                    self.assertEqual(run.res_id, leads.exists().id)
                    self.assertEqual(run.state, "running")
                    self.assertConsistent(env, run)
                activities = env["mail.activity"].search(
                    [("res_model", "=", "crm.lead"), ("res_id", "in", lead_ids)]
                )
                self.assertLessEqual(
                    set(activities.mapped("res_id")), {leads.exists().id}
                )

            self._race(launch, merge, prepare, check)
