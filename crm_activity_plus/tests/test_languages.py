# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestLanguages(CrmActivityPlusCommon):
    """What somebody reads is in that person's language, all of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        # Its steps have no summary, so that they go by the name of their type.
        cls.type_site = cls._create_type("Site visit")
        cls.type_site.with_context(lang="fr_FR").name = "Visite"
        cls.visit = cls._create_plan("Visit", cls._step(cls.type_site, False))
        cls.user_colleague.lang = "fr_FR"
        cls.user_manager.lang = "en_US"

    def _get_messages(self, user):
        messages = self.env["mail.message"].search(
            [
                ("model", "=", "crm.lead"),
                ("res_id", "=", self.lead.id),
                ("message_type", "=", "user_notification"),
                ("partner_ids", "in", user.partner_id.ids),
            ]
        )
        self.assertTrue(messages)
        return messages

    def _launch_visit(self):
        plan = self.visit.with_user(self.user_manager).with_context(lang="en_US")
        ids = plan.launch(self.lead.ids, responsible_id=self.user_colleague.id)
        return self.env["mail.activity.plan.run"].browse(ids["run_ids"])

    def test_note_of_the_launch(self):
        """It is written by whoever launches; the assignee's language is no matter."""
        self._launch_visit()
        note = self.lead.message_ids.filtered(
            lambda m: m.message_type == "notification" and "started" in m.body
        )
        self.assertIn("Site visit", note.body)
        self.assertNotIn("Visite", note.body)

    def test_subject_and_body_of_what_was_assigned(self):
        self._launch_visit()
        message = self._get_messages(self.user_colleague)
        self.assertIn("Visite", message.subject)
        self.assertIn("Visite", message.body)
        self.assertNotIn("Site visit", message.subject + message.body)

    def test_subject_and_body_of_what_another_one_has_now(self):
        """A step that goes to the new salesperson."""
        self.visit.template_ids.responsible_type = "salesperson"
        run = self._launch_visit()
        self.assertEqual(run.line_ids.user_id, self.user_owner)
        self.lead.with_user(self.user_manager).with_context(lang="en_US").write(
            {"user_id": self.user_colleague.id}
        )
        message = self._get_messages(self.user_colleague).filtered(
            lambda m: "Visit" in (m.subject or "")
        )
        self.assertIn("Visite", message.subject)
        self.assertNotIn("Site visit", message.subject + message.body)

    def test_many_that_somebody_takes_over(self):
        activities = self._schedule(activity_type_id=self.type_site.id, summary=False)
        activities += self._schedule(activity_type_id=self.type_site.id, summary=False)
        self.assertEqual(activities.mapped("display_name"), ["Site visit"] * 2)
        self.env["mail.activity.bulk"].with_user(self.user_manager).with_context(
            lang="en_US"
        ).create(
            {"activity_ids": activities.ids, "user_id": self.user_colleague.id}
        ).action_apply()
        message = self.env["mail.message"].search(
            [
                ("subject", "=", "2 activities for you"),
                ("partner_ids", "in", self.user_colleague.partner_id.ids),
            ]
        )
        self.assertIn("Visite", message.body)
        self.assertNotIn("Site visit", message.body)

    def test_meeting_of_a_step(self):
        """Its host invites."""
        self.visit.template_ids.write({"action_type": "meeting", "duration": 1})
        run = self._launch_visit()
        run.line_ids.with_context(lang="en_US")._run_actions()
        self.assertEqual(run.line_ids.calendar_event_id.name, "Visite – Ten desks")

    def test_failed_step(self):
        self.visit.template_ids.responsible_type = "team_leader"
        # The plan is launched, since somebody can do this one.
        self.visit.template_ids = [
            Command.create(self._step(self.type_call, "Call", sequence=20))
        ]
        self.lead.team_id = False
        self.user_owner.lang = "fr_FR"
        plan = self.visit.with_user(self.user_manager).with_context(lang="en_US")
        plan.launch(self.lead.ids, responsible_id=self.user_owner.id)
        message = self._get_messages(self.user_owner).filtered(
            lambda m: "failed" in (m.subject or "")
        )
        self.assertIn("Visite", message.body)
