# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestActivityResume(CrmActivityPlusCommon):
    """What is on hold says until when on the page of one's activities, and is resumed
    there."""

    def test_one(self):
        activity = self._schedule()
        activity.action_hold()
        activity.action_resume()
        self.assertEqual(activity.status, "new")

    def test_many(self):
        held = self._schedule() + self._schedule()
        held.action_hold()
        action = held.action_resume_selected()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("2", action["params"]["message"])
        self.assertEqual(held.mapped("status"), ["new", "new"])

    def test_many_of_which_some_are_not_on_hold(self):
        held, other = self._schedule(), self._schedule()
        paused = self._launch().with_user(self.user_owner)
        paused.action_pause()
        held.action_hold()
        selected = held + other + paused.line_ids[0].activity_id
        wizard = self._ask(selected)
        wizard.is_plan_resumed = False
        wizard.action_apply()
        self.assertEqual(wizard.done_count, 1)
        self.assertIn("not on hold", wizard.report)
        self.assertIn("Resume the plan first", wizard.report)
        self.assertEqual(held.status, "new")

    def _ask(self, activities):
        """:returns: the pop-up that asks whether to resume paused plans, too"""
        action = activities.action_resume_selected()
        self.assertEqual(action["target"], "new")
        wizard = self.env[action["res_model"]].with_user(self.user_owner)
        wizard = wizard.browse(action["res_id"])
        self.assertEqual(wizard.state, "ask")
        return wizard

    def test_many_of_paused_plans(self):
        """They say how many plans, and resume them when that is confirmed."""
        runs = self._launch(self._create_leads(2)).with_user(self.user_owner)
        runs.action_pause()
        own = runs[0].line_ids[0].activity_id
        own.action_hold()
        held = self._schedule()
        held.action_hold()
        wizard = self._ask(runs.line_ids.activity_id[:7] + held)
        self.assertEqual(
            (wizard.paused_activity_count, wizard.paused_run_count), (7, 2)
        )
        self.assertEqual(set(runs.mapped("state")), {"paused"}, "not before")
        action = wizard.action_apply()
        self.assertEqual(action["params"]["message"], "Activities resumed: 8")
        self.assertEqual(set(runs.mapped("state")), {"running"})
        activities = runs.line_ids.activity_id + held
        self.assertEqual(set(activities.mapped("status")), {"new"})

    def test_paused_plan_that_another_one_resumes(self):
        run = self._launch().with_user(self.user_owner)
        run.action_pause()
        wizard = self._ask(run.line_ids.activity_id[:2])
        run.action_resume()
        wizard.action_apply()
        self.assertEqual(wizard.done_count, 0)
        self.assertIn("not on hold", wizard.report)

    def test_many_that_others_have(self):
        activity = self._schedule()
        activity.action_hold()
        foreign = activity.with_user(self.user_colleague)
        foreign.action_resume_selected()
        self.assertEqual(activity.status, "on_hold")

    def test_plan(self):
        until = Date.context_today(self.lead) + timedelta(days=5)
        run = self._launch().with_user(self.user_owner)
        run.action_pause(until)
        activities = run.line_ids.activity_id
        self.assertEqual(activities[0].plan_paused_until, until)
        with self.assertRaises(AccessError):
            activities[0].with_user(self.user_colleague).action_resume_plan()
        activities[:2].action_resume_plan()
        self.assertEqual(run.state, "running")
        self.assertEqual(set(activities.mapped("status")), {"new"})
        self.assertFalse(activities[0].plan_paused_until)
        with self.assertRaisesRegex(UserError, "nothing to resume"):
            activities.action_resume_plan()

    def test_page(self):
        """Mark Done, Resume, and nothing that deletes."""
        view = self.env.ref("crm_activity_plus.mail_activity_view_list_my")
        arch = self.env["mail.activity"].get_view(view.id, "list")["arch"]
        for name in ("action_resume", "action_resume_plan", "action_resume_selected"):
            self.assertIn(f'name="{name}"', arch)
        self.assertIn('delete="0"', arch)
        self.assertIn('widget="activity_due"', arch)
        self.assertNotIn('name="unlink"', arch)
