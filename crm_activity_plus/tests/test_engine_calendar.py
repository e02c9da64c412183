# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
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
            {
                "name": "Monday to Friday",
                "company_id": cls.company_main.id,
                "tz": "Europe/Brussels",
            }
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
        self.assertEqual(set(skipped), {"2026-03-07", "2026-03-09"})
        weekend = line.date_explanation["skipped"][0]
        self.assertEqual((weekend["date_end"], weekend["count"]), ("2026-03-08", 2))
        self.assertEqual(line.date_explanation["counted"], 1)

    def test_personal_leave(self):
        self._add_leave(
            "Holiday", "2026-03-09 00:00:00", "2026-03-10 22:00:00", self.resource
        )
        self.assertDue(self._find("working_days", 1), "2026-03-11")

    def test_leave_without_end(self):
        """Whoever left for good has a leave until the last day of the calendar."""
        self._add_leave(
            "Gone", "2026-03-11 00:00:00", "9999-12-31 23:59:59", self.resource
        )
        self._add_leave("Before", "0001-01-01 00:00:00", "2026-03-09 22:00:00")
        self.resource.tz = "Pacific/Kiritimati"
        line = self._find("working_days", 0, "2026-03-09")
        self.assertDue(line, "2026-03-10")
        self.assertEqual(line.date_explanation["skipped"][0]["reason"], "Before")
        with self.assertRaisesRegex(UserError, "no working day"):
            self._find("working_days", 3, "2026-03-09")

    def test_half_a_day_off_is_a_working_day(self):
        self._add_leave(
            "Dentist", "2026-03-09 06:00:00", "2026-03-09 11:00:00", self.resource
        )
        self.assertDue(self._find("working_days", 1), "2026-03-09")

    def _make_flexible(self):
        self.week.schedule_type = "flexible"
        self.assertTrue(self.week.flexible_hours)

    def test_flexible_hours(self):
        """Every day is a working day; time off and holidays are not."""
        self._make_flexible()
        self._add_leave("Christmas", "2026-12-24 23:00:00", "2026-12-25 22:59:59")
        # From 8 to 16 o'clock in Brussels: what Odoo enters for a day off.
        self._add_leave(
            "Holiday", "2026-12-27 07:00:00", "2026-12-27 15:00:00", self.resource
        )
        self.assertDue(self._find("working_days", 1, "2026-12-24"), "2026-12-26")
        self.assertDue(self._find("working_days", 2, "2026-12-24"), "2026-12-28")

    def test_holiday_where_there_is_no_calendar(self):
        self.resource.active = False
        self.company_main.resource_calendar_id = False
        self._add_leave("Christmas", "2026-12-24 23:00:00", "2026-12-25 22:59:59")
        self.assertDue(self._find("working_days", 1, "2026-12-24"), "2026-12-26")

    def test_holiday_until_a_minute_before_midnight(self):
        """Work until midnight, and an end as the web client enters it."""
        self.week.attendance_ids.write({"hour_to": 24})
        self._add_leave("Christmas", "2026-12-24 23:00:00", "2026-12-25 22:59:00")
        self.assertDue(self._find("working_days", 1, "2026-12-24"), "2026-12-28")

    def test_holiday_is_the_same_day_in_other_time_zones(self):
        self._add_leave(
            "Christmas",
            "2026-12-24 23:00:00",
            "2026-12-25 22:59:59",
            calendar=self.week,
        )
        for tz in ("America/Los_Angeles", "Pacific/Auckland", "Europe/Brussels"):
            with self.subTest(tz=tz):
                self.resource.tz = tz
                line = self._find("working_days", 1, "2026-12-24")
                self.assertDue(line, "2026-12-28")
                self.assertEqual(
                    [
                        (row["reason"], row["count"])
                        for row in line.date_explanation["skipped"]
                    ],
                    [("Christmas", 1), ("weekend", 2)],
                )

    def test_day_without_working_hours(self):
        self.week.attendance_ids.filtered(lambda row: row.dayofweek == "4").unlink()
        line = self._find("working_days", 1, "2026-12-10")
        self.assertDue(line, "2026-12-14")
        self.assertEqual(
            [(row["date"], row["reason"]) for row in line.date_explanation["skipped"]],
            [("2026-12-11", "non-working day"), ("2026-12-12", "weekend")],
        )

    def test_holiday_in_a_calendar_without_its_own_time_zone(self):
        """It was entered where people are."""
        self.week.tz = "UTC"
        self._add_leave("Christmas", "2026-12-24 13:00:00", "2026-12-25 12:59:59")
        self.user_owner.tz = self.resource.tz = "Australia/Sydney"
        self.assertDue(self._find("working_days", 1, "2026-12-24"), "2026-12-28")
        self.resource.active = False
        self.assertDue(self._find("working_days", 1, "2026-12-24"), "2026-12-28")

    def test_half_a_holiday_is_a_working_day(self):
        """On whichever clock: both halves must not add up."""
        self.resource.tz = "America/Sao_Paulo"
        self._add_leave("Afternoon off", "2026-03-09 11:00:00", "2026-03-09 16:00:00")
        self.assertDue(self._find("working_days", 1), "2026-03-09")

    def test_time_off_is_the_person_s_day(self):
        """In Auckland the day is over before it has begun in Brussels."""
        self.resource.tz = "Pacific/Auckland"
        self._add_leave(
            "Holiday", "2026-03-08 11:00:00", "2026-03-09 10:59:59", self.resource
        )
        self.assertDue(self._find("working_days", 1), "2026-03-10")

    def test_holidays_across_a_change_of_the_clock(self):
        for first, last, friday, due in (
            ("03-29 22:00:00", "03-30 21:59:59", "2026-03-27", "2026-03-31"),
            ("10-25 23:00:00", "10-26 22:59:59", "2026-10-23", "2026-10-27"),
        ):
            self._add_leave("Monday off", f"2026-{first}", f"2026-{last}")
            self.assertDue(self._find("working_days", 1, friday), due)

    def _employ_elsewhere(self):
        """The responsible is employed by another company, with its own calendar."""
        elsewhere = self.env["resource.calendar"].create(
            {"name": "Elsewhere", "company_id": self.other_company.id}
        )
        self.user_owner.company_ids += self.other_company
        self.resource.write(
            {"calendar_id": elsewhere.id, "company_id": self.other_company.id}
        )
        return elsewhere

    def test_time_off_entered_in_another_company(self):
        elsewhere = self._employ_elsewhere()
        leaves = self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": "Holiday",
                    "date_from": datetime(2026, 3, 9),
                    "date_to": datetime(2026, 3, 9, 22),
                    "resource_id": self.resource.id,
                },
                {
                    "name": "Founders' Day",
                    "date_from": datetime(2026, 3, 10),
                    "date_to": datetime(2026, 3, 10, 22),
                    "calendar_id": elsewhere.id,
                },
            ]
        )
        self.assertEqual(leaves.company_id, self.other_company)
        self.assertDue(self._find("working_days", 1), "2026-03-11")

    def test_holidays_of_another_company(self):
        """They don't count, though it has the same calendar."""
        self.week.company_id = False
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Founders' Day",
                "date_from": datetime(2026, 3, 9),
                "date_to": datetime(2026, 3, 9, 22),
                "calendar_id": self.week.id,
            }
        ).company_id = self.other_company
        self.assertDue(self._find("working_days", 1), "2026-03-09")

    def test_two_weeks_calendar(self):
        self.week.switch_calendar_type()
        self.week.attendance_ids.filtered(
            lambda a: (a.week_type, a.dayofweek) == ("1", "0")
        ).unlink()
        sundays = ("2026-03-01", "2026-03-08", "2026-12-27", "2027-01-03")
        weekdays = [
            self._find("working_days", 1, sunday).date_deadline.isoweekday()
            for sunday in sundays
        ]
        self.assertEqual(weekdays, [1, 2, 2, 1])

    def test_thousands_of_days(self):
        self.assertDue(self._find("working_days", 5000), "2045-05-05")
        for count in (10**6, 2**31 - 1):
            with self.assertRaisesRegex(UserError, "“A”.*calendar"):
                self._find("working_days", count)

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
        message = "“A”: The working hours “Never” have no working time"
        with self.assertRaisesRegex(ValidationError, message):
            self._launch(plan=plan)
        for policy in ("shift_forward", "shift_backward"):
            plan.deadline_policy = policy
            with self.assertRaisesRegex(ValidationError, message):
                plan.preview(self.lead.ids)
        never.flexible_hours = True
        self._launch(plan=plan)

    def test_calendar_that_leaves_no_working_day(self):
        """It has hours, but somebody closed down."""
        closed = self.week.copy()
        closed.name = "Closed"
        self._add_leave("Closed", "2026-01-01", "2046-01-01", calendar=closed)
        plan = self._create_plan(
            "Closed",
            self._step(self.type_todo, "A", 1),
            deadline_policy="working_days",
            resource_calendar_id=closed.id,
        )
        message = "“A”: The working hours “Closed” and the time off leave no working"
        with self.assertRaisesRegex(ValidationError, message):
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
        self.assertIn("“Never” have no working time", result["skipped"][0]["reason"])
