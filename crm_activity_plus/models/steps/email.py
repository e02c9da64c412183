# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.mail import email_normalize_all


class MailActivityPlanRunLine(models.Model):
    """A step that sends an email."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _run_action_email(self, record):
        template = self.mail_template_id
        if not template:
            raise UserError(self.env._("Its e-mail template was deleted."))
        if template.model != record._name:
            raise UserError(
                self.env._("Its e-mail template is for another application by now.")
            )
        record = self._as_responsible(record)
        template = template.with_env(record.env)
        if not self._has_recipient(template, record):
            raise UserError(
                self.env._(
                    "“%(record)s” has no e-mail address to write to, or none that is "
                    "valid. Put that right, and send the e-mail by hand.",
                    record=record.display_name,
                )
            )
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
