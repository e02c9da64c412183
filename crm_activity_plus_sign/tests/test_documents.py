# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import base64
from io import BytesIO
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged
from odoo.tools.pdf import PdfReader

from .common import SignCommon, make_pdf


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestDocuments(SignCommon, TransactionCase):
    """What isn't a template is signed at its end: files, and what can be printed."""

    def _attach(self, name="Offer.pdf", content=None, record=None, **values):
        record = record or self.lead
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": make_pdf(2) if content is None else content,
                "mimetype": "application/pdf",
                "res_model": record._name,
                "res_id": record.id,
                **values,
            }
        )

    def _choose(self, wizard, name):
        document = wizard.document_ids.filtered(lambda d: d.name == name)
        wizard.write({"source": "document", "document_id": document.id})
        # As a form shows it, before somebody adds others.
        self.assertEqual(wizard.signer_ids.partner_id, self.partner)

    def test_an_attached_file(self):
        self._attach()
        activity = self._schedule_sign()
        wizard = self._open_wizard(activity)
        self._choose(wizard, "Offer.pdf")
        self.assertEqual(wizard.signer_ids.partner_id, self.partner)
        wizard.action_send()
        request = activity.sudo().sign_request_id
        [item] = request.signatory_data.values()
        self.assertEqual((item["page"], item["field_type"]), (2, "signature"))
        self.assertEqual(item["role_id"], request.signer_ids.role_id.id)
        self.assertEqual(request.name, "Offer.pdf")
        self._sign(request.signer_ids)
        self.assertEqual(activity.sudo().outcome_id, self.outcome_signed)
        signed = self.env["ir.attachment"].search(
            [("res_id", "=", self.lead.id), ("name", "=", "Offer (signed).pdf")]
        )
        pages = PdfReader(BytesIO(signed.raw)).pages
        self.assertEqual(len(pages), 2)
        self.assertIn("Deco Addict", pages[1].extract_text())
        self.assertTrue(pages[1].images)

    def test_several_signers_on_a_page_of_their_own(self):
        self._attach()
        activity = self._schedule_sign()
        wizard = self._open_wizard(activity)
        self._choose(wizard, "Offer.pdf")
        seller = self.user_owner.partner_id
        wizard.write(
            {
                "place": "new_page",
                "signer_ids": [Command.create({"partner_id": seller.id})],
            }
        )
        wizard.action_send()
        request = activity.sudo().sign_request_id
        self.assertEqual({i["page"] for i in request.signatory_data.values()}, {3})
        self.assertEqual(len(request.signer_ids.role_id), 2)
        for signer in request.signer_ids:
            self._sign(signer)
        self.assertEqual(activity.sudo().outcome_id, self.outcome_signed)

    def test_too_many_signers(self):
        self._attach()
        wizard = self._open_wizard(self._schedule_sign())
        self._choose(wizard, "Offer.pdf")
        signer = {"partner_id": self.user_owner.partner_id.id}
        wizard.signer_ids = [Command.create(signer) for _number in range(4)]
        with self.assertRaisesRegex(UserError, "room for 4 signers"):
            wizard.action_send()

    def test_only_own_files(self):
        """Those of others aren't offered, and can't be chosen by their ids."""
        others = self.env["crm.lead"].create(
            {"name": "Secret", "user_id": self.user_colleague.id}
        )
        secret = self._attach("Secret.pdf", record=others)
        self._attach("Notes.txt", b"text", mimetype="text/plain")
        wizard = self._open_wizard(self._schedule_sign())
        self.assertNotIn("Secret.pdf", wizard.document_ids.mapped("name"))
        self.assertNotIn("Notes.txt", wizard.document_ids.mapped("name"))
        forged = wizard.document_ids.create(
            {"name": "x", "wizard_id": wizard.id, "attachment_id": secret.id}
        )
        wizard.write({"source": "document", "document_id": forged.id})
        with self.assertRaises(AccessError):
            wizard.action_send()

    def test_bad_files(self):
        for content, message in (
            (b"%PDF-1.4 broken", "can't be read as a PDF"),
            (make_pdf(password="x"), "protected by a password"),
        ):
            self._attach("Bad.pdf", content)
            wizard = self._open_wizard(self._schedule_sign())
            self._choose(wizard, "Bad.pdf")
            with self.assertRaisesRegex(UserError, message):
                wizard.action_send()
            wizard.document_id.attachment_id.sudo().unlink()

    def test_a_file_that_is_gone(self):
        attachment = self._attach()
        wizard = self._open_wizard(self._schedule_sign())
        self._choose(wizard, "Offer.pdf")
        attachment.unlink()
        with self.assertRaisesRegex(UserError, "Choose the document"):
            wizard.action_send()

    def test_a_report_of_the_record(self):
        report = self.env["ir.actions.report"].create(
            {
                "name": "Summary",
                "model": "crm.lead",
                "report_type": "qweb-pdf",
                "report_name": "crm_activity_plus_sign.no_such_template",
            }
        )
        hidden = report.copy(
            {
                "name": "For Administrators",
                "report_name": "crm_activity_plus_sign.another",
                "group_ids": [Command.set(self.env.ref("base.group_system").ids)],
            }
        )
        activity = self._schedule_sign()
        wizard = self._open_wizard(activity)
        self.assertNotIn(hidden.name, wizard.document_ids.mapped("name"))
        self._choose(wizard, "Summary")
        printed = patch.object(
            type(report), "_render_qweb_pdf", lambda *args: (make_pdf(1), "pdf")
        )
        with printed:
            wizard.action_send()
        request = activity.sudo().sign_request_id
        self.assertEqual(request.filename, "Summary.pdf")
        self.assertTrue(base64.b64decode(request.data).startswith(b"%PDF"))

    def test_a_report_that_prints_nothing(self):
        self.env["ir.actions.report"].create(
            {
                "name": "Odd",
                "model": "crm.lead",
                "report_type": "qweb-pdf",
                "report_name": "crm_activity_plus_sign.odd",
            }
        )
        wizard = self._open_wizard(self._schedule_sign())
        self._choose(wizard, "Odd")
        printed = patch.object(
            type(self.env["ir.actions.report"]),
            "_render_qweb_pdf",
            lambda *args: (b"<html/>", "html"),
        )
        with printed, self.assertRaisesRegex(UserError, "can't be printed as a PDF"):
            wizard.action_send()
        wizard.document_id.res_id = 2**30
        with self.assertRaisesRegex(UserError, "can't be printed any more"):
            wizard.action_send()

    def test_the_quotations_of_a_lead(self):
        if "sale.order" not in self.env or "order_ids" not in self.lead._fields:
            self.skipTest("Quotations of leads aren't installed.")
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "opportunity_id": self.lead.id,
                "user_id": self.user_owner.id,
            }
        )
        wizard = self._open_wizard(self._schedule_sign())
        names = wizard.document_ids.mapped("name")
        self.assertTrue([name for name in names if name.startswith(order.name)], names)
