# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The median of what was counted already. No ORM."""


def get_median(counts):
    """PostgreSQL would sort all rows to find it, and could not do so in parallel.

    :param counts: values, and how often each is there
    :returns: the value in the middle, or what is halfway between the two there; None
        for nothing
    """
    counts = sorted((value, count) for value, count in counts if count)
    total = sum(count for _value, count in counts)
    if not total:
        return None
    return (_get_at(counts, (total - 1) // 2) + _get_at(counts, total // 2)) / 2


def _get_at(counts, place):
    """:returns: the value at a place, counted from 0"""
    for value, count in counts:
        if place < count:
            return value
        place -= count
    raise IndexError(place)
