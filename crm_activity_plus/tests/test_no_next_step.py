# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo.tests import tagged

from .next_step_common import NextStepCase


@tagged("post_install", "-at_install")
class TestNoNextStep(NextStepCase):
    """Which open leads nothing reminds anybody of."""

    def test_nothing(self):
        self.assertNextStep(self.lead, False)
        self.assertFalse(self.lead.next_step_name)

    def test_lead_of_type_lead(self):
        self.assertNextStep(self._create_lead("Somebody", type="lead"), False)

    def test_won(self):
        self.lead.action_set_won()
        self.assertNextStep(self.lead, True)

    def test_lost(self):
        self.lead.action_set_lost()
        self.assertNextStep(self.lead, True)

    def test_archived(self):
        self.lead.action_archive()
        self.assertNextStep(self.lead, True)

    def test_activity(self):
        activity = self._schedule(summary="Ring them")
        self.assertNextStep(self.lead, True)
        self.assertEqual(self.lead.next_step_name, "Ring them")
        self.assertEqual(self.lead.next_step_date, activity.date_deadline)
        activity.action_start()
        self.assertNextStep(self.lead, True)
        activity.action_done()
        self.assertNextStep(self.lead, False)

    def test_cancelled(self):
        self._schedule().action_cancel()
        self.assertNextStep(self.lead, False)

    def test_deleted(self):
        self._schedule().unlink()
        self.assertNextStep(self.lead, False)

    def test_hold(self):
        """Without a date, nothing brings it back."""
        activity = self._schedule()
        activity.action_hold()
        self.assertNextStep(self.lead, False)
        until = self.today + timedelta(days=10)
        activity.action_resume()
        activity.action_hold(until)
        self.assertNextStep(self.lead, True)
        self.assertEqual(self.lead.next_step_date, until)

    def test_activity_elsewhere(self):
        """The partner with the same number has one."""
        partner = self.env["res.partner"].browse(self.lead.id).exists()
        partner = partner or self.env["res.partner"].create(
            {"id": self.lead.id, "name": "Same Number"}
        )
        self._schedule(partner, user=self.env.user)
        self.assertNextStep(self.lead, False)

    def test_run(self):
        run = self._launch()
        self.assertNextStep(self.lead, True)
        self.assertEqual(self.lead.next_step_name, "Send e-mail")
        run.action_pause()
        self.assertNextStep(self.lead, False)
        run.action_pause(self.today + timedelta(days=10))
        self.assertNextStep(self.lead, True)
        run.action_stop()
        self.assertNextStep(self.lead, False)

    def test_run_without_activity(self):
        """Steps that do themselves are next steps, too."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Touch",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "pass",
            }
        )
        plan = self._create_plan(
            "By Itself",
            self._step(
                self.type_todo,
                "Touch it",
                5,
                action_type="server_action",
                server_action_id=action.id,
            ),
        )
        self._launch(plan=plan)
        self.assertNextStep(self.lead, True)
        self.assertEqual(self.lead.next_step_name, "Touch it")
        self.assertFalse(self.lead.activity_ids)

    def test_earliest(self):
        self._schedule(summary="Later", date_deadline=self.today + timedelta(days=9))
        self._schedule(summary="Sooner", date_deadline=self.today - timedelta(days=2))
        self.assertEqual(self.lead.next_step_name, "Sooner")

    def test_progress(self):
        self.assertEqual(self.lead.plan_step_count, 0)
        run = self._launch()
        self.assertEqual(
            (self.lead.plan_step_closed_count, self.lead.plan_step_count), (0, 5)
        )
        self.assertEqual(self.lead.plan_state, "running")
        run.line_ids[0].activity_id.action_done()
        self.assertEqual(self.lead.plan_step_closed_count, 1)
        run.action_pause()
        self.assertEqual(self.lead.plan_state, "paused")

    def test_follows_in_cache(self):
        """Without anybody who clears the cache."""
        self.assertTrue(self.lead.has_no_next_step)
        activity = self._schedule()
        self.assertFalse(self.lead.has_no_next_step)
        activity.date_deadline = self.today + timedelta(days=3)
        self.assertEqual(self.lead.next_step_date, activity.date_deadline)
        activity.action_hold()
        self.assertTrue(self.lead.has_no_next_step)

    def test_access(self):
        """Searching shows only what one may see, and what others plan counts."""
        domain = [("has_no_next_step", "=", True), ("id", "=", self.lead.id)]
        Lead = self.env["crm.lead"]
        self.assertTrue(Lead.with_user(self.user_owner).search(domain))
        self.assertFalse(Lead.with_user(self.user_colleague).search(domain))
        self._schedule(user=self.user_manager, user_id=self.user_manager.id)
        self.assertFalse(Lead.with_user(self.user_owner).search(domain))
        self.assertFalse(self.lead.with_user(self.user_owner).has_no_next_step)

    def _count_queries(self, leads):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        leads.with_user(self.user_owner).read(
            [
                "has_no_next_step",
                "next_step_date",
                "next_step_name",
                "plan_progress",
                "plan_state",
                "plan_step_closed_count",
                "plan_step_count",
            ]
        )
        return self.cr.sql_log_count - before

    def test_queries(self):
        """The cards of a pipeline cost the same number, however many there are."""
        leads = self._create_leads(80)
        self._launch(leads[:40])
        for lead in leads[40:60]:
            self._schedule(lead)
        self._count_queries(leads[:2])
        few = self._count_queries(leads[:2] + leads[45:47])
        self.assertLessEqual(self._count_queries(leads), few)

    def test_menu(self):
        """A team leader sees the teams, the others what is their own."""
        Lead = self.env["crm.lead"]
        action = Lead.with_user(self.user_owner).action_view_no_next_step()
        self.assertEqual(
            action["context"], {"create": False, "search_default_assigned_to_me": 1}
        )
        self.sales_team_1.user_id = self.user_manager
        action = Lead.with_user(self.user_manager).action_view_no_next_step()
        self.assertEqual(
            action["context"],
            {
                "create": False,
                "search_default_my_teams": 1,
                "search_default_salesperson": 1,
            },
        )
        view = Lead.get_view(action["search_view_id"][0], "search")
        for name in ("assigned_to_me", "my_teams", "salesperson", "no_next_step"):
            self.assertIn(f'name="{name}"', view["arch"])

    def test_team(self):
        team = self.sales_team_1.with_user(self.user_manager)
        count = team.lead_no_next_step_count
        self.assertTrue(count)
        self._schedule(user=self.user_manager)
        team.invalidate_recordset()
        self.assertEqual(team.lead_no_next_step_count, count - 1)
        action = team.action_view_no_next_step()
        self.assertEqual(action["context"]["search_default_team_id"], team.id)

    def test_schedule(self):
        """The link on the card opens the pop-up on that lead."""
        action = self.lead.with_user(self.user_owner).action_schedule_next_step()
        wizard = (
            self.env["mail.activity.schedule"]
            .with_user(self.user_owner)
            .with_context(**action["context"])
            .create({"activity_type_id": self.type_call.id})
        )
        wizard.action_schedule_activities()
        self.assertNextStep(self.lead, True)
