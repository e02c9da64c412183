# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools.mail import email_normalize_all, html_sanitize

from ...engine.reasons import name_of, reason_error
from ...tools.reasons import Reason


class MailActivityPlanRunLine(models.Model):
    """A step that sends an email."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _check_action_email(self, record):
        template = self.mail_template_id
        if not template:
            raise reason_error(self.env, Reason("template_deleted"))
        if template.model != record._name:
            raise reason_error(self.env, Reason("template_elsewhere"))
        emails, partners = self._get_recipients(record)
        if not emails and not any(
            partner.active and partner.email_normalized for partner in partners
        ):
            name = name_of(self._as_responsible(record))
            reason = Reason("email_missing", {"record": name})
            raise reason_error(self.env, reason)

    def _run_action_email(self, record):
        record = self._as_responsible(record)
        template = self.mail_template_id.with_env(record.env)
        author = self.user_id.partner_id
        record.message_post_with_source(
            template,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=author.id,
            email_from=self._get_sender(record),
        )

    def _get_sender(self, record):
        """:param record: the step's, see :meth:`_as_responsible`"""
        own = self.user_id.partner_id.email_formatted
        template = self.mail_template_id.with_env(record.env)
        return own or template._render_field("email_from", record.ids)[record.id]

    def _get_recipients(self, record):
        """:returns: the addresses that the template says, and the partners"""
        found = self._render_template(record, "email_cc", "email_to", "partner_to")
        partners = self.env["res.partner"].browse(found.get("partner_ids") or [])
        return email_normalize_all(found.get("email_to")), partners

    def _render_template(self, record, *names):
        """:returns: values of the template's fields for the step's record, as it is
        sent: in the name of the step's responsible, and in the recipient's language
        :rtype: dict"""
        record = self._as_responsible(record)
        template = self.mail_template_id.with_env(record.env)
        return template._generate_template(record.ids, names)[record.id]

    def _render_email(self, record):
        """Tell what the step's email says, without sending it.

        :param record: the step's document
        :returns: ``subject``, ``body`` (HTML), ``email_from``, ``email_cc``,
            ``recipients``, each with ``name`` and ``email``, and ``attachments``, names
        :rtype: dict
        """
        told = self._render_template(record, "subject", "body_html", "email_cc")
        emails, partners = self._get_recipients(record)
        return {
            "subject": told.get("subject") or "",
            "body": str(html_sanitize(told.get("body_html") or "")),
            "email_from": self._get_sender(self._as_responsible(record)),
            "email_cc": told.get("email_cc") or False,
            "recipients": [
                {"name": partner.name, "email": partner.email_normalized}
                for partner in partners
            ]
            + [{"name": False, "email": email} for email in emails],
            "attachments": self.mail_template_id.attachment_ids.mapped("name"),
        }
