# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus")
class TestActivityCancelMessage(CrmActivityPlusCommon):
    """A cancelled activity leaves a message on its record, as a done one does."""

    def _get_new_messages(self, records, action):
        """:returns: the messages that an action left on records"""
        before = records.message_ids
        action()
        self.env.flush_all()
        records.invalidate_recordset()
        return records.message_ids - before

    def test_message(self):
        activity = self._schedule(summary="Call back")
        [message] = self._get_new_messages(
            self.lead, lambda: activity.action_cancel("Wrong number\nTwice")
        )
        text = html2plaintext(message.body)
        self.assertIn("Call cancelled: Call back", text)
        self.assertRegex(text, "Reason:\nWrong number\n+Twice")
        self.assertNotIn("assigned to", text)
        self.assertEqual(message.author_id, self.user_owner.partner_id)
        self.assertEqual(message.mail_activity_type_id, self.type_call)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_activities"))
        self.assertFalse(message.notification_ids)

    def test_without_a_reason(self):
        activity = self._schedule().with_user(self.user_manager)
        [message] = self._get_new_messages(self.lead, activity.action_cancel)
        text = html2plaintext(message.body)
        self.assertIn("Call cancelled (assigned to Olga Owner)", text)
        self.assertNotIn("Reason", text)

    def test_typed_html_is_text(self):
        activity = self._schedule(summary="<b>Bold</b>")
        [message] = self._get_new_messages(
            self.lead, lambda: activity.action_cancel("<script>x</script>")
        )
        self.assertIn("&lt;b&gt;", message.body)
        self.assertNotIn("<script>", message.body)

    def test_many_on_one_record(self):
        """One message for each record."""
        activities = self._schedule(summary="One") + self._schedule(
            summary="Two", activity_type_id=self.type_todo.id
        )
        other = self._create_lead("Other")
        activities += self._schedule(other, summary="Three")
        messages = self._get_new_messages(
            self.lead + other, lambda: activities.action_cancel("Not any more")
        )
        own, others = self.lead.message_ids & messages, other.message_ids & messages
        self.assertEqual((len(own), len(others)), (1, 1))
        for name in ("One", "Two"):
            self.assertIn(name, own.body)
        self.assertNotIn("Three", own.body)

    def test_nothing_twice(self):
        activity = self._schedule()
        activity.action_cancel()
        self.assertFalse(self._get_new_messages(self.lead, activity.action_cancel))

    def test_personal_activity(self):
        """There is no record to tell it on."""
        activity = self._schedule(res_model_id=False, res_id=False)
        activity.action_cancel("Not needed")
        self.assertEqual(activity.status, "cancelled")

    def test_deleted_record(self):
        lead = self._create_lead("Short-lived")
        self._schedule(lead)
        before = self.env["mail.message"].search_count([])
        lead.unlink()
        self.assertLessEqual(self.env["mail.message"].search_count([]), before)

    def test_skipped_step(self):
        run = self._launch()
        step = run.line_ids[0].with_user(self.user_owner)
        [message] = self._get_new_messages(
            self.lead, lambda: step.action_skip("They wrote themselves")
        )
        self.assertIn("cancelled: Send e-mail", html2plaintext(message.body))
        self.assertIn("They wrote themselves", message.body)

    def test_stopped_run(self):
        """The note about the plan says it."""
        run = self._launch().with_user(self.user_owner)
        [message] = self._get_new_messages(
            self.lead, lambda: run.action_stop(note="They moved away")
        )
        text = html2plaintext(message.body)
        self.assertIn("They moved away", text)
        self.assertIn("Cancelled with it: “Send e-mail”", text)

    def test_language(self):
        """It is written by whoever cancels, in that language."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.type_call.with_context(lang="fr_FR").name = "Appel"
        activity = self._schedule().with_context(lang="fr_FR")
        [message] = self._get_new_messages(self.lead, activity.action_cancel)
        self.assertIn("Appel", message.body)

    def test_assignee_without_access_to_the_record(self):
        activity = self._schedule()
        activity.sudo().user_id = self.user_colleague
        mine = activity.with_user(self.user_colleague)
        [message] = self._get_new_messages(self.lead, mine.action_cancel)
        self.assertEqual(message.author_id, self.user_colleague.partner_id)

    def test_queries(self):
        """They don't grow with the activities."""
        counts = []
        for size in (2, 12):
            activities = self.env["mail.activity"].union(
                *(self._schedule(lead) for lead in self._create_leads(size))
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            activities.action_cancel("No")
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
