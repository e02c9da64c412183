# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date
from typing import Any, NamedTuple


class NextStep(NamedTuple):
    """What brings a record back."""

    #: ``activity``, ``hold``, ``automatic``, ``meeting`` or ``pause``
    kind: str
    day: date
    name: str
    #: an activity, a step of a run, a meeting, or a run; as superuser
    record: Any
