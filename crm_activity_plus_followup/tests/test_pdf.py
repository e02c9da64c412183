# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io
import shutil
from unittest import skipUnless

from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from .level_common import LevelCase

REPORT = "crm_activity_plus_followup.report_followup_statement"


@skipUnless(shutil.which("wkhtmltopdf"), "needs wkhtmltopdf")
class TestPdf(LevelCase):
    """Letters as they are printed."""

    def setUp(self):
        super().setUp()
        # Nobody is there to ask for images and style sheets.
        self.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:1")
        self.others = self.customer.browse()
        for number, items in enumerate((1, 60, 2)):
            customer = self._create_customer(f"Customer {number}")
            for item in range(items):
                self._invoice(10 + item, 20 + item, customer)
            self.others += customer
        self._run_job()

    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def _read(self, partners):
        """:returns: the text of each page"""
        reports = self.env["ir.actions.report"].with_context(
            force_report_rendering=True
        )
        content, kind = reports._render_qweb_pdf(REPORT, partners.ids)
        self.assertEqual(kind, "pdf")
        pages = PdfFileReader(io.BytesIO(content)).pages
        return [" ".join(page.extract_text().split()) for page in pages]

    def test_letters(self):
        """One PDF, in which each letter begins on a page of its own."""
        pages = self._read(self.others)
        starts = [
            number for number, text in enumerate(pages) if "Payment Reminder" in text
        ]
        self.assertEqual(len(starts), 3)
        self.assertGreater(starts[2] - starts[1], 1)
        ends = [*starts[1:], len(pages)]
        for customer, start, end in zip(self.others, starts, ends, strict=True):
            text = " ".join(pages[start:end])
            self.assertIn(customer.name, text)
            self.assertIn(f"{customer.amount_overdue:,.2f}", text)
            for item in customer.followup_item_ids:
                self.assertIn(item.move_name, text)
            for other in self.others - customer:
                self.assertNotIn(other.name, text)
