# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from .common import SignCommon
from .sign_common import SignHttpMixin


@tagged("post_install", "-at_install")
class TestSignArchived(SignHttpMixin, HttpCase):
    """A request that is archived waits until it is taken up again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_sign()

    def test_it_stops_and_goes_on(self):
        request = self._send(2)
        first, second = request.signer_ids
        self._get(first)
        request.with_user(self.sender).active = False
        page = self._get(first)
        self.assertEqual(page.status_code, 410)
        self.assertIn("This document is put aside", page.text)
        self.assertIn("this link works as before", page.text)
        self.assertNotIn("cancelled", page.text)
        for action in ("info", "sign", "refuse"):
            response = self._post(first, action, items=self._fill(first), reason="No")
            self.assertEqual(response.status_code, 410)
            self.assertIn("put this document aside", response.text)
        for action in ("content", "download"):
            self.assertEqual(self._get(first, action).status_code, 404)
        self.assertEqual(request._get_progress(), "archived")
        request.with_user(self.sender).active = True
        for signer in (first, second):
            self.assertIn("result", self._sign(signer).json())
        self.assertEqual(request.state, "2_signed")

    def test_the_sender_has_left(self):
        """Whoever has a question asks the company then."""
        request = self._send()
        request.cancel()
        self.assertIn("sam@example.com", self._get(request.signer_ids).text)
        self.sender.active = False
        page = self._get(request.signer_ids).text
        self.assertNotIn("sam@example.com", page)
        self.assertRegex(page, rf"Questions\? Ask\s+{request.company_id.name}")

    def test_nobody_is_told_meanwhile(self):
        with freeze_time("2026-03-01 12:00:00"):
            request = self._send(reminder_days=1, date_due=date(2026, 3, 10))
            request.active = False
        count = len(self._mails_to(self.partners[0]))
        with freeze_time("2026-03-20 12:00:00"):
            self._run("_cron_remind")
            self._run("_cron_expire")
            self.assertEqual(request.state, "0_sent")
            self.assertEqual(len(self._mails_to(self.partners[0])), count)
            # Whoever takes it up again gives it another day, or it is over.
            self.assertEqual(self._get(request.signer_ids).status_code, 410)
            request.active = True
            self._run("_cron_expire")
        self.assertEqual(request.state, "5_expired")


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestArchivedProgress(SignCommon, HttpCase):
    def test_the_activity_says_so(self):
        activity, request = self._request()
        request.active = False
        self.assertEqual(activity._get_signature_data()["text"], "Archived")
        self.assertFalse(activity.can_request_signature)
        self.assertTrue(request.with_user(self.user_owner).can_withdraw)
        request.active = True
        self.assertEqual(activity._get_signature_data()["text"], "Sent")
