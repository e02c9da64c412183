# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The figures of plans that were launched 100,000 times, with 600,000 steps.

The data is made by plain SQL: what is measured is reading, as a salesperson who sees
own leads and as a manager who sees all.
"""

import os

import lists
from bench_common import Bench

from odoo.fields import Command
from odoo.tools import SQL

RUNS = int(os.environ.get("BENCH_RUNS", 100_000))
PLANS = 10
STEPS = 6


def main(env):
    if not env["res.users"].search_count([("login", "=like", "bench_%")]):
        lists.LEADS = RUNS
        lists.make_users(env)
        lists.make_partners(env)
        lists.make_leads(env)
        make_plans(env)
        make_runs(env)
        make_steps(env)
        env.cr.commit()
        env.cr.execute("ANALYZE")
        env.cr.commit()
        env.registry.clear_all_caches()
    bench = Bench(env)
    for person, login in (("salesperson", "bench_1"), ("manager", "bench_0")):
        user = env["res.users"].search([("login", "=", login)])
        reports = env(user=user)["mail.activity.plan.report"]
        for name, work in get_works(reports).items():
            lists.time_work(bench, env, f"{name}, {person}", work)
    bench.save()


def make_plans(env):
    types = env["mail.activity.type"].search([("category", "=", "default")])
    env["mail.activity.plan"].create(
        [
            {
                "name": f"Bench {plan}",
                "res_model": "crm.lead",
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": types[step % len(types)].id,
                            "summary": f"Step {step}",
                            "code": f"step_{step}",
                            "sequence": step,
                        }
                    )
                    for step in range(STEPS)
                ],
            }
            for plan in range(PLANS)
        ]
    )
    env["mail.activity.outcome"].create(
        [{"name": f"Bench {n}", "code": f"bench_{n}"} for n in range(5)]
    )
    env.flush_all()


def make_runs(env):
    """One of five runs still, one was stopped; over two years."""
    env.cr.execute(
        SQL(
            """
            INSERT INTO mail_activity_plan_run
                   (plan_id, plan_version, name, res_model, res_id, lead_id, partner_id,
                    company_id, user_id, plan_date, state, stop_reason, date_start,
                    date_end, progress, deadline_policy, launch_key)
            SELECT plan.id, 1 + l.id %% 3, plan.name, 'crm.lead', l.id, l.id,
                   l.partner_id, l.company_id, l.user_id, day::date, state,
                   CASE WHEN state = 'stopped' THEN 'reply' END, day,
                   CASE WHEN state <> 'running' THEN day + INTERVAL '12 days' END,
                   50, 'calendar', ''
              FROM crm_lead l
              JOIN (SELECT id, name, row_number() OVER (ORDER BY id) - 1 AS n
                      FROM mail_activity_plan
                     WHERE name LIKE 'Bench %%') plan ON plan.n = l.id %% %s,
           LATERAL (SELECT now() - l.id * 37 %% 730 * INTERVAL '1 day' AS day,
                           (ARRAY['running', 'stopped', 'done', 'done', 'done'])
                           [1 + l.id %% 5] AS state) made
             WHERE l.name LIKE 'Opportunity %%'
            """,
            PLANS,
        )
    )


def make_steps(env):
    """Of a run that is over the steps are done, one of seven skipped; of one that
    isn't, half of them."""
    env.cr.execute(
        SQL(
            """
            INSERT INTO mail_activity_plan_run_line
                   (run_id, res_model, res_id, template_id, code, sequence, summary,
                    activity_type_id, action_type, user_id, date_deadline, date_done,
                    state, outcome_id, attempt, branch_taken)
            SELECT run.id, run.res_model, run.res_id, step.id, step.code, step.sequence,
                   step.summary, step.activity_type_id, 'activity', run.user_id,
                   run.plan_date + step.sequence,
                   CASE WHEN closed THEN run.date_start
                        + (step.sequence + run.id %% 4) * INTERVAL '1 day' END,
                   CASE WHEN closed AND (run.id + step.sequence) %% 7 = 0 THEN 'skipped'
                        WHEN closed THEN 'done'
                        WHEN step.sequence = 3 THEN 'scheduled'
                        WHEN run.state = 'stopped' THEN 'cancelled'
                        ELSE 'waiting' END,
                   CASE WHEN closed THEN (%(outcomes)s::int[])[1 + run.id %% 5] END,
                   1, TRUE
              FROM mail_activity_plan_run run
              JOIN mail_activity_plan_template step ON step.plan_id = run.plan_id,
           LATERAL (SELECT run.state = 'done' OR step.sequence < 3 AS closed) made
             WHERE run.name LIKE 'Bench %%'
            """,
            outcomes=env["mail.activity.outcome"]
            .search([("code", "=like", "bench_%")])
            .ids,
        )
    )


def get_works(reports):
    """:returns: name -> function"""
    plan = reports.env["mail.activity.plan"].search([("name", "=", "Bench 1")])
    measures = ["__count", "reached:sum", "done:sum", "skipped:sum", "failed:sum"]
    measures += ["open:sum", "overdue:sum", "days_late:avg"]
    year = [("date_start", ">=", "-1y")]

    def group(*names, domain=()):
        return lambda: reports.formatted_read_group(list(domain), names, measures)

    return {
        "funnel of a plan": plan.get_funnel,
        "funnel of a plan, a year": lambda: plan.get_funnel(year),
        "by plan": group("plan_id"),
        "by plan and step": group("plan_id", "summary"),
        "by plan and version": group("plan_id", "plan_version"),
        "by type": group("activity_type_id"),
        "by user": group("user_id"),
        "by team": group("team_id"),
        "by month": group("date_start:month"),
        "by outcome": group("outcome_id"),
        "overdue by user": group("user_id", domain=[("overdue", "=", 1)]),
        "a page": lambda: reports.web_search_read(
            [], lists_columns(), limit=80, count_limit=10001
        ),
    }


def lists_columns():
    """What the list shows."""
    names = {"fields": {"display_name": {}}}
    columns = {"summary": {}, "state": {}, "date_deadline": {}, "days_late": {}}
    return columns | {"run_id": names, "user_id": names, "outcome_id": names}
