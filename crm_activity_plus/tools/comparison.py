# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Leads with a plan beside those without one, of the same teams and months. No ORM."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Cohort:
    """The leads of a team that were created in a month.

    :param plan_id: the plan that was launched on them, or None for those without one
    :param month: its first day
    """

    plan_id: int | None
    team_id: int | None
    month: date
    leads: int
    won: int
    revenue: float

    @property
    def cell(self):
        return self.team_id, self.month


@dataclass(frozen=True)
class Side:
    """What became of leads. ``rate`` and ``revenue_per_lead`` are None without any."""

    leads: int
    won: int
    revenue: float
    rate: float | None
    revenue_per_lead: float | None


@dataclass(frozen=True)
class Comparison:
    """:param months: id of a team, or None -> the months that are compared
    :param left_out: how many leads with the plan have nothing to be compared with"""

    with_plan: Side
    without_plan: Side
    months: dict
    left_out: int


def compare(cohorts, plan_id):
    """Compare the leads with a plan to those without any, where there are both.

    A team or a month in which the plan was launched often counts as much on the other
    side: otherwise a team that wins more, and uses the plan more, would make the plan
    look good.

    :param list[Cohort] cohorts: each cell at most once for a plan
    :rtype: Comparison
    """
    with_plan = {c.cell: c for c in cohorts if c.plan_id == plan_id and c.leads}
    without = {c.cell: c for c in cohorts if c.plan_id is None and c.leads}
    cells = sorted(with_plan.keys() & without.keys(), key=str)
    own = [with_plan[cell] for cell in cells]
    others = [without[cell] for cell in cells]
    months = defaultdict(list)
    for team_id, month in cells:
        months[team_id].append(month)
    weights = [cohort.leads for cohort in own]
    left_out = sum(c.leads for c in with_plan.values()) - sum(weights)
    return Comparison(
        _sum_up(own, weights), _sum_up(others, weights), dict(months), left_out
    )


def _sum_up(cohorts, weights):
    """:param weights: how much the average of each cohort counts"""
    total = sum(weights)
    rate = revenue_per_lead = None
    if total:
        pairs = list(zip(cohorts, weights, strict=True))
        rate = sum(w * c.won / c.leads for c, w in pairs) / total
        revenue_per_lead = sum(w * c.revenue / c.leads for c, w in pairs) / total
    return Side(
        sum(c.leads for c in cohorts),
        sum(c.won for c in cohorts),
        sum(c.revenue for c in cohorts),
        rate,
        revenue_per_lead,
    )


def join_months(months):
    """:param months: first days of months
    :returns: spans of them, each as its first day and the day after its last, so that
        what is searched stays short
    """
    spans = []
    for month in sorted(months):
        after = (month + timedelta(days=31)).replace(day=1)
        if spans and spans[-1][1] == month:
            spans[-1] = (spans[-1][0], after)
        else:
            spans.append((month, after))
    return spans
