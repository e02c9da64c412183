# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..tools.reasons import Reason


@dataclass(frozen=True)
class Change:
    """What this addon says of a change of activities, beside the values.

    Odoo's ``create``, ``write`` and ``unlink`` have no parameter for it, and whatever
    changes activities has to go through them: other addons and automation rules extend
    them. See ``mail.activity._because``.
    """

    #: Why, for the ledger and the steps; what a person typed is a text.
    reason: Reason | str | bool = False
    #: Whether the engine makes it, which may write its own fields.
    is_by_engine: bool = False
    #: Why the steps of the activities get the dates that these are given: id of a step
    #: -> its ``date_explanation``.
    explanations: Mapping[int, dict] = field(default_factory=dict)
    #: Whether somebody chose the person that the activities are given to.
    is_chosen_by_hand: bool = True
