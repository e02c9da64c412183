# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ...engine.arguments import Arguments
from ...engine.environment import get_known_timezone
from ...tools.internal import Internal, read_internal
from ...tools.states import CLOSED_STATUSES

# Categories whose activities have a time in the calendar.
BOOKABLE_CATEGORIES = ("meeting", "phonecall")

# Context key: the ids of the activities whose meetings are moved after them now.
LEADING_KEY = "activity_leading_ids"
# Context: the activities are moved after their meetings now. Core has a key of its own
# for that, which any client could send.
LED_KEY = "activity_led_by_meeting"
LED_BY_MEETING = {"calendar_event_meeting_update": True, LED_KEY: Internal(True)}


class MailActivity(models.Model):
    """Activities whose time is booked in the calendar."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    # Core deletes the activities of a deleted meeting. Here they are kept: see
    # ``calendar.event``.
    calendar_event_id = fields.Many2one(ondelete="set null")

    def write(self, vals):
        moving = {"date_deadline", "date_end", "date_start", "duration"}
        if not moving & vals.keys():
            return super().write(vals)
        context = self.env.context
        if read_internal(context, LED_KEY):
            return super().write(vals)
        leading = {
            "calendar_event_meeting_update": False,
            LEADING_KEY: Internal(self._ids),
        }
        self = self.with_context(**leading, **get_known_timezone(self.env))
        result = super().write(vals)
        self._move_calendar_events()
        return result

    def _move_calendar_events(self):
        """The meeting has the time that its activity was given."""
        for activity in self.filtered("calendar_event_id"):
            event = activity.calendar_event_id
            if activity.status in CLOSED_STATUSES or event.allday:
                continue
            times = {"start": activity.date_start, "stop": activity.date_end}
            if all(times.values()) and times != {
                "start": event.start,
                "stop": event.stop,
            }:
                event.with_context(mail_activity_meeting_update=True).write(times)

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

    def cancel_w_meeting(self, reason=None):
        """Cancel open activities, and take what was booked for them out of the
        calendar. Like ``unlink_w_meeting`` of core, but they are kept, and whoever
        asks is told where somebody else was faster.

        :param str reason: why, for the history
        :raises UserError: one of them is closed already; none is cancelled then
        """
        self._check_open()
        reason = Arguments(self.env).text(reason, "reason")
        events = self.calendar_event_id
        self._cancel(reason)
        events.unlink()
        return True

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
        events = self.env["calendar.event"].sudo()
        for activity in self.filtered(lambda a: a.status not in CLOSED_STATUSES):
            left = events.search(
                [
                    ("booked_activity_ref", "=", activity.id),
                    ("id", "not in", deleted.ids),
                ],
                order="start, id",
            )
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
            self.env._("Its meeting was deleted.")
        )
        self.calendar_event_id = False
