# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import models
from odoo.fields import Domain
from odoo.tools.date_utils import localized, to_timezone
from odoo.tools.intervals import Intervals


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _get_days_off(self, first, last, resource, company):
        """Find the days on which nobody, or somebody, doesn't work at all.

        ``plan_days`` of Odoo looks at the company's leaves only; here those of the
        person count as well, whatever calendar they were entered in.

        :param date first: first day to look at
        :param date last: last day to look at
        :param resource: the ``resource.resource`` of a person, or none
        :param company: whose public holidays count
        :returns: day -> why nobody works on it; other days are working days
        :rtype: dict[date, str]
        """
        timezone = pytz.timezone(resource.tz or self.tz or "UTC")
        start = timezone.localize(datetime.combine(first, time.min))
        end = timezone.localize(datetime.combine(last, time.max))
        planned = self._get_planned_intervals(start, end, timezone)
        leaves = self._get_leave_intervals(start, end, timezone, resource, company)
        worked_days = _list_days(planned - Intervals(leaves))
        planned_days = _list_days(planned)
        names = self._get_leave_names(leaves)
        return {
            day: names.get(day) or self.env._("day off")
            if day in planned_days
            else self.env._("no working day")
            for day in (
                first + timedelta(days=index)
                for index in range((last - first).days + 1)
            )
            if day not in worked_days
        }

    def _get_planned_intervals(self, start, end, timezone):
        """:returns: when there is work in the calendar; all day long without one, and
        where it leaves the hours to the people"""
        if self and not self.flexible_hours:
            return self._attendance_intervals_batch(start, end, tz=timezone)[False]
        nobody = self.env["resource.calendar.attendance"]
        days = (end.date() - start.date()).days + 1
        return Intervals(
            (
                timezone.localize(datetime.combine(day, time.min)),
                timezone.localize(datetime.combine(day, time.max)),
                nobody,
            )
            for day in (start.date() + timedelta(days=index) for index in range(days))
        )

    def _get_leave_intervals(self, start, end, timezone, resource, company):
        own = Domain("resource_id", "=", False) & Domain(
            "calendar_id", "in", [False, *self.ids]
        )
        if resource:
            own |= Domain("resource_id", "=", resource.id)
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                Domain("time_type", "=", "leave")
                & Domain("company_id", "in", [False, company.id])
                & Domain("date_from", "<=", to_timezone(None)(end))
                & Domain("date_to", ">=", to_timezone(None)(start))
                & own
            )
        )
        return [
            (
                localized(leave.date_from).astimezone(timezone),
                localized(leave.date_to).astimezone(timezone),
                leave,
            )
            for leave in leaves
        ]

    def _get_leave_names(self, leaves):
        names = defaultdict(list)
        for begin, end, leave in leaves:
            for index in range((end.date() - begin.date()).days + 1):
                name = leave.name or self.env._("time off")
                names[begin.date() + timedelta(days=index)].append(name)
        return {day: ", ".join(dict.fromkeys(found)) for day, found in names.items()}


def _list_days(intervals):
    """:returns: the days that the intervals touch"""
    return {
        begin.date() + timedelta(days=index)
        for begin, end, _meta in intervals
        for index in range(
            ((end - timedelta(microseconds=1)).date() - begin.date()).days + 1
        )
    }
