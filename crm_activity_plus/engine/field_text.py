# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Values of fields in words, for people."""

from odoo.tools import html2plaintext
from odoo.tools.misc import format_date, format_datetime, formatLang

# Types of fields that can be told in a few words.
TELLABLE_TYPES = (
    "boolean",
    "char",
    "date",
    "datetime",
    "float",
    "html",
    "integer",
    "many2many",
    "many2one",
    "monetary",
    "one2many",
    "selection",
    "text",
)

# So much of a long text, and so many records of a list.
MAX_LENGTH = 200
MAX_RECORDS = 5


def get_field_text(record, name):
    """Tell the value of a record's field.

    :param record: one record
    :param str name: name of one of its fields
    :returns: the value in the user's language and time zone, "" for none
    :rtype: str
    """
    field, value, env = record._fields[name], record[name], record.env
    if field.type == "boolean":
        return env._("Yes") if value else env._("No")
    if field.type in ("float", "integer", "monetary"):
        return _get_number_text(record, field, value)
    if not value:
        return ""
    match field.type:
        case "date":
            return format_date(env, value)
        case "datetime":
            return format_datetime(env, value, dt_format="short")
        case "selection":
            return dict(field._description_selection(env)).get(value, value)
        case "many2one":
            # Whoever may read the record may read what it is about.
            return value.sudo().display_name or ""
        case "many2many" | "one2many":
            names = value.sudo()[:MAX_RECORDS].mapped("display_name")
            more = ["…"] if len(value) > MAX_RECORDS else []
            return ", ".join(names + more)
        case "html":
            return _shorten(html2plaintext(value))
    return _shorten(str(value))


def _get_number_text(record, field, value):
    if field.type == "integer":
        return formatLang(record.env, value, digits=0)
    if field.type == "monetary":
        currency = field.get_currency_field(record)
        return formatLang(
            record.env, value, currency_obj=record[currency] if currency else None
        )
    digits = field.get_digits(record.env)
    return formatLang(record.env, value, digits=digits[1] if digits else 2)


def _shorten(text):
    text = " ".join(text.split())
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"
