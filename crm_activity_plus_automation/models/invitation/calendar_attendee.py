# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

import pytz

from odoo import fields, models

from odoo.addons.crm_activity_plus.engine.environment import by_engine
from odoo.addons.crm_activity_plus.tools.dates import get_timezone

from ...engine.moments import tell_moment
from ...tools.free_times import MAX_DAYS, find_free_times


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    def do_decline(self):
        """Whoever holds the meeting of a plan hears of it, with other times."""
        declining = self.filtered(lambda attendee: attendee.state != "declined")
        result = super().do_decline()
        for attendee in by_engine(declining):
            if attendee.event_id.booked_run_ref and attendee.event_id.user_id:
                attendee._tell_declined()
        return result

    def _tell_declined(self):
        self.ensure_one()
        event, user = self.event_id, self.event_id.user_id
        if user.partner_id == self.partner_id or event._has_begun():
            return
        env = self.env(context={**self.env.context, "lang": user.lang})
        times = [
            tell_moment(env, moment, user.tz) for moment in self._find_other_times()
        ]
        body = env["ir.qweb"]._render(
            "crm_activity_plus_automation.message_declined",
            {
                "attendee": self,
                "event": event,
                "when": tell_moment(env, event.start, user.tz),
                "times": times,
                "user": user,
            },
            minimal_qcontext=True,
        )
        event.with_env(env).message_notify(
            partner_ids=user.partner_id.ids,
            author_id=self.partner_id.id,
            subject=env._(
                "%(attendee)s declines “%(meeting)s”",
                attendee=self.common_name,
                meeting=event.name,
            ),
            body=body,
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _find_other_times(self):
        """:returns: moments at which the host and the attendee are free; in UTC"""
        event, host = self.event_id, self.event_id.user_id
        zone = get_timezone(host.tz)
        people = host.partner_id | self.partner_id
        others = self.env["calendar.event"].search(
            [
                ("partner_ids", "in", people.ids),
                ("id", "!=", event.id),
                ("show_as", "=", "busy"),
                ("stop", ">=", fields.Datetime.now()),
                ("start", "<=", event.start + timedelta(days=MAX_DAYS + 1)),
            ]
        )
        busy = [
            (self._localize(o.start, zone), self._localize(o.stop, zone))
            for o in others
        ]
        dater = self.env["mail.activity.plan.run"].browse(event.booked_run_ref).exists()
        dater = (dater or dater.new({}))._get_dater("working_days")
        company = host.company_id
        found = find_free_times(
            self._localize(event.start, zone),
            event.stop - event.start,
            busy,
            lambda day: bool(dater.why_off(day, host, company)),
        )
        return [
            zone.localize(moment).astimezone(pytz.utc).replace(tzinfo=None)
            for moment in found
        ]

    @staticmethod
    def _localize(moment, zone):
        """:returns: a moment where somebody is, without the time zone"""
        return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
