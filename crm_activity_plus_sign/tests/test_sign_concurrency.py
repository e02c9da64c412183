# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date, timedelta

from odoo import api, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.concurrency import ConcurrencyCase

from .common import close_gap
from .sign_common import SignMixin, find_images, read_pdf


@tagged("post_install", "-at_install")
class TestSignConcurrency(ConcurrencyCase):
    """Two people at the same moment, on connections of their own."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            roles = env["sign.oca.role"].create(
                [{"name": f"At once {n}"} for n in "abcd"]
            )
            partners = env["res.partner"].create(
                [{"name": f"P {n}", "email": f"{n}@example.com"} for n in "abcd"]
            )
            self.role_ids, self.partner_ids = roles.ids, partners.ids
        self.request_ids = []
        self.addCleanup(self._delete_requests)

    def _delete_requests(self):
        with self._transaction() as env:
            env["mail.mail"].search(
                [("recipient_ids", "in", self.partner_ids)]
            ).unlink()
            env["sign.oca.request"].browse(self.request_ids).unlink()
            close_gap(env)
            env["sign.oca.role"].browse(self.role_ids).unlink()
            env["res.partner"].browse(self.partner_ids).exists().unlink()

    def _make(self, signers=1, **values):
        """:returns: id of a request that was sent"""
        with self._transaction() as env:
            helper = type("Helper", (SignMixin,), {"env": env})
            helper.roles = env["sign.oca.role"].browse(self.role_ids)
            helper.partners = env["res.partner"].browse(self.partner_ids)
            helper.fields = {"signature": env.ref("sign_oca.sign_field_signature")}
            helper.sender = env.ref("base.user_admin")
            request = helper._create_request(signers, **values)
            request.action_send()
            self.request_ids.append(request.id)
            return request.id

    def _signs(self, request_id, index=0):
        def sign(env):
            signer = env["sign.oca.request"].browse(request_id).signer_ids[index]
            signer.action_sign(SignMixin._fill(signer))
            return "signed"

        return self._tells(sign)

    def _tells(self, function):
        """What a person is told isn't a defect."""

        def call(env):
            try:
                with env.cr.savepoint():
                    result = function(env)
                    env.flush_all()
                    return result
            except UserError as error:
                return str(error)

        return call

    def _cancels(self, request_id):
        def cancel(env):
            env["sign.oca.request"].browse(request_id).cancel()
            return "cancelled"

        return self._tells(cancel)

    def test_sign_and_cancel(self):
        """One of them comes first, and the other one is told."""
        request_id = self._make()
        results = self._run_together(self._signs(request_id), self._cancels(request_id))
        with self._transaction() as env:
            request = env["sign.oca.request"].browse(request_id)
            signer = request.signer_ids
            if request.state == "2_signed":
                self.assertEqual(results[0], "signed")
                self.assertIn("can't be cancelled", results[1])
                self.assertTrue(signer.signed_on)
                self.assertFalse(self._find_problems(request))
            else:
                self.assertEqual(request.state, "3_cancel")
                self.assertIn("was cancelled", results[0])
                self.assertEqual(results[1], "cancelled")
                self.assertFalse(signer.signed_on)

    def test_sign_twice(self):
        request_id = self._make()
        results = self._run_together(self._signs(request_id), self._signs(request_id))
        self.assertEqual(results.count("signed"), 1)
        with self._transaction() as env:
            logs = env["sign.oca.request.log"].search(
                [("request_id", "=", request_id), ("action", "=", "sign")]
            )
            self.assertEqual(len(logs), 1)

    def test_two_signers(self):
        """Neither signature gets lost, and the chain has both."""
        request_id = self._make(2)
        results = self._run_together(
            self._signs(request_id, 0), self._signs(request_id, 1)
        )
        self.assertEqual(results, ["signed", "signed"])
        with self._transaction() as env:
            request = env["sign.oca.request"].browse(request_id)
            self.assertEqual(request.state, "2_signed")
            self.assertFalse(self._find_problems(request))
            values = [item["value"] for item in request.signatory_data.values()]
            self.assertTrue(all(values))

    def test_four_signers(self):
        request_id = self._make(4)
        signs = [self._signs(request_id, index) for index in range(4)]
        self.assertEqual(self._run_together(*signs), ["signed"] * 4)
        with self._transaction() as env:
            request = env["sign.oca.request"].browse(request_id)
            self.assertEqual(request.state, "2_signed")
            self.assertFalse(self._find_problems(request))
            images = find_images(read_pdf(request).pages[0])
            self.assertEqual(len(images), 4)

    def test_four_documents(self):
        """They have one chain: each signature waits for the one before."""
        request_ids = [self._make() for _number in range(4)]
        results = self._run_together(*map(self._signs, request_ids))
        self.assertEqual(results, ["signed"] * 4)
        with self._transaction() as env:
            requests = env["sign.oca.request"].browse(request_ids)
            numbers = sorted(requests.signer_ids.mapped("secure_sequence_number"))
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 4)))
            for request in requests:
                self.assertFalse(self._find_problems(request))

    def test_sign_and_refuse(self):
        request_id = self._make(2)

        def refuse(env):
            env["sign.oca.request"].browse(request_id).signer_ids[1]._refuse("No")
            return "refused"

        results = self._run_together(self._signs(request_id), self._tells(refuse))
        self.assertEqual(results[1], "refused")
        with self._transaction() as env:
            request = env["sign.oca.request"].browse(request_id)
            self.assertEqual(request.state, "4_refused")
            is_signed = bool(request.signer_ids[0].signed_on)
            self.assertEqual(is_signed, results[0] == "signed")

    def test_sign_and_archive(self):
        request_id = self._make()

        def archive(env):
            env["sign.oca.request"].browse(request_id).active = False
            return "archived"

        results = self._run_together(self._signs(request_id), self._tells(archive))
        self.assertEqual(results[1], "archived")
        with self._transaction() as env:
            request = env["sign.oca.request"].browse(request_id)
            is_signed = request.state == "2_signed"
            self.assertEqual(is_signed, results[0] == "signed")
            if not is_signed:
                self.assertIn("put this document aside", results[0])

    def test_sign_and_merge_the_contact(self):
        """Whichever comes first, the signature holds."""
        request_id = self._make()
        with self._transaction() as env:
            partner = env["res.partner"].create({"name": "Twin"})
            self.partner_ids.append(partner.id)

        def merge(env):
            wizard = env["base.partner.merge.automatic.wizard"]
            wizard._merge([self.partner_ids[0], partner.id], partner.with_env(env))
            return "merged"

        results = self._run_together(self._signs(request_id), merge)
        self.assertEqual(results, ["signed", "merged"])
        with self._transaction() as env:
            request = env["sign.oca.request"].browse(request_id)
            self.assertEqual(request.signer_ids.partner_id.id, partner.id)
            self.assertFalse(self._find_problems(request))
            name = request.signer_ids.signed_as
            self.assertEqual("P a" in name, bool(request.integrity_note))

    def test_sign_and_expire(self):
        request_id = self._make(date_due=date.today())
        with self._transaction() as env:
            # The day is over between the two.
            env.cr.execute(
                "UPDATE sign_oca_request SET date_due = %s WHERE id = %s",
                [date.today() - timedelta(days=3), request_id],
            )
        results = self._run_together(
            self._signs(request_id),
            lambda env: env["sign.oca.request"].browse(request_id)._expire(),
        )
        self.assertIn("time to sign", results[0])
        with self._transaction() as env:
            request = env["sign.oca.request"].browse(request_id)
            self.assertEqual(request.state, "5_expired")
            self.assertFalse(request.signer_ids.signed_on)

    def test_two_crons_remind_once(self):
        request_id = self._make(reminder_days=1)
        with self._transaction() as env:
            signer = env["sign.oca.request"].browse(request_id).signer_ids
            signer.asked_on = fields.Datetime.now() - timedelta(days=2)
        count = self._count_mails()
        remind = self._reminds(request_id)
        self._run_together(remind, remind)
        self.assertEqual(self._count_mails(), count + 1)

    def _find_problems(self, request):
        """:returns: what is broken; other tests deleted the signatures before"""
        problems = request._get_integrity_problems()
        return [problem for problem in problems if "signature before" not in problem]

    def _reminds(self, request_id):
        def remind(env):
            requests = env["sign.oca.request"]
            requests._run_each(requests.browse(request_id).signer_ids, "_remind")

        return remind

    def test_killed_while_it_reminds(self):
        """The email and the note that it was sent are one: it is sent later, once."""
        request_id = self._make(reminder_days=1)
        with self._transaction() as env:
            signer = env["sign.oca.request"].browse(request_id).signer_ids
            signer.asked_on = fields.Datetime.now() - timedelta(days=2)
        count = self._count_mails()
        with self.registry.cursor() as cr:
            env = self._make_env(cr)
            env["sign.oca.request"].browse(request_id).signer_ids._remind()
            env.flush_all()
            cr.rollback()
        self.assertEqual(self._count_mails(), count)
        with self.registry.cursor() as cr:
            self._reminds(request_id)(self._make_env(cr))
        with self.registry.cursor() as cr:
            self._reminds(request_id)(self._make_env(cr))
        self.assertEqual(self._count_mails(), count + 1)

    def _make_env(self, cr):
        return api.Environment(cr, api.SUPERUSER_ID, {})

    def _count_mails(self):
        with self._transaction() as env:
            return env["mail.mail"].search_count(
                [("recipient_ids", "in", self.partner_ids)]
            )
