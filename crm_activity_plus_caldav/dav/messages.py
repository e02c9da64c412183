# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a client asks, and what it is told."""

import re
from dataclasses import dataclass, field

from .errors import DavError
from .xml import dav

_TAG = re.compile(r'(?:W/)?"[^"]*"')
XML = "application/xml; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """A request of a client.

    :ivar headers: by their names, whatever the case
    """

    method: str
    path: str
    headers: object
    body: bytes = b""

    @property
    def depth(self):
        """:returns: ``0``, ``1`` or ``infinity``
        :raises DavError: it is something else"""
        depth = self.headers.get("Depth", "infinity").strip().lower()
        if depth not in ("0", "1", "infinity"):
            raise DavError(400, message="There is no such depth.")
        return depth

    def check_conditions(self, etag):
        """Look whether the client speaks about what is there.

        :param str etag: of what is there, or None where there is nothing
        :raises DavError: it doesn't
        """
        if_match = self.headers.get("If-Match")
        if if_match is not None and not self._matches(if_match, etag):
            raise DavError(412, message="It was changed in the meantime.")
        if_none = self.headers.get("If-None-Match")
        if if_none is not None and self._matches(if_none, etag):
            is_read = self.method in ("GET", "HEAD")
            raise DavError(304 if is_read else 412, message="It is there already.")

    def _matches(self, given, etag):
        if etag is None:
            return False
        return given.strip() == "*" or etag in _TAG.findall(given)


@dataclass
class Response:
    """What a client is told."""

    status: int = 200
    body: bytes = b""
    headers: dict = field(default_factory=dict)

    @classmethod
    def from_xml(cls, status, body):
        """:returns: an answer in XML"""
        return cls(status, body, {"Content-Type": XML})


def needs_privileges():
    """:returns: the precondition that a user may not do something"""
    return dav("need-privileges")
