# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tests import tagged

from ..models.funnel import mail_activity_plan_report
from .figures_common import NOW, FiguresCase

COUNTED = ("reached", "done", "skipped", "failed", "cancelled", "open", "overdue")
GROUPS = ("plan_version", "activity_type_id", "user_id", "team_id", "date_start:month")


@tagged("post_install", "-at_install")
class TestPlanFunnel(FiguresCase):
    """What the screen of the funnel shows."""

    def setUp(self):
        super().setUp()
        freezer = freeze_time(NOW)
        freezer.start()
        self.addCleanup(freezer.stop)
        self.domain = [("plan_id", "in", self.plans.ids)]

    def assertCell(self, report, cell, searched, message):
        """Behind each number there are as many rows."""
        domain = Domain(searched) & Domain(cell["domain"])
        self.assertEqual(report.search_count(domain), cell["launched"], message)
        for name in COUNTED:
            found = report.search_count(domain & Domain(name, "=", 1))
            self.assertEqual(found, cell[name], (message, name))
        for outcome in cell.get("outcomes", ()):
            found = report.search_count(
                domain & Domain("outcome_id", "=", outcome["id"])
            )
            self.assertEqual(found, outcome["count"], (message, outcome["name"]))

    def test_the_rows_behind_the_numbers(self):
        for person, env in self._get_people().items():
            report = env["mail.activity.plan.report"]
            funnels = report.get_funnels(self.domain)
            self.assertFalse(funnels["is_cut"])
            self.assertEqual(len(funnels["plans"]), 2)
            for funnel in funnels["plans"]:
                plan = env["mail.activity.plan"].browse(funnel["id"])
                self.assertEqual(funnel["name"], plan.display_name)
                codes = [step["code"] for step in funnel["steps"]]
                self.assertEqual(codes, plan.template_ids.mapped("code"))
                for step, same in zip(funnel["steps"], plan.get_funnel(), strict=True):
                    self.assertCell(report, step, self.domain, person)
                    for name in ("summary", "median_days_late"):
                        self.assertEqual(step[name], same[name])

    def test_the_rows_behind_the_numbers_of_groups(self):
        for person, env in self._get_people().items():
            report = env["mail.activity.plan.report"]
            for groupby in GROUPS:
                total = 0
                for funnel in report.get_funnels(self.domain, groupby)["plans"]:
                    for group in funnel["groups"]:
                        self.assertIsInstance(group["label"], str)
                        for code, cell in group["steps"].items():
                            self.assertEqual(cell["code"], code)
                            message = (person, groupby, group["label"])
                            self.assertCell(report, cell, self.domain, message)
                            total += cell["launched"]
                self.assertEqual(total, report.search_count(self.domain), groupby)

    def test_labels(self):
        report = self.env["mail.activity.plan.report"].with_context(lang="en_US")

        def get_labels(groupby):
            plans = report.get_funnels(self.domain, groupby)["plans"]
            return {group["label"] for plan in plans for group in plan["groups"]}

        self.assertEqual(get_labels("plan_version"), {"1", "2"})
        self.assertEqual(get_labels("action_type"), {"Manual activity"})
        self.assertEqual(get_labels("partner_id"), {"None"})
        self.assertIn("March 2026", get_labels("date_start"))
        self.assertIn(self.user_owner.name, get_labels("user_id"))
        for groupby in ("plan_id", "code"):
            self.assertGreater(len(get_labels(groupby)), 1)

    def test_too_many_groups(self):
        self.patch(mail_activity_plan_report, "MAX_CELLS", 3)
        report = self.env["mail.activity.plan.report"]
        funnels = report.get_funnels(self.domain, "run_id")
        self.assertTrue(funnels["is_cut"])

    def test_bad_input(self):
        report = self.env["mail.activity.plan.report"]
        for groupby in ("nothing", "date_start:never", "user_id.name", "id:month", 5):
            with self.assertRaises(UserError, msg=groupby):
                report.get_funnels(self.domain, groupby)
        for domain in ("x", [("nothing", "=", 1)], 7):
            with self.assertRaises(UserError):
                report.get_funnels(domain)
        for timezone in (["UTC"], {"a": 1}):
            there = report.with_context(tz=timezone)
            self.assertEqual(
                there.get_funnels(self.domain, "date_start:month"),
                report.with_context(tz=False).get_funnels(
                    self.domain, "date_start:month"
                ),
            )

    def test_nothing(self):
        report = self.env["mail.activity.plan.report"]
        nothing = {"plans": [], "is_cut": False}
        self.assertEqual(report.get_funnels([("id", "=", 0)], "team_id"), nothing)

    def test_opens_the_funnel_of_the_plan(self):
        action = self.plans[0].with_user(self.user_manager).action_view_figures()
        self.assertEqual(action["views"][0][1], "plan_funnel")
        self.assertEqual(action["context"]["search_default_plan_id"], self.plans[0].id)
        with self.assertRaises(UserError):
            self.plans.action_view_figures()
