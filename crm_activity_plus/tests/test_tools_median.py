# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import Counter
from statistics import median

from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.median import get_median
from .properties import given


@tagged("post_install", "-at_install")
class TestToolsMedian(BaseCase):
    @given(st.lists(st.integers(0, 30), min_size=1))
    def test_is_that_of_all_values(self, values):
        self.assertEqual(get_median(Counter(values).items()), median(values))

    def test_nothing(self):
        self.assertIsNone(get_median([]))
        self.assertIsNone(get_median([(3, 0)]))
