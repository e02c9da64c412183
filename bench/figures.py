# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The figures of plans that were launched 100,000 times, with 600,000 steps.

The data is made by plain SQL: what is measured is reading, as a salesperson who sees
own leads, and as a team leader and a manager who see all of them. The leader looks at
one team.
"""

import os

import lists
from bench_common import Bench

from odoo.fields import Command
from odoo.tools import SQL

RUNS = int(os.environ.get("BENCH_RUNS", 100_000))
PLANS = 10
STEPS = 6
PEOPLE = {"salesperson": "bench_1", "leader": "bench_2", "manager": "bench_0"}


def main(env):
    if not env["res.users"].search_count([("login", "=like", "bench_%")]):
        # One of six has no plan.
        lists.LEADS = RUNS * 6 // 5
        lists.make_users(env)
        lists.make_partners(env)
        lists.make_leads(env)
        make_plans(env)
        make_runs(env)
        make_steps(env)
        make_activities(env)
        close_leads(env)
        make_leader(env)
        env.cr.commit()
        env.cr.execute("ANALYZE")
        env.cr.commit()
        env.registry.clear_all_caches()
    bench = Bench(env)
    for person, login in PEOPLE.items():
        user = env["res.users"].search([("login", "=", login)])
        context = {"tz": "Europe/Brussels", "allowed_company_ids": env.company.ids}
        user_env = env(user=user, context=context)
        for name, work in get_works(user_env, person == "leader").items():
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
                           [1 + l.id / 10 %% 5] AS state) made
             WHERE l.name LIKE 'Opportunity %%' AND l.id %% 6 <> 0
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
                   CASE WHEN run.state = 'running'
                        THEN CURRENT_DATE - 30 + (run.id::bigint * 7919 %% 60)::int
                        ELSE run.plan_date + step.sequence END,
                   CASE WHEN closed THEN run.date_start
                        + (step.sequence + run.id %% 4) * INTERVAL '1 day' END,
                   CASE WHEN closed AND (run.id + step.sequence) %% 7 = 0 THEN 'skipped'
                        WHEN closed THEN 'done'
                        WHEN run.state = 'stopped' THEN 'cancelled'
                        WHEN step.sequence = 3 THEN 'scheduled'
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


def make_activities(env):
    """Of the steps that are open."""
    env.cr.execute(
        SQL(
            """
            WITH made AS (
                INSERT INTO mail_activity
                       (res_model, res_model_id, res_id, res_name, activity_type_id,
                        summary, date_deadline, user_id, user_tz, active, status,
                        automated, run_id, run_line_id, create_uid, create_date)
                SELECT line.res_model, %(model_id)s, line.res_id, lead.name,
                       line.activity_type_id, line.summary, line.date_deadline,
                       lead.user_id, 'Europe/Brussels', TRUE, 'new', TRUE, line.run_id,
                       line.id, %(uid)s, now()
                  FROM mail_activity_plan_run_line line
                  JOIN crm_lead lead ON lead.id = line.res_id
                 WHERE line.state = 'scheduled'
             RETURNING id, run_line_id
            )
            UPDATE mail_activity_plan_run_line line SET activity_id = made.id
              FROM made WHERE made.run_line_id = line.id
            """,
            model_id=env["ir.model"]._get_id("crm.lead"),
            uid=env.uid,
        )
    )


def close_leads(env):
    """They were created before the launch; some were won since, some lost."""
    env.cr.execute(
        """
        UPDATE crm_lead
           SET create_date = now() - (3 + id * 37 % 730) * INTERVAL '1 day',
               won_status = (ARRAY['pending', 'pending', 'won', 'lost', 'pending'])
                            [1 + id / 10 % 5],
               active = id / 10 % 5 <> 3,
               date_closed = CASE WHEN id / 10 % 5 IN (2, 3) THEN now() END
         WHERE name LIKE 'Opportunity %'
        """
    )


def make_leader(env):
    user = env["res.users"].search([("login", "=", PEOPLE["leader"])])
    group = env.ref("sales_team.group_sale_salesman_all_leads")
    user.group_ids = [Command.link(group.id)]
    env.flush_all()


def get_works(env, is_leader):
    """:returns: name -> function"""
    return get_step_works(env) | get_run_works(env) | get_panels(env, is_leader)


def get_step_works(env):
    reports = env["mail.activity.plan.report"]
    plan = env["mail.activity.plan"].search([("name", "=", "Bench 1")])
    measures = ["__count", "reached:sum", "done:sum", "skipped:sum", "failed:sum"]
    measures += ["open:sum", "overdue:sum", "days_late:avg"]
    year, own = [("date_start", ">=", "-1y")], [("plan_id", "=", plan.id)]
    overdue = [("state", "=", "scheduled"), ("overdue", "=", 1)]

    def group(*names, domain=()):
        return lambda: reports.formatted_read_group(list(domain), names, measures)

    return {
        "funnel of a plan": plan.get_funnel,
        "funnel of a plan, a year": lambda: plan.get_funnel(year),
        "screen of a plan's funnel": lambda: reports.get_funnels(own),
        "the same, by month": lambda: reports.get_funnels(own, "date_start:month"),
        "funnels of all plans": reports.get_funnels,
        "steps by plan": group("plan_id"),
        "steps by plan and step": group("plan_id", "summary"),
        "steps by plan and version": group("plan_id", "plan_version"),
        "steps by type": group("activity_type_id"),
        "steps by user": group("user_id"),
        "steps by team": group("team_id"),
        "steps by month": group("date_start:month"),
        "steps by outcome": group("outcome_id"),
        "overdue steps by user": group("user_id", domain=overdue),
        "a page of steps": lambda: reports.web_search_read(
            [], get_columns(), limit=80, count_limit=10001
        ),
    }


def get_run_works(env):
    """What the pivot table shows, all at once."""
    reports = env["mail.activity.plan.run.report"]
    measures = ["__count", "launched:sum", "done:sum", "stopped:sum", "days:avg"]
    measures += ["reply_rate:avg", "meeting_rate:avg", "won_lead_id:count_distinct"]
    measures += ["won_revenue:sum"]

    def group(name):
        return lambda: reports.formatted_read_grouping_sets([], [[], [name]], measures)

    return {
        "launches by plan": group("plan_id"),
        "launches by version": group("plan_version"),
        "launches by reason": group("stop_reason"),
        "launches by team": group("team_id"),
        "launches by month": group("date_start:month"),
    }


def get_panels(env, is_leader):
    teams = env["crm.team"].search([("user_id", "=", env.uid)]).ids if is_leader else []
    activities, leads = env["mail.activity"], env["crm.lead"]
    steps = env["mail.activity.plan.report"]
    return {
        "panel: overdue": lambda: activities.get_overdue_by_user(teams),
        "panel: stuck": lambda: steps.get_stuck_steps(teams),
        "panel: no next step": lambda: leads.get_missing_next_step_by_user(teams),
        "panel: two weeks": lambda: activities.get_workload(teams),
        "panel: comparison": lambda: leads.get_plan_comparison(teams),
        "comparison, two years": lambda: leads.get_plan_comparison(teams, "2020-01-01"),
    }


def get_columns():
    """What the list shows."""
    names = {"fields": {"display_name": {}}}
    columns = {"summary": {}, "state": {}, "date_deadline": {}, "days_late": {}}
    return columns | {"run_id": names, "user_id": names, "outcome_id": names}
