# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

CRON = "base_automation.ir_cron_data_base_automation_check"
TELL = "env['res.partner'].create({'name': f'Told {record.id}'})"
# So late the scheduler looks at the latest, after the moment it was asked for.
POLL = timedelta(seconds=75)


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestTiming(CrmActivityPlusCommon, CronMixinCase):
    """Rules such as "5 minutes before a meeting" come within a minute of their time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-03-10 08:00:00"):
            cls.rule = cls._create_rule("calendar.event", "start")

    @classmethod
    def _create_rule(cls, model_name, field, **values):
        model = cls.env["ir.model"]._get(model_name)
        rule = cls.env["base.automation"].create(
            {
                "name": f"Before {model_name}",
                "model_id": model.id,
                "trigger": "on_time",
                "trg_date_id": cls.env["ir.model.fields"]._get(model_name, field).id,
                "trg_date_range": 5,
                "trg_date_range_mode": "before",
                "trg_date_range_type": "minutes",
                "action_server_ids": [
                    Command.create(
                        {
                            "name": "Note",
                            "model_id": model.id,
                            "usage": "base_automation",
                            "state": "code",
                            "code": TELL,
                        }
                    )
                ],
            }
        )
        rule.last_run = datetime(2026, 3, 10, 8)
        return rule

    def _make_meeting(self, start):
        return self.env["calendar.event"].create(
            {"name": "Meet", "start": start, "stop": start + timedelta(hours=1)}
        )

    def _run_at(self, moment):
        """:returns: how often the rule has run by then"""
        self.env.flush_all()
        with freeze_time(moment), self.enter_registry_test_mode():
            # The rule asks for the time of the transaction.
            with self.env.registry.cursor() as cr:
                cr._now = moment
                self.env(cr=cr)["base.automation"]._cron_process_time_based_actions()
        self.env.invalidate_all()
        return self.env["res.partner"].search_count([("name", "like", "Told %")])

    def test_within_a_minute(self):
        start = datetime(2026, 3, 10, 14)
        due = start - timedelta(minutes=5)
        with (
            freeze_time("2026-03-10 09:00:00"),
            self.capture_triggers(CRON) as captured,
        ):
            self._make_meeting(start)
        asked = min(captured.records.mapped("call_at"))
        self.assertLess(abs(asked - due), timedelta(minutes=1))
        self.assertLess(asked + POLL - due, timedelta(minutes=1))
        self.assertEqual(self._run_at(asked - timedelta(seconds=1)), 0)
        self.assertEqual(self._run_at(asked + timedelta(seconds=1)), 1)
        self.assertEqual(self._run_at(due + timedelta(seconds=1)), 1)
        self.assertEqual(self._run_at(start), 1)

    def test_moved_meeting(self):
        with freeze_time("2026-03-10 09:00:00"):
            event = self._make_meeting(datetime(2026, 3, 10, 14))
            with self.capture_triggers(CRON) as captured:
                event.write(
                    {
                        "start": datetime(2026, 3, 10, 16),
                        "stop": datetime(2026, 3, 10, 17),
                    }
                )
        self.assertIn(
            datetime(2026, 3, 10, 15, 54, 30), captured.records.mapped("call_at")
        )
        self.assertEqual(self._run_at(datetime(2026, 3, 10, 13, 56)), 0)
        self.assertEqual(self._run_at(datetime(2026, 3, 10, 15, 55)), 1)

    def test_nothing_runs_each_minute(self):
        """Core would look once a minute for such a rule."""
        interval = self.env["base.automation"]._get_cron_interval(self.rule)
        self.assertEqual(interval, (4, "hours"))
        # A rule on days is looked at as ever.
        self.rule.trg_date_range_type = "day"
        self.assertEqual(
            self.env["base.automation"]._get_cron_interval(self.rule), (4, "hours")
        )

    def test_rule_that_comes_after_the_meeting(self):
        with freeze_time("2026-03-10 09:00:00"):
            self._make_meeting(datetime(2026, 3, 10, 14))
            with self.capture_triggers(CRON) as captured:
                self.rule.trg_date_range = 10
        self.assertIn(
            datetime(2026, 3, 10, 13, 49, 30), captured.records.mapped("call_at")
        )

    def test_activity_with_a_time(self):
        with freeze_time("2026-03-10 09:00:00"):
            self._create_rule("mail.activity", "date_start")
            with self.capture_triggers(CRON) as captured:
                self._schedule(
                    date_start=datetime(2026, 3, 10, 14),
                    date_end=datetime(2026, 3, 10, 15),
                )
        self.assertIn(
            datetime(2026, 3, 10, 13, 54, 30), captured.records.mapped("call_at")
        )
        self.assertEqual(self._run_at(datetime(2026, 3, 10, 13, 55)), 1)

    def test_first_run(self):
        """What was due before the rule was made is left, and what doesn't match."""
        self.rule.filter_domain = "[('name', '=', 'Meet')]"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE base_automation SET create_date = %s, last_run = NULL"
            " WHERE id = %s",
            [datetime(2026, 3, 10, 8), self.rule.id],
        )
        self.rule.invalidate_recordset()
        self._make_meeting(datetime(2026, 3, 10, 8, 5))
        self._make_meeting(datetime(2026, 3, 10, 14))
        self._make_meeting(datetime(2026, 3, 10, 14)).name = "Other"
        self.assertEqual(self._run_at(datetime(2026, 3, 10, 13, 55)), 1)
        self.assertEqual(self._run_at(datetime(2026, 3, 10, 13, 56)), 1)

    def test_rule_that_gets_another_date(self):
        rule = self._create_rule("mail.activity", "date_deadline")
        self.assertNotIn(rule.id, rule._get_timed_ids())
        rule.trg_date_id = self.env["ir.model.fields"]._get(
            "mail.activity", "date_start"
        )
        self.assertIn(rule.id, rule._get_timed_ids())

    def test_rule_that_fails(self):
        """It keeps no other one from being run at its time."""
        with freeze_time("2026-03-10 09:00:00"):
            broken = self._create_rule("calendar.event", "stop")
            broken.action_server_ids.code = "raise UserError('Broken')"
            self._make_meeting(datetime(2026, 3, 10, 10))
            self._make_meeting(datetime(2026, 3, 12, 14))
        self.env["ir.cron.trigger"].search([]).unlink()
        with (
            self.assertRaisesRegex(UserError, "Broken"),
            mute_logger("odoo.addons.base_automation.models.base_automation"),
        ):
            self._run_at(datetime(2026, 3, 10, 10, 55))
        self.env.invalidate_all()
        self.assertIn(
            datetime(2026, 3, 12, 13, 54, 30),
            self.env["ir.cron.trigger"].search([]).mapped("call_at"),
        )
