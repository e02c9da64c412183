# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""On which days a series has visits. No ORM."""

from datetime import datetime, time, timedelta

from dateutil.rrule import rrulestr

from odoo.addons.crm_activity_plus.tools.dates import LAST_DAY

# So many occurrences a series has at most, as in Odoo's calendar.
MAX_OCCURRENCES = 720
# So many days a single visit can be put off.
MAX_WAIT = 365


def find_days(rule, start, first, last=None):
    """Find the days of a rule.

    :param str rule: an RRULE as in RFC 5545, such as ``FREQ=MONTHLY;BYMONTHDAY=3``
    :param date start: the first day that it may be on; what it counts from
    :param date first: days before this one are left out
    :param date last: likewise days after this one; needed where the rule has no end
    :returns: the days, in order
    :rtype: list[date]
    """
    days = []
    for moment in rrulestr(rule, dtstart=datetime.combine(start, time.min)):
        day = moment.date()
        if day > (last or LAST_DAY) or len(days) >= MAX_OCCURRENCES:
            break
        if day >= first:
            days.append(day)
    return days


def find_last_days(days):
    """Say until when a visit can be put off: the next one comes then.

    :param days: days of a rule, in order
    :returns: day -> the last day that will do
    :rtype: dict[date, date]
    """
    ends = {
        day: following - timedelta(days=1)
        for day, following in zip(days, days[1:], strict=False)
    }
    if days:
        usual = (days[-1] - days[-2]).days if len(days) > 1 else MAX_WAIT
        ends[days[-1]] = days[-1] + timedelta(days=min(usual, MAX_WAIT) - 1)
    return ends


def match_kept(kept, days):
    """Say which days of a new rule those visits are that stay where they are.

    :param kept: days of the old rule, in order, whose visits were moved by hand
    :param days: days of the new rule, in order
    :returns: old day -> the nearest new day, each at most once; an old day that finds
        none is not there
    :rtype: dict[date, date]
    """
    free, matched = list(days), {}
    for day in kept:
        if not free:
            break
        nearest = min(free, key=lambda other, day=day: (abs(other - day), other))
        matched[day] = nearest
        free.remove(nearest)
    return matched
