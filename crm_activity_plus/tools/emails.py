# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What an e-mail's headers say. No ORM."""


def is_auto_reply(headers):
    """Tell whether a machine wrote an e-mail: an out-of-office note and the like.

    See RFC 3834, section 5; the other headers are what mailers used before it.

    :param headers: mapping with ``get``, such as ``email.message.Message``
    :rtype: bool
    """
    submitted = (headers.get("Auto-Submitted") or "no").split(";")[0].strip().lower()
    if submitted != "no":
        return True
    precedence = (headers.get("Precedence") or "").strip().lower()
    if precedence in ("auto_reply", "bulk", "junk"):
        return True
    # Nobody is to be told where it can't be delivered.
    if (headers.get("Return-Path") or "").strip() == "<>":
        return True
    return any(headers.get(name) for name in ("X-Autoreply", "X-Autorespond"))
