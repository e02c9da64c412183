# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.model
    def _send_soon(self):
        """Have emails that were queued sent at once, and not within the hour.

        Scheduled actions queue them, and so does what nobody is to wait for: the
        context key ``mail_notify_force_send`` says so.
        """
        if self.env.context.get("mail_notify_force_send", True):
            return
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
