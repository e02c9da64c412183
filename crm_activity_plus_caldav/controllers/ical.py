# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import plistlib
import uuid
from urllib.parse import urlsplit

from odoo import http
from odoo.http import request

from ..dav.paths import ROOT
from ..server.properties import CONTENT_TYPE
from .main import ROUTE

# What profiles of the same server have in common, so that one takes the other's place.
_NAMESPACE = uuid.UUID("0d5a3f7c-1c6f-4d0b-9d7e-3f0e6a1c2b48")
_TYPE = "application/x-apple-aspen-config"


class IcalController(http.Controller):
    @http.route("/ical/<string:token>.ics", methods=["GET", "HEAD"], **ROUTE)
    def ical_feed(self, token):
        """A calendar to subscribe to, for whoever knows its address."""
        user = request.env["caldav.feed"]._find_user(token)
        if not user:
            return request.make_response("There is no such calendar.", status=404)
        request.update_env(user=user.id)
        request.update_context(
            **request.env.user.context_get(),
            allowed_company_ids=user.sudo().company_ids.ids,
        )
        collections = request.env["caldav.collection"]._find_all(request.env.user)
        collection = collections.filtered("has_events")[:1]
        collection._refresh()
        etag = f'"{collection.id}-{collection.version}"'
        headers = [("ETag", etag), ("Cache-Control", "private, max-age=300")]
        if request.httprequest.headers.get("If-None-Match") == etag:
            return request.make_response(b"", headers, status=304)
        text = request.env["caldav.export"]._export_collection(collection)
        headers.append(("Content-Type", CONTENT_TYPE))
        return request.make_response(text.encode(), headers)

    @http.route(
        "/caldav-profile/odoo.mobileconfig", type="http", auth="user", readonly=True
    )
    def caldav_profile(self):
        """What connects Apple's devices: all but the key, which they ask for."""
        user = request.env.user
        if not user._is_internal():
            return request.make_response("Calendars are for employees.", status=403)
        base = urlsplit(user.get_base_url())
        identity = f"{base.netloc}/{request.db}/{user.id}"
        account = {
            "CalDAVAccountDescription": request.env.company.name,
            "CalDAVHostName": base.hostname,
            "CalDAVPort": base.port or (443 if base.scheme == "https" else 80),
            "CalDAVPrincipalURL": f"{ROOT}{user.id}/",
            "CalDAVUseSSL": base.scheme == "https",
            "CalDAVUsername": user.login,
        }
        account |= self._make_payload("com.apple.caldav.account", identity)
        profile = {
            "PayloadContent": [account],
            "PayloadDisplayName": f"Odoo: {request.env.company.name}",
            **self._make_payload("Configuration", f"{identity}/profile"),
        }
        name = "attachment; filename=odoo.mobileconfig"
        headers = [("Content-Type", _TYPE), ("Content-Disposition", name)]
        return request.make_response(plistlib.dumps(profile), headers)

    def _make_payload(self, kind, identity):
        return {
            "PayloadIdentifier": f"caldav.{identity}",
            "PayloadType": kind,
            "PayloadUUID": str(uuid.uuid5(_NAMESPACE, identity)).upper(),
            "PayloadVersion": 1,
        }
