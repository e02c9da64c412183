# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""So that the visits of a person on a day follow each other."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytz

from odoo.tools import SQL

from odoo.addons.crm_activity_plus.engine.deadlines import StepDater
from odoo.addons.crm_activity_plus.tools.dates import get_timezone

from ..tools.day_times import END_OF_DAY, DayTimes

# Two who plan for the same people at the same moment: the second one begins anew.
TURN = "crm_activity_plus_automation.times_of_day"


class Spreader:
    """Finds times for meetings within the working hours of whoever holds them. It
    remembers which are taken, so that it must not live longer than one operation.

    :param plan: the plan, as whoever the series act for
    """

    def __init__(self, plan):
        self.env = plan.env
        self.plan = plan
        self._dater = StepDater(
            self.env, plan.deadline_policy, plan.resource_calendar_id
        )
        #: id of a user and day -> DayTimes
        self._days = {}

    def take_turn(self):
        """Nobody else takes the same times meanwhile."""
        self.env["mail.activity.cron.position"].sudo()._set(TURN, 0)

    def spread(self, proposals):
        """:param proposals: what would be launched on records
        :returns: the same, with another time of day where somebody has something else
            to do"""
        meetings = [
            (proposal, step)
            for proposal in proposals
            if not proposal.skip_reason
            for step in proposal.steps
            if _is_meeting(step)
        ]
        self._read_days(meetings)
        return [
            proposal
            if proposal.skip_reason
            else replace(proposal, steps=tuple(map(self._spread_step, proposal.steps)))
            for proposal in proposals
        ]

    def _spread_step(self, step):
        if not _is_meeting(step):
            return step
        wanted = round(step.copied["time_of_day"] * 60)
        length = max(round(step.copied["duration"] * 60), 1)
        times = self._days[step.user_id, step.date_deadline]
        start = times.take(wanted, length)
        if start == wanted:
            return step
        found = wanted if start is None else start
        explanation = {"wanted": wanted, "minutes": found, "is_full": start is None}
        return replace(
            step,
            copied={**step.copied, "time_of_day": found / 60},
            date_explanation={**(step.date_explanation or {}), "time": explanation},
        )

    # ------------------------------------------------------------
    # What people have to do already
    # ------------------------------------------------------------

    def _read_days(self, meetings):
        """Find out about the days on which the meetings are."""
        companies = {}
        for proposal, step in meetings:
            key = (step.user_id, step.date_deadline)
            if key not in self._days and key not in companies:
                record = self.env[self.plan.res_model].browse(proposal.res_id)
                companies[key] = self.plan._get_company(record)
        if not companies:
            return
        busy = self._read_busy(companies)
        working = self._read_working(companies)
        for key in companies:
            self._days[key] = DayTimes(working[key], busy[key])

    def _read_busy(self, keys):
        """:returns: id of a user and day -> (begin, end) of other meetings"""
        users = self.env["res.users"].sudo().browse({user_id for user_id, _day in keys})
        zones = {user.partner_id.id: (user, get_timezone(user.tz)) for user in users}
        days = [day for _user_id, day in keys]
        self.env["calendar.event"].flush_model()
        self.env["calendar.attendee"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT attendee.partner_id, event.start, event.stop
                  FROM calendar_attendee AS attendee
                  JOIN calendar_event AS event ON event.id = attendee.event_id
                 WHERE attendee.partner_id = ANY(%(partners)s)
                   AND attendee.state <> 'declined'
                   AND event.active
                   AND event.show_as = 'busy'
                   AND NOT COALESCE(event.allday, FALSE)
                   AND event.start < %(last)s
                   AND event.stop > %(first)s
                """,
                partners=list(zones),
                first=datetime.combine(min(days), time.min) - timedelta(days=1),
                last=datetime.combine(max(days), time.min) + timedelta(days=2),
            )
        )
        busy = defaultdict(list)
        for partner_id, start, stop in rows:
            user, zone = zones[partner_id]
            for day, period in _split(start, stop, zone):
                busy[user.id, day].append(period)
        return busy

    def _read_working(self, companies):
        """:returns: id of a user and day -> (begin, end) of working hours"""
        working, whole = {}, [(0, END_OF_DAY)]
        by_person = defaultdict(list)
        for (user_id, day), company in companies.items():
            by_person[user_id, company].append(day)
        for (user_id, company), days in by_person.items():
            found = self._find_hours(user_id, company, min(days), max(days))
            for day in days:
                working[user_id, day] = found[day] if found else whole
        return working

    def _find_hours(self, user_id, company, first, last):
        """:returns: day -> (begin, end) of working hours; nothing where there is no
        calendar"""
        user = self.env["res.users"].sudo().browse(user_id)
        resource = self._dater._get_resource(user, company)
        calendar = self._dater._get_calendar(resource, company)
        if not calendar:
            return None
        zone = get_timezone(user.tz)
        start = zone.localize(datetime.combine(first, time.min))
        end = zone.localize(datetime.combine(last, time.max))
        intervals = calendar._work_intervals_batch(start, end, resource, tz=zone)
        hours = defaultdict(list)
        for begin, stop, _meta in intervals[resource.id]:
            begin, stop = (
                moment.astimezone(pytz.utc).replace(tzinfo=None)
                for moment in (begin, stop)
            )
            for day, period in _split(begin, stop, zone):
                hours[day].append(period)
        return hours


def _is_meeting(step):
    return bool(
        step.action_type == "meeting" and step.state == "scheduled" and step.user_id
    )


def _split(start, stop, zone):
    """:param datetime start: in UTC, as stop
    :returns: of each day that it touches in a time zone, the day and (begin, end) in
        minutes"""
    begin, end = (
        pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
        for moment in (start, stop)
    )
    while begin < end:
        midnight = datetime.combine(begin.date(), time.min)
        period = [
            min(round((moment - midnight).total_seconds() / 60), END_OF_DAY)
            for moment in (begin, end)
        ]
        yield begin.date(), tuple(period)
        begin = midnight + timedelta(days=1)
