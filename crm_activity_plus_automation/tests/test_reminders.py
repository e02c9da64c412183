# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

CRON = "crm_activity_plus_automation.ir_cron_remind"
LOGGER = "odoo.addons.crm_activity_plus_automation.models.reminder"


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestReminders(CrmActivityPlusCommon, CronMixinCase):
    """Whoever an activity is assigned to is reminded once, and of nothing that is over.

    The call is at 15:00 in Brussels.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        alarms = cls.env["calendar.alarm"]
        cls.by_email = alarms.create(
            {
                "name": "Email - 15 Minutes",
                "alarm_type": "email",
                "duration": 15,
                "interval": "minutes",
            }
        )
        cls.on_screen = alarms.create(
            {
                "name": "Notification - 1 Hour",
                "alarm_type": "notification",
                "duration": 1,
                "interval": "hours",
            }
        )
        cls.user_owner.email = "olga@example.com"
        cls.type_call.reminder_ids = cls.by_email

    def setUp(self):
        super().setUp()
        self.mails = self.env["mail.mail"].search([])

    def _make_call(self, **values):
        times = {
            "date_start": datetime(2026, 3, 10, 14),
            "date_end": datetime(2026, 3, 10, 14, 30),
        }
        return self._schedule(**{"summary": "Call back", **times, **values})

    def _run_at(self, moment):
        """Run the scheduled action at a moment.

        :returns: the emails that it queued
        """
        self.env.flush_all()
        with freeze_time(moment), self.enter_registry_test_mode():
            self.env.ref(CRON).method_direct_trigger()
        self.env.invalidate_all()
        mails = self.env["mail.mail"].search([]) - self.mails
        self.mails |= mails
        return mails

    def test_type_that_has_reminders_by_default(self):
        types = self.env["mail.activity.type"]
        self.assertIn(self.type_call.id, types._get_reminded_ids())
        reminding = types.with_context(default_reminder_ids=self.by_email.ids)
        created = reminding.create({"name": "Reminded"})
        self.assertIn(created.id, types._get_reminded_ids())

    def test_email_before_the_call(self):
        with freeze_time("2026-03-10 08:00:00"):
            call = self._make_call()
        self.assertEqual(call.reminder_ids, self.by_email)
        self.assertFalse(self._run_at("2026-03-10 13:44:00"))
        mail = self._run_at("2026-03-10 13:45:00")
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.user_owner.partner_id)
        self.assertIn("Call back – Ten desks", mail.subject)
        self.assertNotIn("Missed", mail.subject)
        # It doesn't come again.
        self.assertFalse(self._run_at("2026-03-10 13:46:00"))
        self.assertFalse(self._run_at("2026-03-10 20:00:00"))

    def test_the_scheduler_is_asked_for_that_moment(self):
        """A bit early, since it looks once a minute; and nothing runs in between."""
        with (
            freeze_time("2026-03-10 08:00:00"),
            self.capture_triggers(CRON) as captured,
        ):
            self._make_call()
        [trigger] = captured.records
        self.assertEqual(trigger.call_at, datetime(2026, 3, 10, 13, 44, 30))
        self.assertEqual(len(self._run_at("2026-03-10 13:44:31")), 1)

    def test_not_of_what_is_done_held_or_cancelled(self):
        with freeze_time("2026-03-10 08:00:00"):
            done, held, cancelled, open_one = (self._make_call() for _n in range(4))
            done.action_done()
            held.action_hold("2026-03-12")
            cancelled.action_cancel()
        [mail] = self._run_at("2026-03-10 13:45:00")
        self.assertEqual(mail.body_html.count("Call back"), 1)
        self.assertTrue(open_one.active)

    def test_one_email_for_each_person(self):
        with freeze_time("2026-03-10 08:00:00"):
            for _number in range(3):
                self._make_call()
        [mail] = self._run_at("2026-03-10 13:45:00")
        self.assertEqual(mail.body_html.count("Call back"), 3)

    def test_moved(self):
        with freeze_time("2026-03-10 08:00:00"):
            call = self._make_call()
            call.write(
                {
                    "date_start": datetime(2026, 3, 11, 14),
                    "date_end": datetime(2026, 3, 11, 14, 30),
                }
            )
        self.assertFalse(self._run_at("2026-03-10 13:45:00"))
        self.assertEqual(len(self._run_at("2026-03-11 13:45:00")), 1)

    def test_moved_after_the_reminder(self):
        with freeze_time("2026-03-10 08:00:00"):
            call = self._make_call()
        self.assertEqual(len(self._run_at("2026-03-10 13:45:00")), 1)
        with freeze_time("2026-03-10 13:50:00"):
            call.summary = "Call again"
            call.date_deadline = "2026-03-12"
        self.assertEqual(len(self._run_at("2026-03-12 13:45:00")), 1)

    def test_missed_while_the_server_was_down(self):
        with freeze_time("2026-03-10 08:00:00"):
            self._make_call()
        mail = self._run_at("2026-03-10 19:00:00")
        self.assertEqual(len(mail), 1)
        self.assertIn("Missed reminder", mail.subject)
        self.assertFalse(self._run_at("2026-03-10 20:00:00"))

    def test_none_for_the_past(self):
        """Who schedules something for ten minutes from now knows it."""
        with freeze_time("2026-03-10 13:50:00"):
            self._make_call()
        self.assertFalse(self._run_at("2026-03-10 13:51:00"))

    def test_day_without_a_time(self):
        """It is due at the hour of the settings, in the person's time zone."""
        with freeze_time("2026-03-09 08:00:00"):
            self._make_call(
                date_start=False, date_end=False, date_deadline="2026-03-10"
            )
        self.assertFalse(self._run_at("2026-03-10 07:44:00"))
        self.assertEqual(len(self._run_at("2026-03-10 07:45:00")), 1)

    def test_hour_of_the_settings(self):
        with freeze_time("2026-03-09 08:00:00"):
            self._make_call(
                date_start=False, date_end=False, date_deadline="2026-03-10"
            )
            settings = self.env["res.config.settings"].create(
                {"activity_reminder_hour": 11.5}
            )
            settings.execute()
            self.user_owner.tz = "America/New_York"
        self.assertFalse(self._run_at("2026-03-10 15:14:00"))
        self.assertEqual(len(self._run_at("2026-03-10 15:15:00")), 1)

    def test_in_the_web_client(self):
        with freeze_time("2026-03-10 08:00:00"):
            call = self._make_call(reminder_ids=[(6, 0, self.on_screen.ids)])
        self.assertTrue(call.has_own_reminders)
        bus = self.env["bus.bus"].search([], order="id DESC", limit=1).id
        self.assertFalse(self._run_at("2026-03-10 13:00:00"))
        self.env.cr.precommit.run()
        told = self.env["bus.bus"].search([("id", ">", bus)])
        [message] = [row for row in told if "activity_reminder" in row.message]
        self.assertIn("Call back", message.message)
        # The reminder of the type was replaced.
        self.assertFalse(self._run_at("2026-03-10 13:45:00"))

    def test_own_ones_from_the_start(self):
        self.type_call.reminder_ids = False
        self.assertFalse(self.env["mail.activity"]._has_any_own_reminders())
        with freeze_time("2026-03-10 08:00:00"):
            self._make_call(
                has_own_reminders=True, own_reminder_ids=[(6, 0, self.by_email.ids)]
            )
        self.assertEqual(len(self._run_at("2026-03-10 13:45:00")), 1)

    def test_type_that_gets_reminders_later(self):
        self.type_todo.reminder_ids = False
        with freeze_time("2026-03-10 08:00:00"):
            self._make_call(activity_type_id=self.type_todo.id)
            self.type_todo.reminder_ids = self.by_email
        self.assertEqual(len(self._run_at("2026-03-10 13:45:00")), 1)

    def test_alarm_that_is_changed(self):
        with freeze_time("2026-03-10 08:00:00"):
            self._make_call()
            self.by_email.duration = 30
        self.assertFalse(self._run_at("2026-03-10 13:28:00"))
        self.assertEqual(len(self._run_at("2026-03-10 13:30:00")), 1)
        self.assertFalse(self._run_at("2026-03-10 13:45:00"))

    def test_given_to_somebody_else(self):
        self.user_manager.email = "martin@example.com"
        with freeze_time("2026-03-10 08:00:00"):
            call = self._make_call()
            call.user_id = self.user_manager
        self.mails = self.env["mail.mail"].search([])
        mail = self._run_at("2026-03-10 13:45:00")
        self.assertEqual(mail.recipient_ids, self.user_manager.partner_id)

    def test_time_is_up(self):
        """What can't be sent together is sent one by one. Where there is no time for
        all of that, the scheduler knows that something is left."""
        with freeze_time("2026-03-10 08:00:00"):
            self._make_call()
            self._make_call()
        reminders, cron = self.env["mail.activity.reminder"], self.env.ref(CRON)
        send = type(reminders)._send

        def patched(rows):
            if len(rows) > 1:
                raise ValueError("Together")
            return send(rows)

        self.patch(type(reminders), "_send", patched)
        progress = self.env["ir.cron.progress"].create(
            {"cron_id": cron.id, "remaining": 0, "done": 0}
        )
        context = {
            "cron_end_time": 0,
            "cron_id": cron.id,
            "ir_cron_progress_id": progress.id,
        }
        self.env.flush_all()
        with (
            freeze_time("2026-03-10 13:45:00"),
            self.enter_registry_test_mode(),
            self.registry.cursor() as cr,
        ):
            reminders.with_env(self.env(cr=cr, context=context))._cron_remind()
        self.env.invalidate_all()
        self.assertEqual((progress.done, progress.remaining), (1, 1))

    def test_own_transaction_for_each_person(self):
        """One whose reminder can't be sent is in nobody's way."""
        self.user_manager.email = "martin@example.com"
        with freeze_time("2026-03-10 08:00:00"):
            self._make_call()
            self._make_call(user_id=self.user_manager.id, summary="Broken")
        reminders = type(self.env["mail.activity.reminder"])
        describe = reminders._describe

        def patched(row, user):
            if row.activity_id.summary == "Broken":
                raise ValueError("Broken")
            return describe(row, user)

        self.patch(reminders, "_describe", patched)
        self.mails = self.env["mail.mail"].search([])
        with self.assertLogs(LOGGER, "ERROR"):
            mail = self._run_at("2026-03-10 13:45:00")
        self.assertEqual(mail.recipient_ids, self.user_owner.partner_id)
        self.assertFalse(self._run_at("2026-03-10 13:46:00"))
        self.assertFalse(
            self.env["mail.activity.reminder"].search(
                [("date_due", "<", datetime(2026, 3, 10) + timedelta(days=1))]
            )
        )
