# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.date_utils import localized
from odoo.tools.intervals import Intervals

from odoo.addons.resource.models.utils import HOURS_PER_DAY

from ...engine.environment import is_program, is_uninstalling
from ...tools.dates import get_timezone
from ...tools.reasons import Reason

_logger = logging.getLogger(__name__)

DAY = timedelta(days=1)
NOON = time(12)
WEEKEND = (5, 6)


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    @api.ondelete(at_uninstall=True)
    def _unlink_except_in_plans(self):
        """The deadlines of a plan would be counted by other hours, unasked."""
        if is_uninstalling(self.env):
            return
        plans = self.env["mail.activity.plan"].sudo().with_context(active_test=False)
        counting = plans.search([("resource_calendar_id", "in", self.ids)])
        if counting and is_program(self.env):
            _logger.warning("%s count by %s, which are deleted.", counting, self)
        elif counting:
            raise UserError(
                self.env._(
                    "“%(calendars)s” can't be deleted: the deadlines of “%(plans)s” "
                    "are counted by it. Change these plans first.",
                    calendars=", ".join(
                        counting.resource_calendar_id.mapped("display_name")
                    ),
                    plans=", ".join(counting.mapped("name")),
                )
            )

    def _get_days_off(self, first, last, resource, company, tz=None):
        """Find the days on which nobody, or somebody, doesn't work at all.

        ``plan_days`` of Odoo looks at the company's leaves only; here those of the
        person count as well, whatever calendar they were entered in.

        Times are compared as the clock on the wall shows them, written as if they were
        UTC. A public holiday is a day on the calendar's clock, or else on the person's:
        in many a database the calendar has the time zone that it was installed with.

        :param date first: first day to look at
        :param date last: last day to look at
        :param resource: the ``resource.resource`` of a person, or none
        :param company: whose public holidays count
        :param str tz: the person's time zone
        :returns: day -> why nobody works on it: a :class:`~...tools.reasons.Reason`,
            or what people call it; other days are working days
        :rtype: dict[date, Reason | str]
        """
        usual = company.sudo().resource_calendar_id
        clocks = dict.fromkeys([self.tz, usual.tz, resource.tz or tz])
        clocks = [clock for clock in clocks if clock] or ["UTC"]
        planned = self._get_planned_intervals(first, last)
        planned_days = _list_days(planned)
        leaves = self._find_leaves(first, last, resource, company)
        weekend, idle = Reason("weekend"), Reason("no_working_day")
        days = {first + timedelta(days=i) for i in range((last - first).days + 1)}
        days_off = {
            day: weekend if day.weekday() in WEEKEND else idle
            for day in days - planned_days
        }
        for clock in clocks:
            intervals = self._get_leave_intervals(leaves, clock, first, last)
            names = self._get_leave_names(intervals)
            for day in planned_days - _list_days(planned - Intervals(intervals)):
                days_off.setdefault(day, names.get(day) or Reason("day_off"))
        return days_off

    def _get_planned_intervals(self, first, last):
        """:returns: when there is work in the calendar; around noon on every day
        without one, and where it leaves the hours to the people"""
        if self and not self.flexible_hours:
            start = pytz.utc.localize(datetime.combine(first, time.min))
            end = pytz.utc.localize(datetime.combine(last, time.max))
            return self._attendance_intervals_batch(start, end, tz=pytz.utc)[False]
        nobody = self.env["resource.calendar.attendance"]
        half = timedelta(hours=(self.hours_per_day or HOURS_PER_DAY) / 2)
        noons = (
            pytz.utc.localize(datetime.combine(first + timedelta(days=index), NOON))
            for index in range((last - first).days + 1)
        )
        return Intervals((noon - half, noon + half, nobody) for noon in noons)

    def _find_leaves(self, first, last, resource, company):
        # The holidays of other companies that share a calendar are not ours.
        public = (
            Domain("resource_id", "=", False)
            & Domain("calendar_id", "in", [False, *self.ids])
            & Domain("company_id", "in", [False, company.id, *self.company_id.ids])
        )
        personal = Domain("resource_id", "in", resource.ids)
        return (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                Domain("time_type", "=", "leave")
                # No time zone is further away from UTC than a day.
                & Domain("date_from", "<=", datetime.combine(last, time.max) + DAY)
                & Domain("date_to", ">=", datetime.combine(first, time.min) - DAY)
                & (public | personal)
            )
        )

    def _get_leave_intervals(self, leaves, clock, first, last):
        """:returns: when the leaves are, on a clock; those of a person on their own.
        Nobody has to look at all the days of one that takes for ever"""
        begin = datetime.combine(first, time.min) - 2 * DAY
        end = datetime.combine(last, time.max) + 2 * DAY
        return [
            (
                *(
                    localized(moment)
                    .astimezone(get_timezone(leave.resource_id.tz or clock))
                    .replace(tzinfo=pytz.utc)
                    for moment in (max(leave.date_from, begin), min(leave.date_to, end))
                ),
                leave,
            )
            for leave in leaves
        ]

    def _get_leave_names(self, leaves):
        """:returns: day -> what people call the leaves on it, or that they are some"""
        names = defaultdict(dict)
        for begin, end, leave in leaves:
            for index in range((end.date() - begin.date()).days + 1):
                names[begin.date() + timedelta(days=index)][leave.name] = True
        return {
            day: ", ".join(filter(None, found)) or Reason("time_off")
            for day, found in names.items()
        }


def _list_days(intervals):
    """:returns: the days that the intervals touch; a minute, as what is left of a day
    by time off until 23:59, is no time to work"""
    return {
        begin.date() + timedelta(days=index)
        for begin, end, _meta in intervals
        if end - begin > timedelta(minutes=1)
        for index in range(
            ((end - timedelta(microseconds=1)).date() - begin.date()).days + 1
        )
    }
