# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""So that nobody has more visits on a day than they can make. No ORM."""

from collections import Counter
from datetime import timedelta


class Load:
    """How many visits people have on which days.

    :param int limit: at most so many for each person and day
    :param counts: (person, day) -> number of visits that there are already
    """

    def __init__(self, limit, counts=()):
        self.limit = limit
        self.counts = Counter(counts)

    def has_room(self, person, day):
        return self.counts[person, day] < self.limit

    def add(self, person, day):
        self.counts[person, day] += 1

    def remove(self, person, day):
        self.counts[person, day] -= 1

    def find_day(self, person, day, last, is_off):
        """Find a day with room for one more visit.

        :param date day: where it ought to be
        :param date last: the last day that will do
        :param is_off: called with a day, says whether the person doesn't work then
        :returns: the first such day from there on, or None
        """
        while day <= last:
            if self.has_room(person, day) and not is_off(day):
                return day
            day += timedelta(days=1)
        return None
