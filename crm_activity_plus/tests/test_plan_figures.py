# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestPlanFigures(CrmActivityPlusCommon):
    """What is counted of plans."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        outcomes = cls.env["mail.activity.outcome"]
        cls.no = outcomes.create({"name": "No", "code": "f_no", "effect": "stop"})
        cls.yes = outcomes.create({"name": "Yes", "code": "f_yes"})
        cls.funnel_plan = cls._create_plan(
            "Funnel",
            cls._step(cls.type_call, "Call", code="call"),
            cls._step(cls.type_todo, "Quote", 1, code="quote"),
            cls._step(cls.type_call, "Follow up", 1, code="follow"),
        )
        call, quote, follow = cls.funnel_plan.template_ids
        quote.after_ids = [Command.set(call.ids)]
        follow.after_ids = [Command.set(quote.ids)]
        cls.leads = cls._create_leads(5)
        with freeze_time("2026-03-02 09:00:00"):
            cls.runs = cls._launch(
                cls.leads, cls.funnel_plan, plan_date=date(2026, 3, 2)
            )
        cls._work()

    @classmethod
    def _work(cls):
        """One stops at the call, one is skipped there, one is done in time and goes on,
        one late; the last still has to be called."""
        calls = cls.runs.line_ids.filtered(lambda line: line.code == "call")
        first, second, third, fourth, _last = calls
        with freeze_time("2026-03-02 10:00:00"):
            first.activity_id.with_user(cls.user_owner).complete("f_no")
            second.with_user(cls.user_owner).action_skip()
            third.activity_id.with_user(cls.user_owner).complete("f_yes")
        # In Brussels, where the owner is, this is the 6th.
        with freeze_time("2026-03-05 23:30:00"):
            fourth.activity_id.with_user(cls.user_owner).complete("f_yes")
        cls.env.flush_all()

    def _get_funnel(self, user=None, domain=None):
        funnel = self.funnel_plan.with_user(user or self.user_manager)
        return {step["code"]: step for step in funnel.get_funnel(domain)}

    def test_funnel(self):
        funnel = self._get_funnel()
        self.assertEqual(list(funnel), ["call", "quote", "follow"])
        self.assertEqual(
            funnel["call"],
            {
                "code": "call",
                "summary": "Call",
                "reached": 5,
                "done": 3,
                "skipped": 1,
                "failed": 0,
                "cancelled": 0,
                "open": 1,
                "median_days_late": 0,
                "outcomes": {"f_no": 1, "f_yes": 2},
            },
        )
        quote = funnel["quote"]
        self.assertEqual((quote["reached"], quote["open"]), (3, 3))
        self.assertEqual(quote["cancelled"], 1)
        self.assertIsNone(quote["median_days_late"])
        follow = funnel["follow"]
        self.assertEqual((follow["reached"], follow["open"]), (0, 0))

    def test_days_late_are_those_of_the_user(self):
        late = self.env["mail.activity.plan.report"].search(
            [("run_id", "=", self.runs[3].id), ("code", "=", "call")]
        )
        self.assertEqual(late.days_late, 4)
        domain = [("run_id", "in", self.runs[2:4].ids)]
        self.assertEqual(self._get_funnel(domain=domain)["call"]["median_days_late"], 2)

    def test_overdue(self):
        reports = self.env["mail.activity.plan.report"]
        domain = [("run_id", "=", self.runs[4].id), ("code", "=", "call")]
        for now, overdue in (("2026-03-02 20:00", 0), ("2026-03-03 20:00", 1)):
            with freeze_time(now):
                reports.invalidate_model()
                self.assertEqual(reports.search(domain).overdue, overdue, now)

    def test_follows_access_to_the_records(self):
        self.leads[0].user_id = self.user_colleague
        self.leads.flush_recordset()
        own = self._get_funnel(self.user_owner)["call"]
        self.assertEqual((own["reached"], own["outcomes"]), (4, {"f_yes": 2}))
        reports = self.env["mail.activity.plan.report"]
        hidden = reports.search([("run_id", "=", self.runs[0].id)])
        self.assertTrue(hidden)
        with self.assertRaises(AccessError):
            hidden.with_user(self.user_owner).read(["state"])
        self.assertEqual(
            reports.with_user(self.user_owner).search_count(
                [("plan_id", "=", self.funnel_plan.id)]
            ),
            12,
        )
        with self.assertRaises(AccessError):
            self._get_funnel(self.user_portal)

    def test_steps_that_came_and_went(self):
        self.funnel_plan.template_ids[2].unlink()
        self.funnel_plan.template_ids = [
            Command.create(self._step(self.type_todo, "New", code="new", sequence=9))
        ]
        funnel = self._get_funnel()
        self.assertEqual(list(funnel), ["call", "quote", "new", "follow"])
        self.assertEqual(funnel["new"]["reached"], 0)
        self.assertEqual(funnel["follow"]["summary"], "Follow up")

    def test_version(self):
        reports = self.env["mail.activity.plan.report"]
        before = self.funnel_plan.version
        self.funnel_plan.template_ids[0].summary = "Ring"
        self.assertGreater(self.funnel_plan.version, before)
        run = self._launch(self._create_lead("Later"), self.funnel_plan)
        counts = reports._read_group(
            [("plan_id", "=", self.funnel_plan.id), ("code", "=", "call")],
            ["plan_version"],
            ["reached:sum"],
        )
        self.assertEqual(counts, [(before, 5), (run.plan_version, 1)])

    def test_by_team_month_and_outcome(self):
        groups = self.env["mail.activity.plan.report"]._read_group(
            [("plan_id", "=", self.funnel_plan.id), ("done", "=", 1)],
            ["team_id", "date_start:month", "outcome_id"],
            ["done:sum", "days_late:avg"],
        )
        self.assertEqual(
            [(team, outcome.code, done) for team, _m, outcome, done, _d in groups],
            [(self.sales_team_1, "f_no", 1), (self.sales_team_1, "f_yes", 2)],
        )
        self.assertEqual(groups[1][-1], 2)

    def test_bad_input(self):
        for domain in ("x", [("no_field", "=", 1)], {"a": 1}):
            with self.assertRaises(UserError):
                self._get_funnel(domain=domain)
        with self.assertRaises(UserError):
            (self.funnel_plan | self.plan).get_funnel()
        with self.assertRaises(MissingError):
            self.plan.browse(2**30).get_funnel()
        with self.assertRaises(AccessError):
            self.plan.with_user(self.user_portal).action_view_figures()

    def test_opens_the_record(self):
        row = self.env["mail.activity.plan.report"].search(
            [("run_id", "=", self.runs[0].id)], limit=1
        )
        self.assertEqual(row.action_open_document()["res_id"], self.leads[0].id)
