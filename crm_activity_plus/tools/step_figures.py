# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What was counted of a step of a plan, over many launches. No ORM."""

from collections import Counter
from dataclasses import dataclass, field

from .median import get_median


@dataclass
class StepFigures:
    """All launches of the step, added up."""

    code: str
    sequence: int = 0
    #: the name that it had last in the alphabet
    summary: str = ""
    launched: int = 0
    #: in how many launches it came how far
    counts: Counter = field(default_factory=Counter)
    #: how often it was done so late, and ended so
    days_late: Counter = field(default_factory=Counter)
    outcomes: Counter = field(default_factory=Counter)

    @property
    def median_days_late(self):
        """:returns: None if it was never done"""
        return get_median(self.days_late.items())

    @property
    def sorted_outcomes(self):
        """:returns: outcomes and their counts, the most frequent ones first"""
        return sorted(self.outcomes.items(), key=lambda item: (-item[1], item[0].id))
