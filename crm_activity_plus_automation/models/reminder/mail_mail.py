# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields, models

# What may be over a bit later; a wrong address isn't.
PASSING_FAILURES = ("mail_smtp", "unknown")
# How often a reminder is sent again, and how long after the first failure; twice as
# long after each other one.
RETRIES = 3
RETRY_DELAY = timedelta(minutes=2)


class MailMail(models.Model):
    """The email of a reminder that fails is sent again, a few times: nobody looks at
    failed emails before the time that they remind of."""

    _inherit = "mail.mail"

    reminder_retries = fields.Integer(
        "Retries Left",
        readonly=True,
        copy=False,
        help="So often the reminder of an activity is still sent again if it fails.",
    )

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Core calls it whatever came of sending an email. One that has ended the
        server isn't sent again: it may have been sent."""
        result = super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
        if failure_type in PASSING_FAILURES and not (success_pids or success_emails):
            again = self.exists().filtered("reminder_retries")
            for left, mails in again.grouped("reminder_retries").items():
                mails._send_reminders_again(left)
        return result

    def _send_reminders_again(self, left):
        """:param int left: how often these may still be sent; they are as many as a
        server that is down has refused"""
        moment = fields.Datetime.now() + RETRY_DELAY * 2 ** (RETRIES - left)
        self.write(
            {
                "state": "outgoing",
                "scheduled_date": moment,
                "reminder_retries": left - 1,
            }
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger(moment)
