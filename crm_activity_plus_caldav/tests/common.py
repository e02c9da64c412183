# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
from datetime import datetime, timedelta

from lxml import etree

from odoo.tests import HttpCase, tagged

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

NS = {
    "D": "DAV:",
    "C": "urn:ietf:params:xml:ns:caldav",
    "CS": "http://calendarserver.org/ns/",
    "A": "http://apple.com/ns/ical/",
}
XMLNS = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NS.items())

_SOON = datetime.now() + timedelta(days=30)


def make_ics(*lines, kind="VEVENT"):
    """:returns: an object with one component"""
    return make_calendar(f"BEGIN:{kind}", *lines, f"END:{kind}")


def make_calendar(*lines):
    """:returns: the bytes of a calendar"""
    text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", *lines]
    return ("\r\n".join([*text, "END:VCALENDAR"]) + "\r\n").encode()


def make_auth(user, key):
    """:returns: the header by which a user's program logs in"""
    login = f"{user.login}:{key}"
    return f"Basic {base64.b64encode(login.encode()).decode()}"


@tagged("post_install", "-at_install", "caldav")
class CaldavCase(CrmActivityPlusCommon, HttpCase):
    """A program of the lead's owner, which speaks to Odoo over HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.user_owner
        cls.key = cls._create_key(cls.user)
        cls.home = f"/caldav/{cls.user.id}/"
        cls.events = f"{cls.home}events/"
        cls.tasks = f"{cls.home}tasks/"

    @classmethod
    def _create_key(cls, user, scope="caldav"):
        keys = cls.env["res.users.apikeys"].with_user(user).sudo()
        return keys._generate(scope, "Phone", _SOON)

    @classmethod
    def _create_event(cls, name="Meeting", user=None, **values):
        user = user or cls.user
        values = {
            "name": name,
            "start": datetime(2030, 3, 5, 9),
            "stop": datetime(2030, 3, 5, 10),
            **values,
        }
        events = cls.env["calendar.event"].with_user(user)
        return events.with_context(
            skip_contact_description=True, no_mail_to_attendees=True
        ).create(values)

    def _request(self, method, url, body=None, user=None, key=None, **headers):
        """:param headers: with underscores for hyphens
        :returns: the response"""
        user = user or self.user
        sent = {"Authorization": make_auth(user, key or self.key)}
        if isinstance(body, str):
            body = body.encode()
        if body is not None:
            is_xml = body.lstrip().startswith(b"<")
            sent["Content-Type"] = "text/xml" if is_xml else "text/calendar"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        self.env.flush_all()
        response = self.url_open(
            url,
            data=body,
            headers=sent,
            method=method,
            allow_redirects=False,
            timeout=60,
        )
        self.env.invalidate_all()
        return response

    def _put(self, url, body, status=201, **headers):
        response = self._request("PUT", url, body, **headers)
        self.assertEqual(response.status_code, status, response.text)
        return response

    def _get(self, url, **headers):
        response = self._request("GET", url, **headers)
        self.assertEqual(response.status_code, 200, response.text)
        return response.content.decode().replace("\r\n ", "")

    def _xml(self, response):
        return etree.fromstring(response.content)

    def _propfind(self, url, *names, depth="0", **kwargs):
        """:param names: such as ``D:getetag``
        :returns: by address and name the elements of the properties"""
        props = "".join(f"<{name}/>" for name in names)
        body = f"<D:propfind {XMLNS}><D:prop>{props}</D:prop></D:propfind>"
        response = self._request("PROPFIND", url, body, Depth=depth, **kwargs)
        self.assertEqual(response.status_code, 207, response.text)
        return self._read_multistatus(response)

    def _read_multistatus(self, response):
        """:returns: by address a dict of properties, or the status"""
        found = {}
        for each in self._xml(response).findall("D:response", NS):
            href = each.findtext("D:href", namespaces=NS)
            status = each.findtext("D:status", namespaces=NS)
            props = {}
            for propstat in each.findall("D:propstat", NS):
                if "200" in propstat.findtext("D:status", namespaces=NS):
                    for prop in propstat.find("D:prop", NS):
                        props[etree.QName(prop).localname] = prop
            found[href] = props if status is None else status
        return found

    def _report(self, url, name, inner, status=207, **kwargs):
        body = f"<{name} {XMLNS}>{inner}</{name}>"
        response = self._request("REPORT", url, body, Depth="1", **kwargs)
        self.assertEqual(response.status_code, status, response.text)
        return response

    def _query(self, url, inner, props="<D:getetag/><C:calendar-data/>"):
        filter_ = f'<C:filter><C:comp-filter name="VCALENDAR">{inner}'
        filter_ += "</C:comp-filter></C:filter>"
        response = self._report(
            url, "C:calendar-query", f"<D:prop>{props}</D:prop>{filter_}"
        )
        return self._read_multistatus(response)

    def _sync(self, url, token="", props="<D:getetag/>", limit=None):
        """:returns: what was changed, and the next token"""
        inner = f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
        if limit:
            inner += f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>"
        inner += f"<D:prop>{props}</D:prop>"
        response = self._report(url, "D:sync-collection", inner)
        next_token = self._xml(response).findtext("D:sync-token", namespaces=NS)
        return self._read_multistatus(response), next_token

    def assertCondition(self, response, condition, status=403):
        """The answer says which precondition failed."""
        self.assertEqual(response.status_code, status, response.text)
        error = self._xml(response)
        self.assertEqual(error.tag, "{DAV:}error")
        self.assertIsNotNone(error.find(condition, NS), response.text)

    def _find_events(self, name):
        return self.env["calendar.event"].search([("name", "=", name)], order="start")
