# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Asking a server without a library."""

import base64
import re
import time
import urllib.error
import urllib.parse
import urllib.request

XMLNS = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
_LISTING = f"<D:propfind {XMLNS}><D:prop><D:getetag/></D:prop></D:propfind>"
_HREF = re.compile("<(?:[A-Za-z]+:)?href>([^<]+)</")


class RequestError(Exception):
    """A server says no.

    :param str request: in words
    :param int status: of the answer
    :param str text: of the answer
    """

    def __init__(self, request, status, text):
        super().__init__(f"{request}: {status} {text[:500]}")
        self.status = status
        self.text = text


class Account:
    """A user's calendars on a server.

    :ivar seconds: how long the last request took
    """

    def __init__(self, server, name):
        self.home = server.homes[name]
        login, secret = server.users[name]
        token = base64.b64encode(f"{login}:{secret}".encode()).decode()
        self.headers = {"Authorization": f"Basic {token}"}
        self.seconds = 0

    def ask(self, method, path, body="", allowed=(), **headers):
        """:param str path: below the user's calendars, or from the root
        :param allowed: the statuses that are no failure
        :returns: the text of the answer
        :raises RequestError: the server says no"""
        url = urllib.parse.urljoin(self.home, path)
        is_xml = body.startswith("<")
        kind = "application/xml" if is_xml else "text/calendar"
        headers = {"Content-Type": f"{kind}; charset=utf-8", **self.headers, **headers}
        request = urllib.request.Request(
            url, data=body.encode() or None, method=method, headers=headers
        )
        started = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            if error.code in allowed:
                return ""
            text = error.read().decode(errors="replace")
            raise RequestError(f"{method} {url}", error.code, text) from error
        finally:
            self.seconds = time.perf_counter() - started

    def list(self, calendar):
        """:returns: the addresses of what is in a calendar"""
        text = self.ask("PROPFIND", calendar, _LISTING, Depth="1")
        return sorted(href for href in _HREF.findall(text) if not href.endswith("/"))
