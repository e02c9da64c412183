# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...engine.email import STATEMENT


class IrActionsReport(models.Model):
    """Letters of several customers are one PDF, each with pages of its own."""

    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Not every wkhtmltopdf takes several documents at once, nor finds out where
        one ends that has several pages."""
        prepare = super()._render_qweb_pdf_prepare_streams
        is_statement = self._get_report(report_ref).report_name == STATEMENT
        if not is_statement or not res_ids or len(res_ids) == 1:
            return prepare(report_ref, data, res_ids=res_ids)
        streams = {}
        for res_id in dict.fromkeys(res_ids):
            streams |= prepare(report_ref, dict(data or {}), res_ids=[res_id])
        return streams
