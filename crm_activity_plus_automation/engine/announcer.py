# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Who is told about visits: one message for each person, and one note on each record,
however many visits they are about."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from odoo.fields import Command, Datetime

from odoo.addons.crm_activity_plus.tools.dates import get_timezone

from .moments import tell_moment

# So many visits are told one by one.
MAX_TOLD = 60


@dataclass(frozen=True, slots=True)
class Told:
    """A visit, for somebody who is told about it."""

    start: datetime
    #: the record
    name: str
    #: the meeting, or nothing where it was cancelled
    event: object = None
    #: what the person answers the invitation by
    token: str | bool = False


class Announcer:
    """Tells people about visits that were planned or cancelled.

    :param rows: occurrences, as superuser
    """

    def __init__(self, rows):
        self.env = rows.env
        self.rows = rows
        # Many visits are at the same moment.
        self._tell_moment = cache(
            lambda lang, moment, zone: tell_moment(
                self.env(context={**self.env.context, "lang": lang}), moment, zone
            )
        )

    def tell(self):
        planned, cancelled = self._collect()
        partners = self.env["res.partner"].browse({*planned, *cancelled})
        partners -= self.env.user.partner_id
        mails = []
        for partner in partners:
            told = (partner, planned[partner.id], cancelled[partner.id])
            if any(not user.share for user in partner.user_ids):
                self._notify(*told)
            elif partner.email_normalized:
                mails.append(self._prepare_mail(*told))
        # Those who have no account can't read a message in Odoo.
        self.env["mail.mail"].create(mails)
        self._post_notes()
        self.env["mail.mail"].with_context(mail_notify_force_send=False)._send_soon()

    def _collect(self):
        """:returns: id of a partner -> planned visits; and the cancelled ones"""
        planned, cancelled = defaultdict(list), defaultdict(list)
        for row in self.rows:
            event = row.calendar_event_id
            values = row.cancelled_values
            if row.state == "cancelled" and values:
                told = Told(Datetime.to_datetime(values["start"]), row.res_name or "")
                for partner_id in values["partner_ids"]:
                    cancelled[partner_id].append(told)
            elif row.state == "planned" and event:
                for attendee in event.attendee_ids:
                    told = Told(event.start, row.res_name, event, attendee.access_token)
                    planned[attendee.partner_id.id].append(told)
        return planned, cancelled

    # ------------------------------------------------------------
    # One message for each person
    # ------------------------------------------------------------

    def _notify(self, partner, planned, cancelled):
        env = self._get_env_of(partner)
        env["mail.thread"].message_notify(
            partner_ids=partner.ids,
            body=self._render(env, partner, planned, cancelled, is_user=True),
            subject=self._get_subject(env, planned, cancelled),
            author_id=self.env.ref("base.partner_root").id,
            email_layout_xmlid="mail.mail_notification_light",
            force_send=False,
        )

    def _prepare_mail(self, partner, planned, cancelled):
        """:returns: values of the email to somebody who has no account. It belongs to
        no record: no record is about all of the visits."""
        env = self._get_env_of(partner)
        author = self._get_author(planned)
        body = env["mail.render.mixin"]._render_encapsulate(
            "mail.mail_notification_light",
            self._render(env, partner, planned, cancelled),
            add_context={"company": self.rows[0].recurrence_id.company_id},
            context_record=self.rows[0].recurrence_id,
        )
        return {
            "author_id": author.id,
            "auto_delete": True,
            "body_html": body,
            "email_from": author.email_formatted,
            "recipient_ids": [Command.set(partner.ids)],
            "reply_to": author.email_formatted,
            "subject": self._get_subject(env, planned, cancelled),
        }

    def _get_env_of(self, partner):
        return self.env(context={**self.env.context, "lang": partner.lang})

    def _get_author(self, planned):
        events = [told.event for told in planned if told.event]
        owner = events[0].user_id if events else self.rows[0].recurrence_id.user_id
        return owner.partner_id

    def _render(self, env, partner, planned, cancelled, is_user=False):
        owner = self.rows[0].recurrence_id.user_id
        zone = get_timezone(partner.tz or owner.tz).zone
        values = {
            "partner": partner,
            "planned": self._list(env, planned, zone, is_user),
            "more_planned": max(len(planned) - MAX_TOLD, 0),
            "cancelled": self._list(env, cancelled, zone, is_user),
            "more_cancelled": max(len(cancelled) - MAX_TOLD, 0),
            "is_user": is_user,
            "zone": zone,
        }
        return env["ir.qweb"]._render(
            "crm_activity_plus_automation.message_visits",
            values,
            minimal_qcontext=True,
        )

    def _list(self, env, visits, zone, is_user):
        """:returns: of each of the first visits its date, its record and its address"""
        rows = []
        for told in sorted(visits, key=lambda one: one.start)[:MAX_TOLD]:
            url = False
            if told.event:
                base, event_id = told.event.get_base_url(), told.event.id
                url = f"{base}/calendar/meeting/view?token={told.token}&id={event_id}"
                if is_user:
                    url = f"{base}/mail/view?model=calendar.event&res_id={event_id}"
            text = self._tell_moment(env.lang, told.start, zone)
            rows.append({"text": text, "name": told.name, "url": url})
        return rows

    @staticmethod
    def _get_subject(env, planned, cancelled):
        if not cancelled:
            return env._("%(count)s visits are planned", count=len(planned))
        if not planned:
            return env._("%(count)s visits are cancelled", count=len(cancelled))
        return env._(
            "%(count)s visits are planned, %(others)s are cancelled",
            count=len(planned),
            others=len(cancelled),
        )

    # ------------------------------------------------------------
    # One note on each record
    # ------------------------------------------------------------

    def _post_notes(self):
        for (owner, res_model), rows in self.rows.grouped(
            lambda row: (row.recurrence_id.user_id, row.res_model)
        ).items():
            records = self.env[res_model].browse(set(rows.mapped("res_id"))).exists()
            if not hasattr(records, "_message_log_batch"):
                continue
            by_id = rows.grouped("res_id")
            bodies = {record.id: self._describe(by_id[record.id]) for record in records}
            records.with_user(owner).sudo()._message_log_batch(bodies=bodies)

    def _describe(self, rows):
        """:returns: what was planned and cancelled on a record"""
        series = rows.recurrence_id
        zone = get_timezone(series[:1].user_id.tz).zone
        names = ", ".join(series.mapped("name"))
        planned = sorted(
            row.start for row in rows if row.state == "planned" and row.start
        )
        cancelled = rows.filtered(lambda row: row.state == "cancelled")
        sentences = []
        if planned:
            sentences.append(
                self.env._(
                    "“%(series)s”: %(count)s visits are planned, the first on "
                    "%(first)s, the last on %(last)s.",
                    series=names,
                    count=len(planned),
                    first=tell_moment(self.env, planned[0], zone),
                    last=tell_moment(self.env, planned[-1], zone),
                )
            )
        if cancelled:
            sentences.append(
                self.env._(
                    "“%(series)s”: %(count)s coming visits were cancelled.",
                    series=names,
                    count=len(cancelled),
                )
            )
        return " ".join(sentences)
