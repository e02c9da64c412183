# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Moments, and the days that they are on where somebody is. No ORM."""

import pytz


def get_local_day(moment, timezone):
    """:param datetime moment: in UTC, as Odoo keeps it
    :returns: the day on which it is there
    :rtype: date
    """
    return pytz.utc.localize(moment).astimezone(timezone).date()


def move_to_day(moment, day, timezone):
    """Move a moment to another day, at the same time of day there, also across a change
    of the clock.

    :param datetime moment: in UTC, as Odoo keeps it
    :param date day: where to
    :rtype: datetime
    """
    local = pytz.utc.localize(moment).astimezone(timezone)
    moved = timezone.localize(local.replace(tzinfo=None) + (day - local.date()))
    return moved.astimezone(pytz.utc).replace(tzinfo=None)
