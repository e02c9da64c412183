# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import suppress
from unittest.mock import patch

from odoo.tools import html2plaintext, mute_logger

from ..engine import job
from .level_common import LevelCase


class TestAutomaticEmails(LevelCase):
    """What levels send by themselves, where they say so."""

    def setUp(self):
        super().setUp()
        self.first.followup_email_auto = True
        self.before = self._count()

    def _count(self):
        self.env.flush_all()
        domain = [("notification_type", "=", "email")]
        return self.env["mail.notification"].search_count(domain)

    def assertSent(self, count):
        self.assertEqual(self._count() - self.before, count)

    def test_email(self):
        self._invoice(100, 14)
        self._run_job()
        self.assertSent(0)
        for _day in range(4):
            self._run_job(1)
            self.assertSent(1)
        message = self.customer.message_ids[0]
        self.assertEqual(message.notified_partner_ids, self.customer)
        # The letter is left to do.
        self.assertStatus("in_need", self.first)
        self.assertTrue(self.customer.followup_run_id.line_ids[0].followup_sent)
        self._complete()
        for _week in range(6):
            self._run_job(7)
        self.assertSent(1)

    def test_level_that_is_done_by_that(self):
        self.first.followup_letter = False
        self._invoice(100, 15)
        self._run_job()
        self.assertSent(1)
        self.assertStatus("waiting", self.first)

    def test_later_levels(self):
        self.second.followup_email_auto = True
        self._invoice(100, 15)
        self._run_job()
        self._complete()
        self._run_job(14)
        self.assertSent(1)
        self._run_job(1)
        self.assertSent(2)

    def test_what_is_put_off_is_not_sent(self):
        self.first.followup_email_auto = False
        self.second.followup_email_auto = True
        self._invoice(100, 15)
        self._run_job()
        self._complete()
        self.customer.followup_next_date = self.customer.followup_next_date.replace(
            month=5
        )
        self._run_job(20)
        self.assertSent(0)

    def test_customer_without_an_address(self):
        """It is told in the chatter, and not tried day by day; others go on."""
        other = self._create_customer("Other", email=False)
        for customer in (other, self.customer):
            self._invoice(100, 15, customer)
        for _day in range(3):
            self._run_job(1)
        self.assertSent(1)
        notes = [html2plaintext(m.body) for m in other.message_ids]
        self.assertEqual(sum("couldn't be sent" in note for note in notes), 1)
        self.assertStatus("in_need", self.first, other)

    @mute_logger("odoo.addons.crm_activity_plus_followup.engine.job")
    def test_template_that_fails(self):
        self.first.mail_template_id = self.env["mail.template"].create(
            {
                "name": "Broken",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "subject": "Pay",
                "body_html": "<t t-out='1 / (object.color - 7)'/>",
            }
        )
        self.customer.color = 7
        self._invoice(100, 15)
        self._run_job()
        self.assertSent(0)
        self.assertIn("couldn't be sent", self.customer.message_ids[0].body)
        self.assertStatus("in_need", self.first)

    def test_killed_in_the_middle(self):
        customers = self.customer
        self._invoice(100, 15)
        for name in ("One", "Two", "Three"):
            customer = self._create_customer(name)
            self._invoice(100, 15, customer)
            customers += customer
        send, sent = job.FollowupEmail.send, []

        def killed(email):
            if len(sent) == 2:
                raise KeyboardInterrupt
            sent.append(email)
            return send(email)

        with (
            patch.object(job.FollowupEmail, "send", killed),
            suppress(KeyboardInterrupt),
        ):
            self._run_job()
            self.fail("It wasn't killed")
        self.env.invalidate_all()
        self.assertSent(2)
        self._run_job()
        self._run_job(1)
        self.assertSent(4)
        for customer in customers:
            emails = customer.message_ids.filtered("notified_partner_ids")
            self.assertEqual(len(emails), 1)
