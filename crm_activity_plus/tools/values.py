# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a program may send as a value. No ORM.

The readers take whatever JSON can express, and return what the engine works with, or
raise a :class:`WrongValue`. What isn't given is ``None``, ``False`` or an empty text.
"""

import math
import re
from datetime import date, datetime

from .codes import MAX_LENGTH as MAX_CODE_LENGTH
from .dates import FIRST_DAY, LAST_DAY

# What PostgreSQL calls an integer; ids are such.
MAX_INTEGER = 2**31 - 1

# As many ids in one call. A list of them is kept in one field, and looked up at once.
MAX_IDS = 500_000

# Longer than anything that is planned in hours.
MAX_HOURS = 100_000

# So much is told of a value that isn't understood.
QUOTED_LENGTH = 100

# What no database keeps: a NUL, and halves of characters.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
CONTROL = re.compile("[\0-\x1f\x7f\ud800-\udfff]")

ISO_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")

# How far a value is looked into. JSON that is deeper is nobody's.
MAX_DEPTH = 100


class WrongValue(ValueError):
    """A value is no good.

    :param str kind: what it would have to be: ``characters`` that can be stored, a
        short ``code``, a ``day``, ``flag``, number of ``hours``, ``id``, ``ids``,
        ``integer``, ``list``, ``mapping``, ``moment``, ``number``, a date in ``range``,
        ``records`` to link, one of a ``selection``, less in ``size``, or a ``text``
    """

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


def quote(value):
    """:returns: a value that a program sent, so that it can be shown in a sentence
    :rtype: str"""
    text = CONTROL.sub("�", str(value)[: QUOTED_LENGTH + 1])
    if len(text) > QUOTED_LENGTH:
        text = f"{text[: QUOTED_LENGTH - 1]}…"
    return text


def is_given(value):
    return value is not None and value is not False and value != ""


def is_id(value):
    """:returns: whether a record can have a value as its id"""
    return _is_integer(value) and 0 < value <= MAX_INTEGER


def read_digits(text):
    """:returns: the id that a text says in digits, or None"""
    # Python refuses to read numbers that are very long.
    if len(text) > len(str(MAX_INTEGER)) or not (text.isascii() and text.isdigit()):
        return None
    return int(text) if is_id(int(text)) else None


def _is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def read_text(value):
    """:returns: the text, or False for none"""
    if not is_given(value):
        return False
    if not isinstance(value, str):
        raise WrongValue("text")
    if UNSTORABLE.search(value):
        raise WrongValue("characters")
    return value


def read_flag(value):
    """:returns: whether something is so; 0 and 1 say it, too, but no text does"""
    if value in (None, "", 0, 1):
        return bool(value)
    raise WrongValue("flag")


def read_count(value, default, most=MAX_INTEGER):
    """:returns: how many; 0 is a number, too"""
    if not is_given(value):
        return default
    if not _is_integer(value) or not 0 <= value <= MAX_INTEGER:
        raise WrongValue("integer")
    return min(value, most)


def read_id(value):
    """:returns: an id, or None for none; 0 is none, too"""
    if not is_given(value) or (_is_integer(value) and not value):
        return None
    if not is_id(value):
        raise WrongValue("id")
    return value


def read_ids(value, most=MAX_IDS):
    """:returns: ids, each once; a single one may be given by itself. Nobody can have
    some of them: what isn't above zero
    :rtype: list[int]"""
    if not is_given(value):
        return []
    if _is_integer(value):
        value = [value]
    if not isinstance(value, list | tuple | set | frozenset):
        raise WrongValue("ids")
    if len(value) > most:
        raise WrongValue("size")
    if not all(_is_integer(id_) and abs(id_) <= MAX_INTEGER for id_ in value):
        raise WrongValue("ids")
    return list(dict.fromkeys(value))


def read_list(value):
    """:returns: a list of anything, empty for none"""
    if not is_given(value):
        return []
    if not isinstance(value, list | tuple):
        raise WrongValue("list")
    return list(value)


def read_mapping(value):
    """:returns: an object with named values, empty for none"""
    if not is_given(value) or value == [] or value == ():
        # XML-RPC and PHP know no other empty object.
        return {}
    if not isinstance(value, dict):
        raise WrongValue("mapping")
    return value


def read_day(value, anywhere=False):
    """:param bool anywhere: also at the ends of the calendar
    :returns: a day, or None for none"""
    if not is_given(value):
        return None
    day = value
    if isinstance(day, datetime):
        day = day.date()
    elif isinstance(day, str):
        try:
            day = _parse_day(day)
        except ValueError as error:
            raise WrongValue("day") from error
    elif not isinstance(day, date):
        raise WrongValue("day")
    if not anywhere and not is_in_range(day):
        raise WrongValue("range")
    return day


def _parse_day(text):
    """Read a day as Odoo does; a moment begins with its day."""
    text = text[:10]
    if ISO_DAY.fullmatch(text):
        return date.fromisoformat(text)
    return datetime.strptime(text, "%Y-%m-%d").date()


# ------------------------------------------------------------
# Values of fields
# ------------------------------------------------------------


def check_field_value(kind, value):
    """Look whether a value can be written to a field. What Odoo itself reads as another
    one, such as a number in a text, is good.

    :param str kind: the type of the field
    :raises WrongValue: it would end in an error that says nothing to anybody
    """
    check = FIELD_CHECKS.get(kind)
    if check and value is not None and value is not False:
        check(value)


def _check_integer(value):
    if isinstance(value, dict):
        raise WrongValue("integer")
    try:
        number = int(value or 0)
    except (TypeError, ValueError, OverflowError) as error:
        raise WrongValue("integer") from error
    if abs(number) > MAX_INTEGER:
        raise WrongValue("integer")


def _check_number(value):
    try:
        number = float(value or 0)
    except (TypeError, ValueError, OverflowError) as error:
        raise WrongValue("number") from error
    if not math.isfinite(number):
        raise WrongValue("number")


def check_hours(value):
    """:param value: how many hours something takes; a negative number is no concern of
    this"""
    _check_number(value)
    if abs(float(value or 0)) > MAX_HOURS:
        raise WrongValue("hours")


def check_code(value):
    """What else makes a code is looked at when it is there."""
    if len(str(value).encode()) > MAX_CODE_LENGTH:
        raise WrongValue("code")


def _check_text(value):
    # Odoo makes a text of a number, and of what is to be translated.
    if isinstance(value, list | tuple | set):
        raise WrongValue("text")
    if isinstance(value, dict) and not all(
        isinstance(text, str) for item in value.items() for text in item
    ):
        raise WrongValue("text")
    _check_characters(value)


def _check_binary(value):
    """Bytes, or the text that they are in base64."""
    if not isinstance(value, str | bytes):
        raise WrongValue("text")
    _check_characters(value)


def _check_html(value):
    if isinstance(value, int | float):
        raise WrongValue("text")
    _check_text(value)


def _check_date(value):
    if isinstance(value, date) or value == "":
        return
    if not isinstance(value, str):
        raise WrongValue("day")
    try:
        _parse_day(value)
    except ValueError as error:
        raise WrongValue("day") from error


def _check_moment(value):
    if isinstance(value, date):
        if isinstance(value, datetime) and value.tzinfo:
            raise WrongValue("moment")
        return
    if value == "":
        return
    if not isinstance(value, str):
        raise WrongValue("moment")
    try:
        # As Odoo reads it, which needs no seconds.
        datetime.strptime(value, "%Y-%m-%d %H:%M:%S"[: len(value) - 2])
    except ValueError as error:
        raise WrongValue("moment") from error


def is_in_range(value):
    """:param value: a date, or a moment
    :returns: whether it can be reckoned with"""
    day = value.date() if isinstance(value, datetime) else value
    return FIRST_DAY <= day <= LAST_DAY


def check_range(value):
    """:param value: what :func:`check_field_value` found to be a date or a moment"""
    if not value:
        return
    if not is_in_range(_parse_day(value) if isinstance(value, str) else value):
        raise WrongValue("range")


def _check_many2one(value):
    if _is_integer(value) and not is_id(value):
        raise WrongValue("id")
    if value != "" and isinstance(value, bool | float | str | list | dict):
        raise WrongValue("id")


def _check_commands(value):
    if not isinstance(value, list | tuple):
        if isinstance(value, bool | int | float | str | dict):
            raise WrongValue("records")
        return
    for item in value:
        if not (_is_integer(item) and abs(item) <= MAX_INTEGER or _is_command(item)):
            raise WrongValue("records")


def _is_command(item):
    if not isinstance(item, list | tuple) or not item or not _is_integer(item[0]):
        return False
    match item[0]:
        case 0:
            return len(item) == 3 and isinstance(item[2], dict)
        case 1:
            return len(item) == 3 and is_id(item[1]) and isinstance(item[2], dict)
        case 2 | 3 | 4:
            return len(item) > 1 and is_id(item[1])
        case 5:
            return True
        case 6:
            ids = item[2] if len(item) == 3 else None
            return isinstance(ids, list | tuple | set) and all(map(is_id, ids))
    return False


def _check_json(value):
    _check_characters(value)


def _check_characters(value, depth=0):
    """Look into a value for what no database keeps."""
    if depth > MAX_DEPTH:
        raise WrongValue("size")
    if isinstance(value, str):
        if UNSTORABLE.search(value):
            raise WrongValue("characters")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise WrongValue("number")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_characters(key, depth + 1)
            _check_characters(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_characters(item, depth + 1)


def _check_selection(value):
    if not isinstance(value, str):
        raise WrongValue("selection")
    _check_characters(value)


def _check_reference(value):
    """A model and an id."""
    if not isinstance(value, str):
        raise WrongValue("reference")
    model, _comma, res_id = value.partition(",")
    if not model or not res_id.isascii() or not res_id.isdigit():
        raise WrongValue("reference")
    _check_integer(int(res_id[:20]))


FIELD_CHECKS = {
    "reference": _check_reference,
    "selection": _check_selection,
    "binary": _check_binary,
    "char": _check_text,
    "text": _check_text,
    "html": _check_html,
    "integer": _check_integer,
    "many2one_reference": _check_integer,
    "float": _check_number,
    "monetary": _check_number,
    "date": _check_date,
    "datetime": _check_moment,
    "many2one": _check_many2one,
    "many2many": _check_commands,
    "one2many": _check_commands,
    "json": _check_json,
}
