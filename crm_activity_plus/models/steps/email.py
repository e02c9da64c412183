# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools.mail import email_normalize_all

from ...engine.reasons import name_of, reason_error
from ...tools.reasons import Reason


class MailActivityPlanRunLine(models.Model):
    """A step that sends an email."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _run_action_email(self, record):
        template = self.mail_template_id
        if not template:
            raise reason_error(self.env, Reason("template_deleted"))
        if template.model != record._name:
            raise reason_error(self.env, Reason("template_elsewhere"))
        record = self._as_responsible(record)
        template = template.with_env(record.env)
        if not self._has_recipient(template, record):
            reason = Reason("email_missing", {"record": name_of(record)})
            raise reason_error(self.env, reason)
        author = self.user_id.partner_id
        record.message_post_with_source(
            template,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=author.id,
            email_from=author.email_formatted
            or template._render_field("email_from", record.ids)[record.id],
        )

    def _has_recipient(self, template, record):
        recipients = template._generate_template(
            record.ids, ("email_cc", "email_to", "partner_to")
        )[record.id]
        partners = self.env["res.partner"].browse(recipients.get("partner_ids") or [])
        return bool(
            email_normalize_all(recipients.get("email_to"))
            or any(partner.active and partner.email_normalized for partner in partners)
        )
