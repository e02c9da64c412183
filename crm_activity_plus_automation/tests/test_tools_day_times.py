# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from hypothesis import strategies as st

from odoo.tests import BaseCase

from odoo.addons.crm_activity_plus.tests.properties import given

from ..tools.day_times import END_OF_DAY, DayTimes
from .test_tools_occurrences import SLOWLY

HOURS = ((8 * 60, 12 * 60), (13 * 60, 17 * 60))
MINUTES = st.integers(0, END_OF_DAY - 1)
BUSY = st.lists(
    st.tuples(MINUTES, st.integers(1, 240)).map(lambda one: (one[0], sum(one)))
)


def overlap(first, second):
    return first[0] < second[1] and second[0] < first[1]


class TestDayTimes(BaseCase):
    def _take(self, number, wanted=9 * 60, length=60, working=HOURS, busy=()):
        times = DayTimes(working, busy)
        found = [times.take(wanted, length) for _n in range(number)]
        return [start if start is None else start / 60 for start in found]

    def test_one_after_the_other(self):
        """Not at lunch, and the first hour of the day when the last one is taken."""
        self.assertEqual(self._take(10), [9, 10, 11, 13, 14, 15, 16, 8, None, None])

    def test_around_meetings(self):
        busy = [(9 * 60 + 30, 10 * 60 + 15), (11 * 60, 14 * 60)]
        self.assertEqual(self._take(3, busy=busy), [14, 15, 16])

    def test_wanted_time_will_do(self):
        """Whatever the hours are; others in the evening come later, as on a day off."""
        self.assertEqual(self._take(2, wanted=19 * 60), [19, 20])
        self.assertEqual(self._take(3, working=()), [9, 10, 11])
        self.assertEqual(self._take(2, wanted=23 * 60), [23, None])
        self.assertEqual(self._take(1, wanted=12 * 60), [12])

    @given(
        st.lists(st.tuples(MINUTES, st.integers(1, 300)), max_size=12), BUSY, **SLOWLY
    )
    def test_nobody_is_at_two_places(self, meetings, busy):
        times, taken = DayTimes(HOURS, busy), []
        for wanted, length in meetings:
            start = times.take(wanted, length)
            if start is None:
                continue
            period = (start, start + length)
            self.assertFalse([one for one in [*busy, *taken] if overlap(period, one)])
            inside = any(begin <= wanted < end for begin, end in HOURS)
            if start != wanted and inside:
                self.assertTrue(
                    any(
                        begin <= start and sum((start, length)) <= end
                        for begin, end in HOURS
                    )
                )
            taken.append(period)
