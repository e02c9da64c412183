# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import pytz

from odoo import api, fields, models
from odoo.fields import Command

from ...engine.environment import LENIENT_KEY, by_engine, leniently
from ...tools.internal import Internal, read_internal
from ...tools.states import CLOSED_STATUSES
from ...tools.values import is_in_range

# What a meeting was booked for. The engine alone says so.
BOOKING_FIELDS = ("booked_activity_ref", "booked_run_ref")
# Context key: runs book meetings; that is no reason to end a run.
BOOKING_RUN_KEY = "crm_activity_plus_booking_run"
# Context key: meetings that were booked before are given to another record.
MOVED_KEY = "crm_activity_plus_moved_meetings"
# Context key: meetings are being created.
NEW_KEY = "crm_activity_plus_new_meetings"
# Context key: core is about to take a series apart and put it together again.
REBUILDING_KEY = "crm_activity_plus_rebuilding_series"


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    # No foreign keys: the meeting stays what it is, whatever becomes of them. And who
    # reads a meeting reads no names by them.
    booked_activity_ref = fields.Integer(
        "Booked for the Activity",
        readonly=True,
        copy=False,
        help="Activity that this meeting, or its series, was booked for.",
    )
    booked_run_ref = fields.Integer(
        "Booked for the Plan",
        readonly=True,
        copy=False,
        help="Running plan that this meeting was booked for.",
    )

    _booked_activity_index = models.Index(
        "(booked_activity_ref) WHERE booked_activity_ref > 0"
    )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._add_booking(vals) for vals in vals_list]
        events = self
        if any(vals.get("recurrence_id") for vals in vals_list):
            # Core would take the occurrences of a series for more and more meetings
            # that are booked for one activity.
            events = self.with_context(orig_activity_ids=())
        # The type of meeting may be one for other applications.
        events = leniently(events).with_context(**{NEW_KEY: Internal(True)})
        events = super(CalendarEvent, events).create(vals_list)
        given = (LENIENT_KEY, NEW_KEY)
        context = {n: v for n, v in events.env.context.items() if n not in given}
        events = events.with_env(events.env(context=context))
        events._sync_activity_times()
        return events

    def write(self, vals):
        vals = {name: vals[name] for name in vals if name not in BOOKING_FIELDS}
        # Core takes some of them out.
        names = set(vals)
        if read_internal(self.env.context, REBUILDING_KEY):
            result = super().write(vals)
        else:
            events = self.with_context(**{REBUILDING_KEY: Internal(True)})
            result = super(CalendarEvent, events).write(vals)
            if {"active", "recurrence_update", "recurrency"} & names:
                self._keep_activities()
        return result

    def unlink(self):
        activities = self._get_all_activities()
        activities -= activities._keep_in_series(self)
        activities._lose_meeting()
        return super().unlink()

    # ------------------------------------------------------------
    # What it was booked for
    # ------------------------------------------------------------

    def _add_booking(self, vals):
        """Say what a new meeting is booked for. The occurrences of a series are booked
        for the same, and have no activities of their own.

        :param dict vals: values of the new meeting
        :returns: the values, with those of ``BOOKING_FIELDS``
        """
        series = self._get_series_of(vals)
        activity_ref = run_ref = False
        if series:
            activity_ref, run_ref = series._get_booking()
            if (activity_ref or run_ref) and not vals.get("activity_ids"):
                vals = {**vals, "activity_ids": [Command.set([])]}
        else:
            # Which run books it, only code can say.
            run_ref = read_internal(vals, "booked_run_ref")
            activity = self._get_linked_activity(vals)
            if activity:
                activity_ref = activity.id
                run_ref = run_ref or activity.run_id.id
        return {
            **vals,
            "booked_activity_ref": activity_ref,
            "booked_run_ref": run_ref or False,
        }

    @api.model
    def _get_series_of(self, vals):
        """:returns: the meeting that a new one is an occurrence of the series of, as
        superuser, or none"""
        recurrence_id = vals.get("recurrence_id")
        if not recurrence_id or not isinstance(recurrence_id, int):
            return self.sudo().browse()
        recurrence = self.env["calendar.recurrence"].sudo().browse(recurrence_id)
        return recurrence.exists().base_event_id

    def _get_booking(self):
        """:returns: ids of the activity and of the run that a meeting was booked for"""
        if self.booked_activity_ref or self.booked_run_ref:
            return self.booked_activity_ref, self.booked_run_ref
        # It was linked to a step later on, or booked before the meeting said so.
        step = self._get_all_activities().filtered("run_line_id")[:1]
        return step.id, step.run_id.id

    @api.model
    def _get_linked_activity(self, vals):
        """:returns: the activity that a new meeting is booked for, as superuser, or
        none. One that core makes for the meeting is none."""
        default = self.env.context.get("default_activity_ids")
        commands = vals.get("activity_ids", default)
        ids = []
        for command in commands if isinstance(commands, list | tuple) else ():
            match command:
                case [Command.LINK, id_, *_rest]:
                    ids.append(id_)
                case [Command.SET, _id, [*linked]]:
                    ids += linked
        known = [id_ for id_ in ids if isinstance(id_, int)]
        return self.env["mail.activity"].sudo().browse(known).exists()[:1]

    def _keep_activities(self):
        """Activities whose meeting was archived, while the series that was booked for
        them goes on, are about the next one."""
        refs = {*self.sudo().mapped("booked_activity_ref")} - {0}
        if refs:
            activities = self.env["mail.activity"].sudo().browse(refs).exists()
            activities.filtered(
                lambda a: a.calendar_event_id and not a.calendar_event_id.active
            )._keep_in_series(activities.calendar_event_id.browse())

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
        if read_internal(self.env.context, NEW_KEY):
            names -= {"description", "name"}
        # Core would give them the day in the time zone of whoever moves the meeting.
        events = self.with_context(mail_activity_meeting_update=True)
        super(CalendarEvent, events)._sync_activities(fields=names)
        self._sync_held_activities(names)
        if names & set(self._get_time_fields()):
            self._sync_activity_times()

    def _sync_held_activities(self, names):
        """Core leaves those on hold to whoever had them."""
        held = self._get_all_activities().filtered(lambda a: a.status == "on_hold")
        if "user_id" in names:
            for event, activities in held.grouped("calendar_event_id").items():
                if event.user_id:
                    activities.user_id = event.user_id

    def _sync_activity_times(self):
        """Activities have the time that was booked for them."""
        for activity in self._get_all_activities():
            if activity.status in CLOSED_STATUSES:
                continue
            values = activity.calendar_event_id._prepare_activity_times(
                activity._get_timezone()
            )
            if any(activity[name] != value for name, value in values.items()):
                activity.write(values)

    def _prepare_activity_times(self, timezone):
        """An activity is due on the day on which it ends, a meeting that takes several
        days on the first of them: so such an activity has no times of its own.

        :param timezone: that of the activity's responsible
        """
        self.ensure_one()
        first = self._get_first_day(timezone)
        is_timed = (
            not self.allday and is_in_range(self.start) and is_in_range(self.stop)
        )
        if (
            is_timed
            and first == pytz.utc.localize(self.stop).astimezone(timezone).date()
        ):
            return {"date_start": self.start, "date_end": self.stop}
        return {"date_start": False, "date_end": False, "date_deadline": first}

    def _get_first_day(self, timezone):
        """:returns: the day on which the meeting begins, in a time zone"""
        self.ensure_one()
        # In Odoo, meetings can be in the year 9999.
        if self.allday or not is_in_range(self.start):
            return self.start.date()
        return pytz.utc.localize(self.start).astimezone(timezone).date()

    def _prepare_move_to(self, activity):
        """:returns: the times of the meeting now that its activity was moved, or
        nothing where it has them"""
        self.ensure_one()
        times = {"start": activity.date_start, "stop": activity.date_end}
        if all(times.values()) and not self.allday:
            is_moved = times != {"start": self.start, "stop": self.stop}
            return times if is_moved else {}
        days = activity.date_deadline - self._get_first_day(activity._get_timezone())
        return {"start": self.start + days} if days else {}
