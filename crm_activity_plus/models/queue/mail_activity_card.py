# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import html2plaintext, is_html_empty, plaintext2html

MESSAGE_COUNT = 5
# A message with pictures in it may be very long: then its text has to do.
MAX_MESSAGE_LENGTH = 50000
MESSAGE_TEXT_LENGTH = 2000


class MailActivity(models.Model):
    """What the work queue shows of an activity: all that is needed to do it."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    def _get_queue_data(self):
        """:returns: the activity, its record, how it can end, and what was said last;
        JSON-able"""
        self.ensure_one()
        record, readable = self._get_queue_record()
        contact = self._get_queue_contact(record) if readable else {}
        return {
            "id": self.id,
            "name": self.display_name,
            "summary": self.summary or "",
            "type": self.activity_type_id.name or "",
            "icon": self.activity_type_id.icon or "fa-tasks",
            "kind": self._get_queue_kind(),
            "seen_id": self._get_last_log_id(),
            "booking": self._get_bookings().get(self, False),
            "note": "" if is_html_empty(self.note) else self.note,
            "attempt": self.attempt,
            "status": self.status,
            "state": self.state,
            "date_deadline": self.date_deadline.isoformat(),
            "user": self.user_id.name or "",
            "is_mine": self.user_id == self.env.user,
            "res_model": self.res_model or False,
            "res_id": self.res_id or False,
            "res_name": self.res_name or self.display_name,
            "readable": readable,
            "phone": contact.get("phone") or "",
            "email": contact.get("email") or "",
            "facts": self._get_queue_facts(record) if readable else [],
            "plan_step": self._get_plan_step_data(),
            "outcomes": self._get_queue_outcomes(),
            "messages": self._get_queue_messages(record) if readable else [],
            "sent_id": readable and self._get_last_sent_id(record),
        }

    def _get_queue_row(self):
        """:returns: the activity as one of a list; see :meth:`queue_coming`"""
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.display_name,
            "res_name": self.res_name or "",
            "type": self.activity_type_id.name or "",
            "icon": self.activity_type_id.icon or "fa-tasks",
            "state": self.state,
            "date_deadline": self.date_deadline.isoformat(),
        }

    def _get_queue_kind(self):
        """:returns: what doing it is, which decides about the main button: ``call``,
        ``email``, ``meeting``, ``upload`` or ``other``"""
        activity_type = self.activity_type_id.sudo()
        kinds = {"phonecall": "call", "meeting": "meeting", "upload_file": "upload"}
        if kind := kinds.get(activity_type.category):
            return kind
        if activity_type.code == "email" or activity_type.mail_template_ids:
            return "email"
        return "other"

    def _get_last_log_id(self):
        """:returns: id of the last change that the ledger tells of, or False"""
        log = self.env["mail.activity.log"].sudo()
        return log.search([("activity_ref", "=", self.id)], limit=1).id

    def _get_queue_outcomes(self):
        """:returns: how the activity can end; ``ends_more``: whether that may close
        other activities of the record"""
        outcomes = self.env["mail.activity.outcome"]._get_offered()
        rows = self._get_outcomes_data(outcomes)
        for row in rows:
            outcome = outcomes.browse(row["id"])
            row["ends_more"] = outcome.effect == "stop" or bool(
                outcome.stage_id or outcome.server_action_id
            )
        return rows

    def _get_queue_record(self):
        """:returns: the record, and whether the user may read it: an activity that is
        assigned to a user is shown to that user anyhow"""
        if not self.res_model or self.res_model not in self.env:
            return self.browse(), False
        record = self.env[self.res_model].browse(self.res_id)
        return record, bool(record.exists()) and record.has_access("read")

    def _get_queue_contact(self, record):
        """:returns: ``phone`` and ``email`` to reach the customer; the record's own
        first, as somebody may have typed them there for this very matter"""
        partner = self.partner_id.sudo()
        return {
            "phone": ("phone" in record._fields and record.phone) or partner.phone,
            "email": (
                hasattr(record, "_mail_get_primary_email")
                and record._mail_get_primary_email()[record.id]
            )
            or partner.email,
        }

    def _get_queue_facts(self, record):
        """The key facts of a record. What a model adds, it adds in
        ``_get_activity_queue_facts``.

        :returns: list of ``label`` and ``value``, both for people
        """
        if hasattr(record, "_get_activity_queue_facts"):
            facts = record._get_activity_queue_facts()
        else:
            facts = [(self.env._("Customer"), self.partner_id.sudo().display_name)]
            if "user_id" in record._fields and record._fields["user_id"].relational:
                label = record._fields["user_id"]._description_string(self.env)
                facts.append((label, record.user_id.sudo().name))
        return [{"label": label, "value": value} for label, value in facts if value]

    def _get_queue_messages(self, record):
        """:returns: the last things that were said on the record, newest first"""
        messages = self.env["mail.message"].search(
            [
                ("model", "=", record._name),
                ("res_id", "=", record.id),
                ("message_type", "not in", ["user_notification"]),
                ("body", "not in", [False, ""]),
            ],
            limit=MESSAGE_COUNT,
        )
        return [
            {
                "id": message.id,
                "author": message.author_id.sudo().name or message.email_from or "",
                "date": fields.Datetime.to_string(message.date),
                "body": self._get_queue_message_body(message),
                "is_note": message.is_internal or message.subtype_id.sudo().internal,
                "attachments": [
                    {"id": attachment.id, "name": attachment.name}
                    # Whoever may read a message may read its files.
                    for attachment in message.attachment_ids.sudo()
                ],
            }
            for message in messages
        ]

    def _get_last_sent_id(self, record):
        """:returns: id of the last message that the user sent from the record, so that
        a client sees when there is another one; False for none"""
        return (
            self.env["mail.message"]
            .search(
                [
                    ("model", "=", record._name),
                    ("res_id", "=", record.id),
                    ("author_id", "=", self.env.user.partner_id.id),
                    ("message_type", "in", ["comment", "email"]),
                    ("is_internal", "=", False),
                    ("subtype_id", "=", self.env.ref("mail.mt_comment").id),
                ],
                limit=1,
            )
            .id
        )

    def _get_queue_message_body(self, message):
        """:returns: HTML, which Odoo sanitized when it was stored"""
        if len(message.body) <= MAX_MESSAGE_LENGTH:
            return message.body
        text = html2plaintext(message.body, include_references=False)
        return plaintext2html(text[:MESSAGE_TEXT_LENGTH])
