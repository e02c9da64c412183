# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""When somebody has time for a meeting. No ORM."""

from datetime import timedelta

# Other times are looked for so many days ahead.
MAX_DAYS = 60


def find_free_times(wanted, duration, busy, is_off, number=3):
    """Find other times for a meeting, at the same time of day.

    :param datetime wanted: when it ought to be
    :param timedelta duration: how long it takes
    :param busy: (start, end) of other meetings
    :param is_off: called with a day, says whether the person doesn't work then
    :param int number: how many times to find at most
    :returns: free times on later days, in order
    :rtype: list[datetime]
    """
    found = []
    for offset in range(1, MAX_DAYS + 1):
        start = wanted + timedelta(days=offset)
        end = start + duration
        is_free = all(other_end <= start or end <= other for other, other_end in busy)
        if is_free and not is_off(start.date()):
            found.append(start)
        if len(found) == number:
            break
    return found
