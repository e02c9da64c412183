# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_activity_plus_sign.tests.common import SignCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSignProof(SignCommon, TransactionCase):
    """A step is closed by a document that is signed, and says by which."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plan = cls._create_plan(
            "Proved",
            cls._step(
                cls.type_todo,
                "Get it signed",
                proof="signature",
                responsible_type="salesperson",
            ),
        )
        cls.step = cls._launch(plan=plan).line_ids

    def test_signed(self):
        _activity, request = self._request()
        self.assertEqual(self.step.state, "scheduled")
        self._sign(request.signer_ids)
        self.assertEqual(self.step.state, "done")
        self.assertEqual(
            (self.step.proof_model, self.step.proof_res_id),
            ("sign.oca.request", request.id),
        )
        action = self.step.with_user(self.user_owner).action_open_proof()
        self.assertEqual(action["res_id"], request.id)
        self.assertTrue(action["views"][0][0])
        self.assertLedgerTellsState(self.step.run_id)

    def test_what_is_no_proof(self):
        other = self._create_lead("Other", partner_id=self.partner.id)
        _activity, elsewhere = self._request(self._schedule_sign(other))
        self._sign(elsewhere.signer_ids)
        _activity, refused = self._request()
        refused.state = "4_refused"
        self.assertEqual(self.step.state, "scheduled")
