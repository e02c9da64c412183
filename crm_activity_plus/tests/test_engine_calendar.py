# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime

from freezegun import freeze_time

from odoo.fields import Date
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestEngineCalendar(CrmActivityPlusCommon):
    """Working days, holidays and time off."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.week = cls.env["resource.calendar"].create(
            {"name": "Monday to Friday", "company_id": cls.company_main.id}
        )
        cls.company_main.resource_calendar_id = cls.week
        cls.resource = cls.env["resource.resource"].create(
            {
                "name": "Olga",
                "user_id": cls.user_owner.id,
                "company_id": cls.company_main.id,
                "calendar_id": cls.week.id,
            }
        )

    def _find(self, policy, count, plan_date="2026-03-06", **values):
        """:returns: the line of a plan with one step; 2026-03-06 is a Friday"""
        plan = self._create_plan(
            "One",
            self._step(self.type_todo, "A", count, **values),
            deadline_policy=policy,
        )
        lead = self._create_lead("Dated")
        return self._launch(lead, plan=plan, plan_date=plan_date).line_ids

    def _add_leave(self, name, first, last, resource=None, calendar=None):
        self.env["resource.calendar.leaves"].create(
            {
                "name": name,
                "date_from": datetime.fromisoformat(first),
                "date_to": datetime.fromisoformat(last),
                "resource_id": resource and resource.id,
                "calendar_id": calendar and calendar.id,
                "company_id": self.company_main.id,
            }
        )

    def assertDue(self, line, day):
        self.assertEqual(line.date_deadline, Date.to_date(day))
        self.assertEqual(line.activity_id.date_deadline, Date.to_date(day))

    def test_policies(self):
        for policy, days, expected in (
            ("calendar", 1, "2026-03-07"),
            ("working_days", 1, "2026-03-09"),
            ("working_days", 5, "2026-03-13"),
            ("working_days", 6, "2026-03-16"),
            ("shift_forward", 1, "2026-03-09"),
            ("shift_backward", 1, "2026-03-06"),
        ):
            with self.subTest(policy=policy, days=days):
                self.assertDue(self._find(policy, days), expected)

    def test_before_the_plan_date(self):
        line = self._find(
            "working_days", 2, "2026-03-09", delay_from="before_plan_date"
        )
        self.assertDue(line, "2026-03-05")

    def test_public_holiday_and_its_reason(self):
        self._add_leave("Founders' Day", "2026-03-09 00:00:00", "2026-03-09 23:00:00")
        line = self._find("working_days", 1)
        self.assertDue(line, "2026-03-10")
        skipped = {
            row["date"]: row["reason"] for row in line.date_explanation["skipped"]
        }
        self.assertEqual(skipped["2026-03-09"], "Founders' Day")
        self.assertEqual(set(skipped), {"2026-03-07", "2026-03-08", "2026-03-09"})
        self.assertEqual(line.date_explanation["counted"], 1)

    def test_personal_leave(self):
        self._add_leave(
            "Holiday", "2026-03-09 00:00:00", "2026-03-10 22:00:00", self.resource
        )
        self.assertDue(self._find("working_days", 1), "2026-03-11")

    def test_half_a_day_off_is_a_working_day(self):
        self._add_leave(
            "Dentist", "2026-03-09 06:00:00", "2026-03-09 11:00:00", self.resource
        )
        self.assertDue(self._find("working_days", 1), "2026-03-09")

    def test_calendar_of_the_plan_wins(self):
        weekend = self.env["resource.calendar"].create(
            {
                "name": "Saturday only",
                "attendance_ids": [
                    (5, 0, 0),
                    (
                        0,
                        0,
                        {
                            "name": "Saturday",
                            "dayofweek": "5",
                            "hour_from": 8,
                            "hour_to": 12,
                        },
                    ),
                ],
            }
        )
        plan = self._create_plan(
            "Weekend",
            self._step(self.type_todo, "A", 1),
            deadline_policy="working_days",
            resource_calendar_id=weekend.id,
        )
        line = self._launch(plan=plan, plan_date="2026-03-06").line_ids
        self.assertDue(line, "2026-03-07")

    def test_calendar_without_a_working_day(self):
        never = self.env["resource.calendar"].create({"name": "Never"})
        never.attendance_ids.unlink()
        plan = self._create_plan(
            "Never",
            self._step(self.type_todo, "A", 1),
            deadline_policy="working_days",
            resource_calendar_id=never.id,
        )
        with self.assertRaisesRegex(Exception, "“A”"):
            self._launch(plan=plan)

    @freeze_time("2026-03-06 10:00:00")
    def test_waiting_step_is_dated_by_the_policy(self):
        plan = self._create_plan(
            "Wait",
            self._step(self.type_call, "A"),
            self._step(self.type_todo, "B", 1),
            deadline_policy="working_days",
        )
        plan.template_ids[1].write(
            {"after_ids": plan.template_ids[0], "delay_from": "after_previous_done"}
        )
        run = self._launch(plan=plan)
        run.line_ids[0].activity_id.action_feedback()
        self.assertDue(run.line_ids[1], "2026-03-09")

    def test_one_responsible_who_never_works(self):
        """The record that can't be dated is skipped, and the others are launched."""
        never = self.env["resource.calendar"].create({"name": "Never"})
        never.attendance_ids.unlink()
        self.env["resource.resource"].create(
            {
                "name": "Carl",
                "user_id": self.user_colleague.id,
                "company_id": self.company_main.id,
                "calendar_id": never.id,
            }
        )
        plan = self._create_plan(
            "By salesperson",
            self._step(self.type_todo, "A", 1, responsible_type="salesperson"),
            deadline_policy="working_days",
        )
        other = self._create_lead("Carl's", user_id=self.user_colleague.id)
        result = plan.with_user(self.user_manager).launch((self.lead + other).ids)
        self.assertEqual(len(result["run_ids"]), 1)
        self.assertEqual(result["skipped"][0]["res_id"], other.id)
        self.assertIn("“A”", result["skipped"][0]["reason"])
