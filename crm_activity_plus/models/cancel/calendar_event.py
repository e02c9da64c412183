# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import defaultdict

import psycopg2
import pytz

from odoo import fields, models
from odoo.fields import Command

from ...tools.dates import get_timezone
from ...tools.internal import Internal, read_internal
from ...tools.savepoint import savepoint
from ...tools.states import CLOSED_STATUSES

_logger = logging.getLogger(__name__)

# Context key: the ids of meetings that somebody is working on: they aren't deleted.
KEPT_KEY = "crm_activity_plus_kept_meetings"
# Core sends as many invitations at once; more are left to the scheduled action.
MAX_SENT_AT_ONCE = 100


class CalendarEvent(models.Model):
    """A meeting whose activity or step was cancelled is cancelled with it: it is
    deleted, and whoever was invited gets core's message about that."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "calendar.event"

    def copy(self, default=None):
        """The copy may end a plan that the meeting itself was booked for."""
        kept = self.with_context(**{KEPT_KEY: Internal(self._ids)})
        return super(CalendarEvent, kept).copy(default).with_env(self.env)

    def _cancel_for(self, documents):
        """Cancel those of the meetings that take place for nothing else, and haven't
        begun; for the engine. One that can't be deleted doesn't stop the others.

        :param set documents: the model and the id of each record that the activities or
            steps were on that were cancelled
        """
        if not self:
            return
        kept = self.browse(read_internal(self.env.context, KEPT_KEY, ()))
        coming = (self - kept).exists().filtered(lambda event: not event._has_begun())
        events = coming._filter_only_for(documents)
        if not events or events._try(events._delete_and_tell):
            return
        for event in events:
            if not event._try(event._delete_and_tell):
                # It is cancelled all the same, where only the message is the matter.
                event._try(event.unlink)

    def _filter_deletable(self, env):
        """:param env: the environment of a person
        :returns: the meetings that the person may delete, in the present environment
        """
        own = self.with_env(env)._filtered_access("unlink")
        own = own.filtered(lambda event: not event._check_private_event_conditions())
        return own.with_env(self.env)

    def _has_begun(self):
        self.ensure_one()
        now = fields.Datetime.now()
        if not self.allday:
            return self.start <= now
        timezone = get_timezone(self.event_tz or self.user_id.tz)
        return self.start_date <= pytz.utc.localize(now).astimezone(timezone).date()

    def _filter_only_for(self, documents):
        """:param set documents: see :meth:`_cancel_for`
        :returns: the meetings that no other activity and no other record is about
        """
        activities = self._get_all_activities()
        shared = activities.filtered(
            lambda a: a.status not in CLOSED_STATUSES and not a._is_of_booked_meeting()
        )
        events = self - shared.calendar_event_id
        others = {event: event._get_own_documents() - documents for event in events}
        existing = self._filter_existing_documents(set().union(*others.values()))
        return events.filtered(lambda event: not others[event] & existing)

    def _get_own_documents(self):
        """:returns: the model and the id of each record that the meeting is about"""
        self.ensure_one()
        documents = set()
        if self.res_model and self.res_id:
            documents.add((self.res_model, self.res_id))
        if self.opportunity_id:
            documents.add((self.opportunity_id._name, self.opportunity_id.id))
        return documents

    def _filter_existing_documents(self, documents):
        """:param set documents: models and ids
        :returns: those that are there
        """
        ids_by_model = defaultdict(set)
        for res_model, res_id in documents:
            if res_model in self.env:
                ids_by_model[res_model].add(res_id)
        return {
            (res_model, res_id)
            for res_model, ids in ids_by_model.items()
            for res_id in self.env[res_model].browse(ids).exists()._ids
        }

    # ------------------------------------------------------------
    # Deleting them and telling about it
    # ------------------------------------------------------------

    def _try(self, function):
        """:returns: whether nothing went wrong
        :raises psycopg2.OperationalError: the transaction is lost
        """
        try:
            with savepoint(self.env.cr):
                function()
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.warning("Meetings %s can't be cancelled", self.ids, exc_info=True)
            return False
        return True

    def _delete_and_tell(self):
        mails = self._queue_cancellations()
        series = self.recurrence_id
        self.unlink()
        series.exists().with_context(active_test=False).filtered(
            lambda recurrence: not recurrence.calendar_event_ids
        ).unlink()
        if len(mails) < MAX_SENT_AT_ONCE:
            mails.send_after_commit()
        else:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _queue_cancellations(self):
        """Write core's message about deleted meetings to those who are invited: one for
        each meeting, and for each series. Those who are told by the calendar that it is
        synchronized with hear nothing from Odoo, as in core.

        :returns: the emails
        """
        emails = self.env["mail.mail"]
        template = self.env.ref(
            "calendar.calendar_template_delete_event", raise_if_not_found=False
        )
        if not template or self._is_mail_blocked():
            return emails
        recipients = {}
        for event in self._get_told():
            if partners := event._get_cancellation_recipients():
                recipients[event] = partners
        if not recipients:
            return emails
        events = self.browse().concat(*recipients)
        rendered = template._generate_template(
            events.ids, ("auto_delete", "body_html", "email_from", "subject")
        )
        return emails.create(
            [
                {
                    **event._prepare_cancellation(template, rendered[event.id]),
                    "recipient_ids": [Command.set(partners.ids)],
                }
                for event, partners in recipients.items()
            ]
        )

    def _is_mail_blocked(self):
        """An administrator may have switched off all emails of the calendar."""
        return bool(self.env["ir.config_parameter"].get_param("calendar.block_mail"))

    def _get_told(self):
        """:returns: the first meeting of each series, and those that are in none"""
        first = {}
        for event in self.sorted("start"):
            first.setdefault(event.recurrence_id or event, event)
        return first.values()

    def _get_cancellation_recipients(self):
        """:returns: who is told that the meeting is cancelled, besides whoever cancels
        it"""
        self.ensure_one()
        organizer = self.user_id
        if self._skip_send_mail_status_update() or (
            organizer and organizer._has_any_active_synchronization()
        ):
            return self.env["res.partner"]
        partners = self.attendee_ids.partner_id - self.env.user.partner_id
        return partners.filtered("email_normalized")

    def _prepare_cancellation(self, template, rendered):
        """:param dict rendered: what the template says of the meeting
        :returns: values of the email. It belongs to no record: the messages of a
            meeting are deleted with it.
        """
        self.ensure_one()
        company = self.user_id.company_id or self.env.company
        body = template._render_encapsulate(
            "mail.mail_notification_light",
            rendered["body_html"],
            add_context={"company": company},
            context_record=self,
        )
        values = {
            "author_id": (self.user_id or self.env.user).partner_id.id,
            "auto_delete": rendered.get("auto_delete", True),
            "body": body,
            "body_html": body,
            "subject": rendered["subject"],
        }
        if rendered.get("email_from"):
            values["email_from"] = rendered["email_from"]
        return values
