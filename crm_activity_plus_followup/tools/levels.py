# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Which follow-up level comes when. No ORM."""

from collections.abc import Sequence
from datetime import date, timedelta


def find_first_level(
    days: Sequence[int], oldest: date, today: date, looked: date | None
) -> int | None:
    """Find the level that a customer starts at, who has none yet.

    :param days: how many days after the due date the levels are, in order
    :param oldest: the due date of the oldest overdue item
    :param looked: when somebody looked last, if ever. A level that was reached since
        then isn't skipped because of that. Those before it would have been reached
        already, had the item been there: they aren't made up for.
    :returns: the place of the level in ``days``, or None where none is reached
    """
    reached = [n for n, count in enumerate(days) if _add(oldest, count) <= today]
    if not reached:
        return None
    missed = [n for n in reached if looked and _add(oldest, days[n]) > looked]
    return missed[0] if missed else reached[-1]


def find_reminder_gap(due: date, today: date, days: int, days_before: int) -> int:
    """Find out whether the level after one that was done late would come at once.

    :param due: when the level is due, by the due date of the oldest item
    :param today: when the level before was done
    :returns: after how many days the level comes instead, so that nobody is reminded
        twice in a row; or 0
    """
    return 0 if due > today else max(days - days_before, 1)


def _add(day: date, count: int) -> date:
    try:
        return day + timedelta(days=count)
    except OverflowError:
        return date.max
