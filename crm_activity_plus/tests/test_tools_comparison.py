# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.comparison import Cohort, compare, join_months
from .properties import given

MONTHS = [date(2025, month, 1) for month in range(1, 13)]


def cohorts(plan_id):
    """Of a plan, with each cell at most once."""
    cell = st.tuples(st.sampled_from([None, 1, 2]), st.sampled_from(MONTHS[:4]))
    leads = st.integers(1, 20)
    counts = leads.flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
    return st.dictionaries(cell, counts, max_size=8).map(
        lambda cells: [
            Cohort(plan_id, *cell, n, won, 10.0 * won)
            for cell, (n, won) in cells.items()
        ]
    )


@tagged("post_install", "-at_install")
class TestToolsComparison(BaseCase):
    @given(cohorts(1), cohorts(None), cohorts(2))
    def test_compared_is_what_both_have(self, own, without, others):
        compared = compare([*own, *others, *without], 1)
        cells = {c.cell for c in own} & {c.cell for c in without}
        self.assertEqual(
            {(team, month) for team, days in compared.months.items() for month in days},
            cells,
        )
        for side, each in ((compared.with_plan, own), (compared.without_plan, without)):
            self.assertEqual(side.leads, sum(c.leads for c in each if c.cell in cells))
            self.assertEqual(side.won, sum(c.won for c in each if c.cell in cells))
            if cells:
                self.assertTrue(-1e-9 <= side.rate <= 1 + 1e-9)
            else:
                self.assertIsNone(side.rate)
        left_out = sum(c.leads for c in own if c.cell not in cells)
        self.assertEqual(compared.left_out, left_out)
        if cells:
            share = compared.with_plan.won / compared.with_plan.leads
            self.assertAlmostEqual(compared.with_plan.rate, share)

    @given(cohorts(1))
    def test_where_each_cell_wins_the_same_there_is_no_difference(self, own):
        """However unequally the plan is launched."""
        without = [
            Cohort(None, *c.cell, c.leads * 7, c.won * 7, c.revenue * 7) for c in own
        ]
        compared = compare([*own, *without], 1)
        if own:
            self.assertAlmostEqual(compared.with_plan.rate, compared.without_plan.rate)
            self.assertAlmostEqual(
                compared.with_plan.revenue_per_lead,
                compared.without_plan.revenue_per_lead,
            )

    @given(st.sets(st.sampled_from(MONTHS)))
    def test_join_months(self, months):
        spans = join_months(months)
        for month in MONTHS:
            inside = sum(first <= month < after for first, after in spans)
            self.assertEqual(inside, int(month in months))
        for (_first, after), (following, _after) in zip(spans, spans[1:], strict=False):
            self.assertLess(after, following)
