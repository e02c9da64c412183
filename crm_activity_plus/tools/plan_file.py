# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Files with activity plans: what is one, before anything looks into it. No ORM.

A file comes from anywhere. It is read as JSON, and nothing of it is evaluated.
"""

import json

from .values import WrongValue, check_field_value

#: of the files that this version writes; it reads those with lower numbers, too
FORMAT = 1

# A plan of 1,000 steps with long notes has one megabyte.
MAX_LENGTH = 5_000_000

#: name of a list in a file -> how many rows it may have, and what a row is known by
SECTIONS = {
    "server_actions": (1000, "name"),
    "email_templates": (1000, "name"),
    "types": (1000, "code"),
    "outcomes": (1000, "code"),
    "plans": (100, "code"),
}
# A name or a code that is longer is nobody's.
MAX_KEY_LENGTH = 2000


class FileError(ValueError):
    """Something is no file with plans.

    :param str kind: why: ``broken``, ``size``, ``shape``, ``format``, ``newer``,
        ``list``, ``many``, ``key``, ``twice`` or ``empty``
    :param values: what its sentence tells of
    """

    def __init__(self, kind, **values):
        super().__init__(kind)
        self.kind = kind
        self.values = values


def read_file(data):
    """Read a file with plans.

    :param data: its text, its bytes, or what a JSON parser has made of it
    :returns: section -> rows, each with its name or code
    :rtype: dict[str, list[dict]]
    :raises FileError: it is none
    """
    document = data if isinstance(data, dict) else _parse(data)
    if not isinstance(document, dict):
        raise FileError("shape")
    _check_format(document.get("format"))
    try:
        check_field_value("json", document)
    except WrongValue as error:
        raise FileError("broken", error=error.kind) from error
    sections = {name: _read_rows(document, name) for name in SECTIONS}
    if not sections["plans"]:
        raise FileError("empty")
    return sections


def _parse(data):
    if not isinstance(data, str | bytes):
        raise FileError("shape")
    if len(data) > MAX_LENGTH:
        raise FileError("size", most=MAX_LENGTH // 1_000_000)
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise FileError("broken", error="nested too deeply") from error
    except ValueError as error:
        # Neither characters nor JSON.
        raise FileError("broken", error=str(error)[:100]) from error


def _refuse_constant(name):
    raise ValueError(f"{name} is no number")


def _check_format(number):
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise FileError("format")
    if number > FORMAT:
        raise FileError("newer", number=number)


def _read_rows(document, name):
    most, key = SECTIONS[name]
    rows = document.get(name) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FileError("list", name=name)
    if len(rows) > most:
        raise FileError("many", name=name, count=len(rows), most=most)
    seen = set()
    for row in rows:
        code = row.get(key)
        if not isinstance(code, str) or not 0 < len(code) <= MAX_KEY_LENGTH:
            raise FileError("key", name=name, key=key)
        model = row.get("model")
        known = (code, model if isinstance(model, str) else "")
        if known in seen:
            raise FileError("twice", name=name, value=code[:100])
        seen.add(known)
    return rows
