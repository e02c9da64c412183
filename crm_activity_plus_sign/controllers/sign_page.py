# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging
from contextlib import contextmanager

import psycopg2
from werkzeug.exceptions import NotFound, abort

from odoo import http
from odoo.api import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from odoo.addons.sign_oca.controllers.main import PortalSign

_logger = logging.getLogger(__name__)

# A link to sign goes to nobody else: not to the next page (Referer), into no cache, no
# search engine, no frame of another site.
HEADERS = {
    "Cache-Control": "no-store, private",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
# What a link leads to when it is over, as a status that programs understand.
_STATUSES = {
    **dict.fromkeys(("refused", "expired", "cancelled", "archived"), 410),
    "draft": 404,
}
_MAX_ID = 2**31


def _secure(response):
    response.headers.update(HEADERS)
    return response


def _fail(status, sentence):
    """End a request of the page, which shows the sentence; nothing is written."""
    error = {
        "code": status,
        "message": sentence,
        "data": {
            "name": "odoo.exceptions.UserError",
            "message": sentence,
            "arguments": [sentence],
            "debug": "",
        },
    }
    body = {"jsonrpc": "2.0", "id": None, "error": error}
    abort(_secure(request.make_json_response(body, status=status)))


@contextmanager
def _sentences():
    """What a signer is told of, with a status that says that nothing was done."""
    try:
        yield
    except UserError as error:
        _fail(422, error.args[0])


class SignPage(PortalSign):
    """The signer's page, for whoever has the link, and nobody else: sign_oca lets users
    who may read a request sign it for others, without the token."""

    # ------------------------------------------------------------
    # The page
    # ------------------------------------------------------------

    @http.route(multilang=False, sitemap=False)
    def get_sign_oca_access(self, signer_id, access_token, **kwargs):
        signer = self._find_signer(signer_id, access_token)
        if not signer:
            return self._render_state("wrong", None, status=404)
        if signer._get_page_state() == "expired":
            self._expire(signer)
        state = signer._get_page_state()
        if state != "sign":
            return self._render_state(state, signer, _STATUSES.get(state, 200))
        if request.httprequest.method != "HEAD":
            signer._mark_seen()
        return _secure(
            request.render(
                "crm_activity_plus_sign.sign_page",
                {
                    "signer": signer,
                    "company": signer.request_id.company_id,
                    "html_data": {"lang": self._get_html_lang(signer)},
                    "sign_page_info": {
                        "access_token": access_token,
                        "signer_id": signer.id,
                    },
                },
            )
        )

    @http.route(multilang=False, sitemap=False)
    def get_sign_oca_content_access(self, signer_id, access_token):
        signer = self._find_signer(signer_id, access_token)
        if not signer or signer._get_page_state() not in ("sign", "signed"):
            return self._render_state("wrong", None, status=404)
        return self._stream_document(signer.request_id)

    @http.route(
        "/sign_oca/download/<int:signer_id>/<string:access_token>",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["GET"],
    )
    def get_sign_oca_download(self, signer_id, access_token):
        """The document as far as it is signed, for who has signed it."""
        signer = self._find_signer(signer_id, access_token)
        if not signer or signer._get_page_state() != "signed":
            return self._render_state("wrong", None, status=404)
        signer._set_action_log("download")
        return self._stream_document(signer.request_id, as_attachment=True)

    def _render_state(self, state, signer, status=200):
        """A page that says why there is nothing to sign, without the document."""
        values = {
            "state": state,
            "signer": signer,
            "company": signer and signer.request_id.company_id,
            "html_data": {"lang": self._get_html_lang(signer)},
        }
        page = request.render("crm_activity_plus_sign.sign_page_state", values)
        page.status_code = status
        return _secure(page)

    def _stream_document(self, sign_request, as_attachment=False):
        stream = http.Stream.from_binary_field(sign_request, "data")
        response = stream.get_response(mimetype="application/pdf", immutable=False)
        disposition = "attachment" if as_attachment else "inline"
        response.headers["Content-Disposition"] = content_disposition(
            sign_request._get_file_name(), disposition
        )
        return _secure(response)

    # ------------------------------------------------------------
    # What the page asks for
    # ------------------------------------------------------------

    @http.route()
    def get_sign_oca_info_access(self, signer_id, access_token, **kwargs):
        signer = self._find_acting_signer(signer_id, access_token)
        return signer.get_info()

    @http.route()
    def get_sign_oca_sign_access(
        self,
        signer_id,
        access_token,
        items=None,
        latitude=False,
        longitude=False,
        **kwargs,
    ):
        signer = self._find_acting_signer(signer_id, access_token)
        with _sentences():
            return signer.action_sign(items, latitude=latitude, longitude=longitude)

    @http.route(
        "/sign_oca/refuse/<int:signer_id>/<string:access_token>",
        type="jsonrpc",
        auth="public",
        website=True,
    )
    def get_sign_oca_refuse(self, signer_id, access_token, reason=None, **kwargs):
        signer = self._find_acting_signer(signer_id, access_token)
        with _sentences():
            signer._refuse(reason)
        return {"type": "ir.actions.act_url", "url": signer.access_url}

    # ------------------------------------------------------------
    # Who is it?
    # ------------------------------------------------------------

    def _find_signer(self, signer_id, access_token):
        """:returns: the signer whose token it is, with elevated rights and in the
        signer's language; None where there is none"""
        if not 0 < signer_id < _MAX_ID:
            return None
        signers = request.env["sign.oca.request.signer"].with_user(SUPERUSER_ID)
        signer = signers.browse(signer_id).exists()
        if not signer or not signer._is_token_valid(access_token):
            return None
        installed = dict(request.env["res.lang"].get_installed())
        if signer.partner_id.lang in installed:
            request.update_context(lang=signer.partner_id.lang)
            signer = signer.with_context(lang=signer.partner_id.lang)
        return signer.with_company(signer.request_id.company_id)

    def _find_acting_signer(self, signer_id, access_token):
        """:returns: the signer, who can sign now; else the request ends here"""
        signer = self._find_signer(signer_id, access_token)
        if not signer:
            _fail(404, request.env._("This link isn't valid: it may be incomplete."))
        state = signer._get_page_state()
        if state != "sign":
            status = _STATUSES.get(state, 409)
            _fail(status, signer._get_state_sentence(state))
        return signer

    def _expire(self, signer):
        """The day may be over although the scheduled action hasn't run."""
        try:
            with request.env.cr.savepoint():
                signer.request_id._expire()
        except psycopg2.OperationalError:
            raise  # Somebody else is changing it: Odoo tries again.
        except Exception:
            _logger.exception("%s isn't noted as expired", signer.request_id)

    def _get_html_lang(self, signer):
        lang = (signer and signer.env.lang) or request.env.lang or "en_US"
        return lang.replace("_", "-")

    # ------------------------------------------------------------
    # For users who are logged in
    # ------------------------------------------------------------

    @http.route()
    def portal_download_signed(self, request_id, **kw):
        """For its signers, and for employees who may read it: sign_oca hands out any
        document to any user, with a link that works for everybody."""
        sign_request = self._find_own_request(request_id)
        if not sign_request:
            raise NotFound()
        return self._stream_document(sign_request, as_attachment=True)

    def _find_own_request(self, request_id):
        if not 0 < request_id < _MAX_ID:
            return None
        sign_request = request.env["sign.oca.request"].browse(request_id).exists()
        if not sign_request:
            return None
        user = request.env.user
        superuser = sign_request.with_user(SUPERUSER_ID)
        own = superuser.signer_ids.filtered(lambda s: s.partner_id == user.partner_id)
        if any(signer._get_page_state() in ("sign", "signed") for signer in own):
            return superuser
        may_read = user._is_internal() and sign_request.has_access("read")
        return superuser if may_read else None

    def get_sign_requests_domain(self, request):
        """A person's own ones: the links of the page sign for whom they are."""
        return [
            ("request_id.state", "in", ("0_sent", "2_signed")),
            ("request_id.active", "=", True),
            ("partner_id", "=", request.env.user.partner_id.id),
        ]

    def _prepare_sign_portal_rendering_values(self, page=1, sign_page=False, **kwargs):
        known = ("state", "reverse_state", "date", "reverse_date")
        if kwargs.get("sortby") not in known:
            kwargs.pop("sortby", None)
        return super()._prepare_sign_portal_rendering_values(
            page=page, sign_page=sign_page, **kwargs
        )
