# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import BaseCase

from ..tools.internal import Internal, read_internal


class TestInternal(BaseCase):
    def test_only_what_is_wrapped_is_read(self):
        self.assertEqual(read_internal({"key": Internal("why")}, "key"), "why")
        self.assertEqual(read_internal({}, "key", "default"), "default")
        # What a client can send, a list of one value included: a named tuple is a
        # tuple for Python, but a list of JSON's is no named tuple.
        for sent in (True, "why", 1, None, {"value": "why"}, ["why"]):
            with self.subTest(sent=sent):
                self.assertIsNone(read_internal({"key": sent}, "key"))
