# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import base64
import hashlib
from datetime import date
from io import BytesIO
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfReader, PdfWriter

from ..tools.sign_values import clean_coordinate
from .sign_common import SignMixin, make_pdf

LOGGER = "odoo.addons.crm_activity_plus_sign.models.sign.sign_oca_request"


@tagged("post_install", "-at_install")
class TestSignRequest(SignMixin, TransactionCase):
    """States of requests, and what the scheduled actions do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_sign()
        cls.sender.tz = "Europe/Brussels"

    def _listen(self):
        """:returns: list that gets what other addons are told"""
        told = []
        model = type(self.env["sign.oca.request"])
        original = model._on_state_changed

        def listen(requests, what):
            told.append((what, requests.ids))
            return original(requests, what)

        patcher = patch.object(model, "_on_state_changed", listen)
        patcher.start()
        self.addCleanup(patcher.stop)
        return told

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    def test_others_are_told(self):
        told = self._listen()
        request = self._send(2)
        first, second = request.signer_ids
        first._mark_seen()
        first._mark_seen()
        first.action_sign(self._fill(first))
        second.action_sign(self._fill(second))
        ids = request.ids
        self.assertEqual(told, [("sent", ids), ("seen", ids), ("signed", ids)])
        told.clear()
        request = self._send()
        request.cancel()
        request.cancel()
        self.assertEqual(told, [("sent", request.ids), ("cancelled", request.ids)])

    def test_withdrawn_together(self):
        """Others are told once."""
        requests = self._send() | self._send() | self._create_request()
        told = self._listen()
        requests._withdraw()
        self.assertEqual(set(requests.mapped("state")), {"3_cancel"})
        self.assertEqual([what for what, _ids in told], ["cancelled"])

    def test_what_can_never_be_signed_is_not_sent(self):
        role = self.roles[1]
        damaged = base64.b64encode(b"%PDF-1.4 nothing else")
        item = {"1": {**self._create_request().signatory_data["1"]}}
        cases = [
            ({"signatory_data": {}}, "has no fields"),
            ({"signer_ids": False}, "has no signers"),
            ({"signatory_data": {"1": {**item["1"], "role_id": False}}}, "no role"),
            ({"signatory_data": {"1": {**item["1"], "role_id": role.id}}}, role.name),
            ({"signatory_data": {"1": {**item["1"], "page": 2}}}, "page 2"),
            ({"signatory_data": {"1": {**item["1"], "page": 0}}}, "page 0"),
            ({"data": damaged}, "damaged"),
            ({"data": self._encrypt()}, "encrypted"),
            ({"date_due": date(2026, 3, 9)}, "due date is over"),
        ]
        with freeze_time("2026-03-10 12:00:00"), mute_logger("pypdf._reader"):
            for values, words in cases:
                with self.subTest(words=words):
                    request = self._create_request()
                    if "signer_ids" in values:
                        request.signer_ids.unlink()
                    else:
                        request.write(values)
                    self.assertIn(words, request.sending_problems)
                    with self.assertRaisesRegex(UserError, words):
                        request.action_send()
                    self.assertEqual(request.state, "1_draft")
                    self.assertFalse(request.signer_ids.filtered("asked_on"))
        request = self._create_request(2)
        request.signer_ids.role_id = role
        with self.assertRaisesRegex(UserError, "Two signers have the role Signer 2"):
            request.action_send()

    def _encrypt(self):
        writer = PdfWriter()
        reader = PdfReader(BytesIO(base64.b64decode(make_pdf())))
        writer.addPage(reader.pages[0])
        writer.encrypt("secret", algorithm="RC4-128")
        output = BytesIO()
        writer.write(output)
        return base64.b64encode(output.getvalue())

    def test_signer_without_email(self):
        self.partners[0].email = False
        request = self._create_request()
        self.assertIn("Anna Berg has no email address", request.sending_problems)
        request.action_send()
        self.assertEqual(request.state, "0_sent")
        self.assertFalse(self._mails_to(self.partners[0]))
        notes = request.message_ids.filtered(lambda m: "Anna Berg" in (m.body or ""))
        self.assertEqual(len(notes), 1)

    def test_message(self):
        """What the sender types is data."""
        request = self._create_request()
        request.action_send(message="<script>alert(1)</script>\nSee you")
        mail = self._mails_to(self.partners[0])
        self.assertIn("See you", mail.body_html)
        self.assertNotIn("<script", mail.body_html)
        self.assertTrue(mail.auto_delete)
        self.assertFalse(mail.model)

    def test_same_turn(self):
        request = self._send(2)
        self.assertTrue(all(request.signer_ids.mapped("asked_on")))
        self.assertTrue(self._mails_to(self.partners[0]))
        self.assertTrue(self._mails_to(self.partners[1]))

    def test_out_of_turn(self):
        request = self._send(2, sequences=[10, 20])
        second = request.signer_ids[1]
        with self.assertRaisesRegex(ValidationError, "your turn"):
            second.action_sign(self._fill(second))
        with self.assertRaisesRegex(ValidationError, "your turn"):
            second._refuse("No")
        self.assertFalse(second.signed_on)

    def test_signed_is_signed(self):
        request = self._send()
        signer = request.signer_ids
        signer.action_sign(self._fill(signer))
        with self.assertRaisesRegex(UserError, "signed by everybody"):
            request.cancel()
        self.assertEqual(request.state, "2_signed")

    def test_signed_copy(self):
        request = self._send(2)
        request.company_id.sign_oca_send_sign_request_copy = True
        for signer in request.signer_ids:
            public = signer.with_user(self.env.ref("base.public_user")).sudo()
            public.action_sign(self._fill(signer))
        mails = self._mails_to(self.partners[0]) | self._mails_to(self.partners[1])
        copies = mails.filtered("attachment_ids")
        self.assertEqual(len(copies), 2)
        data = request.with_context(bin_size=False).data
        self.assertEqual(copies[0].attachment_ids.datas, data)

    # ------------------------------------------------------------
    # The end of the time
    # ------------------------------------------------------------

    def test_expire(self):
        with freeze_time("2026-03-01 12:00:00"):
            late = self._send(date_due=date(2026, 3, 10))
            last_day = self._send(date_due=date(2026, 3, 11))
            never = self._send()
        told = self._listen()
        # Half past midnight on the 11th in Brussels.
        with freeze_time("2026-03-10 23:30:00"):
            self._run("_cron_expire")
            self._run("_cron_expire")
        self.assertEqual(late.state, "5_expired")
        self.assertEqual((last_day | never).mapped("state"), ["0_sent", "0_sent"])
        self.assertEqual(told, [("expired", late.ids)])
        with self.assertRaisesRegex(ValidationError, "time to sign"):
            late.signer_ids.action_sign(self._fill(late.signer_ids))

    def test_one_that_fails_stops_no_other(self):
        with freeze_time("2026-03-01 12:00:00"):
            requests = [self._send(date_due=date(2026, 3, 10)) for _n in range(3)]
        bad = requests[1]
        model = type(bad)
        original = model._on_state_changed

        def fail(records, what):
            original(records, what)
            if bad in records:
                self.env.cr.execute("SELECT 1 / 0")

        with (
            freeze_time("2026-03-12"),
            patch.object(model, "_on_state_changed", fail),
            mute_logger("odoo.sql_db"),
            self.assertLogs(LOGGER, "ERROR"),
        ):
            self._run("_cron_expire")
        self.env.invalidate_all()
        states = [request.state for request in requests]
        self.assertEqual(states, ["5_expired", "0_sent", "5_expired"])

    def test_remind(self):
        with freeze_time("2026-03-01 12:00:00"):
            request = self._send(2, sequences=[10, 20], reminder_days=3)
            silent = self._send(reminder_days=0)
        first, second = request.signer_ids
        count = len(self._mails_to(self.partners[0]))

        def remind(moment):
            with freeze_time(moment):
                self._run("_cron_remind")
                self._run("_cron_remind")
            return len(self._mails_to(self.partners[0])) - count

        self.assertEqual(remind("2026-03-04 11:00:00"), 0)
        self.assertEqual(remind("2026-03-04 12:00:00"), 1)
        self.assertEqual(remind("2026-03-05 12:00:00"), 1)
        self.assertEqual(remind("2026-03-09 12:00:00"), 2)
        self.assertFalse(self._mails_to(self.partners[1]))
        with freeze_time("2026-03-09 13:00:00"):
            first.action_sign(self._fill(first))
        self.assertEqual(remind("2026-03-12 14:00:00"), 2)
        # The request when the turn came, and a reminder three days later.
        self.assertEqual(len(self._mails_to(self.partners[1])), 2)
        request.cancel()
        remind("2026-04-12 14:00:00")
        self.assertEqual(len(self._mails_to(self.partners[1])), 2)
        self.assertEqual(silent.state, "0_sent")

    def test_remind_after_more_days_than_there_are(self):
        """It keeps nobody else from being reminded."""
        with freeze_time("2026-03-01 12:00:00"):
            self._send(reminder_days=2**31 - 1)
            self._send(reminder_days=3)
        count = len(self._mails_to(self.partners[0]))
        with freeze_time("2026-03-05 12:00:00"):
            self._run("_cron_remind")
        self.assertEqual(len(self._mails_to(self.partners[0])), count + 1)

    def test_no_reminder_after_the_due_date(self):
        with freeze_time("2026-03-01 12:00:00"):
            self._send(reminder_days=3, date_due=date(2026, 3, 3))
        count = len(self._mails_to(self.partners[0]))
        with freeze_time("2026-03-04 12:00:00"):
            self._run("_cron_remind")
        self.assertEqual(len(self._mails_to(self.partners[0])), count)

    # ------------------------------------------------------------
    # The chain of hashes
    # ------------------------------------------------------------

    def _sign_all(self, **kwargs):
        request = self._send(2, **kwargs)
        for signer in request.signer_ids:
            signer.action_sign(self._fill(signer))
        return request

    def test_integrity(self):
        request = self._sign_all()
        self.assertEqual(request.integrity, "valid")
        self.assertFalse(request.integrity_text)
        self.assertFalse(self._send().integrity)

    def test_document_was_changed(self):
        request = self._sign_all()
        data = make_pdf(text="Another agreement")
        digest = hashlib.sha1(base64.b64decode(data)).hexdigest()
        request.write({"data": data, "current_hash": digest})
        self.assertEqual(request.integrity, "broken")
        self.assertIn("isn't the one that was signed", request.integrity_text)

    def test_signature_was_changed(self):
        for values in (
            {"partner_id": self.sender.partner_id.id},
            {"signed_on": "2020-01-01 00:00:00"},
            {"inalterable_hash": "0" * 64},
        ):
            with self.subTest(values=values):
                request = self._sign_all()
                request.signer_ids[0].write(values)
                request.invalidate_recordset()
                self.assertEqual(request.integrity, "broken")
                self.assertIn("isn't what was signed", request.integrity_text)

    def test_field_was_changed(self):
        request = self._sign_all(kinds=("name", "signature"))
        items = request.signatory_data
        items["1"]["value"] = "Somebody else"
        request.signatory_data = items
        request.invalidate_recordset()
        self.assertEqual(request.integrity, "broken")
        self.assertIn("Anna Berg", request.integrity_text)

    def test_signature_is_missing(self):
        request = self._sign_all()
        first, second = request.signer_ids
        self._sign_all()
        first.unlink()
        request.invalidate_recordset()
        self.assertEqual(request.integrity, "broken")
        self.assertIn("before that of Bo Carlson is missing", request.integrity_text)
        self.assertTrue(second.inalterable_hash)

    def test_coordinates(self):
        for value in (None, True, "x", float("nan"), float("inf"), 91, [1]):
            self.assertEqual(clean_coordinate(value, 90), 0.0)
        self.assertEqual(clean_coordinate(50.5, 90), 50.5)
