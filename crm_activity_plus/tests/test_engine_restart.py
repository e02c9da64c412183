# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestEngineRestart(CrmActivityPlusCommon):
    """A plan isn't restarted where it isn't launched, and in the same words."""

    def assertRefused(self, run, user=None, words=""):
        """Launch and restart say the same, and neither does anything."""
        user = user or self.user_manager
        state = run.state
        plan = self.plan.with_user(user)
        try:
            result = plan.launch(self.lead.ids)
        except UserError as error:
            reason = error.args[0]
        else:
            self.assertFalse(result["run_ids"])
            reason = result["skipped"][0]["reason"]
        self.assertIn(words, reason)
        with self.assertRaises(UserError) as caught:
            run.with_user(user).action_restart()
        self.assertEqual(caught.exception.args[0], reason)
        self.assertEqual(run.state, state)
        [values] = run.with_user(user).get_timeline()
        self.assertNotIn("restart", values["actions"])
        self.assertLedgerTellsState(run)

    def assertRestarts(self, run, user=None):
        run = run.with_user(user or self.user_manager)
        [values] = run.get_timeline()
        self.assertIn("restart", values["actions"])
        run.action_restart()
        self.assertEqual(run.state, "running")

    def test_won(self):
        run = self._launch()
        self.lead.action_set_won()
        self.assertRefused(run, words="is won")
        self.lead.stage_id = self.env["crm.stage"].search(
            [("is_won", "=", False)], limit=1
        )
        self.assertRestarts(run)

    def test_lost(self):
        run = self._launch()
        self.lead.action_set_lost()
        self.assertRefused(run, words="is lost")
        self.lead.action_unarchive()
        self.assertRestarts(run)

    def test_archived(self):
        self.lead.probability = 40
        run = self._launch()
        self.lead.action_archive()
        self.assertRefused(run, words="is archived")
        self.lead.action_unarchive()
        self.assertRestarts(run)

    def test_exits_that_no_plan_has_any_more(self):
        """On which records one has to look is remembered, and was wrong by then."""
        self.plan.exit_domain = "[('priority', '=', '3')]"
        run = self._launch()
        run.action_stop()
        plans = self.env["mail.activity.plan"].with_context(active_test=False)
        plans.search([]).exit_domain = False
        self.assertNotIn("crm.lead", plans._get_watched_models("exit_domain"))
        self.assertRestarts(run)
        self.lead.priority = "3"
        self.assertEqual((run.state, run.stop_reason), ("stopped", "condition"))

    def test_exits_of_the_run_count(self):
        """What was launched stays as it was launched."""
        self.plan.write({"exit_on_won": False, "exit_on_lost": False})
        run = self._launch()
        run.action_stop()
        self.plan.write({"exit_on_won": True, "exit_on_lost": True})
        self.lead.action_archive()
        self.assertRestarts(run)
        self.lead.action_set_won()
        self.assertRestarts(run)

    def test_plan_archived(self):
        run = self._launch()
        run.action_stop()
        self.plan.action_archive()
        self.assertRefused(run, words="is archived")

    def test_plan_of_another_company(self):
        run = self._launch()
        run.action_stop()
        both = self.company_main + self.other_company
        self.user_manager.company_ids = [Command.set(both.ids)]
        self.plan.company_id = self.other_company
        with self.assertRaisesRegex(UserError, "belongs to the company"):
            run.with_user(self.user_manager).action_restart()
        with self.assertRaisesRegex(UserError, "belongs to the company"):
            run.with_user(self.user_manager).with_context(
                allowed_company_ids=both.ids
            ).action_restart()

    def test_condition_of_the_plan(self):
        run = self._launch()
        run.action_stop()
        self.plan.domain = "[('expected_revenue', '>', 100)]"
        self.assertRefused(run, words="doesn't meet")
        self.lead.expected_revenue = 200
        self.assertRestarts(run)

    def test_teams_of_the_plan(self):
        run = self._launch()
        run.action_stop()
        self.plan.team_ids = self.env["crm.team"].create({"name": "Others"})
        self.assertRefused(run, words="sales teams")

    def test_exit_condition(self):
        self.plan.exit_domain = "[('priority', '=', '3')]"
        run = self._launch()
        self.lead.priority = "3"
        self.assertEqual(run.stop_reason, "condition")
        self.assertRefused(run, words="the condition that stops the plan")
        self.lead.priority = "1"
        self.assertRestarts(run)

    def test_under_way_is_cancelled_first(self):
        """Of a run that goes on, too: nothing is stopped where it can't begin again."""
        run = self._launch()
        self.plan.domain = "[('expected_revenue', '>', 100)]"
        with self.assertRaisesRegex(UserError, "doesn't meet"):
            run.with_user(self.user_owner).action_restart()
        self.assertEqual(run.state, "running")
        self.assertEqual(set(run.line_ids.mapped("state")), {"scheduled"})

    def test_many(self):
        """One that can't begin again is enough to say so, and none is changed."""
        leads = self._create_leads(3)
        runs = self._launch(leads)
        runs.action_stop()
        leads[1].action_set_won()
        with self.assertRaisesRegex(UserError, "is won"):
            runs.with_user(self.user_manager).action_restart()
        self.assertEqual(set(runs.mapped("state")), {"stopped"})
        self.assertEqual(
            [
                "restart" in values["actions"]
                for values in runs.with_user(self.user_manager).get_timeline()
            ],
            # Latest first.
            [True, False, True],
        )
