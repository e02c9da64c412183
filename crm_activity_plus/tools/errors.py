# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Errors in words that fit into a line. No ORM."""

from textwrap import shorten

from .values import UNSTORABLE

# So much is kept of a message that quotes what couldn't be evaluated.
QUOTED_LENGTH = 200


def describe_error(error):
    """Say why something failed.

    Where a template can't be rendered, Odoo's error quotes all of it, and shows the
    calls that led there; but what is wrong with it only says the error behind that.

    :param Exception error: an error that was caught
    :rtype: str
    """
    text = str(error)
    root = error
    while root.__cause__:
        root = root.__cause__
    if str(root) not in text:
        quoted = text.partition("\n\nTraceback")[0]
        text = f"{shorten(quoted, QUOTED_LENGTH, placeholder=' …')} ({root})"
    # It is stored, and told.
    return UNSTORABLE.sub("�", text) or type(error).__name__
