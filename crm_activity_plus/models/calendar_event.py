# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict

import pytz

from odoo import api, models

from ..tools.internal import read_internal
from .engine_env import by_engine, get_known_timezone
from .mail_activity import CLOSED_STATUSES
from .mail_activity_booking import LEADING_KEY, LED_BY_MEETING
from .mail_activity_plan_run import OPEN_STATES


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._sync_activity_times()
        events._exit_plan_runs()
        return events

    def write(self, vals):
        result = super().write(vals)
        if {"opportunity_id", "partner_ids", "res_id", "res_model_id"} & vals.keys():
            self._exit_plan_runs()
        return result

    def unlink(self):
        self._get_all_activities()._lose_meeting()
        return super().unlink()

    def _get_all_activities(self):
        """:returns: the activities of the events, closed and held ones included, for
        the engine"""
        activities = by_engine(self.env["mail.activity"])
        activities = activities.with_context(active_test=False)
        return activities.search([("calendar_event_id", "in", self.ids)])

    def _sync_activities(self, fields):
        """Where a time is booked for an activity, it stays what it is about. Core would
        give it the meeting's name and its list of attendees."""
        names = set(fields)
        if self.env.context.get("is_calendar_event_new"):
            names -= {"description", "name"}
        # What is written to the activities now comes from the events, but for their
        # date where the activities move the events.
        is_led = bool(read_internal(self.env.context, LEADING_KEY))
        events = self.with_context(
            mail_activity_meeting_update=is_led,
            **LED_BY_MEETING,
            **get_known_timezone(self.env),
        )
        super(CalendarEvent, events)._sync_activities(fields=names)
        if names & set(self._get_time_fields()):
            self._sync_activity_times()

    def _sync_activity_times(self):
        """Activities have the time that was booked for them."""
        leading_ids = read_internal(self.env.context, LEADING_KEY, ())
        activities = self._get_all_activities()
        for activity in activities.filtered(
            lambda a: a.id not in leading_ids and a.status not in CLOSED_STATUSES
        ):
            values = activity.calendar_event_id._prepare_activity_times(
                activity._get_timezone()
            )
            if any(activity[name] != value for name, value in values.items()):
                activity.with_context(**LED_BY_MEETING).write(values)

    def _prepare_activity_times(self, timezone):
        """An activity is due on the day on which it ends, a meeting that takes several
        days on the first of them: so such an activity has no times of its own.

        :param timezone: that of the activity's responsible
        """
        self.ensure_one()
        start, stop = (
            pytz.utc.localize(moment).astimezone(timezone).date()
            for moment in (self.start, self.stop)
        )
        if self.allday or start != stop:
            return {"date_start": False, "date_end": False}
        return {"date_start": self.start, "date_end": self.stop}

    def _exit_plan_runs(self):
        """A meeting was booked: that is what many plans are for."""
        if read_internal(self.env.context, "plan_no_booking"):
            return
        watched = self.env["mail.activity.plan"]._get_watched_models("exit_on_meeting")
        if not watched:
            return
        activities = self._get_all_activities()
        # A time to phone somebody is no meeting.
        calls = activities.filtered(lambda a: a.activity_category == "phonecall")
        meetings = self - calls.calendar_event_id.sudo(False)
        for res_model, ids in meetings._get_met_documents().items():
            if res_model not in watched:
                continue
            # Whoever may not even read a record stops no plan there by a meeting that
            # says to be about it.
            records = self.env[res_model].browse(ids).exists()
            ids = records._filtered_access("read").ids
            by_engine(self.env["mail.activity.plan.run"]).search(
                [
                    ("res_model", "=", res_model),
                    ("res_id", "in", ids),
                    ("state", "in", OPEN_STATES),
                    ("exit_on_meeting", "=", True),
                    # The time that was booked for one of its own steps is no reason.
                    ("id", "not in", activities.run_id.ids),
                ]
            )._stop("meeting")

    def _get_met_documents(self):
        """:returns: model -> ids of the records that the meetings are with: those they
        are linked to, and who was invited to them"""
        documents = defaultdict(set)
        for event in self.sudo():
            if event.res_model and event.res_id:
                documents[event.res_model].add(event.res_id)
            documents["crm.lead"].update(event.opportunity_id.ids)
            invited = event.partner_ids - event.user_id.partner_id
            documents["res.partner"].update(invited.ids)
        return documents
