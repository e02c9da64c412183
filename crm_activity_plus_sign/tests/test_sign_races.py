# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from uuid import uuid4

from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.races_common import RacesCase

from .common import SIGNATURE, close_gap, create_template


@tagged("post_install", "-at_install")
class TestSignRaces(RacesCase):
    """Two at the same moment: nothing is requested twice, and nothing is left to be
    signed that nobody waits for."""

    def _prepare(self, env):
        super()._prepare(env)
        role = env.ref("sign_oca.sign_role_customer")
        self.template_id = create_template(env, uuid4().hex, role).id
        partner = env["res.partner"].create(
            {"name": "Race Customer", "email": "race@example.com"}
        )
        self.partner_id = partner.id

    def _delete_everything(self):
        with self._transaction() as env:
            self._find_requests(env).unlink()
            close_gap(env)
            env["sign.oca.template"].browse(self.template_id).unlink()
        super()._delete_everything()
        with self._transaction() as env:
            env["res.partner"].browse(self.partner_id).unlink()

    def _find_requests(self, env, lead_ids=None):
        return env["sign.oca.request"].search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", lead_ids or self.lead_ids),
            ]
        )

    # What they do

    def _make_activity(self, env):
        lead = env["crm.lead"].browse(self._make_lead(env, partner_id=self.partner_id))
        activity = lead.activity_schedule(
            "crm_activity_plus_sign.mail_activity_type_sign_request",
            user_id=self.user_id,
        )
        return activity.id

    def _make_sent(self, env):
        activity_id = self._make_activity(env)
        self._send(env, activity_id)
        return activity_id

    def _send(self, env, activity_id):
        activity = env["mail.activity"].with_user(self.user_id).browse(activity_id)
        action = activity.action_request_signature()
        wizard = activity.env["mail.activity.sign"].browse(action["res_id"])
        wizard.template_id = self.template_id
        wizard.action_send()

    def _cancel(self, env, activity_id):
        activity = env["mail.activity"].with_user(self.user_id).browse(activity_id)
        activity.action_cancel()

    def _complete(self, env, activity_id):
        activity = env["mail.activity"].with_user(self.user_id).browse(activity_id)
        activity.complete()

    def _sign(self, env, activity_id):
        request = env["mail.activity"].browse(activity_id).sign_request_id
        public = env.ref("base.public_user")
        signer = request.signer_ids.with_user(public).sudo()
        items = dict(request.signatory_data)
        for item in items.values():
            item["value"] = SIGNATURE
        signer.action_sign(items, access_token=signer.access_token)

    # What has to hold

    def _check(self, env, activity_id, count):
        activity = env["mail.activity"].browse(activity_id)
        requests = self._find_requests(env, [activity.res_id])
        self.assertLessEqual(len(requests), count)
        request = activity.sign_request_id
        self.assertEqual(requests, request)
        if activity.status == "cancelled":
            self.assertIn(request.state, (False, "3_cancel"))
        if activity.outcome_id:
            self.assertEqual(request.state, "2_signed")
        if request.state == "2_signed":
            self.assertEqual(activity.status, "done")
            files = env["ir.attachment"].search_count(
                [("res_model", "=", "crm.lead"), ("res_id", "=", activity.res_id)]
            )
            self.assertEqual(files, 1)

    def _check_one(self, env, activity_id):
        self._check(env, activity_id, 1)

    def test_sent_twice(self):
        def check(env, activity_id):
            self._check_one(env, activity_id)
            request = env["mail.activity"].browse(activity_id).sign_request_id
            self.assertEqual(request.state, "0_sent")

        self._race(self._send, self._send, self._make_activity, check)

    def test_sent_and_cancelled(self):
        self._race(self._send, self._cancel, self._make_activity, self._check_one)

    def test_signed_and_cancelled(self):
        self._race(self._sign, self._cancel, self._make_sent, self._check_one)

    def test_signed_and_completed(self):
        self._race(self._sign, self._complete, self._make_sent, self._check_one)
