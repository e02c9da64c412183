# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""When on a day somebody has time. No ORM: times are minutes of the day."""

END_OF_DAY = 24 * 60


class DayTimes:
    """The times of a person on a day.

    :param working: (begin, end) of when the person works, in order
    :param busy: (begin, end) of what the person has to do already
    """

    def __init__(self, working, busy=()):
        self.working = list(working)
        self.busy = sorted(busy)

    def take(self, wanted, length):
        """Find a time, and take it.

        The time that is wanted will do, whatever the working hours are. Where it is
        taken, it is the next one within the working hours, or else the first one; on a
        day off, or for an evening, the next one.

        :param int wanted: when it ought to begin
        :param int length: how long it takes
        :returns: when it begins, or None where there is no time left
        """
        start = wanted
        if any(begin < wanted + length and wanted < end for begin, end in self.busy):
            start = self._find(wanted, length)
        if start is not None:
            self.busy.append((start, start + length))
            self.busy.sort()
        return start

    def _find(self, wanted, length):
        if not any(begin <= wanted < end for begin, end in self.working):
            return self._find_within([(wanted, END_OF_DAY)], length)
        later = [
            (max(begin, wanted), end) for begin, end in self.working if end > wanted
        ]
        start = self._find_within(later, length)
        return self._find_within(self.working, length) if start is None else start

    def _find_within(self, periods, length):
        for start, last in periods:
            for begin, end in self.busy:
                if begin < start + length and start < end:
                    start = end
            if start + length <= last:
                return start
        return None
