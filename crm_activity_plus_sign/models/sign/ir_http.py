# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, abort

from odoo import models
from odoo.http import Response, request

# A page's signatures and texts need far less.
MAX_BODY = 8 * 1024 * 1024


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        result = super()._pre_dispatch(rule, args)
        if rule.rule.startswith("/sign_oca/"):
            cls._check_sign_body(rule.endpoint.routing)
        return result

    @classmethod
    def _check_sign_body(cls, routing):
        """Answer what no page of ours sends with a status that says so: Odoo would
        report an error of its own, with the status 200."""
        request.httprequest.max_content_length = MAX_BODY
        if routing["type"] != "jsonrpc":
            return
        try:
            body = request.get_json_data()
            if isinstance(body, dict) and isinstance(body.get("params", {}), dict):
                return
            status = 400
        except RequestEntityTooLarge:
            status = 413
        except (ValueError, RecursionError, HTTPException):
            status = 400
        abort(Response(f"{status}: this isn't a request to sign", status=status))
