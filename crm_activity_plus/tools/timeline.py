# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Where the steps of a plan lie, seen from its plan date. No ORM."""

from typing import NamedTuple

from .graph import sort_in_waves
from .steps import PREVIOUS_STEP_DELAYS

# About so many, to compare months with days.
DAYS_PER_MONTH = 30
DAYS = {"days": 1, "weeks": 7}


class Place(NamedTuple):
    """So far from the plan date."""

    months: int = 0
    days: int = 0

    def count_days(self):
        return self.months * DAYS_PER_MONTH + self.days

    def move(self, other):
        return Place(self.months + other.months, self.days + other.days)


def place_steps(steps):
    """Find the earliest day on which each step can come.

    A step that waits comes when those before it are closed, each on its own day, or the
    first of them, where one will do.

    :param steps: each a :class:`~.proposal.PlannedStep`, none of them in a circle
    :returns: code of a step -> its :class:`Place`, those in order of which waits for
        which
    :rtype: dict
    """
    by_code = {step.code: step for step in steps}
    places = {}
    for wave in sort_in_waves({step.code: step.after for step in steps}):
        for code in wave:
            step = by_code[code]
            places[code] = _place(step, [places[other] for other in step.after])
    return places


def _place(step, before):
    """:param before: the places of the steps that it waits for"""
    own = _read_delay(step)
    if not before:
        return own
    choose = min if step.after_mode == "any" else max
    ready = choose(before, key=Place.count_days)
    if step.delay_from in PREVIOUS_STEP_DELAYS:
        own = ready.move(own)
    return max(ready, own, key=Place.count_days)


def _read_delay(step):
    """:returns: how far a step is from what it counts from"""
    is_before = step.delay_from == "before_plan_date"
    count = -step.delay_count if is_before else step.delay_count
    if step.delay_unit == "months":
        return Place(months=count)
    return Place(days=count * DAYS.get(step.delay_unit, 1))


def find_depths(steps):
    """Tell how many branches lead to each step.

    :param steps: see :func:`place_steps`
    :returns: code of a step -> number
    :rtype: dict
    """
    by_code = {step.code: step for step in steps}
    depths = {}
    for wave in sort_in_waves({step.code: step.after for step in steps}):
        for code in wave:
            before = max((depths[other] for other in by_code[code].after), default=0)
            depths[code] = before + bool(by_code[code].copied.get("after_outcome_ids"))
    return depths
