# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Technical codes made from names. No ORM."""

import re
import unicodedata

CODE_PATTERN = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")

# PostgreSQL can't index what is much longer.
MAX_LENGTH = 128
# Of what is made from a name; a number may follow.
STEM_LENGTH = 100


def is_code(text):
    """Tell whether ``text`` can serve as a code: lower-case ASCII words joined by
    single underscores, not too long.

    :param str text: the candidate
    :rtype: bool
    """
    text = text or ""
    return len(text) <= MAX_LENGTH and bool(CODE_PATTERN.fullmatch(text))


def make_code(name, taken=(), default="code"):
    """Make a code out of a name that a person typed.

    :param str name: e.g. ``"Envoyé: le contrat!"``
    :param collections.abc.Container taken: codes that are in use already
    :param str default: what to use where nothing of the name is ASCII
    :returns: e.g. ``"envoye_le_contrat"``, followed by ``_2``, ``_3``... where taken
    :rtype: str
    """
    ascii_name = (
        unicodedata.normalize("NFKD", name or "").encode("ascii", "ignore").decode()
    )
    words = re.sub(r"[^a-z0-9]+", "_", ascii_name.lower()).strip("_")
    stem = words[:STEM_LENGTH].rstrip("_") or default
    code, number = stem, 1
    while code in taken:
        number += 1
        code = f"{stem}_{number}"
    return code


def add_codes(vals_list, taken, default="code"):
    """Give a code to the values that have none, made from their name.

    :param list[dict] vals_list: values of new records
    :param collections.abc.Iterable taken: codes that are in use already
    :param str default: see :func:`make_code`
    :returns: the values, in order, each with a code
    :rtype: list[dict]
    """
    taken = {*taken, *(vals["code"] for vals in vals_list if vals.get("code"))}
    result = []
    for vals in vals_list:
        if not vals.get("code"):
            name = vals.get("name") or ""
            if isinstance(name, dict):
                # By language.
                name = next(iter(name.values()), "")
            vals = {**vals, "code": make_code(str(name), taken, default)}
            taken.add(vals["code"])
        result.append(vals)
    return result
