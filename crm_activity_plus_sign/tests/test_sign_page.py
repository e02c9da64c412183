# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import base64
import io
import re
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import config, mute_logger
from odoo.tools.pdf import PdfReader, PdfWriter

from ..tools import pdf_text
from .sign_common import SignHttpMixin, find_images, make_pdf, read_pdf


@tagged("post_install", "-at_install")
class TestSignPage(SignHttpMixin, HttpCase):
    """What a signer's link leads to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_sign()

    def _assert_closed(self, signer, status):
        """Nothing of the document is left behind the link."""
        self.assertEqual(self._get(signer, "content").status_code, 404)
        self.assertEqual(self._get(signer, "download").status_code, 404)
        for action in ("info", "sign", "refuse"):
            with self.subTest(action=action):
                response = self._post(signer, action, items={}, reason="No")
                self.assertEqual(response.status_code, status)
                self.assertTrue(response.json()["error"]["message"])
        self.assertFalse(signer.signed_on)

    def test_signs_to_the_end(self):
        request = self._send(kinds=("name", "check", "signature"))
        signer = request.signer_ids
        page = self._get(signer)
        self.assertEqual(page.status_code, 200)
        self.assertTrue(signer.seen_on)
        self.assertEqual(request.state, "0_sent")
        info = self._post(signer, "info").json()["result"]
        self.assertEqual(len(info["items"]), 3)
        self.assertEqual(info["title"], "Agreement")
        self.assertEqual(self._get(signer, "content").content[:5], b"%PDF-")
        response = self._sign(signer)
        self.assertEqual(response.json()["result"]["url"], signer.access_url)
        self.assertEqual(request.state, "2_signed")
        self.assertEqual(request.integrity, "valid")
        page = read_pdf(request).pages[0]
        text = page.extract_text()
        self.assertIn("Agreement, page 1", text)
        self.assertIn("Anna Berg", text)
        self.assertEqual(len(find_images(page)), 1)
        thanks = self._get(signer)
        self.assertEqual(thanks.status_code, 200)
        self.assertIn("Thank you for signing", thanks.text)
        download = self._get(signer, "download")
        self.assertEqual(download.headers["Content-Type"], "application/pdf")
        self.assertIn("attachment", download.headers["Content-Disposition"])
        self.assertIn("Agreement.pdf", download.headers["Content-Disposition"])
        self.assertEqual(download.content[:5], b"%PDF-")

    def test_other_letters_and_markup(self):
        """What is typed is printed as it is: no markup, and no boxes for letters."""
        request = self._send(kinds=("name",))
        signer = request.signer_ids
        typed = "Łukasz Жуков <b>& <img src='file:///etc/passwd'/>"
        self.assertIn(
            "result", self._sign(signer, self._fill(signer, text=typed)).json()
        )
        text = re.sub(r"\s+", "", read_pdf(request).pages[0].extract_text())
        self.assertIn(re.sub(r"\s+", "", typed), text)
        self.assertFalse(find_images(read_pdf(request).pages[0]))

    def test_what_cant_be_printed(self):
        """The signer is told, and nothing is left out or covers something else."""
        request = self._send(kinds=("name",))
        signer = request.signer_ids
        for typed, words in (
            ("Ann 山田", "“山田” can't be printed in the document."),
            ("word " * 190, "The text is too long for “Name”."),
        ):
            with patch.object(pdf_text, "_find_font", lambda letters: None):
                response = self._sign(signer, self._fill(signer, text=typed))
            self.assertEqual(response.status_code, 422)
            self.assertIn(words, response.json()["error"]["message"])
            self.assertFalse(signer.signed_on)
            self.assertFalse(signer.signed_as)
        self.assertIn("result", self._sign(signer).json())

    def test_turned_pages(self):
        """Fields are placed on what is seen."""
        writer, stream = PdfWriter(), io.BytesIO()
        page = PdfReader(io.BytesIO(base64.b64decode(make_pdf()))).pages[0]
        page.rotate(90)
        writer.add_page(page)
        writer.write(stream)
        request = self._send(data=base64.b64encode(stream.getvalue()))
        self._sign(request.signer_ids)
        page = read_pdf(request).pages[0]
        self.assertFalse(page.get("/Rotate"))
        self.assertEqual([float(edge) for edge in page.mediaBox], [0, 0, 842, 595])
        self.assertEqual(len(find_images(page)), 1)
        self.assertIn("Agreement", page.extract_text())

    def test_refuse(self):
        request = self._send(2)
        first, second = request.signer_ids
        page = self._post(first, "refuse", reason="Too <b>dear</b>")
        self.assertEqual(page.json()["result"]["url"], first.access_url)
        self.assertEqual(request.state, "4_refused")
        self.assertTrue(first.refused_on)
        self.assertEqual(first.refusal_reason, "Too <b>dear</b>")
        note = request.message_ids.filtered(lambda m: "Too" in m.body)
        self.assertIn("Too &lt;b&gt;dear&lt;/b&gt;", note.body)
        for signer, words in (
            (first, "You refused to sign"),
            (second, "This document was refused"),
        ):
            page = self._get(signer)
            self.assertEqual(page.status_code, 410)
            self.assertIn(words, page.text)
            self._assert_closed(signer, 410)

    def test_refuse_needs_a_reason(self):
        request = self._send()
        for reason in (None, "", "  \n", 5, ["x"], {"a": 1}, "x" * 2001, True):
            with self.subTest(reason=reason):
                response = self._post(request.signer_ids, "refuse", reason=reason)
                self.assertEqual(response.status_code, 422)
        self.assertEqual(request.state, "0_sent")
        self.assertFalse(request.signer_ids.refused_on)

    def test_cancelled(self):
        request = self._send()
        signer = request.signer_ids
        self.assertEqual(self._get(signer).status_code, 200)
        request.cancel()
        page = self._get(signer)
        self.assertEqual(page.status_code, 410)
        self.assertIn("This document was cancelled", page.text)
        self._assert_closed(signer, 410)

    def test_expires_when_it_is_opened(self):
        """The scheduled action hasn't run yet."""
        self.sender.tz = "Europe/Brussels"
        with freeze_time("2026-03-01"):  # Sending looks at the day, too.
            request = self._send(date_due=date(2026, 3, 10))
        signer = request.signer_ids
        with freeze_time("2026-03-10 12:00:00"):
            self.assertEqual(signer._get_page_state(), "sign")
        self._assert_closed(signer, 410)
        self.assertEqual(request.state, "0_sent")
        page = self._get(signer)
        self.assertEqual(page.status_code, 410)
        self.assertIn("The time to sign is over", page.text)
        self.assertEqual(request.state, "5_expired")
        self._assert_closed(signer, 410)

    def test_draft(self):
        request = self._create_request()
        signer = request.signer_ids
        signer._portal_ensure_token()
        self.assertEqual(self._get(signer).status_code, 404)
        self._assert_closed(signer, 404)

    def test_in_order(self):
        request = self._send(2, sequences=[10, 20])
        first, second = request.signer_ids
        self.assertEqual(len(self._mails_to(first.partner_id)), 1)
        self.assertFalse(self._mails_to(second.partner_id))
        page = self._get(second)
        self.assertEqual(page.status_code, 200)
        self.assertIn("It isn't your turn yet", page.text)
        self.assertFalse(second.seen_on)
        self._assert_closed(second, 409)
        self._sign(first)
        self.assertEqual(request.state, "0_sent")
        self.assertEqual(len(self._mails_to(second.partner_id)), 1)
        self.assertIn("1 of 2", re.sub(r"\s+", " ", self._get(first).text))
        self._sign(second)
        self.assertEqual(request.state, "2_signed")
        self.assertEqual(request.integrity, "valid")
        self.assertEqual(len(find_images(read_pdf(request).pages[0])), 2)

    @mute_logger("odoo.http")
    def test_wrong_token(self):
        signer = self._send().signer_ids
        other = self._send().signer_ids
        for token in (
            *(other.access_token, "x", signer.access_token[:-1], "é", "%00", "a b"),
            *(signer.access_token + "0", signer.access_token.upper(), "False", "None"),
        ):
            with self.subTest(token=token):
                page = self._get(signer, token=token)
                self.assertEqual(page.status_code, 404)
                self.assertIn("This link isn't valid", page.text)
                self.assertNotIn("Agreement", page.text)
                self.assertEqual(self._get(signer, "content", token).status_code, 404)
                response = self._post(signer, "sign", token, items=self._fill(signer))
                self.assertEqual(response.status_code, 404)
        self.assertFalse(signer.signed_on)
        self.assertFalse(signer.seen_on)
        for signer_id in (0, 2**31, 2**70, 999999):
            page = self.url_open(f"/sign_oca/document/{signer_id}/x")
            self.assertEqual(page.status_code, 404)

    def test_employees_need_the_token_too(self):
        """sign_oca opens the page without it for whoever may read the request."""
        signer = self._send().signer_ids
        new_test_user(
            self.env,
            "sign_boss",
            groups="base.group_user,sign_oca.sign_oca_group_admin",
        )
        self.authenticate("sign_boss", "sign_boss")
        self.assertEqual(self._get(signer, token="x").status_code, 404)
        response = self._post(signer, "sign", "x", items=self._fill(signer))
        self.assertEqual(response.status_code, 404)
        self.assertFalse(signer.signed_on)

    def test_portal_user(self):
        user = new_test_user(
            self.env, "sign_portal", groups="base.group_portal", email="p@example.com"
        )
        request = self._create_request()
        request.signer_ids.partner_id = user.partner_id
        request.action_send()
        stranger = self._send()
        self.authenticate("sign_portal", "sign_portal")
        page = self.url_open("/my/sign_requests?sortby=nonsense&filterby=nonsense")
        self.assertEqual(page.status_code, 200)
        self.assertIn(request.signer_ids.access_url, page.text)
        self.assertNotIn(stranger.signer_ids.access_token, page.text)
        self._sign(request.signer_ids)
        self.assertEqual(request.state, "2_signed")
        own = self.url_open(f"/my/sign/{request.id}/download")
        self.assertEqual(own.content[:5], b"%PDF-")

    def test_behind_https(self):
        """No address that the page loads says http."""
        signer = self._send().signer_ids
        config["proxy_mode"] = True
        self.addCleanup(config.__setitem__, "proxy_mode", False)
        headers = {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "sign.example.com",
            "X-Forwarded-For": "192.0.2.1",
        }
        page = self.url_open(self._url(signer), headers=headers)
        self.assertEqual(page.status_code, 200)
        loaded = re.findall(r'(?:src|href|action)="([^"]*)"', page.text)
        self.assertTrue(any("assets_frontend_sign" in url for url in loaded))
        self.assertFalse([url for url in loaded if "http:" in url])
        for url in loaded:
            if url.endswith((".css", ".js")):
                asset = self.url_open(url, headers=headers)
                self.assertEqual(asset.status_code, 200, url)
                self.assertFalse(
                    re.findall(r"url\(['\"]?http:|@import.*http:", asset.text)
                )

    def test_several_pages(self):
        request = self._create_request(data=make_pdf(3))
        request.signatory_data = {
            key: {**item, "page": 3} for key, item in request.signatory_data.items()
        }
        request.action_send()
        self._sign(request.signer_ids)
        pages = read_pdf(request).pages
        self.assertEqual(len(pages), 3)
        self.assertEqual([len(find_images(page)) for page in pages], [0, 0, 1])
