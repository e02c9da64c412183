# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.arguments import Arguments
from ...engine.environment import unsteered
from ...tools.dates import get_timezone
from ...tools.reasons import Reason
from ...tools.states import CLOSED_STATUSES
from ...tools.times import get_local_day, move_to_day
from ...tools.values import is_in_range

# What the start and the end of an activity, its duration and its deadline follow from.
TIME_FIELDS = {"activity_type_id", "date_end", "date_start", "duration", "user_id"}
# What its meeting follows.
MOVING_FIELDS = {"date_deadline", "date_end", "date_start", "duration"}


class MailActivity(models.Model):
    """When an activity begins and ends, and the meeting that is booked for it.

    Start, end, duration and deadline agree, whichever is written. An activity and its
    meeting agree, too: whichever is moved, the other one follows, and where they agree
    nothing is written any more.
    """

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    # Core deletes the activities of a deleted meeting. Here they are kept: see
    # ``calendar.event``.
    calendar_event_id = fields.Many2one(ondelete="set null")
    date_start = fields.Datetime("Start")
    date_end = fields.Datetime(
        "End", compute="_compute_date_end", store=True, precompute=True, readonly=False
    )
    # OCA's mail_activity_board has one of this name, which is the meeting's.
    duration = fields.Float(
        related=None,
        compute="_compute_duration",
        store=True,
        precompute=True,
        readonly=False,
        help="Planned duration in hours.",
    )

    _dates_ordered = models.Constraint(
        "CHECK (date_end >= date_start)", "An activity can't end before it starts."
    )
    _duration_positive = models.Constraint(
        "CHECK (duration >= 0)", "The duration of an activity can't be negative."
    )

    @api.depends("activity_type_id")
    def _compute_duration(self):
        for activity in self:
            activity.duration = (
                activity.activity_type_id.default_duration or activity.duration
            )

    @api.depends("date_start", "duration")
    def _compute_date_end(self):
        for activity in self:
            if activity.date_start:
                activity.date_end = activity._add_hours(
                    activity.date_start, activity.duration
                )
            else:
                # Reassigned since a stored computed field has to be.
                activity.date_end = activity.date_end

    def _add_hours(self, moment, hours):
        try:
            return moment + timedelta(hours=hours)
        except (OverflowError, ValueError) as error:
            raise self._make_range_error("date_start") from error

    def _make_range_error(self, name):
        """:param str name: the field with a date that can't be reckoned with"""
        label = self._fields[name]._description_string(self.env)
        arguments = Arguments(self.env)
        return ValidationError(arguments.explain("range", label, self[name]))

    @api.onchange("date_end", "user_id")
    def _onchange_date_end(self):
        """A form shows what follows from the end, before it is saved."""
        if not self.date_end or not is_in_range(self.date_end):
            return
        if self.date_start and self.date_start <= self.date_end:
            self.duration = (self.date_end - self.date_start).total_seconds() / 3600
        self.date_deadline = get_local_day(self.date_end, self._get_timezone())

    @api.onchange("date_deadline")
    def _onchange_date_deadline(self):
        """Likewise: start and end move to the due date."""
        day, timezone = self.date_deadline, self._get_timezone()
        if not day or not is_in_range(day) or not self.date_end:
            return
        end = move_to_day(self.date_end, day, timezone)
        if end != self.date_end:
            span = self.date_start and self.date_end - self.date_start
            self.date_start = self.date_start and end - span
            self.date_end = end

    @api.constrains("date_end", "date_start")
    def _check_times(self):
        for activity in self.filtered(lambda a: a.date_end or a.date_start):
            for name in ("date_start", "date_end"):
                if activity[name] and not is_in_range(activity[name]):
                    raise activity._make_range_error(name)

    def write(self, vals):
        # Core would move the meeting of the first of them, by the day alone.
        unmoved = self.with_context(calendar_event_meeting_update=True)
        result = super(MailActivity, unmoved).write(vals)
        if MOVING_FIELDS & vals.keys():
            self._move_meetings()
        return result

    # ------------------------------------------------------------
    # Start, end and deadline
    # ------------------------------------------------------------

    def _get_timezone(self):
        """:returns: the time zone of the responsible, whose days the deadlines are"""
        self.ensure_one()
        user = self.user_id.sudo()
        if user == self.env.user:
            # Where the user is now, says the client.
            return unsteered(self).env.tz
        return get_timezone(user.tz or self.env.user.tz)

    @api.model
    def _get_default_times(self):
        """:returns: the names of the times that new activities get by default"""
        return {
            n for n in ("date_end", "date_start") if f"default_{n}" in self.env.context
        }

    def _align_times(self, names):
        """Make start, end, duration and deadline agree.

        :param names: the fields that were just written; the end wins over the duration,
            and both over the deadline
        """
        if "date_deadline" in names and not {"date_start", "date_end"} & set(names):
            self._follow_deadline()
        elif TIME_FIELDS & set(names):
            for activity in self.filtered("date_end"):
                if vals := activity._prepare_aligned_times("date_end" in names):
                    activity._set(vals)

    def _prepare_aligned_times(self, is_end_given):
        """:param bool is_end_given: whether the end was just written
        :returns: the values that follow from the end, without those that are right
        """
        vals = {}
        if is_end_given and self.date_start:
            hours = (self.date_end - self.date_start).total_seconds() / 3600
            if self.duration != hours:
                # The end, too: it would follow from the duration.
                vals |= {"duration": hours, "date_end": self.date_end}
        deadline = get_local_day(self.date_end, self._get_timezone())
        if self.date_deadline != deadline:
            vals["date_deadline"] = deadline
        return vals

    def _follow_deadline(self):
        """Move start and end to the deadline. The end keeps its time of day, also
        across a change of the clock, and the duration stays."""
        for activity in self.filtered(lambda a: a.date_end and a.date_deadline):
            if not is_in_range(activity.date_deadline):
                raise activity._make_range_error("date_deadline")
            timezone = activity._get_timezone()
            end = move_to_day(activity.date_end, activity.date_deadline, timezone)
            if end == activity.date_end:
                continue
            vals = {"date_end": end}
            if activity.date_start:
                vals["date_start"] = end - (activity.date_end - activity.date_start)
            activity._set(vals)

    # ------------------------------------------------------------
    # Meetings
    # ------------------------------------------------------------

    def _check_meetings(self):
        """The engine moves the meeting of an activity: so nobody may give it one that
        they could not move themselves, nor have it from a default."""
        if not self.env.su and self.calendar_event_id:
            self.calendar_event_id.check_access("write")

    def _move_meetings(self):
        """Have the meetings of the activities follow these."""
        for activity in self.filtered("calendar_event_id"):
            if activity.status in CLOSED_STATUSES:
                continue
            event = activity.calendar_event_id
            if values := event._prepare_move_to(activity):
                unsteered(event).write(values)

    def action_create_calendar_event(self):
        """Book a time, also where nobody says on which record: on the activity's.

        :raises UserError: the activity is closed already
        """
        Arguments(self.env).check_single(self)
        self._check_open()
        activity = self
        if not self.env.context.get("default_res_id") and self.res_id:
            activity = self.with_context(
                default_res_id=self.res_id, default_res_model=self.res_model
            )
        action = super(MailActivity, activity).action_create_calendar_event()
        if self.summary and not self.calendar_event_id:
            action["context"]["default_name"] = (
                f"{self.summary} – {self.res_name}" if self.res_name else self.summary
            )
        return action

    def _get_bookings(self):
        """:returns: for each activity with a time, ``start`` and ``stop`` (UTC), and
        ``allday``"""
        bookings = {}
        for activity in self:
            # Its time is no secret to whoever sees the activity.
            event = activity.sudo().calendar_event_id
            start = event.start or activity.date_start
            stop = event.stop or activity.date_end
            if not start or not stop:
                continue
            if event.allday:
                start, stop = event.start_date, event.stop_date
            to_string = (fields.Date if event.allday else fields.Datetime).to_string
            bookings[activity] = {
                "start": to_string(start),
                "stop": to_string(stop),
                "allday": event.allday,
            }
        return bookings

    def _keep_in_series(self, deleted):
        """A meeting of these is gone. Where it was one of a series that was booked for
        its activity, the activity is about the next one that is left.

        :param deleted: meetings that are about to be deleted
        :returns: the activities that have a meeting now
        """
        kept = self.browse()
        under_way = self.filtered(lambda a: a.status not in CLOSED_STATUSES)
        events = self.env["calendar.event"].sudo()
        left_by_ref = events.search(
            [
                ("booked_activity_ref", "in", under_way.ids),
                ("id", "not in", deleted.ids),
            ],
            order="start, id",
        ).grouped("booked_activity_ref")
        for activity in under_way:
            left = left_by_ref.get(activity.id, events)
            start = activity.calendar_event_id.start
            following = left.filtered(lambda event, start=start: event.start >= start)
            if left:
                activity.calendar_event_id = following[:1] or left[-1:]
                activity.calendar_event_id._sync_activities(fields={"start"})
                kept += activity
        return kept

    def _lose_meeting(self):
        """The meetings of these are about to be deleted. Core deletes the activities,
        too: they are cancelled, and those that are closed stay what they are."""
        self.filtered(lambda a: a.status not in CLOSED_STATUSES)._cancel(
            Reason("meeting_deleted")
        )
        self.calendar_event_id = False
