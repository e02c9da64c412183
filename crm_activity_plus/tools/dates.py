# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Deadlines, and how they were found. No ORM."""

from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

# Ten years without a working day: the calendar is wrong, not the plan.
MAX_DAYS_OFF = 3660

# Nobody's working days are known for longer than a lifetime. They are counted one by
# one, so that counting on would take minutes.
MAX_WORKING_DAYS = 36600

POLICIES = ("calendar", "working_days", "shift_forward", "shift_backward")


class DeadlineError(ValueError):
    """The deadline lies outside of the calendar."""


class NoWorkingDayError(DeadlineError):
    """Nobody works for years."""


class Deadline(NamedTuple):
    date: date
    #: JSON-able: base, base_date, count, unit, direction, policy, counted, skipped
    explanation: dict


def find_deadline(
    base_date,
    count,
    unit="days",
    direction="after",
    policy="calendar",
    why_off=None,
    base="plan_date",
):
    """Find a deadline and say how.

    Unlike ``resource.calendar.plan_days`` of Odoo, the base date itself is never
    counted: one working day after a Friday is the Monday.

    :param date base_date: where to count from
    :param int count: how many units
    :param str unit: ``days``, ``weeks`` or ``months``
    :param str direction: ``after`` or ``before`` the base date
    :param str policy: ``calendar``: plain days; ``working_days``: days count only
        working days, weeks and months end on one; ``shift_forward`` and
        ``shift_backward``: plain days, then on to the next or the previous working day
    :param why_off: called with a date, gives the reason why nobody works on that day,
        or None for a working day; without it every day is one
    :param str base: what the base date is, for the explanation
    :returns: the deadline and its explanation
    :rtype: Deadline
    :raises DeadlineError: the date can't be expressed, or there is no working day
    """
    if policy not in POLICIES:
        raise ValueError(f"Unknown deadline policy {policy!r}")
    sign = -1 if direction == "before" else 1
    why_off = why_off or (lambda day: None)
    skipped = []
    try:
        if policy == "working_days" and unit == "days":
            day = _count_working_days(base_date, sign * count, sign, why_off, skipped)
        else:
            day = base_date + relativedelta(**{unit: sign * count})
            if policy != "calendar":
                shift = {"shift_forward": 1, "shift_backward": -1}.get(policy, sign)
                day = _leave_days_off(day, shift, why_off, skipped)
    except (OverflowError, ValueError) as error:
        if isinstance(error, DeadlineError):
            raise
        raise DeadlineError(
            f"{count} {unit} {direction} {base_date} is no date"
        ) from error
    return Deadline(
        day,
        {
            "base": base,
            "base_date": base_date.isoformat(),
            "count": count,
            "unit": unit,
            "direction": direction,
            "policy": policy,
            "counted": abs(count) if policy == "working_days" else 0,
            "skipped": [
                {"date": off.isoformat(), "reason": reason} for off, reason in skipped
            ],
            "date": day.isoformat(),
        },
    )


def _count_working_days(day, count, sign, why_off, skipped):
    if abs(count) > MAX_WORKING_DAYS:
        raise DeadlineError(f"{count} working days are more than {MAX_WORKING_DAYS}")
    step = timedelta(days=1 if count > 0 or (not count and sign > 0) else -1)
    if not count:
        return _leave_days_off(day, step.days, why_off, skipped)
    for _index in range(abs(count)):
        day = _leave_days_off(day + step, step.days, why_off, skipped)
    return day


def _leave_days_off(day, step, why_off, skipped):
    for _index in range(MAX_DAYS_OFF):
        reason = why_off(day)
        if not reason:
            return day
        skipped.append((day, reason))
        day += timedelta(days=step)
    raise NoWorkingDayError(f"No working day within {MAX_DAYS_OFF} days before {day}")
