# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from hypothesis import given
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, TransactionCase, new_test_user, tagged

from ..tools.contact_chain import add_link, get_first, is_unbroken
from .sign_common import SignMixin

SEAL = "0" * 64


class TestContactChain(BaseCase):
    """Merges lead from the contact who signed to the present one, or it is told."""

    def _chain(self, contacts):
        links = None
        for before, after in zip(contacts, contacts[1:], strict=False):
            links = add_link(links, SEAL, before=before, after=after, name="x")
        return links

    @given(st.permutations([1, 2, 3, 4]))
    def test_merges_are_followed(self, contacts):
        links = self._chain(contacts)
        self.assertEqual(get_first(links, contacts[-1]), contacts[0])
        self.assertTrue(is_unbroken(links, SEAL, contacts[-1]))
        if links:
            self.assertFalse(is_unbroken(links, SEAL, 10))
            self.assertFalse(is_unbroken(links, "1" * 64, contacts[-1]))

    @given(
        st.integers(0, 2),
        st.sampled_from([{"before": 8}, {"after": 8}, {"name": "y"}, {"seal": "x"}]),
    )
    def test_whatever_is_changed_is_told(self, index, change):
        links = self._chain([1, 2, 3, 4])
        links[index] |= change
        self.assertFalse(is_unbroken(links, SEAL, 4))

    def test_garbage(self):
        for links in ("x", 5, {"a": 1}, [5], [None], [{}], [{"before": 1}], [[1]]):
            self.assertFalse(is_unbroken(links, SEAL, 1), links)
            self.assertNotEqual(get_first(links, 7), 7)


@tagged("post_install", "-at_install")
class TestSignProof(SignMixin, TransactionCase):
    """Contacts are merged, renamed and deleted after they have signed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_sign()
        cls.boss = new_test_user(
            cls.env,
            "proof_boss",
            groups="base.group_user,sign_oca.sign_oca_group_admin",
        )
        cls.other = cls.env["res.partner"].create(
            {"name": "Robert Carlson", "email": "bo@example.com"}
        )

    def _sign_all(self):
        request = self._send(2)
        for signer in request.signer_ids:
            signer.action_sign(self._fill(signer))
        return request

    def _merge(self, merged, survivor):
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((merged | survivor).ids, survivor)
        self.env.invalidate_all()

    def test_merged(self):
        request = self._sign_all()
        later = self._sign_all()
        self._merge(self.partners[1], self.other)
        for each in (request, later):
            self.assertEqual(each.integrity, "valid", each.integrity_text)
            self.assertEqual(each.signer_ids[1].partner_id, self.other)
            self.assertRegex(
                each.integrity_note,
                "Signed by Bo Carlson <bo@example.com>. On .*, OdooBot merged this "
                "contact into Robert Carlson <bo@example.com>.",
            )

    def test_merged_twice(self):
        request = self._sign_all()
        third = self.other.copy({"name": "Rob Carlson"})
        self._merge(self.partners[1], self.other)
        self._merge(self.other, third)
        self.assertEqual(request.integrity, "valid", request.integrity_text)
        notes = request.integrity_note.splitlines()
        self.assertEqual(len(notes), 2)
        self.assertIn("into Robert Carlson", notes[0])
        self.assertIn("into Rob Carlson", notes[1])

    def test_a_merge_hides_no_forgery(self):
        """Neither before nor after it, nor by something that looks like one."""
        request = self._sign_all()
        first, second = request.signer_ids
        second.partner_id = self.sender.partner_id
        self._merge(self.sender.partner_id.copy(), self.sender.partner_id)
        self.assertEqual(request.integrity, "broken")
        second.partner_id = self.partners[1]
        self.assertEqual(request.integrity, "valid")
        self._merge(self.partners[1], self.other)
        for values in (
            {"partner_id": self.sender.partner_id.id},
            {"contact_links": False},
            {"contact_links": [{**second.contact_links[0], "name": "Somebody"}]},
            {"contact_links": second.contact_links[1:]},
            {
                "partner_id": self.sender.partner_id.id,
                "contact_links": [
                    {
                        **second.contact_links[-1],
                        "after": self.sender.partner_id.id,
                    }
                ],
            },
        ):
            with self.subTest(values=values), self.env.cr.savepoint() as savepoint:
                second.write(values)
                request.invalidate_recordset()
                self.assertEqual(request.integrity, "broken")
                self.assertNotIn(first.partner_id.name, request.integrity_text)
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(request.integrity, "valid")

    def test_renamed(self):
        request = self._sign_all()
        self.assertFalse(request.integrity_note)
        self.partners[1].name = "Somebody Else"
        self.assertEqual(request.integrity, "valid")
        self.assertIn(
            "Signed by Bo Carlson <bo@example.com>. This contact is now Somebody Else",
            request.integrity_note,
        )

    def test_open_request_of_a_merged_contact(self):
        """Whoever has the link goes on."""
        request = self._send(2)
        self._merge(self.partners[1], self.other)
        for signer in request.signer_ids:
            signer.action_sign(self._fill(signer))
        self.assertEqual(request.state, "2_signed")
        self.assertEqual(request.integrity, "valid")
        self.assertFalse(request.integrity_note)
        self.assertIn("Robert", request.signer_ids[1].signed_as)

    def test_nobody_writes_it(self):
        request = self._sign_all()
        signer = request.signer_ids[0].with_user(self.boss)
        with self.assertRaises(AccessError):
            signer.contact_links = []
        with self.assertRaises(AccessError):
            signer.read(["contact_links"])
        draft = self._create_request()
        values = {"request_id": draft.id, "partner_id": self.partners[0].id}
        values["role_id"] = self.roles[1].id
        signers = self.env["sign.oca.request.signer"].with_user(self.boss)
        forged = {"default_contact_links": [{"name": "x"}]}
        with self.assertRaises(AccessError):
            signers.with_context(**forged).create(values)

    def test_without_this_addon(self):
        """What sign_oca alone has sealed is right with it, and what is sealed with it
        would be right without."""
        request = self._sign_all()
        signer = request.signer_ids[0]
        module = "odoo.addons.sign_oca.models.sign_oca_request"
        [plain] = [
            cls
            for cls in type(signer).mro()
            if cls.__module__ == module and "_string_to_hash" in vars(cls)
        ]
        self.assertEqual(signer._string_to_hash(), plain._string_to_hash(signer))
        signer.contact_links = False
        self.assertEqual(request.integrity, "valid")
        self.assertFalse(signer.signed_as)
        self._merge(signer.partner_id, self.other)
        self.assertEqual(request.integrity, "valid", request.integrity_text)
        self.assertIn("merged this contact", request.integrity_note)

    def test_signed_requests_stay(self):
        """Those who sign later sign on top of them."""
        request = self._send(2)
        later = self._sign_all()
        request.signer_ids[0].action_sign(self._fill(request.signer_ids[0]))
        with self.assertRaisesRegex(UserError, "Archive it"):
            request.with_user(self.boss).unlink()
        self._send().with_user(self.boss).unlink()
        self.assertEqual(later.integrity, "valid")
