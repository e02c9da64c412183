# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import email
from email import policy
from unittest.mock import Mock

from odoo.tests import BaseCase

from odoo.addons.crm_activity_plus.tools.emails import is_auto_reply


class TestEmails(BaseCase):
    def _is_auto_reply(self, header, **kwargs):
        message = email.message_from_bytes(header + b"\nSubject: x\n\nText", **kwargs)
        return is_auto_reply(message)

    def test_what_machines_write(self):
        for header in (
            b"Auto-Submitted: auto-replied",
            b"Auto-Submitted: auto-generated; why=x",
            b"Precedence: bulk",
            b"Return-Path: <>",
            b"X-Autoreply: yes",
        ):
            self.assertTrue(self._is_auto_reply(header), header)
            self.assertTrue(self._is_auto_reply(header, policy=policy.SMTP), header)

    def test_what_people_write(self):
        for header in (
            b"From: a@example.com",
            b"Auto-Submitted: no",
            b"Auto-Submitted:",
            b"Precedence: list",
            b"Return-Path: <a@example.com>",
        ):
            self.assertFalse(self._is_auto_reply(header), header)

    def test_headers_that_are_no_ascii(self):
        """Python gives an object for them, which is no text."""
        self.assertFalse(self._is_auto_reply(b"Precedence: l\xffst"))
        self.assertFalse(self._is_auto_reply(b"Return-Path: \xff"))
        self.assertTrue(self._is_auto_reply(b"Auto-Submitted: auto-r\xffplied"))

    def test_what_is_no_email(self):
        for message in (None, False, "text", b"text", 1, [], {}, object(), Mock()):
            self.assertFalse(is_auto_reply(message), message)
        self.assertTrue(is_auto_reply({"Precedence": "bulk"}))
        self.assertFalse(is_auto_reply({"Precedence": None, "Return-Path": 1}))
