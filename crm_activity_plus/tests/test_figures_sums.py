# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict
from datetime import datetime
from statistics import median

import pytz
from freezegun import freeze_time

from odoo.tests import tagged

from .figures_common import NOW, FiguresCase

COUNTED = ("done", "skipped", "failed", "cancelled")


@tagged("post_install", "-at_install")
class TestFiguresSums(FiguresCase):
    """What the reports count is what one gets by counting the records one by one."""

    def _get_local_day(self, moment, user):
        zone = pytz.timezone(user.tz or "UTC")
        return pytz.utc.localize(moment).astimezone(zone).date()

    def _get_days_late(self, line):
        day = self._get_local_day(line.date_done, line.user_id)
        return max(0, (day - line.date_deadline).days)

    def _get_lines(self, env, **values):
        lines = self._get_counted_runs(env).line_ids
        for name, value in values.items():
            lines = lines.filtered(lambda line, n=name, v=value: line[n] == v)
        return lines

    def test_the_data_is_not_trivial(self):
        """Otherwise the other tests say nothing."""
        runs = self.all_runs
        self.assertEqual(
            set(runs.mapped("state")),
            {*"running paused done".split()} | {"failed", "stopped"},
        )
        self.assertIn("undone", runs.mapped("stop_reason"))
        counts = [
            len(self._get_counted_runs(env)) for env in self._get_people().values()
        ]
        self.assertEqual(sorted(set(counts), reverse=True), counts)
        twice = [lead for lead in self.all_leads if len(lead.plan_run_ids) > 1]
        self.assertTrue([lead for lead in twice if lead.won_status == "won"])
        self.assertTrue([run for run in runs if not run.lead_id.active])

    def test_steps(self):
        for person, env in self._get_people().items():
            groups = env["mail.activity.plan.report"]._read_group(
                [("plan_id", "in", self.plans.ids)],
                ["plan_id", "plan_version", "code"],
                ["__count", *(f"{name}:sum" for name in COUNTED), "days_late:avg"],
            )
            found = {
                (plan.id, *key): row
                for plan, *key, row in (
                    (plan, version, code, row) for plan, version, code, *row in groups
                )
            }
            expected = defaultdict(lambda: self.env["mail.activity.plan.run.line"])
            for line in self._get_lines(env):
                run = line.run_id
                expected[run.plan_id.id, run.plan_version, line.code] |= line
            self.assertEqual(set(found), set(expected), person)
            for key, lines in expected.items():
                count, *sums, late = found[key]
                self.assertEqual(count, len(lines), (person, key))
                states = lines.mapped("state")
                self.assertEqual(sums, [states.count(name) for name in COUNTED])
                done = lines.filtered(lambda line: line.state == "done")
                days = [self._get_days_late(line) for line in done]
                if days:
                    self.assertAlmostEqual(late, sum(days) / len(days), 6)
                else:
                    self.assertFalse(late)

    def test_funnel(self):
        for person, env in self._get_people().items():
            for plan in self.plans.with_env(env):
                for row in plan.get_funnel([("plan_version", "=", 2)]):
                    lines = self._get_lines(env, code=row["code"]).filtered(
                        lambda line, plan=plan: line.run_id.plan_id.id == plan.id
                        and line.run_id.plan_version == 2
                    )
                    done = lines.filtered(lambda line: line.state == "done")
                    days = [self._get_days_late(line) for line in done]
                    self.assertEqual(
                        row["median_days_late"], median(days) if days else None, person
                    )
                    outcomes = done.mapped("outcome_id.code")
                    counts = defaultdict(int)
                    for line in done:
                        counts[line.outcome_id.code] += 1
                    self.assertEqual(row["outcomes"], counts, outcomes)
                    states = lines.mapped("state")
                    self.assertEqual(row["open"], states.count("scheduled"))
                    reached = ("scheduled", "done", "failed")
                    self.assertEqual(
                        row["reached"], sum(states.count(state) for state in reached)
                    )

    def test_overdue(self):
        for person, env in self._get_people().items():
            with freeze_time(NOW):
                report = env["mail.activity.plan.report"]
                count = report.search_count(
                    [("overdue", "=", 1), ("plan_id", "in", self.plans.ids)]
                )
            late = self._get_lines(env, state="scheduled").filtered(
                lambda line: line.date_deadline < NOW.date()
                and line.run_id.state == "running"
            )
            self.assertEqual(count, len(late), person)
            self.assertTrue(late or person == "salesperson")

    def test_steps_by_month(self):
        for person, env in self._get_people().items():
            groups = env["mail.activity.plan.report"]._read_group(
                [("plan_id", "in", self.plans.ids)],
                ["date_start:month", "team_id", "user_id"],
                ["done:sum"],
            )
            found = {
                ((month.year, month.month), team.id, user.id): count
                for month, team, user, count in groups
                if count
            }
            expected = defaultdict(int)
            zone = pytz.timezone("Europe/Brussels")
            for line in self._get_lines(env, state="done"):
                start = pytz.utc.localize(line.run_id.date_start).astimezone(zone)
                team = line.run_id.lead_id.team_id.id
                expected[(start.year, start.month), team, line.user_id.id] += 1
            self.assertEqual(found, expected, person)

    def test_runs(self):
        names = ("launched", "running", "paused", "done", "stopped", "failed")
        for person, env in self._get_people().items():
            groups = env["mail.activity.plan.run.report"]._read_group(
                [("plan_id", "in", self.plans.ids)],
                ["plan_id", "plan_version"],
                [
                    *(f"{name}:sum" for name in names),
                    *("days:avg", "reply_rate:avg", "replied:sum"),
                    *("lead_id:count_distinct", "won_lead_id:count_distinct"),
                    "won_revenue:sum",
                ],
            )
            seen = 0
            for plan, version, *row in groups:
                runs = self._get_counted_runs(env).filtered(
                    lambda run, key=(plan.id, version): (
                        run.plan_id.id,
                        run.plan_version,
                    )
                    == key
                )
                seen += len(runs)
                self.assertRunFigures(env, runs, row, person)
            self.assertEqual(seen, len(self._get_counted_runs(env)), person)

    def assertRunFigures(self, env, runs, row, person):
        states = runs.mapped("state")
        rest = [states.count(state) for state in ("running", "paused", "done")]
        rest += [states.count(state) for state in ("stopped", "failed")]
        self.assertEqual(row[:6], [len(runs), *rest], person)
        ended = runs.filtered("date_end")
        days = [(r.date_end - r.date_start).total_seconds() / 86400 for r in ended]
        self.assertAlmostEqual(row[6] or 0, sum(days) / (len(days) or 1), 5)
        replied = runs.filtered(lambda run: run.stop_reason == "reply")
        asked = replied | runs.filtered("exit_on_reply")
        self.assertAlmostEqual(row[7] or 0, len(replied) / (len(asked) or 1), 6)
        self.assertEqual(row[8], len(replied))
        self.assertEqual(row[9], len(runs.lead_id))
        won = runs.filtered(
            lambda run: run.lead_id.won_status == "won"
            and run.lead_id.date_closed >= run.date_start
        ).lead_id
        self.assertEqual(row[10], len(won))
        self.assertAlmostEqual(row[11] or 0, sum(map(self._convert, won)), 6)

    def _convert(self, lead):
        is_foreign = lead.company_id == self.other_company
        return lead.expected_revenue / (2 if is_foreign else 1)

    def test_a_lead_with_two_runs_is_counted_once_in_the_total(self):
        env = self._get_people()["manager"]
        report = env["mail.activity.plan.run.report"]
        won = self._get_counted_runs(env).filtered(
            lambda run: run.lead_id.won_status == "won"
            and run.lead_id.date_closed >= run.date_start
        )
        self.assertGreater(len(won), len(won.lead_id))
        [[plans], [total]] = (
            report.formatted_read_grouping_sets(
                [("plan_id", "in", self.plans.ids), ("company_id", "=", company.id)],
                [[]],
                ["won_lead_id:count_distinct", "won_revenue:sum"],
            )
            for company in (self.company_main, self.other_company)
        )
        for figures, company in (
            (plans[0], self.company_main),
            (total[0], self.other_company),
        ):
            leads = won.lead_id.filtered(lambda r, c=company: r.company_id == c)
            self.assertEqual(figures["won_lead_id:count_distinct"], len(leads))
            self.assertAlmostEqual(
                figures["won_revenue:sum"], sum(map(self._convert, leads)), 6
            )

    def test_steps_come_in_their_order(self):
        env = self._get_people()["manager"]
        report, plan = env["mail.activity.plan.report"], self.plans[0]
        names = plan.template_ids.mapped("summary")
        self.assertNotEqual(names, sorted(names))
        domain = [("plan_id", "=", plan.id)]
        for order in (None, "plan_id, summary"):
            groups = report.formatted_read_group(
                domain, ["plan_id", "summary"], ["done:sum"], order=order
            )
            self.assertEqual([group["summary"] for group in groups], names)
        sets = report.formatted_read_grouping_sets(
            domain, [[], ["plan_id"], ["plan_id", "summary"]], ["done:sum"]
        )
        self.assertEqual([group["summary"] for group in sets[2]], names)
        last = report.formatted_read_group(
            domain, ["summary"], ["done:sum"], order="summary desc", limit=1
        )
        self.assertEqual(last[0]["summary"], names[-1])
        by_code = report.formatted_read_group(domain, ["code"], ["done:sum"])
        codes = plan.template_ids.mapped("code")
        self.assertEqual([group["code"] for group in by_code], codes)

    def test_a_step_without_a_name_is_called_by_its_type(self):
        line = self._get_counted_runs(self.env)[0].line_ids[0]
        self.env.cr.execute(
            "UPDATE mail_activity_plan_run_line SET summary = NULL WHERE id = %s",
            [line.id],
        )
        row = self.env["mail.activity.plan.report"].browse(line.id)
        self.assertEqual(row.summary, line.activity_type_id.name)

    def test_days_late_are_not_rounded(self):
        field = self.env["mail.activity.plan.report"]._fields["days_late"]
        self.assertEqual((field.type, field.get_digits(self.env)), ("float", (16, 1)))

    def test_what_was_won_before_was_not_won_by_the_plan(self):
        run = self._get_counted_runs(self.env).filtered(
            lambda run: run.lead_id.won_status == "won"
        )[0]
        row = self.env["mail.activity.plan.run.report"].browse(run.id)
        for closed, lead in ((datetime(2020, 1, 1), False), (NOW.replace(2027), True)):
            run.lead_id.date_closed = closed
            self.env.flush_all()
            row.invalidate_recordset()
            self.assertEqual(bool(row.won_lead_id), lead)

    def test_rows_of_other_companies(self):
        """Not even where the record has none."""
        run = self._get_counted_runs(self.env)[0]
        run.sudo().lead_id.company_id = False
        by_other = {"company_id": self.other_company.id}
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_activity_plan_run SET company_id = %s WHERE id = %s",
            [by_other["company_id"], run.id],
        )
        self.env.invalidate_all()
        env = self._get_people()["leader"]
        for model in ("mail.activity.plan.report", "mail.activity.plan.run.report"):
            self.assertFalse(env[model].search([("run_id", "=", run.id)]), model)
            self.assertTrue(self.env[model].search([("run_id", "=", run.id)]), model)
