# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A company of 200 salespeople after two years, made by plain SQL in some minutes:
1,000,000 activities, half of them done, 300,000 launched plans with 1,500,000 steps,
and a ledger of 3,700,000 rows. ``BENCH_SCALE=0.1`` makes a tenth of that.
"""

import os
import sys
import time

import figures
import lists
from bench_common import Bench

from odoo.tools import SQL

SIZE = float(os.environ.get("BENCH_SCALE", 1))
DONE = int(500_000 * SIZE)
lists.USERS, lists.TEAMS = 200, 20
lists.ACTIVITIES, lists.DONE_SHARE = int(440_000 * SIZE), 0
figures.RUNS, figures.STEPS = int(300_000 * SIZE), 5
lists.LEADS = figures.RUNS * 6 // 5
lists.PARTNERS = int(10_000 * SIZE)


def main(env):
    make_data(env)
    Bench(env).save()


def make_data(env):
    # The rows are good: checking each key of each row would take most of the time.
    env.cr.execute("SET session_replication_role = replica")
    for make in (
        *(lists.make_users, lists.make_partners, lists.make_leads, figures.make_plans),
        *(figures.make_runs, figures.make_steps, figures.make_activities),
        *(make_done_activities, lists.make_activities, complete_activities),
        *(lists.hold_some, figures.close_leads, figures.make_leader, make_ledger),
    ):
        start = time.perf_counter()
        make(env)
        env.cr.commit()
        print(f"{make.__name__}: {time.perf_counter() - start:.0f} s", file=sys.stderr)
    env.cr.execute("SET session_replication_role = DEFAULT")
    env.cr.commit()
    env.registry.clear_all_caches()


def make_done_activities(env):
    """Of the steps that are done; each activity of a step is known by the step."""
    env.cr.execute(
        SQL(
            """
            WITH done AS (
                SELECT *
                  FROM mail_activity_plan_run_line
                 WHERE state = 'done'
                 ORDER BY id %% 7
                 LIMIT %(count)s
            ), made AS (
                INSERT INTO mail_activity
                       (res_model, res_model_id, res_id, res_name, activity_type_id,
                        summary, date_deadline, date_done, user_id, user_tz, active,
                        status, automated, run_id, run_line_id, outcome_id, feedback,
                        create_uid, create_date, write_uid, write_date)
                SELECT line.res_model, %(model_id)s, line.res_id, lead.name,
                       line.activity_type_id, line.summary, line.date_deadline,
                       line.date_done, line.user_id, 'Europe/Brussels', FALSE, 'done',
                       TRUE, line.run_id, line.id, line.outcome_id,
                       '<p>Talked about the offer; will decide next week.</p>',
                       %(uid)s, line.date_done, %(uid)s, line.date_done
                  FROM done AS line
                  JOIN crm_lead lead ON lead.id = line.res_id
             RETURNING id, run_line_id
            )
            UPDATE mail_activity_plan_run_line line SET activity_id = made.id
              FROM made WHERE made.run_line_id = line.id
            """,
            count=DONE,
            model_id=env["ir.model"]._get_id("crm.lead"),
            uid=env.uid,
        )
    )


def complete_activities(env):
    """What the addon itself fills in."""
    env.cr.execute(
        """
        UPDATE mail_activity activity
           SET status = COALESCE(activity.status, 'new'),
               partner_id = CASE WHEN activity.res_model = 'res.partner'
                                 THEN activity.res_id ELSE lead.partner_id END
          FROM mail_activity same
     LEFT JOIN crm_lead lead
            ON same.res_model = 'crm.lead' AND lead.id = same.res_id
         WHERE same.id = activity.id
        """
    )


# As the ledger would have been written: the launch of each run, the beginning and the
# end of each step, the end of the run, and activities outside of plans.
LEDGER = """
        INSERT INTO mail_activity_log
               (date, user_id, res_model, res_id, activity_ref, run_id, run_line_id,
                event, old_status, new_status, values)
        SELECT date, user_id, res_model, res_id, activity_ref, run_id, line_id, event,
               old_status, new_status, values
          FROM (
            SELECT 1 AS place, run.date_start AS date, run.user_id, run.res_model,
                   run.res_id, NULL::int AS activity_ref, run.id AS run_id,
                   NULL::int AS line_id, 'launched' AS event, NULL AS old_status,
                   'running' AS new_status,
                   jsonb_build_object('plan_id', run.plan_id, 'plan_date',
                       run.plan_date, 'company_id', run.company_id, 'responsible_id',
                       FALSE) AS values
              FROM mail_activity_plan_run run
             WHERE run.name LIKE 'Bench %'
         UNION ALL
            SELECT 2, run.date_start, line.user_id, line.res_model, line.res_id,
                   line.activity_id, line.run_id, line.id, begun, NULL, begun,
                   jsonb_build_object('attempt', 1, 'activity_type_id',
                       line.activity_type_id, 'date_deadline', line.date_deadline,
                       'outcome', FALSE, 'outcome_id', FALSE, 'reason_code', FALSE,
                       'summary', line.summary, 'user_id', line.user_id)
              FROM mail_activity_plan_run_line line
              JOIN mail_activity_plan_run run ON run.id = line.run_id,
           LATERAL (SELECT CASE line.state WHEN 'waiting' THEN 'waiting'
                                           ELSE 'scheduled' END AS begun) made
             WHERE run.name LIKE 'Bench %'
         UNION ALL
            SELECT 3, COALESCE(line.date_done, run.date_end), line.user_id,
                   line.res_model, line.res_id, line.activity_id, line.run_id, line.id,
                   line.state, 'scheduled', line.state,
                   jsonb_build_object('attempt', 1, 'activity_type_id',
                       line.activity_type_id, 'date_deadline', line.date_deadline,
                       'outcome', 'bench_1', 'outcome_id', line.outcome_id,
                       'reason_code', FALSE, 'summary', line.summary,
                       'user_id', line.user_id)
              FROM mail_activity_plan_run_line line
              JOIN mail_activity_plan_run run ON run.id = line.run_id
             WHERE run.name LIKE 'Bench %'
               AND line.state NOT IN ('waiting', 'scheduled')
         UNION ALL
            SELECT 4, run.date_end, run.user_id, run.res_model, run.res_id, NULL,
                   run.id, NULL, run.state, 'running', run.state, NULL
              FROM mail_activity_plan_run run
             WHERE run.name LIKE 'Bench %' AND run.date_end IS NOT NULL
         UNION ALL
            SELECT 1, activity.create_date, activity.create_uid, activity.res_model,
                   activity.res_id, activity.id, NULL, NULL, 'created', NULL, 'new',
                   jsonb_build_object('summary', activity.summary, 'activity_type_id',
                       activity.activity_type_id, 'user_id', activity.user_id,
                       'date_deadline', activity.date_deadline, 'attempt', 1)
              FROM mail_activity activity
             WHERE activity.run_id IS NULL
          ) rows
        ORDER BY date, place
        """


def make_ledger(env):
    env.cr.execute(LEDGER)
