# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

from hypothesis import strategies as st

from odoo.tests import BaseCase

from odoo.addons.crm_activity_plus.tests.properties import given

from ..tools.levels import find_first_level, find_reminder_gap

TODAY = date(2026, 3, 2)
DAYS = st.lists(st.integers(0, 60), min_size=1, max_size=5, unique=True).map(sorted)


class TestToolsLevels(BaseCase):
    def _find(self, late, looked=None, days=(15, 30, 45)):
        looked = looked and TODAY - timedelta(days=looked)
        return find_first_level(days, TODAY - timedelta(days=late), TODAY, looked)

    def test_first_level(self):
        for late, level in ((0, None), (14, None), (15, 0), (29, 0), (30, 1), (99, 2)):
            with self.subTest(late=late):
                self.assertEqual(self._find(late), level)
                self.assertEqual(self._find(late, looked=1), level)

    def test_levels_that_were_reached_meanwhile(self):
        self.assertEqual(self._find(8, looked=8, days=(1, 3, 5)), 0)
        self.assertEqual(self._find(8, looked=6, days=(1, 3, 5)), 1)
        self.assertEqual(self._find(8, looked=1, days=(1, 3, 5)), 2)

    @given(DAYS, st.integers(0, 90), st.integers(1, 30))
    def test_nobody_skips_a_level(self, days, late, gap):
        """However long the job didn't run, an item that was there all the time starts
        at the first level that it reached since then, day by day or at once."""
        oldest = TODAY - timedelta(days=late)
        looked = TODAY - timedelta(days=gap)
        at_once = find_first_level(days, oldest, TODAY, looked)
        for back in range(gap - 1, -1, -1):
            day = TODAY - timedelta(days=back)
            found = find_first_level(days, oldest, day, day - timedelta(days=1))
            if found is not None and oldest + timedelta(days=days[0]) > looked:
                self.assertEqual(found, at_once)
                return

    def test_end_of_the_calendar(self):
        self.assertIsNone(find_first_level([2**31 - 1], date.max, TODAY, None))
        self.assertEqual(find_first_level([0, 2**31 - 1], TODAY, TODAY, None), 0)

    def test_gap(self):
        later = TODAY + timedelta(days=1)
        self.assertEqual(find_reminder_gap(later, TODAY, 30, 15), 0)
        self.assertEqual(find_reminder_gap(TODAY, TODAY, 30, 15), 15)
        self.assertEqual(find_reminder_gap(TODAY, TODAY, 15, 15), 1)
