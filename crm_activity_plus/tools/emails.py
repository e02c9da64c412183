# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What an email's headers say. No ORM."""

from email.header import Header


def is_auto_reply(headers):
    """Tell whether a machine wrote an email: an out-of-office note and the like.

    See RFC 3834, section 5; the other headers are what mailers used before it.

    :param headers: mapping with ``get``, such as ``email.message.Message``; what isn't
        one says nothing
    :rtype: bool
    """
    submitted = _read_text(headers, "Auto-Submitted").split(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return True
    precedence = _read_text(headers, "Precedence").strip().lower()
    if precedence in ("auto_reply", "bulk", "junk"):
        return True
    # Nobody is to be told where it can't be delivered.
    if _read_text(headers, "Return-Path").strip() == "<>":
        return True
    return any(_read_text(headers, name) for name in ("X-Autoreply", "X-Autorespond"))


def _read_text(headers, name):
    """:returns: a header's text; empty where there is none. With bytes that aren't
    ASCII in it, Python's parser may give a ``Header``; and whoever calls Odoo's gateway
    may give it anything."""
    get = getattr(headers, "get", None)
    value = get(name) if callable(get) else None
    return str(value) if isinstance(value, str | Header) else ""
