# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import tagged

from .figures_common import NOW, FiguresCase

TODAY = NOW.date()


@tagged("post_install", "-at_install")
class TestPlanDashboard(FiguresCase):
    """What the dashboard counts is there, for whoever looks at it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = (cls.user_owner, cls.user_colleague, cls.user_manager)
        leads = cls.all_leads.filtered("active")
        for index in range(80):
            cls._schedule(
                leads[index % len(leads)],
                user=cls.env.user,
                user_id=people[index % 3].id if index % 7 else False,
                date_deadline=TODAY + timedelta(days=cls.random.randrange(-20, 25)),
            )
        held = cls.env["mail.activity"].search([("user_id", "=", cls.user_owner.id)])
        with freeze_time(NOW):
            held[:2].action_hold(TODAY + timedelta(days=3))
        cls.env.flush_all()
        cls.env.invalidate_all()

    def setUp(self):
        super().setUp()
        freezer = freeze_time(NOW)
        freezer.start()
        self.addCleanup(freezer.stop)

    def _each(self):
        """:returns: whoever looks, and the teams that are looked at"""
        for person, env in self._get_people().items():
            for teams in (None, self.team_2.ids, (self.team_2 | self.sales_team_1).ids):
                yield f"{person}, {teams}", env, teams

    def assertCounts(self, records, domain, count, message):
        """It can be sent to the client, and finds as many as were counted."""
        domain = json.loads(json.dumps(domain))
        self.assertEqual(records.search_count(domain), count, message)

    def _get_open_activities(self, env, team_ids):
        """:returns: what somebody may read, looked at one by one"""
        found = self.env["mail.activity"].search([])
        found = found.filtered(lambda a: a.with_env(env).has_access("read"))
        if not team_ids:
            return found
        teams = self.env["crm.team"].browse(team_ids)
        users = teams.user_id | teams.crm_team_member_ids.user_id
        leads = self.env["crm.lead"].with_context(active_test=False)
        leads = leads.search([("team_id", "in", team_ids)])
        return found.filtered(
            lambda a: a.user_id in users
            or (not a.user_id and a.res_model == "crm.lead" and a.res_id in leads._ids)
        )

    def test_overdue(self):
        for message, env, teams in self._each():
            activities = env["mail.activity"]
            data = activities.get_overdue_by_user(teams)
            expected = self._get_open_activities(env, teams)
            late = expected.filtered(lambda a: a.date_deadline < TODAY)
            due = expected.filtered(lambda a: a.date_deadline == TODAY)
            self.assertEqual((data["overdue"], data["today"]), (len(late), len(due)))
            for row in (*data["rows"], data):
                for name in ("overdue", "today"):
                    domain = row[f"{name}_domain"]
                    self.assertCounts(activities, domain, row[name], message)
            for row in data["rows"]:
                user_id = row["user"] and row["user"]["id"]
                own = late.filtered(lambda a, u=user_id: (a.user_id.id or False) == u)
                self.assertEqual(row["overdue"], len(own))
                oldest = min(own.mapped("date_deadline"), default=None)
                self.assertEqual(row["oldest"], oldest and oldest.isoformat())
        self.assertIn(False, [row["user"] for row in data["rows"]])

    def test_workload(self):
        for message, env, teams in self._each():
            activities = env["mail.activity"]
            data = activities.get_workload(teams)
            self.assertEqual(data["days"][0], TODAY.isoformat())
            self.assertEqual(len(data["days"]), 14)
            expected = self._get_open_activities(env, teams).filtered(
                lambda a: TODAY <= a.date_deadline < TODAY + timedelta(days=14)
            )
            self.assertEqual(data["total"], len(expected), message)
            self.assertCounts(activities, data["domain"], data["total"], message)
            for row in data["rows"]:
                self.assertCounts(activities, row["domain"], row["total"], message)
                self.assertEqual(sum(row["counts"]), row["total"])
                for day, count in zip(data["days"], row["counts"], strict=True):
                    domain = [*row["domain"], ("date_deadline", "=", day)]
                    self.assertCounts(activities, domain, count, message)

    def test_stuck_steps(self):
        for message, env, teams in self._each():
            report = env["mail.activity.plan.report"]
            data = report.get_stuck_steps(teams)
            counted = [("overdue", "=", 1)]
            if teams:
                counted.append(("team_id", "in", teams))
            self.assertEqual(data["overdue"], report.search_count(counted), message)
            self.assertCounts(report, data["overdue_domain"], data["overdue"], message)
            for row in data["rows"]:
                self.assertCounts(report, row["domain"], row["open"], message)
                self.assertCounts(
                    report, row["overdue_domain"], row["overdue"], message
                )
                rows = report.search(row["overdue_domain"])
                oldest = min(rows.mapped("date_deadline"))
                self.assertEqual(row["oldest"], oldest.isoformat())
                self.assertEqual(set(rows.mapped("summary")), {row["summary"]})
            counts = [row["overdue"] for row in data["rows"]]
            self.assertEqual(counts, sorted(counts, reverse=True))

    def test_missing_next_step(self):
        for message, env, teams in self._each():
            leads = env["crm.lead"]
            data = leads.get_missing_next_step_by_user(teams)
            found = leads.search([]).filtered("has_no_next_step")
            if teams:
                found = found.filtered(lambda lead, t=teams: lead.team_id.id in t)
            self.assertEqual(data["total"], len(found), message)
            for row in (*data["rows"], {**data, "count": data["total"]}):
                self.assertCounts(leads, row["domain"], row["count"], message)

    def test_the_teams_of_activities(self):
        activities = self.env["mail.activity"].search([])
        for team in self.team_2 | self.sales_team_1:
            found = activities.search([("sales_team_ids", "in", team.ids)])
            same = activities.filtered(lambda a, t=team: t in a.sales_team_ids)
            self.assertEqual(set(found), set(same))
        nobodys = activities.search([("sales_team_ids", "=", False)])
        self.assertEqual(
            set(nobodys), set(activities.filtered(lambda a: not a.sales_team_ids))
        )

    def test_the_teams_of_many_activities(self):
        """Are looked up at once, those of what nobody has yet, too."""
        domain = [("user_id", "=", False), ("res_model", "=", "crm.lead")]
        activities = self.env["mail.activity"].search(domain)
        self.assertGreater(len(set(activities.mapped("res_id"))), 8)
        self.env.invalidate_all()
        with self.assertQueryCount(10):
            activities.mapped("sales_team_ids")

    def test_teams_of_other_companies(self):
        """They are not told, and what there is can be read all the same."""
        user = self.user_owner
        user.company_ids |= self.other_company
        team = self.env["crm.team"].create(
            {
                "name": "Elsewhere",
                "company_id": self.other_company.id,
                "user_id": user.id,
            }
        )
        activity = self._schedule(self.lead, user=self.user_manager, user_id=user.id)
        self.assertIn(team, activity.with_env(self.env).sales_team_ids)
        env = self._as_user(user, user.company_id.ids)
        fields = {"sales_team_ids": {"fields": {"display_name": {}}}}
        [told] = activity.with_env(env).web_read(fields)
        self.assertNotIn(team.id, [row["id"] for row in told["sales_team_ids"]])

    def test_what_is_closed_is_not_overdue(self):
        """Whatever the context says."""
        activity = self._schedule(
            self.lead, user=self.user_manager, date_deadline=TODAY - timedelta(days=1)
        )
        activity.action_cancel()
        due = self._schedule(self.lead, user=self.user_manager, date_deadline=TODAY)
        due.action_cancel()
        activities = self.env["mail.activity"].with_user(self.user_manager)
        steered = activities.with_context(active_test=False)
        for method in ("get_overdue_by_user", "get_workload"):
            self.assertEqual(getattr(steered, method)(), getattr(activities, method)())

    def test_strangers(self):
        for user in (self.user_portal, self.user_public):
            env = self._as_user(user, self.company_main.ids)
            for model, method in (
                ("crm.lead", "get_missing_next_step_by_user"),
                ("crm.lead", "get_plan_comparison"),
                ("mail.activity.plan.report", "get_stuck_steps"),
                ("mail.activity.plan.report", "get_funnels"),
            ):
                with self.assertRaises(AccessError):
                    getattr(env[model], method)()

    def test_bad_input(self):
        activities = self.env["mail.activity"]
        for team_ids in ("x", 5.5, {"a": 1}, ["x"]):
            with self.assertRaises(UserError):
                activities.get_overdue_by_user(team_ids)
        for day_count in (-1, "x", 2.5):
            with self.assertRaises(UserError):
                activities.get_workload(None, day_count)
        self.assertEqual(len(activities.get_workload(None, 10_000)["days"]), 60)
        self.assertEqual(activities.get_workload(None, 0)["total"], 0)
        self.assertFalse(activities.get_workload([2**30])["rows"])

    def test_query_counts(self):
        """They don't grow with what is there."""
        env = self._get_people()["leader"]
        for model, method, most in (
            ("mail.activity", "get_overdue_by_user", 12),
            ("mail.activity", "get_workload", 10),
            ("mail.activity.plan.report", "get_stuck_steps", 10),
            ("crm.lead", "get_missing_next_step_by_user", 6),
            ("crm.lead", "get_plan_comparison", 8),
        ):
            work = getattr(env[model], method)
            work(self.sales_team_1.ids)
            env.invalidate_all()
            with self.subTest(method), self.assertQueryCount(most):
                work(self.sales_team_1.ids)


@tagged("post_install", "-at_install")
class TestPlanComparison(FiguresCase):
    """Leads with a plan beside those without one."""

    def _is_launched(self, run):
        lead = run.lead_id
        closed = lead.date_closed
        return run.stop_reason != "undone" and not (closed and closed < run.date_start)

    def _get_plans(self, lead):
        return lead.plan_run_ids.filtered(self._is_launched).plan_id

    def _convert(self, lead):
        is_foreign = lead.company_id == self.other_company
        return lead.expected_revenue / (2 if is_foreign else 1)

    def _compare(self, leads, plan):
        """:returns: of the leads with the plan and of those without any: how many, how
        many were won, share, and revenue for each lead; and how many were left out"""
        cells = {}
        for lead in leads:
            cell = (lead.team_id, lead.create_date.year, lead.create_date.month)
            with_plan, without = cells.setdefault(cell, ([], []))
            plans = self._get_plans(lead)
            if plan in plans:
                with_plan.append(lead)
            if not plans:
                without.append(lead)
        left_out = sum(len(w) for w, others in cells.values() if not others)
        cells = [pair for pair in cells.values() if all(pair)]
        weight = sum(len(own) for own, _others in cells) or 1
        result = []
        for side in (0, 1):
            won = [
                [lead for lead in pair[side] if lead.won_status == "won"]
                for pair in cells
            ]
            rate = revenue = 0
            for pair, winners in zip(cells, won, strict=True):
                share = len(pair[0]) / weight / len(pair[side])
                rate += share * len(winners)
                revenue += share * sum(map(self._convert, winners))
            count = sum(len(pair[side]) for pair in cells)
            result.append((count, sum(map(len, won)), rate, revenue))
        return result, left_out

    def test_it_is_what_one_counts(self):
        total = 0
        for person, env in self._get_people().items():
            # Whole months, so that a day more or less says nothing.
            env = env(context={**env.context, "tz": "UTC"})
            leads = env["crm.lead"]
            data = leads.get_plan_comparison(
                (self.team_2 | self.sales_team_1).ids, "2025-10-01", "2026-03-31"
            )
            readable = self.all_leads.filtered(
                lambda lead, env=env: lead.with_env(env).has_access("read")
            )
            for row in data["rows"]:
                plan = self.env["mail.activity.plan"].browse(row["plan"]["id"])
                sides, left_out = self._compare(readable, plan)
                self.assertEqual(row["left_out"], left_out, person)
                for name, side in zip(
                    ("with_plan", "without_plan"), sides, strict=True
                ):
                    found = row[name]
                    self.assertEqual((found["leads"], found["won"]), side[:2], person)
                    self.assertAlmostEqual(found["rate"] or 0, side[2], 6)
                    self.assertAlmostEqual(found["revenue_per_lead"] or 0, side[3], 4)
                    self.assertDrillDown(leads, found)
                    total += found["leads"]
        self.assertGreater(total, 50)

    def assertDrillDown(self, leads, side):
        for name, domain in (("leads", "domain"), ("won", "won_domain")):
            count = leads.search_count(json.loads(json.dumps(side[domain])))
            self.assertEqual(count, side[name], name)

    def test_time_zones(self):
        """A month begins when it does for whoever looks."""
        for zone in ("Pacific/Auckland", "America/Los_Angeles"):
            env = self._get_people()["manager"]
            leads = env(context={**env.context, "tz": zone})["crm.lead"]
            for row in leads.get_plan_comparison(None, "2025-10-01", NOW)["rows"]:
                for side in ("with_plan", "without_plan"):
                    self.assertDrillDown(leads, row[side])

    def test_launched_plans(self):
        for lead in self.all_leads:
            self.assertEqual(lead.launched_plan_ids, self._get_plans(lead))
        leads = self.env["crm.lead"].with_context(active_test=False)
        mine = Domain("id", "in", self.all_leads.ids)
        for plan in self.plans:
            found = leads.search(mine & Domain("launched_plan_ids", "in", plan.ids))
            self.assertEqual(
                set(found._ids),
                {each.id for each in self.all_leads if plan in self._get_plans(each)},
            )
        without = leads.search(mine & Domain("launched_plan_ids", "=", False))
        self.assertEqual(
            set(without._ids),
            {lead.id for lead in self.all_leads if not self._get_plans(lead)},
        )
        both = leads.search_count(mine & Domain("launched_plan_ids", "!=", False))
        self.assertEqual(both + len(without), len(self.all_leads))

    def test_days(self):
        leads = self.env["crm.lead"]
        with freeze_time(NOW):
            data = leads.get_plan_comparison()
        self.assertEqual(
            (data["date_from"], data["date_to"]), ("2025-03-16", "2026-03-16")
        )
        nothing = leads.get_plan_comparison(None, date(1950, 1, 1), date(1950, 2, 1))
        self.assertEqual(nothing["rows"], [])
        for wrong in ("x", 5, "2026-13-01"):
            with self.assertRaises(UserError):
                leads.get_plan_comparison(None, wrong)
