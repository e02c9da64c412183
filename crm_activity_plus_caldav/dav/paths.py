# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which resource an address is."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from .errors import DavError

ROOT = "/caldav/"
MAX_NAME = 200
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\]")


@dataclass(frozen=True)
class Path:
    """An address under ``/caldav/``: of the root, where all is empty, of a principal,
    of a collection, or of something in one."""

    user_id: int = 0
    collection: str = ""
    name: str = ""

    @property
    def kind(self):
        """:returns: ``root``, ``principal``, ``collection`` or ``resource``"""
        if self.name:
            return "resource"
        if self.collection:
            return "collection"
        return "principal" if self.user_id else "root"

    def to_href(self):
        """:returns: the address, as it stands in XML and in headers"""
        parts = [str(self.user_id)] if self.user_id else []
        parts += [quote(self.collection, safe="@")] if self.collection else []
        href = ROOT + "".join(f"{part}/" for part in parts)
        return href + quote(self.name, safe="@") if self.name else href


def parse_path(path):
    """:param str path: of a request, decoded once
    :rtype: Path
    :raises DavError: nothing can be there"""
    if path.rstrip("/") == ROOT.rstrip("/"):
        return Path()
    if not path.startswith(ROOT):
        raise DavError(404)
    parts = path[len(ROOT) :].split("/")
    is_container = parts[-1] == ""
    parts = parts[:-1] if is_container else parts
    if len(parts) > 3 or not all(map(is_name, parts)):
        raise DavError(404)
    if not re.fullmatch("[1-9][0-9]{0,8}", parts[0]) or (
        len(parts) == 3 and is_container
    ):
        raise DavError(404)
    return Path(int(parts[0]), *parts[1:])


def parse_href(href):
    """:param str href: what a client wrote, maybe with a host
    :rtype: Path
    :raises DavError: nothing can be there"""
    try:
        path = unquote(urlsplit(href.strip()).path, errors="strict")
    except ValueError as error:
        raise DavError(404) from error
    return parse_path(path)


def is_name(name):
    """:returns: whether something may have this name"""
    return bool(
        name and name not in (".", "..") and len(name) <= MAX_NAME
    ) and not _UNFIT.search(name)
