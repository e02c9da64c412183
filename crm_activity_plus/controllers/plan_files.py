# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request

from ..tools.values import read_digits


class PlanFiles(http.Controller):
    @http.route(
        "/crm_activity_plus/plans/<string:ids>/export",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def export(self, ids):
        """Download plans, see ``export_file`` of ``mail.activity.plan``.

        :param str ids: ids of plans, separated by commas
        :raises NotFound: there are none that the user may read
        """
        numbers = filter(None, map(read_digits, ids.split(",")))
        plans = request.env["mail.activity.plan"].browse(numbers)
        try:
            text = plans.export_file()
        except (AccessError, UserError) as error:
            raise NotFound from error
        name = plans.code if len(plans) == 1 else "activity_plans"
        headers = [
            ("Content-Type", "application/json; charset=utf-8"),
            ("Content-Disposition", content_disposition(f"{name}.json")),
        ]
        return request.make_response(text, headers)
