# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64

from freezegun import freeze_time
from markupsafe import Markup

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CrmActivityPlusCommon

NOW = "2026-03-10 10:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestActivityQueueWork(CrmActivityPlusCommon):
    """What the queue offers beside marking as done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = [("res_model", "=", "crm.lead"), ("res_id", "in", cls.lead.ids)]

    def _read(self, activity):
        return activity.with_user(self.user_owner).queue_read()

    def _coming(self, user=None, **kwargs):
        Activity = self.env["mail.activity"].with_user(user or self.user_owner)
        return Activity.queue_coming(self.domain, **kwargs)

    def _count_done(self, activity, event="done"):
        rows = [("activity_ref", "=", activity.id), ("event", "=", event)]
        return len(self._get_logs(rows))

    # ------------------------------------------------------------
    # What comes
    # ------------------------------------------------------------

    def test_coming(self):
        later = self._schedule(date_deadline="2026-03-12", summary="Later")
        sooner = self._schedule(date_deadline="2026-03-09", summary="Sooner")
        self._schedule().complete()
        rows = self._coming()
        self.assertEqual([row["id"] for row in rows], [sooner.id, later.id])
        self.assertEqual(rows[0]["name"], "Sooner")
        self.assertEqual(rows[0]["res_name"], self.lead.display_name)
        self.assertEqual(rows[0]["state"], "overdue")
        self.assertEqual(rows[0]["date_deadline"], "2026-03-09")
        self.assertEqual(
            [row["id"] for row in self._coming(skip_ids=sooner.ids)], later.ids
        )
        # Looking takes nothing.
        self.assertFalse(self.env["mail.activity.claim"].search_count([]))

    def test_coming_without_what_others_have(self):
        activity = self._schedule()
        activity.with_user(self.user_owner).queue_keep()
        self.assertTrue(self._coming())
        self.assertFalse(self._coming(self.user_manager))
        self.assertFalse(self._coming(self.user_other_company))

    def test_coming_queries(self):
        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertTrue(self._coming())
            return self.cr.sql_log_count - before

        self._schedule()
        count_queries()
        few = count_queries()
        for _index in range(20):
            self._schedule()
        self.assertLessEqual(count_queries(), few)

    # ------------------------------------------------------------
    # The same request once more
    # ------------------------------------------------------------

    def test_sent_again_after_it_was_reopened(self):
        """The page was closed, and the next one doesn't know whether the request came
        through. Meanwhile somebody has reopened the activity."""
        activity = self._schedule().with_user(self.user_owner)
        seen_id = self._read(activity)["seen_id"]
        self.assertTrue(activity.queue_complete(seen_id=seen_id)["done"])
        activity.sudo().write({"active": True, "status": "new"})
        self.assertEqual(activity.status, "new")
        self.assertTrue(activity.queue_complete(seen_id=seen_id)["done"])
        self.assertEqual(activity.status, "new")
        self.assertEqual(self._count_done(activity), 1)
        # Whoever looks at it after that means it.
        seen_id = self._read(activity)["seen_id"]
        self.assertTrue(activity.queue_complete(seen_id=seen_id)["done"])
        self.assertEqual(activity.status, "done")

    def test_agreed_date(self):
        outcome = self.env["mail.activity.outcome"].create(
            {"name": "Call back", "effect": "retry", "retry_asks_date": True}
        )
        activity = self._schedule().with_user(self.user_owner)
        rows = {row["id"]: row for row in self._read(activity)["outcomes"]}
        self.assertTrue(rows[outcome.id]["asks_date"])
        activity.queue_complete(outcome.id, retry_date="2026-03-20")
        attempt = self.lead.activity_ids
        self.assertEqual(attempt.attempt, 2)
        self.assertEqual(attempt.date_deadline.isoformat(), "2026-03-20")

    def test_hold_sent_again(self):
        activity = self._schedule().with_user(self.user_owner)
        seen_id = self._read(activity)["seen_id"]
        activity.queue_hold("2026-03-12", seen_id=seen_id)
        activity.action_resume()
        with freeze_time("2026-03-20 10:00:00"):
            answer = activity.queue_hold("2026-03-12", seen_id=seen_id)
        self.assertTrue(answer["done"])
        self.assertEqual(activity.status, "new")

    def test_somebody_elses_change_is_no_answer(self):
        activity = self._schedule().with_user(self.user_owner)
        seen_id = self._read(activity)["seen_id"]
        activity.with_user(self.user_manager).complete()
        answer = activity.queue_complete(seen_id=seen_id)
        self.assertFalse(answer["done"])
        self.assertIn(self.user_manager.name, answer["reason"])

    # ------------------------------------------------------------
    # Cancel, documents, email
    # ------------------------------------------------------------

    def test_cancel(self):
        activity = self._schedule().with_user(self.user_owner)
        event = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": "2026-03-11 09:00:00",
                "stop": "2026-03-11 10:00:00",
                "user_id": self.user_owner.id,
            }
        )
        activity.sudo().calendar_event_id = event
        following = self._schedule()
        answer = activity.queue_cancel("They are bankrupt", following.id)
        self.assertEqual(answer, {"done": True, "reason": False, "is_next_valid": True})
        self.assertEqual(activity.status, "cancelled")
        self.assertFalse(event.exists())
        rows = self._get_logs(
            [("activity_ref", "=", activity.id), ("event", "=", "cancelled")]
        )
        self.assertEqual(rows.reason, "They are bankrupt")
        self.assertTrue(activity.queue_cancel()["done"], "Asked twice")
        self.assertEqual(self._count_done(activity, "cancelled"), 1)
        stranger = following.with_user(self.user_other_company)
        self.assertFalse(stranger.queue_cancel()["done"])
        self.assertEqual(following.status, "new")

    def test_documents(self):
        activity = self._schedule(
            activity_type_id=self.env.ref("mail.mail_activity_data_upload_document").id
        ).with_user(self.user_owner)
        self.assertEqual(self._read(activity)["kind"], "upload")
        attachment = self.env["ir.attachment"].create(
            {
                "name": "offer.txt",
                "datas": base64.b64encode(b"Ten desks"),
                "res_model": "crm.lead",
                "res_id": self.lead.id,
            }
        )
        activity.queue_complete(attachment_ids=attachment.ids)
        self.assertEqual(activity.status, "done")
        self.assertIn(attachment, self.lead.message_ids.attachment_ids)
        foreign = self.env["ir.attachment"].create(
            {"name": "secret.txt", "datas": base64.b64encode(b"Secret")}
        )
        other = self._schedule().with_user(self.user_owner)
        answer = other.queue_complete(attachment_ids=foreign.ids)
        self.assertFalse(answer["done"])
        self.assertEqual(other.status, "new")

    def test_kinds(self):
        for xmlid, kind in (
            ("mail.mail_activity_data_call", "call"),
            ("mail.mail_activity_data_email", "email"),
            ("mail.mail_activity_data_meeting", "meeting"),
            ("mail.mail_activity_data_todo", "other"),
        ):
            activity = self._schedule(activity_type_id=self.env.ref(xmlid).id)
            self.assertEqual(self._read(activity)["kind"], kind)

    def test_email_with_the_template_of_the_type(self):
        template = self.env["mail.template"].create(
            {
                "name": "Offer",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "subject": "Our offer",
            }
        )
        foreign = self.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "subject": "Hello",
            }
        )
        activity_type = self.env["mail.activity.type"].create(
            {"name": "Offer", "mail_template_ids": (foreign + template).ids}
        )
        activity = self._schedule(activity_type_id=activity_type.id)
        self.assertEqual(self._read(activity)["kind"], "email")
        action = activity.with_user(self.user_owner).queue_write_email()
        self.assertEqual(action["context"]["default_template_id"], template.id)
        self.assertNotIn("default_partner_ids", action["context"])

    # ------------------------------------------------------------
    # The card
    # ------------------------------------------------------------

    def test_messages(self):
        """As HTML, without anything that runs."""
        activity = self._schedule()
        self.lead.with_user(self.user_owner).message_post(
            body=Markup("<p>They want <b>ten</b></p><script>alert(1)</script>"),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.lead.with_user(self.user_manager).message_post(
            body="Give them a discount",
            attachments=[("prices.txt", b"5%")],
        )
        note, said = self._read(activity)["messages"][:2]
        self.assertIn("<b>ten</b>", said["body"])
        self.assertNotIn("script", said["body"])
        self.assertFalse(said["is_note"])
        self.assertTrue(note["is_note"])
        self.assertEqual(note["author"], self.user_manager.name)
        self.assertEqual(note["attachments"][0]["name"], "prices.txt")

    def test_what_was_sent(self):
        """Who has written an email is asked whether the activity is done: also where it
        has no text, and not where somebody else has written."""
        activity = self._schedule()
        lead = self.lead.with_user(self.user_owner)
        sent = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        before = self._read(activity)["sent_id"]
        lead.message_post(body="A note", message_type="comment")
        self.lead.with_user(self.user_manager).message_post(body="Hello", **sent)
        self.assertEqual(self._read(activity)["sent_id"], before)
        message = lead.message_post(attachments=[("a.txt", b"a")], **sent)
        self.assertEqual(self._read(activity)["sent_id"], message.id)

    def test_very_long_message(self):
        """A picture inside of a mail isn't sent along with each card."""
        activity = self._schedule()
        picture = "A" * 100000
        self.lead.message_post(
            body=Markup('<p>See <i>this</i></p><img src="data:image/png;base64,%s">')
            % picture
        )
        body = self._read(activity)["messages"][0]["body"]
        self.assertLess(len(body), 5000)
        self.assertIn("See", body)

    def test_outcomes_that_end_more(self):
        stop, retry, stage = self.env["mail.activity.outcome"].create(
            [
                {"name": "Not interested", "effect": "stop"},
                {"name": "No answer", "effect": "retry"},
                {"name": "Won", "stage_id": self.env["crm.stage"].search([])[:1].id},
            ]
        )
        rows = {row["id"]: row for row in self._read(self._schedule())["outcomes"]}
        self.assertTrue(rows[stop.id]["ends_more"])
        self.assertFalse(rows[retry.id]["ends_more"])
        self.assertTrue(rows[stage.id]["ends_more"])

    def test_booking(self):
        activity = self._schedule(
            date_start="2026-03-10 14:00:00", date_end="2026-03-10 15:00:00"
        )
        booking = self._read(activity)["booking"]
        self.assertEqual(booking["start"], "2026-03-10 14:00:00")
        self.assertFalse(self._read(self._schedule())["booking"])

    def test_strangers_list_nothing(self):
        self._schedule()
        self.assertFalse(self._coming(self.user_other_company))
        with self.assertRaises(AccessError):
            self.env["mail.activity.claim"].with_user(self.user_owner).search([])
