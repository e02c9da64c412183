# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Why something happened: a code and values, without words. No ORM.

Rows keep this, and each reader gets a sentence in their own language: see
``engine/reasons.py``. What a person typed is a text instead of a :class:`Reason`, and
stays as it was typed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

#: What a field that says why is kept in, after its name.
COLUMNS = ("code", "values", "text")


@dataclass(frozen=True)
class Name:
    """A value of a reason: a record, by the name that it has for the reader."""

    model: str
    id: int
    #: what it was called then, for when it is gone
    name: str


@dataclass(frozen=True)
class Label:
    """A value of a reason: one of a selection, by its label."""

    model: str
    field: str
    value: str


@dataclass(frozen=True)
class Day:
    """A value of a reason: a date, as the reader writes it."""

    #: in ISO's form
    day: str


@dataclass(frozen=True)
class Reason:
    """Why something happened."""

    #: which sentence tells it
    code: str
    #: what the sentence tells of: texts and numbers, :class:`Name` and :class:`Label`,
    #: :class:`Day`, other reasons, and lists of these; ``note`` comes behind any
    #: sentence
    values: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self):
        return hash(self.code)


def to_columns(reason, name="reason"):
    """Say how a reason is kept.

    :param reason: a :class:`Reason`, a text that a person typed, or nothing
    :param str name: the field that tells it
    :returns: values for the field's columns
    :rtype: dict
    """
    kept = dict.fromkeys((f"{name}_{part}" for part in COLUMNS), False)
    if isinstance(reason, Reason):
        kept[f"{name}_code"] = reason.code
        kept[f"{name}_values"] = asdict(reason)["values"] or False
    else:
        kept[f"{name}_text"] = reason or False
    return kept


def from_columns(code, values, text):
    """:returns: the :class:`Reason` or the text that was kept, or False"""
    return Reason(code, from_json(values or {})) if code else text or False


def from_json(value):
    """Read a value of a reason as ``to_columns`` has kept it."""
    match value:
        case {"code": str(code), "values": dict(values)}:
            return Reason(code, from_json(values))
        case {"model": str(model), "id": int(id_), "name": str(name)}:
            return Name(model, id_, name)
        case {"model": str(model), "field": str(name), "value": str(key)}:
            return Label(model, name, key)
        case {"day": str(day)}:
            return Day(day)
        case dict():
            return {key: from_json(item) for key, item in value.items()}
        case list():
            return [from_json(item) for item in value]
    return value
