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
        action = selected.action_resume_selected()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.done_count, 1)
        self.assertIn("not on hold", wizard.report)
        self.assertIn("Resume the plan first", wizard.report)
        self.assertEqual(held.status, "new")

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
