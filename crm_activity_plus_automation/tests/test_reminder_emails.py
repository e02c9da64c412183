# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

from ..models.reminder.mail_mail import RETRIES
from .test_reminders import CRON

MAIL = "odoo.addons.mail.models.mail_mail"


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestReminderEmails(CrmActivityPlusCommon, CronMixinCase):
    """The email of a reminder that fails is sent again, a few times."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_owner.email = "olga@example.com"
        alarms = [
            {"name": name, "alarm_type": kind, "duration": 1, "interval": "hours"}
            for name, kind in (("Email", "email"), ("Screen", "notification"))
        ]
        cls.type_call.reminder_ids = cls.env["calendar.alarm"].create(alarms)

    def setUp(self):
        super().setUp()
        self.sent = []
        self.failure = ConnectionRefusedError("The server is down")
        for name, method in (
            ("_connect__", lambda *args, **kwargs: None),
            ("_disable_send", lambda *args: False),
            ("send_email", self._send),
        ):
            self.startPatcher(patch.object(IrMail_Server, name, method))
        self.moment = datetime(2026, 3, 10, 13)
        mails = self.env["mail.mail"].search([])
        bus = self.env["bus.bus"].search([], order="id DESC", limit=1).id
        with freeze_time("2026-03-10 08:00:00"):
            self._schedule(
                summary="Call back",
                date_start=datetime(2026, 3, 10, 14),
                date_end=datetime(2026, 3, 10, 15),
            )
        self._run_at(self.moment, self.env.ref(CRON))
        self.mail = self.env["mail.mail"].search([]) - mails
        self.bus = bus

    def _send(self, *args, **kwargs):
        self.sent.append(kwargs)
        if self.failure:
            raise self.failure
        return "message-id"

    def _run_at(self, moment, cron):
        self.env.flush_all()
        with freeze_time(moment), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    @mute_logger(MAIL)
    def _send_at(self, moment):
        with freeze_time(moment):
            self.mail.exists().filtered(
                lambda mail: mail.state == "outgoing"
                and (mail.scheduled_date or moment) <= moment
            ).send()

    def _count_told(self):
        self.env.cr.precommit.run()
        rows = self.env["bus.bus"].search([("id", ">", self.bus)])
        return sum("activity_reminder" in row.message for row in rows)

    def test_sent_again(self):
        """After two minutes; in the web client it doesn't come again."""
        self._send_at(self.moment)
        self.assertEqual(self.mail.state, "outgoing")
        due = self.mail.scheduled_date
        self.assertEqual(due, self.moment + timedelta(minutes=2))
        self._send_at(due - timedelta(minutes=1))
        self.assertEqual(len(self.sent), 1)
        self.failure = None
        self._send_at(due)
        self._run_at(due, self.env.ref(CRON))
        self.assertFalse(self.mail.exists())
        self.assertEqual(len(self.sent), 2)
        self.assertEqual(self._count_told(), 1)

    def test_not_for_ever(self):
        moment = self.moment
        for _attempt in range(RETRIES + 3):
            self._send_at(moment)
            moment += timedelta(hours=1)
        self.assertEqual(len(self.sent), RETRIES + 1)
        self.assertEqual(self.mail.state, "exception")
        self.assertEqual(self._count_told(), 1)

    @mute_logger(MAIL)
    def test_server_that_refuses_many(self):
        """They are sent again together, and the scheduler is asked for once."""

        def refuse(*args, **kwargs):
            raise self.failure

        self.patch(IrMail_Server, "_connect__", refuse)
        other = self.mail.copy({"reminder_retries": 1})
        self.mail |= self.mail.copy({"reminder_retries": RETRIES})
        with (
            freeze_time(self.moment),
            self.capture_triggers("mail.ir_cron_mail_scheduler_action") as captured,
        ):
            (self.mail | other).send()
        self.assertEqual(set((self.mail | other).mapped("state")), {"outgoing"})
        self.assertEqual(
            sorted(captured.records.mapped("call_at")),
            [self.moment + timedelta(minutes=minutes) for minutes in (2, 8)],
        )
        self.assertEqual(self.mail.mapped("reminder_retries"), [RETRIES - 1] * 2)
        self.assertFalse(other.reminder_retries)

    def test_wrong_address(self):
        """It will be as wrong later."""
        self.failure = AssertionError(IrMail_Server.NO_VALID_RECIPIENT)
        self._send_at(self.moment)
        self._send_at(self.moment + timedelta(hours=1))
        self.assertEqual(len(self.sent), 1)

    def test_other_emails(self):
        self.mail.reminder_retries = 0
        self._send_at(self.moment)
        self.assertEqual(self.mail.state, "exception")
