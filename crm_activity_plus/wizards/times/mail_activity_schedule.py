# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models

from ...tools.dates import get_timezone
from ...tools.times import get_local_day, move_to_day
from ...tools.values import is_in_range

# Of activities whose type has no duration; the calendar's, too.
DEFAULT_HOURS = 1


class MailActivitySchedule(models.TransientModel):
    """When an activity begins and ends. Where it has an end, that is on its due
    date."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.schedule"

    date_start = fields.Datetime("Start")
    date_end = fields.Datetime(
        "End", compute="_compute_date_end", store=True, readonly=False
    )

    @api.depends("date_start")
    def _compute_date_end(self):
        """It is proposed, and moves on where the start does; a start without an end is
        nothing that can be booked."""
        for scheduler in self:
            start, end = scheduler.date_start, scheduler.date_end
            if not start or not is_in_range(start):
                scheduler.date_end = end
            elif not end or end <= start:
                hours = scheduler.activity_type_id.default_duration or DEFAULT_HOURS
                scheduler.date_end = start + timedelta(hours=hours)
            else:
                scheduler.date_end = end

    @api.onchange("date_end", "activity_user_id")
    def _onchange_date_end(self):
        if self.date_end and is_in_range(self.date_end):
            self.date_deadline = get_local_day(self.date_end, self._get_timezone())

    @api.onchange("date_deadline")
    def _onchange_date_deadline(self):
        day = self.date_deadline
        if not day or not is_in_range(day) or not self.date_end:
            return
        end = move_to_day(self.date_end, day, self._get_timezone())
        if end != self.date_end:
            span = self.date_start and self.date_end - self.date_start
            self.date_end = end
            self.date_start = self.date_start and end - span

    def _get_timezone(self):
        """:returns: that of whoever has the activity, whose day the due date is"""
        user = self.activity_user_id._origin.sudo()
        if not user or user == self.env.user:
            return self.env.tz
        return get_timezone(user.tz or self.env.user.tz)

    def _action_schedule_activities(self):
        """Core and other addons say what the activity has; its times are its
        defaults."""
        if not self.date_start and not self.date_end:
            return super()._action_schedule_activities()
        timed = self.with_context(
            default_date_start=self.date_start, default_date_end=self.date_end
        )
        activities = super(MailActivitySchedule, timed)._action_schedule_activities()
        return activities.with_env(self.env)
