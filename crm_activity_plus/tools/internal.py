# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Context values that only code of this process can give. No ORM.

Any client may send any context key over RPC, but only JSON: never an instance of a
class. So a value that decides what the engine does is wrapped before it goes into a
context, and what isn't wrapped is taken as not given.
"""

from typing import Any, NamedTuple


class Internal(NamedTuple):
    """A value that came from code, and not from a client."""

    value: Any


def read_internal(context, key, default=None):
    """Read a context key that only code may set.

    :param collections.abc.Mapping context: an environment's context
    :param str key: the key
    :param default: what to return where the key is missing, or came from outside
    :returns: the wrapped value
    """
    given = context.get(key)
    return given.value if isinstance(given, Internal) else default
