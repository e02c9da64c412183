# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""What became of the contact of somebody who has signed. No ORM.

A signature is sealed together with the contact who gave it. Contacts are merged later
on, and the signature then hangs on another one. What the contact is called, and each
merge, is a link that is sealed on top of what was there before. So the signature stays
what it was, and a contact that was exchanged in any other way doesn't pass for a merged
one.
"""

import hashlib
import json


def add_link(links, seal, **values):
    """:param links: those that there are, maybe none
    :param str seal: that of the signature
    :param values: ``before`` and ``after``, ids of contacts (the same where the link
        only says what the contact is called), ``name``, and whatever else is told
    :returns: the links, with one more
    :rtype: list[dict]"""
    links = list(links or ())
    previous = links[-1]["seal"] if links else seal
    return [*links, {**values, "seal": _seal(previous, values)}]


def get_first(links, contact):
    """:param contact: the id of the present one
    :returns: the id of the one who signed, as the links say"""
    try:
        return links[0]["before"] if links else contact
    except (IndexError, KeyError, TypeError):
        return None


def get_first_name(links):
    """:returns: what the contact who signed was called, False where nobody knows"""
    try:
        return links[0]["name"] if links else False
    except (IndexError, KeyError, TypeError):
        return False


def is_unbroken(links, seal, contact):
    """:param int contact: the id of the present one
    :returns: whether the links lead from the signature to it"""
    if not links:
        return True
    try:
        current = links[0]["before"]
        for link in links:
            values = {key: value for key, value in link.items() if key != "seal"}
            if link["before"] != current or link["seal"] != _seal(seal, values):
                return False
            current, seal = link["after"], link["seal"]
    except (AttributeError, IndexError, KeyError, TypeError):
        return False
    return current == contact


def _seal(previous, values):
    content = json.dumps([previous, values], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(content.encode()).hexdigest()
