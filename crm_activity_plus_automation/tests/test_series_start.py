# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .series_common import SeriesCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSeriesStart(SeriesCase):
    """A year of visits of all GOLD customers, in one go."""

    @freeze_time("2026-03-01 10:00:00")
    def test_a_year_of_visits(self):
        series = self._create_series()
        series.action_start()
        visits = self._find_visits(series)
        self.assertEqual(len(visits), 36)
        self.assertEqual(len(series.occurrence_ids.run_id), 36)
        self.assertEqual(set(series.occurrence_ids.mapped("state")), {"planned"})
        # At nine in Brussels, also when the clocks have changed.
        self.assertEqual(visits[0].start, datetime(2026, 3, 3, 8))
        self.assertEqual(visits[3].start, datetime(2026, 4, 3, 7))
        self.assertEqual(visits[-1].start, datetime(2027, 2, 3, 8))
        self.assertEqual(visits.user_id, self.user_owner)
        self.assertEqual(set(visits.mapped("show_as")), {"busy"})
        self.assertEqual(
            visits[0].partner_ids - self.user_owner.partner_id,
            visits[0].attendee_ids.partner_id - self.user_owner.partner_id,
        )
        self.assertEqual(series.state, "running")
        self.assertEqual(series.planned_count, 36)

    @freeze_time("2026-03-01 10:00:00")
    def test_one_email_for_each_person(self):
        mails = self.env["mail.mail"].search([])
        series = self._create_series()
        series.action_start()
        new = self.env["mail.mail"].search([]) - mails
        people = self.customers | self.user_owner.partner_id
        self.assertEqual(new.recipient_ids, people)
        self.assertEqual(len(new), 4)
        by_person = {mail.recipient_ids: mail for mail in new}
        mail = by_person[self.customers[0]]
        self.assertEqual(mail.subject, "12 visits are planned")
        self.assertEqual(len(mail.body_html.split("calendar/meeting/view")), 13)
        mail = by_person[self.user_owner.partner_id]
        self.assertEqual(mail.subject, "36 visits are planned")
        for customer in self.customers:
            notes = customer.message_ids.filtered(lambda m: "12 visits" in m.body)
            self.assertEqual(len(notes), 1)

    @freeze_time("2026-03-01 10:00:00")
    def test_many_are_planned_in_the_background(self):
        """With progress; and everybody gets one email when all of them are planned."""
        self._create_customers(60)
        series = self._create_series()
        mails = self.env["mail.mail"].search([])
        series.action_start()
        self.assertEqual((series.planned_count, series.planned_total), (0, 63 * 12))
        self.assertFalse(self.env["mail.mail"].search([]) - mails)
        self._run_cron()
        self.assertEqual(series.planned_count, 63 * 12)
        self.assertEqual(series.progress, 100)
        new = self.env["mail.mail"].search([]) - mails
        # Of the customers, and of whoever visits them.
        self.assertEqual(len(new), 64)
        self.assertEqual(len(new.recipient_ids), 64)
        self._run_cron()
        self.assertEqual(series.planned_count, 63 * 12)
        self.assertEqual(self.env["mail.mail"].search([]) - mails, new)

    @freeze_time("2026-03-01 10:00:00")
    def test_what_starting_does_is_told_once_there_is_a_plan(self):
        series = self.env["mail.activity.plan.recurrence"].new({})
        self.assertIs(series.summary, False)
        self.assertIn("36", self._create_series().summary)

    @freeze_time("2026-03-01 10:00:00")
    def test_preview_writes_nothing(self):
        series = self._create_series(daily_limit=1)
        self.env.flush_all()
        self.cr.execute("SET TRANSACTION READ ONLY")
        preview = series.action_preview()
        self.assertEqual(preview["record_count"], 3)
        self.assertEqual(preview["visit_count"], 36)
        self.assertEqual(preview["dates"][:2], ["2026-03-03", "2026-04-03"])
        first = [row["visits"][0]["date_deadline"] for row in preview["records"]]
        self.assertEqual(first, ["2026-03-03", "2026-03-04", "2026-03-05"])
        self.assertEqual({row["planned"] for row in preview["load"]}, {1})
        self.assertFalse(series.occurrence_ids)

    @freeze_time("2026-03-01 10:00:00")
    def test_rules(self):
        for values, days in (
            ({"rrule_type": "daily", "count": 2}, [date(2026, 3, 1), date(2026, 3, 2)]),
            (
                {"rrule_type": "weekly", "tue": True, "count": 2},
                [date(2026, 3, 3), date(2026, 3, 10)],
            ),
            (
                {"month_by": "day", "weekday": "FRI", "byday": "-1", "count": 2},
                [date(2026, 3, 27), date(2026, 4, 24)],
            ),
            (
                {"rrule_type": "yearly", "count": 2, "horizon_days": 0},
                [date(2026, 3, 1), date(2027, 3, 1)],
            ),
            (
                {"count": 0, "date_until": "2026-05-02"},
                [date(2026, 3, 3), date(2026, 4, 3)],
            ),
            (
                {"rrule": "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=9;COUNT=2"},
                [date(2026, 3, 9), date(2026, 5, 9)],
            ),
        ):
            series = self._create_series(**values)
            self.assertEqual(series._find_days(is_first=True), days, series.rrule)

    @freeze_time("2026-03-01 10:00:00")
    def test_series_without_an_end(self):
        """It is planned up to the horizon, and goes on day by day."""
        series = self._create_series(count=0, horizon_days=40)
        self.assertEqual(series.end_type, "forever")
        series.action_start()
        self.assertEqual(series.planned_count, 6)
        with freeze_time("2026-03-25 10:00:00"):
            self._run_cron()
            self.assertEqual(series.planned_count, 9)

    @freeze_time("2026-03-01 10:00:00")
    def test_series_that_is_over(self):
        series = self._create_series(count=1)
        series.action_start()
        with freeze_time("2026-03-04 10:00:00"):
            self._run_cron()
            self.assertEqual(series.state, "done")


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSeriesRefused(SeriesCase):
    """What nothing would come of is told before anything is written."""

    def assertRefused(self, message, **values):
        events = self.env["calendar.event"].search_count([])
        with freeze_time("2026-03-01 10:00:00"):
            series = self._create_series(**values)
            with self.assertRaisesRegex(UserError, message):
                series.action_start()
        self.assertEqual(series.state, "draft")
        self.assertFalse(series.occurrence_ids)
        self.assertEqual(self.env["calendar.event"].search_count([]), events)

    def test_end_before_the_start(self):
        with self.assertRaisesRegex(ValidationError, "before it starts"):
            self._create_series(count=0, date_until="2026-02-01")

    def test_no_end_and_no_horizon(self):
        self.assertRefused("never ends", count=0, horizon_days=0)

    def test_nobody(self):
        self.assertRefused("No record matches", domain="[('name', '=', 'Nobody')]")

    def test_too_many(self):
        self.patch_limit = self.patch(
            __import__(
                "odoo.addons.crm_activity_plus_automation.engine.members",
                fromlist=["members"],
            ),
            "MAX_RECORDS",
            2,
        )
        self.assertRefused("for 3 records, more than the 2")

    def test_plan_without_a_meeting(self):
        plan = self._create_plan(
            "Calls", self._step(self.type_call, "Call"), res_model="res.partner"
        )
        self.assertRefused("no step of the type Meeting", plan_id=plan.id)

    def test_no_working_hours(self):
        calendar = self.env["resource.calendar"].create(
            {"name": "Never", "attendance_ids": [(5, 0, 0)]}
        )
        self.visit_plan.write(
            {"deadline_policy": "working_days", "resource_calendar_id": calendar.id}
        )
        self.assertRefused("“Never” have no working time")

    def test_nobody_is_there(self):
        self.visit_plan.template_ids.write({"responsible_type": "salesperson"})
        self.customers.user_id = False
        self.assertRefused("None of the visits")

    def test_rules_that_are_none(self):
        for values in (
            {"count": -1, "end_type": "count"},
            {"count": 800, "end_type": "count"},
            {"day": 32},
            {"month_by": "day"},
            {"end_type": "end_date"},
            {"rrule": "FREQ=NEVER"},
            {"domain": "__import__('os').system('true')"},
            {"domain": "[('password', '=', 'x')]"},
            {"rrule_type": "hourly"},
            {"interval": "often"},
        ):
            with self.assertRaises(ValidationError, msg=values):
                self._create_series(**values)

    def test_nothing_left(self):
        with freeze_time("2026-03-01 10:00:00"):
            self.assertRefused("no visit within", date_start="2020-01-01", count=2)

    def test_choices(self):
        series = self._create_series()
        for choice in ("x", 5, None, ["cancel"], {"a": 1}):
            with self.assertRaisesRegex(UserError, "can't be chosen"):
                series.action_stop(choice)
            with self.assertRaisesRegex(UserError, "can't be chosen"):
                series.action_start(choice)

    def test_running_series_is_not_changed(self):
        with freeze_time("2026-03-01 10:00:00"):
            series = self._create_series()
            series.action_start()
            for values in ({"day": 5}, {"domain": "[]"}, {"rrule": "FREQ=DAILY"}):
                with self.assertRaisesRegex(UserError, "Stop it first"):
                    series.write(values)
            with self.assertRaisesRegex(UserError, "Stop it first"):
                series.unlink()
            series.name = "Another name"


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSeriesRights(SeriesCase):
    """A series can do what whoever changed it last can do."""

    def test_rights_are_ones_own(self):
        values = {"user_id": self.user_system.id}
        with self.assertRaises(AccessError):
            self._create_series(**values)
        series = self._create_series()
        with self.assertRaises(AccessError):
            series.write(values)
        self.assertEqual(series.user_id, self.user_manager)
        series = self._create_series()
        series.with_context(default_user_id=self.user_system.id).copy()
        other = series.with_user(self.user_system)
        other.day = 4
        self.assertEqual(series.user_id, self.user_system)

    def test_engine_fields(self):
        series = self._create_series()
        for values in (
            {"state": "running"},
            {"state": "draft"},
            {"date_from": "2026-01-01"},
            {"problem": "x"},
        ):
            with self.assertRaises(AccessError, msg=values):
                series.write(values)
        with self.assertRaises(AccessError):
            self._create_series(state="running")
        made = self.env["mail.activity.plan.recurrence"].with_user(self.user_manager)
        made = made.with_context(default_state="running").create(
            {"plan_id": self.visit_plan.id}
        )
        self.assertEqual(made.state, "draft")

    def test_series_of_others(self):
        series = self._create_series()
        mine = series.with_user(self.user_colleague)
        self.assertTrue(mine.name)
        for call in (
            lambda: mine.write({"name": "x"}),
            mine.action_start,
            mine.action_stop,
            mine.unlink,
        ):
            with self.assertRaises(AccessError):
                call()
        for user in (self.user_portal, self.user_public):
            with self.assertRaises(AccessError):
                series.with_user(user).action_preview()

    @freeze_time("2026-03-01 10:00:00")
    def test_records_that_may_not_be_changed(self):
        """They are skipped, with the reason."""
        self.env["ir.rule"].create(
            {
                "name": "Not the first",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "perm_read": False,
                "domain_force": f"[('id', '!=', {self.customers[0].id})]",
            }
        )
        series = self._create_series(count=2)
        series.action_start()
        self.assertEqual((series.planned_count, series.skipped_count), (4, 2))
        skipped = series.occurrence_ids.filtered(lambda row: row.state == "skipped")
        self.assertEqual(set(skipped.mapped("res_id")), {self.customers[0].id})
        self.assertIn("may not change", skipped[0].reason)

    def test_meeting_says_nothing_by_itself(self):
        series = self._create_series()
        event = (
            self.env["calendar.event"]
            .with_user(self.user_colleague)
            .with_context(default_plan_recurrence_id=series.id)
            .create({"name": "Mine", "plan_recurrence_id": series.id})
        )
        event.write({"plan_recurrence_id": series.id})
        self.assertFalse(event.plan_recurrence_id)

    def _hide_first_customer(self):
        """It isn't for the colleague."""
        hidden, user = self.customers[0].id, self.user_colleague.id
        self.env["ir.rule"].create(
            {
                "name": "Hidden",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {hidden} if user.id == {user} else 0)]",
            }
        )

    @freeze_time("2026-03-01 10:00:00")
    def test_preview_of_records_that_may_not_be_read(self):
        self._hide_first_customer()
        series = self._create_series(count=2)
        for user, customers in (
            (self.user_manager, self.customers),
            (self.user_colleague, self.customers[1:]),
        ):
            preview = series.with_user(user).action_preview()
            shown = [row["res_id"] for row in preview["records"]]
            self.assertEqual(shown, customers.ids)

    @freeze_time("2026-03-01 10:00:00")
    def test_form_has_no_rights_but_ones_own(self):
        """Whoever a client says it is for."""
        self._hide_first_customer()
        series = self._create_series()
        values = {
            "plan_id": self.visit_plan.id,
            "user_id": self.user_manager.id,
            "domain": f"[('id', '=', {self.customers[0].id})]",
            "rrule_type": "monthly",
            "day": 3,
            "date_start": date(2026, 3, 1),
            "count": 12,
        }
        for user, count in ((self.user_manager, "1"), (self.user_colleague, "0")):
            model = self.env["mail.activity.plan.recurrence"].with_user(user)
            for form in (model.new(values), model.new(values, origin=series)):
                self.assertEqual(form.summary.split()[0], count)

    def test_proposed_plan(self):
        self._create_series()
        model = self.env["mail.activity.plan.recurrence"].with_user(self.user_manager)
        for given, plan_id in (
            ("res.partner", self.visit_plan.id),
            *((x, None) for x in ("no.model", "\0", "", 5, None, ["a"], {"a": 1})),
        ):
            defaults = model.with_context(plan_visits_of=given).default_get(["plan_id"])
            self.assertEqual(defaults.get("plan_id"), plan_id, given)
