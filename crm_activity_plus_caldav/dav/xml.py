# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading and writing WebDAV's XML."""

import re

from lxml import etree

from .errors import DavError

NAMESPACES = {
    "D": "DAV:",
    "C": "urn:ietf:params:xml:ns:caldav",
    "CS": "http://calendarserver.org/ns/",
    "A": "http://apple.com/ns/ical/",
}
REASONS = {
    200: "OK",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    424: "Failed Dependency",
    507: "Insufficient Storage",
}
# What XML 1.0 can't express at all.
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


def dav(name):
    """:returns: a name of WebDAV's"""
    return f"{{{NAMESPACES['D']}}}{name}"


def caldav(name):
    """:returns: a name of CalDAV's"""
    return f"{{{NAMESPACES['C']}}}{name}"


def calendarserver(name):
    """:returns: a name of the extensions that most clients know"""
    return f"{{{NAMESPACES['CS']}}}{name}"


def apple(name):
    """:returns: a name of Apple's"""
    return f"{{{NAMESPACES['A']}}}{name}"


def clean(text):
    """:returns: a text without what XML can't express"""
    return _UNPRINTABLE.sub("", text)


def parse(body):
    """Read a request. Nothing outside of it is looked at, and no entity is expanded.

    :param bytes body: what the client sent
    :returns: the element that it is, or None where there is none
    :raises DavError: it is no well-formed XML
    """
    if not body.strip():
        return None
    parser = etree.XMLParser(
        huge_tree=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        resolve_entities=False,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DavError(400, message=f"This is no XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise DavError(400, message="A document type is not allowed here.")
    return root


def parse_root(body, *names):
    """:returns: the element that a request is
    :raises DavError: it is another one than those of the names"""
    root = parse(body)
    if root is None or root.tag not in names:
        raise DavError(400, message="This is not what was expected.")
    return root


def element(tag, /, *children, text=None, **attributes):
    """:returns: a new element"""
    made = etree.Element(tag, attributes, nsmap=NAMESPACES if not children else None)
    made.extend(child for child in children if child is not None)
    if text is not None:
        made.text = clean(str(text))
    return made


def href(path):
    """:returns: the element that names a resource"""
    return element(dav("href"), text=path)


def to_bytes(root):
    """:returns: a document"""
    etree.cleanup_namespaces(root, top_nsmap=NAMESPACES)
    return _DECLARATION + etree.tostring(root, encoding="utf-8")


def error_body(error):
    """:param DavError error: what is wrong
    :returns: the document that says it"""
    root = element(dav("error"))
    if error.condition:
        condition = element(error.condition)
        if error.href:
            condition.append(href(error.href))
        root.append(condition)
    if error.message:
        root.append(element(dav("responsedescription"), text=error.message))
    return to_bytes(root)


class Multistatus:
    """An answer about several resources."""

    def __init__(self):
        self.root = etree.Element(dav("multistatus"), nsmap=NAMESPACES)

    def add_properties(self, path, found, missing=(), status=404, dependent=()):
        """:param str path: of the resource
        :param found: the elements of the properties that it has
        :param missing: the names of those that it doesn't have
        :param int status: what there is to say of the missing ones
        :param dependent: the names of those that failed with them"""
        response = etree.SubElement(self.root, dav("response"))
        etree.SubElement(response, dav("href")).text = path
        if found or not missing:
            self._add_propstat(response, found, 200)
        if missing:
            self._add_propstat(response, [element(name) for name in missing], status)
        if dependent:
            self._add_propstat(response, [element(name) for name in dependent], 424)

    def add_status(self, path, status, condition=None):
        """Say that there is nothing but a status to tell of a resource."""
        response = etree.SubElement(self.root, dav("response"))
        etree.SubElement(response, dav("href")).text = path
        etree.SubElement(response, dav("status")).text = _status_line(status)
        if condition:
            error = etree.SubElement(response, dav("error"))
            etree.SubElement(error, condition)

    def _add_propstat(self, response, properties, status):
        propstat = etree.SubElement(response, dav("propstat"))
        etree.SubElement(propstat, dav("prop")).extend(properties)
        etree.SubElement(propstat, dav("status")).text = _status_line(status)

    def add_token(self, token):
        """Say up to where the answer goes."""
        etree.SubElement(self.root, dav("sync-token")).text = token

    def to_bytes(self):
        """:returns: the document"""
        return to_bytes(self.root)


def _status_line(status):
    return f"HTTP/1.1 {status} {REASONS.get(status, '')}".strip()
