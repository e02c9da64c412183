# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

SENT_TYPES = ("comment", "email_outgoing")


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        """A colleague who writes to somebody outside has sent an email."""
        recipients = super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        is_sent = (
            len(self) == 1
            and message.message_type in SENT_TYPES
            and any(row.get("share") and row.get("id") for row in recipients or ())
            and self.env.user._is_internal()
        )
        if is_sent:
            self.env["mail.activity.plan.run.line"]._prove("email", self, message)
        return recipients
