# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .activity_type_common import ActivityTypeCommon


@tagged("crm_activity_plus")
class TestActivityTypeDelete(ActivityTypeCommon):
    """Row E6."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.custom = cls._create_type("Site visit", sequence=-1)

    def _delete_with_activity(self):
        activity = self._schedule(activity_type_id=self.custom.id)
        self.custom.with_user(self.user_system).unlink()
        return activity

    def test_unused_type_is_gone(self):
        self.custom.with_user(self.user_system).unlink()
        self.assertFalse(self.custom.exists())

    def test_open_activity_keeps_its_type(self):
        activity = self._delete_with_activity()
        self.assertEqual(activity.activity_type_id, self.custom)
        self.assertTrue(activity.active)
        self.assertTrue(self.custom.deleted)

    def test_open_activity_can_be_completed(self):
        activity = self._delete_with_activity()
        activity.action_feedback("Seen")
        self.assertEqual(activity.status, "done")
        self.assertEqual(self.lead.message_ids[0].mail_activity_type_id, self.custom)

    def test_open_activity_can_be_rescheduled(self):
        activity = self._delete_with_activity()
        activity.date_deadline = "2026-12-24"
        self.assertEqual(activity.date_deadline, date(2026, 12, 24))

    def test_done_activity_keeps_its_type(self):
        activity = self._schedule(activity_type_id=self.custom.id)
        activity.action_done()
        self.custom.with_user(self.user_system).unlink()
        self.assertEqual(activity.activity_type_id, self.custom)

    def test_type_name_is_still_shown_to_salespeople(self):
        activity = self._delete_with_activity()
        self.assertEqual(activity.activity_type_id.display_name, "Site visit")

    def test_deleted_type_is_gone_from_every_choice(self):
        self._delete_with_activity()
        for model_name in (
            "mail.activity",
            "mail.activity.schedule",
            "mail.activity.plan.template",
        ):
            with self.subTest(model=model_name):
                self.assertNotIn(self.custom, self._get_choice(model_name, "crm.lead"))

    def test_deleted_type_is_gone_from_the_configuration_list(self):
        self._delete_with_activity()
        action = self.env.ref("sales_team.mail_activity_type_action_config_sales")
        self.assertNotIn(
            self.custom, self.env["mail.activity.type"].search(safe_eval(action.domain))
        )

    def test_deleted_type_is_no_default(self):
        self._delete_with_activity()
        default = self.env["mail.activity"]._default_activity_type_for_model("crm.lead")
        self.assertNotEqual(default, self.custom)

    def test_new_activity_of_a_deleted_type_is_refused(self):
        self._delete_with_activity()
        with self.assertRaisesRegex(ValidationError, "was deleted"):
            self._schedule(activity_type_id=self.custom.id)

    def test_activity_cant_be_turned_into_a_deleted_type(self):
        self._delete_with_activity()
        other = self._schedule()
        with self.assertRaisesRegex(ValidationError, "was deleted"):
            other.activity_type_id = self.custom

    def test_new_step_of_a_deleted_type_is_refused(self):
        self._delete_with_activity()
        with self.assertRaisesRegex(ValidationError, "was deleted"):
            self._create_plan("Late", self._step(self.custom, "Visit"))

    def test_plan_with_a_deleted_type_isnt_launched(self):
        plan = self._create_plan("Visits", self._step(self.custom, "Visit"))
        self.custom.with_user(self.user_system).unlink()
        with self.assertRaisesRegex(UserError, "“Site visit” was deleted"):
            plan.launch(self.lead.ids)

    def test_waiting_step_of_a_deleted_type_is_still_scheduled(self):
        """A run goes on as it was launched."""
        plan = self._create_plan(
            "Visits",
            self._step(self.type_call, "Call"),
            self._step(self.custom, "Visit"),
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        run = self._launch(plan=plan)
        self.custom.with_user(self.user_system).unlink()
        run.line_ids[0].activity_id.action_done()
        self.assertEqual(run.line_ids[1].activity_id.activity_type_id, self.custom)

    def test_other_types_dont_suggest_a_deleted_type(self):
        other = self._create_type("Other", suggested_next_type_ids=self.custom.ids)
        self._delete_with_activity()
        self.assertFalse(other.with_context(active_test=False).suggested_next_type_ids)

    def test_other_types_dont_trigger_a_deleted_type(self):
        other = self._create_type("Other", triggered_next_type_id=self.custom.id)
        self._delete_with_activity()
        self.assertFalse(other.triggered_next_type_id)

    def test_deleted_type_cant_be_restored(self):
        self._delete_with_activity()
        custom = self.custom.with_user(self.user_system)
        for values in ({"active": True}, {"deleted": False}):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(UserError, "can't be restored"),
            ):
                custom.write(values)

    def test_deleted_type_cant_be_unarchived(self):
        self._delete_with_activity()
        with self.assertRaisesRegex(UserError, "can't be restored"):
            self.custom.with_user(self.user_system).action_unarchive()

    def test_archived_type_can_be_restored(self):
        self.custom.with_user(self.user_system).action_archive()
        self.custom.with_user(self.user_system).action_unarchive()
        self.assertTrue(self.custom.active)

    def test_archived_list_doesnt_show_deleted_types(self):
        self._delete_with_activity()
        view = self.env["mail.activity.type"].get_view(
            self.env.ref("mail.mail_activity_type_view_search").id, "search"
        )
        self.assertIn("('deleted', '=', False)", view["arch"])

    def test_new_type_may_have_the_name_of_a_deleted_one(self):
        self._delete_with_activity()
        self.assertEqual(self._create_type("Site visit").code, "site_visit_2")

    def test_built_in_types_refuse(self):
        for activity_type in (
            self.type_email
            + self.type_call
            + self.type_meeting
            + self.type_todo
            + self.type_upload
            + self.env.ref("crm_activity_plus.mail_activity_type_webinar")
            + self.env.ref("crm_activity_plus.mail_activity_type_letter")
        ):
            with (
                self.subTest(code=activity_type.code),
                self.assertRaisesRegex(UserError, "You cannot delete"),
            ):
                activity_type.with_user(self.user_system).unlink()

    def test_built_in_type_in_a_selection_keeps_all(self):
        with self.assertRaises(UserError):
            (self.custom + self.type_call).with_user(self.user_system).unlink()
        self.assertTrue(self.custom.exists())
        self.assertFalse(self.custom.deleted)

    def test_suggested_types_are_offered_after_done(self):
        """Row A4, on a type that is in use."""
        self.type_call.suggested_next_type_ids = [Command.set(self.custom.ids)]
        activity = self._schedule()
        action = activity.action_feedback_schedule_next()
        following = self.env["mail.activity"].with_context(**action["context"]).new({})
        self.assertTrue(following.has_recommended_activities)
