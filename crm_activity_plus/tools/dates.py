# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Deadlines, and how they were found. No ORM."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter

import pytz
from dateutil.relativedelta import relativedelta

from .reasons import Reason

# Ten years without a working day: the calendar is wrong, not the plan.
MAX_DAYS_OFF = 3660

# Nobody's working days are known for longer than a lifetime. They are counted one by
# one, so that counting on would take minutes.
MAX_WORKING_DAYS = 36600

# Between these, dates and moments are reckoned with. Years at the ends of the calendar
# have no day before or after, which other time zones and working days need.
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(9998, 12, 31)

# As many periods of days off are told one by one; what there is more of is summed up.
MAX_PERIODS = 20

# So much of what a date was before is kept beside how it was found at first.
KEPT_CHANGES = 3

# The last two count plain days, and move from a day off to the next working day, or
# back to the last one.
POLICIES = ("calendar", "working_days", "shift_forward", "shift_backward")


def get_timezone(name):
    """:param name: name of a time zone, or nothing
    :returns: the time zone; UTC for one that nobody knows any more"""
    try:
        return pytz.timezone(name or "UTC")
    except pytz.UnknownTimeZoneError:
        return pytz.utc


class DeadlineError(ValueError):
    """The deadline lies outside of the calendar."""


class NoWorkingDayError(DeadlineError):
    """Nobody works for years."""


@dataclass(frozen=True)
class Deadline:
    """A day, and how it was found."""

    date: date
    #: JSON-able: base, base_date, count, unit, direction, policy, counted, skipped;
    #: None where there is nothing to tell of it
    explanation: dict | None = None


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

    Unlike in ``resource.calendar.plan_days`` of Odoo, the base date is never counted:
    one working day after a Friday is the Monday.

    :param int count: how many ``unit``: ``days``, ``weeks`` or ``months``
    :param str direction: ``after`` or ``before`` the base date
    :param str policy: one of ``POLICIES``
    :param why_off: called with a date, says why nobody works on it: a
        :class:`~.reasons.Reason` or a text, or None for a working day; without it every
        day is one
    :param str base: what the base date is, for the explanation
    :rtype: Deadline
    :raises DeadlineError: the date can't be expressed, or there is no working day
    """
    if policy not in POLICIES:
        raise ValueError(f"Unknown deadline policy {policy!r}")
    sign = -1 if direction == "before" else 1
    day, skipped = _find_day(base_date, count, unit, sign, policy, why_off)
    explanation = {
        "base": base,
        "base_date": base_date.isoformat(),
        "count": count,
        "unit": unit,
        "direction": direction,
        "policy": policy,
        "counted": abs(count) if policy == "working_days" else 0,
        **describe_days_off(skipped),
        "date": day.isoformat(),
    }
    return Deadline(day, explanation)


def _find_day(base_date, count, unit, sign, policy, why_off):
    """:returns: the day, and the days that didn't count with the reasons
    :raises DeadlineError: see :func:`find_deadline`"""
    try:
        return _count_from(base_date, count, unit, sign, policy, why_off)
    except DeadlineError:
        raise
    except (OverflowError, ValueError) as error:
        text = f"{sign * count} {unit} from {base_date} is no date"
        raise DeadlineError(text) from error


def _count_from(base_date, count, unit, sign, policy, why_off):
    why_off = why_off or (lambda day: None)
    skipped = []
    if policy == "working_days" and unit == "days":
        day = _count_working_days(base_date, sign * count, sign, why_off, skipped)
        return day, skipped
    day = base_date + relativedelta(**{unit: sign * count})
    if policy != "calendar":
        shift = {"shift_forward": 1, "shift_backward": -1}.get(policy, sign)
        day = _leave_days_off(day, shift, why_off, skipped)
    return day, skipped


def describe_days_off(days_off):
    """Sum up days on which nobody works.

    :param days_off: days, each with the reason
    :returns: ``skipped``: the periods, in order, with the same reason on all of their
        days: ``date`` and ``date_end``, ``count`` of days, and ``reason_code``, or
        ``reason`` where it is in people's words. Where they are too many, those with
        the commonest reasons are one period each; it has fewer days off than days then.
        And ``skipped_more``: how many days off are not told, where even that is too
        much
    :rtype: dict
    """
    periods = []
    for day, reason in sorted(days_off, key=itemgetter(0)):
        last = periods[-1] if periods else None
        if last and last[2] == reason and day - last[1] <= timedelta(days=1):
            last[3] += day != last[1]
            last[1] = day
        else:
            periods.append([day, day, reason, 1])
    if len(periods) > MAX_PERIODS:
        periods = _sum_up_periods(periods)
    told, left = periods[:MAX_PERIODS], periods[MAX_PERIODS:]
    description = {
        "skipped": [
            {
                "date": first.isoformat(),
                "date_end": last.isoformat(),
                "count": count,
                **_keep_reason(reason),
            }
            for first, last, reason, count in told
        ]
    }
    if left:
        description["skipped_more"] = sum(count for *_period, count in left)
    return description


def _keep_reason(reason):
    if isinstance(reason, Reason):
        return {"reason_code": reason.code}
    return {"reason": reason}


def tell_days_off(explanation, tell):
    """Have an explanation say why nobody worked on the days that were skipped, here and
    in what is ``before`` it.

    :param dict explanation: an explanation, or nothing; it is not changed
    :param tell: called with a :class:`~.reasons.Reason`, returns a sentence
    :rtype: dict
    """
    return _change_coded(
        explanation,
        lambda row: {**row, "reason": tell(Reason(row["reason_code"]))},
    )


def forget_sentences(explanation):
    """:returns: an explanation without what :func:`tell_days_off` has put into it"""
    return _change_coded(
        explanation,
        lambda row: {name: value for name, value in row.items() if name != "reason"},
    )


def _change_coded(explanation, change):
    """:param change: called with each period of days off that has a code, returns
    another one"""
    if not isinstance(explanation, dict):
        return explanation
    changed = dict(explanation)
    if changed.get("skipped"):
        changed["skipped"] = [
            change(row) if "reason_code" in row else row for row in changed["skipped"]
        ]
    if "before" in changed:
        changed["before"] = _change_coded(changed["before"], change)
    return changed


def _sum_up_periods(periods):
    """Make one period of all that have a reason, the commonest reason first, until they
    are few enough."""
    numbers = Counter(reason for _first, _last, reason, _count in periods)
    excess, common = len(periods) - MAX_PERIODS, set()
    for reason, number in numbers.most_common():
        if excess > 0 and number > 1:
            common.add(reason)
            excess -= number - 1
    by_reason, result = {}, []
    for first, last, reason, count in periods:
        if reason in by_reason:
            by_reason[reason][1] = last
            by_reason[reason][3] += count
            continue
        period = [first, last, reason, count]
        result.append(period)
        if reason in common:
            by_reason[reason] = period
    return result


def add_history(explanation, before):
    """Say what a date was before it was changed.

    :param dict explanation: how the new date was found
    :param before: the explanation of the date before, or nothing
    :returns: the explanation with ``before``, see :func:`tidy`
    :rtype: dict
    """
    return tidy({**explanation, "before": before})


def tidy(explanation):
    """Keep an explanation short, however often the date was changed, and whatever an
    older version noted down: the last changes, and how the date was found at first.

    :param explanation: an explanation, or nothing; what was before is under ``before``
    :returns: the explanation; ``omitted`` says how many changes are left out between it
        and its ``before``
    """
    if not explanation:
        return explanation
    chain, node = [], explanation
    while isinstance(node, dict):
        chain.append(node)
        node = node.get("before")
    kept = chain
    if len(chain) > KEPT_CHANGES + 2:
        recent, left = chain[: KEPT_CHANGES + 1], chain[KEPT_CHANGES + 1 : -1]
        omitted = len(left) + sum(one.get("omitted", 0) for one in [recent[-1], *left])
        kept = [*recent[:-1], {**recent[-1], "omitted": omitted}, chain[-1]]
    result = None
    for one in reversed(kept):
        one = {**one, **_tidy_days_off(one)}
        one.pop("before", None)
        result = one if result is None else {**one, "before": result}
    return result


def _tidy_days_off(explanation):
    rows = explanation.get("skipped")
    if not rows or any(row.keys() != {"date", "reason"} for row in rows):
        return {}
    return describe_days_off(
        [(date.fromisoformat(row["date"]), row["reason"]) for row in rows]
    )


def get_first_explanation(explanation):
    """:returns: how a date was found at first, before anybody changed it"""
    explanation = explanation or {}
    while explanation.get("before"):
        explanation = explanation["before"]
    return explanation


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
