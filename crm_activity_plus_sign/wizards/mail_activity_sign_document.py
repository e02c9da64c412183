# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_activity_plus.tools.values import is_id

from ..engine.papers import FilePaper

# So many of each kind are offered, the newest ones first.
MAX_DOCUMENTS = 40


class MailActivitySignDocument(models.TransientModel):
    """What there is to sign on a record: PDFs that are attached to it, and what can be
    printed of it and of its quotations."""

    _name = "mail.activity.sign.document"
    _description = "Document to Be Signed"
    _order = "id"

    wizard_id = fields.Many2one("mail.activity.sign", required=True, ondelete="cascade")
    name = fields.Char(required=True)
    attachment_id = fields.Many2one("ir.attachment", ondelete="cascade")
    report_name = fields.Char()
    res_model = fields.Char()
    res_id = fields.Many2oneReference(model_field="res_model")

    @api.model
    def _prepare_documents(self, record):
        """:param record: with the rights of the user
        :returns: values of what there is to sign on it"""
        vals_list = self._prepare_attachments(record)
        for other in [record, *self._find_printed_with(record)]:
            vals_list += self._prepare_reports(other, is_named=other != record)
        return vals_list

    @api.model
    def _prepare_attachments(self, record):
        attachments = self.env["ir.attachment"].search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("mimetype", "=", "application/pdf"),
            ],
            limit=MAX_DOCUMENTS,
            order="id DESC",
        )
        return [
            {"name": attachment.name, "attachment_id": attachment.id}
            for attachment in attachments
        ]

    @api.model
    def _find_printed_with(self, record):
        """Hook: other records that are printed to be signed for a record: the
        quotations of an opportunity, where there are any.

        :returns: records, with the rights of the user
        """
        order_ids = record._fields.get("order_ids")
        if not order_ids or order_ids.comodel_name != "sale.order":
            return []
        orders = record.env["sale.order"]
        if not orders.has_access("read"):
            return []
        return orders.search(
            [(order_ids.inverse_name, "=", record.id), ("state", "!=", "cancel")],
            limit=MAX_DOCUMENTS,
            order="id DESC",
        )

    @api.model
    def _prepare_reports(self, record, is_named):
        """:param bool is_named: whether to say of which record it is"""
        reports = self._find_reports(record)
        return [
            {
                "name": f"{record.display_name} – {report.name}"
                if is_named
                else report.name,
                "report_name": report.report_name,
                "res_model": record._name,
                "res_id": record.id,
            }
            for report in reports
        ]

    @api.model
    def _find_reports(self, record):
        """:returns: what the user can print of a record"""
        domain = [("model", "=", record._name), ("report_type", "=", "qweb-pdf")]
        reports = self.env["ir.actions.report"].sudo().search(domain)
        groups = self.env.user.all_group_ids
        return reports.filtered(lambda r: not r.group_ids or r.group_ids & groups)

    def _make_paper(self, on_new_page):
        """:param bool on_new_page: whether signatures get a page of their own
        :rtype: FilePaper
        :raises UserError: it can't be printed, or isn't there any more
        :raises AccessError: the user may not read it
        """
        self.ensure_one()
        content = self._read_attachment() if self.attachment_id else self._print()
        name = self.name if self.name.endswith(".pdf") else f"{self.name}.pdf"
        return FilePaper(self.env, name, content, on_new_page)

    def _read_attachment(self):
        attachment = self.attachment_id
        attachment.check_access("read")
        return attachment.with_context(bin_size=False).raw

    def _print(self):
        model = self.env.get(self.res_model or "")
        record = is_id(self.res_id) and model is not None and model.browse(self.res_id)
        report = record and self._find_reports(record).filtered(
            lambda r: r.report_name == self.report_name
        )
        if not report or not record.exists():
            raise UserError(
                self.env._(
                    "“%s” can't be printed any more. Open the pop-up anew.", self.name
                )
            )
        record.check_access("read")
        content, kind = self.env["ir.actions.report"]._render_qweb_pdf(
            self.report_name, record.ids
        )
        if kind != "pdf":
            raise UserError(
                self.env._(
                    "“%s” can't be printed as a PDF. Ask your administrator to look at "
                    "the report.",
                    self.name,
                )
            )
        return content
