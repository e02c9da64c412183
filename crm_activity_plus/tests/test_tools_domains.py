# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.domains import (
    MAX_DEPTH,
    MAX_ITEMS,
    DomainError,
    convert_domain,
    iter_conditions,
    read_domain,
)
from .properties import given

UID = 7

scalars = st.one_of(
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
)
conditions = st.tuples(
    st.sampled_from(["name", "user_id.name", "id"]),
    st.sampled_from(["=", "!=", "in", "not ilike", "child_of"]),
    scalars | st.lists(scalars, max_size=3),
)
domains = st.lists(conditions, max_size=5)


@tagged("crm_activity_plus")
class TestToolsDomains(BaseCase):
    def assertRefused(self, text, code, quoted=""):
        with self.assertRaises(DomainError, msg=repr(text)[:60]) as caught:
            read_domain(text, UID)
        self.assertEqual(caught.exception.code, code, repr(text)[:60])
        self.assertIn(quoted, caught.exception.quoted)

    @given(domains)
    def test_literals_are_read_as_they_are(self, domain):
        expected = [
            [path, operator, list(value) if isinstance(value, list) else value]
            for path, operator, value in domain
        ]
        self.assertEqual(read_domain(repr(domain), UID), expected)
        self.assertEqual(read_domain(repr(expected), UID), expected)

    @given(st.text())
    def test_garbage_is_refused(self, text):
        try:
            read_domain(text, UID)
        except DomainError as error:
            self.assertTrue(error.code)

    def test_tokens_are_replaced(self):
        text = """[
            ('user_id', '=', uid), ('user_id', 'in', [uid, -1]),
            ('date', '<', today), ('moment', '>=', now), ('date', '>', 'today -7d'),
            ('team_id', 'any', [('user_id', '=', uid)]),
        ]"""
        self.assertEqual(
            read_domain(text, UID),
            [
                ["user_id", "=", UID],
                ["user_id", "in", [UID, -1]],
                ["date", "<", "today"],
                ["moment", ">=", "now"],
                ["date", ">", "today -7d"],
                ["team_id", "any", [["user_id", "=", UID]]],
            ],
        )
        self.assertEqual(read_domain("[('a', '=', uid)]", 8), [["a", "=", 8]])

    def test_old_operators(self):
        self.assertEqual(
            read_domain("[('a', '<>', 1), ('b', '==', 2), ('c', 'ILIKE', 'x')]", UID),
            [["a", "!=", 1], ["b", "=", 2], ["c", "ilike", "x"]],
        )

    def test_conditions_without_constants(self):
        domain = read_domain("['|', (1, '=', 1), ('a', '=', 1), (0, '=', 1)]", UID)
        self.assertEqual(list(iter_conditions(domain)), [["a", "=", 1]])

    def test_nothing_is_called(self):
        for part in (
            "user.write({'group_ids': [(4, 1)]}) and 1",
            "user.id",
            "user.team_id.id",
            "env.user.id",
            "[].__class__.__base__",
            "context_today().strftime('%Y-%m-%d')",
            "(lambda: 1)()",
            "f'{uid}'",
            "'a' % uid",
            "uid + 1",
            "10 ** 10 ** 10",
            "True and 1",
            "not uid",
            "[name for name in (1, 2)]",
            "time",
            "__import__('os')",
        ):
            with self.subTest(part):
                self.assertRefused(f"[('id', '=', {part})]", "unknown")
        self.assertRefused("[('id', '=', user.id)]", "unknown", "user.id")
        for text in ("user", "1/0", "uid", "[user]", "[*[]]", "[('a', '=', 1)] * 2"):
            with self.subTest(text):
                self.assertRefused(text, "unknown")
        # A token is a value, and nothing else.
        self.assertRefused("[(uid, '=', 1)]", "unknown")
        self.assertRefused("[('id', uid, 1)]", "unknown")

    def test_what_is_no_domain(self):
        for text, code in (
            ("", "syntax"),
            (" ", "syntax"),
            ("[('a', '=',", "syntax"),
            ("a = 1", "syntax"),
            ("1", "list"),
            ("{}", "list"),
            ("'[]'", "list"),
            (None, "list"),
            (5, "list"),
            ([], "list"),
            ("[1]", "condition"),
            ("['a']", "condition"),
            ("[()]", "condition"),
            ("[('a', '=')]", "condition"),
            ("('a', '=', 1)", "condition"),
            ("[(2, '=', 1)]", "condition"),
            ("[(True, '=', 1)]", "condition"),
            ("[('', '=', 1)]", "condition"),
            ("[('a', 1, 1)]", "condition"),
            ("[('a', 'is', 1)]", "operator"),
            ("[('a', 'any!', [])]", "operator"),
            ("[('a', 'any', [('b', 'any!', [])])]", "operator"),
            ("[('a', 'any', 1)]", "list"),
            ("[('a', '=', {})]", "value"),
            ("[('a', '=', {1})]", "value"),
            ("[('a', 'in', [[1]])]", "value"),
            ("[('a', '=', b'')]", "value"),
            ("[('a', '=', 1j)]", "value"),
            ("[('a', '=', ...)]", "value"),
            ("[('a', '=', 1e999)]", "value"),
            ("[('a', '=', -1e999)]", "value"),
            (f"[('a', '=', {2**63})]", "value"),
            ("['&', ('a', '=', 1)]", "joint"),
            ("['!']", "joint"),
            ("[('a', '=', 1), '|', ('a', '=', 2)]", "joint"),
            ("[('a', '=', '\0')]", "characters"),
            ("[('a', '=', '\\x00')]", "characters"),
            ("[('a', '=', '\\ud800')]", "characters"),
            ("[('a', '=', '\ud800')]", "characters"),
        ):
            with self.subTest(text=text):
                self.assertRefused(text, code)

    def test_what_is_too_big(self):
        condition = "('a', '=', 1),"
        alternating = f"'|', {condition} '&', {condition}"
        nested = "[('a', 'any', " * 30 + "[]" + ")]" * 30
        for text, code in (
            ("x" * 10**8, "length"),
            (f"[('a', '=', '{'x' * 50_000}')]", "length"),
            ("[" * 10_000 + "]" * 10_000, "syntax"),
            ("[" * 150 + "]" * 150, "condition"),
            ("-" * 40_000 + "1", "size"),
            (f"[('a', '=', {'-' * 40_000}1)]", "size"),
            ("not " * 10_000 + "1", "size"),
            ("a" + ".b" * 20_000, "size"),
            ("a" + " + a" * 10_000, "size"),
            (f"[('a', '=', {'9' * 5000})]", "syntax"),
            (f"[{condition * (MAX_ITEMS + 1)}]", "size"),
            ("[" + "'!', " * (MAX_DEPTH + 1) + f"{condition}]", "size"),
            (f"[{alternating * 20}{condition}]", "size"),
            (nested, "size"),
        ):
            with self.subTest(text=text[:40]):
                self.assertRefused(text, code)
        # As many beside each other are fine.
        half = MAX_ITEMS // 2
        read_domain("[" + "'|', " * (half - 1) + condition * half + "]", UID)
        read_domain(f"[('id', 'in', {list(range(5000))})]", UID)

    def test_depths_add_up(self):
        """Conditions in each other, each with joints in each other."""
        text = "('b', '=', 1)"
        for _index in range(8):
            text = f"('a', 'any', ['|', ('c', '=', 1), '!', {text}])"
        self.assertRefused(f"[{text}]", "size")

    def test_converting_what_was_evaluated(self):
        for old, new in (
            ("[('user_id', '=', user.id)]", "[('user_id', '=', uid)]"),
            ("[('user_id', '=', user)]", "[('user_id', '=', uid)]"),
            ("[('user_id', 'in', user.ids)]", "[('user_id', 'in', uid)]"),
            ("[('user_id', 'in', [user.id, 3])]", "[('user_id', 'in', [uid, 3])]"),
            ("[('user_id', '=', uid)]", "[('user_id', '=', uid)]"),
            ("[('name', '=', 'user.id')]", "[('name', '=', 'user.id')]"),
            (
                "[('team_id', '=', user.team_id.id)]",
                "[('team_id.member_ids', 'in', [uid])]",
            ),
            (
                "['|', ('team_id', '!=', user.sale_team_id.id), ('id', '=', 1)]",
                "['|', '!', ('team_id.member_ids', 'in', [uid]), ('id', '=', 1)]",
            ),
            (
                "[('team_id', 'in', [user.team_id.id])]",
                "[('team_id.member_ids', 'in', [uid])]",
            ),
            (
                "[('partner_id', '=', user.partner_id.id)]",
                "[('partner_id.user_ids', 'in', [uid])]",
            ),
            (
                "[('company_id', 'in', user.company_ids.ids)]",
                "[('company_id.user_ids', 'in', [uid])]",
            ),
            (
                "[('id', '=', 1)] + [('user_id', '=', user.id)]",
                "[('id', '=', 1), ('user_id', '=', uid)]",
            ),
            (
                "[('team_id', 'any', [('user_id', '=', user.id)])]",
                "[('team_id', 'any', [('user_id', '=', uid)])]",
            ),
        ):
            with self.subTest(old):
                self.assertEqual(convert_domain(old), new)
                read_domain(new, UID)

    def test_what_can_not_be_converted(self):
        for old in (
            "[('id', '=', user.write({'name': 'x'}) and 1)]",
            "[('company_id', '=', user.company_id.id)]",
            "[('name', 'ilike', user.name)]",
            "[('team_id', 'child_of', user.team_id.id)]",
            "[('team_id', 'in', [user.team_id.id, 1])]",
            "[('user_id', '=', user.id or 1)]",
            "[('user_id', '=', env.user.id)]",
            "[('user_id', '=', user.id)] if uid else []",
            "[('user_id', '=', user.id)",
            "user",
            "x" * 60_000,
            "user" + ".id" * 20_000,
        ):
            with self.subTest(old[:60]), self.assertRaises(DomainError):
                convert_domain(old)
