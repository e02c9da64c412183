# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import deque
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import format_date

from odoo.addons.crm_activity_plus.engine.environment import by_engine
from odoo.addons.crm_activity_plus.tools.states import INACTIVE_STATUSES

from ...engine.moments import tell_moment
from .mail_mail import RETRIES

_logger = logging.getLogger(__name__)

# The scheduler looks once a minute: it is asked a bit early, so that nobody is reminded
# a minute late.
LEAD = timedelta(seconds=30)
# What comes later than that was missed, and says so.
MISSED_AFTER = timedelta(minutes=10)


class MailActivityReminder(models.Model):
    """A reminder that is still to come. It is deleted in the same transaction in which
    its email is queued: so it can't come twice, whatever happens meanwhile."""

    _name = "mail.activity.reminder"
    _inherit = ["mail.activity.engine.mixin"]
    _description = "Activity Reminder"
    _order = "date_remind, id"
    _log_access = False

    activity_id = fields.Many2one(
        "mail.activity", required=True, readonly=True, index=True, ondelete="cascade"
    )
    alarm_id = fields.Many2one(
        "calendar.alarm", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date_remind = fields.Datetime(required=True, readonly=True, index=True)
    date_due = fields.Datetime(required=True, readonly=True)

    _once = models.Constraint(
        "UNIQUE (activity_id, alarm_id, date_due)", "This reminder is planned already."
    )

    @api.model
    def _get_key(self, vals):
        return vals["activity_id"], vals["alarm_id"], vals["date_remind"]

    def _get_own_key(self):
        self.ensure_one()
        return self.activity_id.id, self.alarm_id.id, self.date_remind

    def _trigger(self):
        """Have the scheduled action run when these are due."""
        moments = {row.date_remind - LEAD for row in self}
        if moments:
            cron = self.env.ref("crm_activity_plus_automation.ir_cron_remind")
            cron.sudo()._trigger(sorted(moments))

    @api.model
    def _cron_remind(self):
        """Remind of what is due: each person in a transaction of its own and, where
        that fails, of each activity by itself."""
        domain = [("date_remind", "<=", fields.Datetime.now() + LEAD)]
        cron, rows = self.env["ir.cron"], self.search(domain)
        by_user = rows.grouped(lambda row: row.activity_id.user_id.id)
        batches = deque(own.ids for own in by_user.values())
        cron._commit_progress(remaining=len(batches))
        while batches:
            ids = batches.popleft()
            try:
                rows = by_engine(self.browse(ids).try_lock_for_update())
                rows._send()
                self.env.flush_all()
            except psycopg2.OperationalError:
                _logger.info("Reminders %s come later", ids, exc_info=True)
                self.env.cr.rollback()
            except Exception:
                self.env.cr.rollback()
                if len(ids) > 1:
                    batches += ([reminder_id] for reminder_id in ids)
                    continue
                _logger.exception("The reminder %s can't be sent", ids)
                # It would fail again, and keep the scheduler busy.
                self.browse(ids).try_lock_for_update().unlink()
            if not cron._commit_progress(1, remaining=len(batches)):
                break

    def _send(self):
        """Remind one person, by one email and in the web client."""
        rows = self.filtered(lambda row: row._is_wanted())
        for user, own in rows.grouped(lambda row: row.activity_id.user_id).items():
            own = own.with_context(lang=user.lang)
            emails = own.filtered(lambda row: row.alarm_id.alarm_type == "email")
            if emails and user.partner_id.email_normalized:
                self.env["mail.mail"].create(emails._prepare_email(user))
                self.env["mail.mail"].with_context(
                    mail_notify_force_send=False
                )._send_soon()
            for row in own - emails:
                user._bus_send("activity_reminder", row._describe(user))
        self.unlink()

    def _is_wanted(self):
        """Whatever became of the activity meanwhile."""
        self.ensure_one()
        activity = self.activity_id
        return (
            activity.active
            and activity.status not in INACTIVE_STATUSES
            and activity.user_id.active
        )

    def _is_missed(self):
        self.ensure_one()
        return fields.Datetime.now() - self.date_remind > MISSED_AFTER

    def _describe(self, user):
        """:returns: what a person is told; JSON-able"""
        self.ensure_one()
        activity = self.activity_id
        name = activity.summary or activity.activity_type_id.name
        if activity.res_name:
            name = f"{name} – {activity.res_name}"
        if activity.date_start or activity.date_end:
            when = tell_moment(self.env, self.date_due, user.tz)
        else:
            when = format_date(self.env, activity.date_deadline)
        title = self.env._("Reminder: due on %s", when)
        if self._is_missed():
            title = self.env._("Missed reminder: due on %s", when)
        return {
            "activity_id": activity.id,
            "res_model": activity.res_model or "mail.activity",
            "res_id": activity.res_id or activity.id,
            "title": title,
            "name": name,
            "message": self.alarm_id.body or "",
            "is_missed": self._is_missed(),
        }

    def _prepare_email(self, user):
        rows = [row._describe(user) for row in self]
        subject = f"{rows[0]['title']}: {rows[0]['name']}"
        if len(rows) > 1:
            subject = self.env._("%s reminders", len(rows))
        body = self.env["ir.qweb"]._render(
            "crm_activity_plus_automation.message_reminders",
            {"rows": rows, "user": user, "base_url": user.get_base_url()},
            minimal_qcontext=True,
        )
        return {
            "author_id": self.env.ref("base.partner_root").id,
            "auto_delete": True,
            "body_html": body,
            "email_from": user.company_id.email_formatted or user.email_formatted,
            "recipient_ids": [Command.set(user.partner_id.ids)],
            "reminder_retries": RETRIES,
            "subject": subject,
        }
