# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.codes import is_code, make_code
from .properties import given


@tagged("crm_activity_plus")
class TestToolsCodes(BaseCase):
    def test_words_are_joined_by_underscores(self):
        self.assertEqual(make_code("Site Visit"), "site_visit")

    def test_accents_and_punctuation_are_dropped(self):
        self.assertEqual(make_code("  Envoyé: le contrat! "), "envoye_le_contrat")

    def test_digits_stay(self):
        self.assertEqual(make_code("2nd call (48h)"), "2nd_call_48h")

    def test_name_without_ascii_gets_default(self):
        self.assertEqual(make_code("電話", default="type"), "type")

    def test_empty_name_gets_default(self):
        self.assertEqual(make_code(False), "code")

    def test_taken_code_is_numbered(self):
        self.assertEqual(make_code("Call", {"call", "call_2"}), "call_3")

    def test_what_is_no_code(self):
        for text in ("", None, "Call", "a__b", "_a", "a_", "a-b", "a b", "é", "a\n"):
            with self.subTest(text=text):
                self.assertFalse(is_code(text))

    @given(st.text())
    def test_every_name_makes_a_code(self, name):
        self.assertTrue(is_code(make_code(name)))

    @given(st.lists(st.text(max_size=3), max_size=20))
    def test_codes_of_many_names_differ(self, names):
        taken = set()
        for name in names:
            taken.add(make_code(name, taken))
        self.assertEqual(len(taken), len(names))

    @given(st.text())
    def test_code_of_a_code_is_itself(self, name):
        code = make_code(name)
        self.assertEqual(make_code(code), code)
