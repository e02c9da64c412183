# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

from odoo import http
from odoo.exceptions import AccessDenied
from odoo.http import request

from ..dav.messages import Request
from ..dav.paths import ROOT
from ..server.server import DAV_HEADER, MAX_BODY, Server

_logger = logging.getLogger(__name__)

ROUTE = {
    "auth": "none",
    "csrf": False,
    "max_content_length": MAX_BODY,
    # By default, routes without a login only read.
    "readonly": False,
    "save_session": False,
    "type": "http",
}


class CaldavController(http.Controller):
    @http.route("/.well-known/caldav", **ROUTE | {"readonly": True})
    def caldav_well_known(self):
        """Programs that know nothing but the server's name look here."""
        return request.redirect(ROOT, code=301, local=True)

    @http.route(["/caldav", "/caldav/<path:_path>"], **ROUTE)
    def caldav(self, _path=None):
        """Calendars and task lists, for the programs that people use for that."""
        incoming = request.httprequest
        if incoming.method == "OPTIONS":
            return self._make_response(Server.answer_options())
        authorization = incoming.authorization
        try:
            users = request.env["res.users"]
            uid = users._caldav_authenticate(
                *self._read_credentials(authorization),
            )
        except AccessDenied:
            return self._ask_for_login()
        request.update_env(user=uid)
        user = request.env.user
        if not user._is_internal():
            return request.make_response("Calendars are for employees.", status=403)
        request.update_context(
            **user.context_get(), allowed_company_ids=user.company_ids.ids
        )
        server = Server(request.env)
        asked = Request(
            incoming.method, incoming.path, incoming.headers, incoming.get_data()
        )
        return self._make_response(server.answer(asked))

    def _read_credentials(self, authorization):
        """:returns: login and secret
        :raises AccessDenied: there are none"""
        if authorization is None or authorization.type != "basic":
            raise AccessDenied()
        return authorization.username or "", authorization.password or ""

    def _ask_for_login(self):
        headers = [("DAV", DAV_HEADER), ("WWW-Authenticate", 'Basic realm="Odoo"')]
        return request.make_response("Log in with an API key.", headers, status=401)

    def _make_response(self, answer):
        return request.make_response(
            answer.body, list(answer.headers.items()), status=answer.status
        )
