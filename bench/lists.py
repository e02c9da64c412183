# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The lists of a company with 200,000 open activities, as people open them.

It is run twice: with Odoo's crm alone, and with the addon. The first time it makes the
data, by plain SQL: what is measured is reading.
"""

import os
import statistics
import time

from bench_common import Bench

from odoo.fields import Command
from odoo.tools import SQL

ACTIVITIES = int(os.environ.get("BENCH_ACTIVITIES", 200_000))
LEADS = ACTIVITIES * 3 // 10
PARTNERS = ACTIVITIES // 40
USERS = 100
TEAMS = 10
# So many of the activities are done, beside those that are open.
DONE_SHARE = 0.25
# Each is measured so often; the middle one counts. One that takes longer than the limit
# isn't repeated.
REPEATS = 5
PATIENCE = 3

COLUMNS = {
    "summary": {},
    "activity_type_id": {"fields": {"display_name": {}}},
    "user_id": {"fields": {"display_name": {}}},
    "res_name": {},
    "date_deadline": {},
}


def main(env):
    if not env["res.users"].search_count([("login", "=like", "bench_%")]):
        make_data(env)
    has_addon = "status" in env["mail.activity"]._fields
    if has_addon:
        hold_some(env)
    env.cr.execute("ANALYZE")
    env.cr.commit()
    bench = Bench(env)
    for person, login in (
        ("salesperson", "bench_1"),
        ("manager", "bench_0"),
    ):
        user = env["res.users"].search([("login", "=", login)])
        measure(bench, env(user=user), person, has_addon)
    bench.save()


def make_data(env):
    make_users(env)
    make_partners(env)
    make_leads(env)
    make_activities(env)
    env.cr.commit()


def make_users(env):
    def group(xmlid):
        return Command.link(env.ref(xmlid).id)

    teams = env["crm.team"].create([{"name": f"Bench {n}"} for n in range(TEAMS)])
    users = (
        env["res.users"]
        .with_context(no_reset_password=True, tracking_disable=True)
        .create(
            [
                {
                    "name": f"Bench {n}",
                    "login": f"bench_{n}",
                    "tz": "Europe/Brussels",
                    "group_ids": [
                        group("base.group_user"),
                        group(
                            "sales_team.group_sale_salesman"
                            if n % 10
                            else "sales_team.group_sale_manager"
                        ),
                    ],
                }
                for n in range(USERS)
            ]
        )
    )
    env["crm.team.member"].create(
        [
            {"user_id": user.id, "crm_team_id": teams[n % TEAMS].id}
            for n, user in enumerate(users)
        ]
    )
    for n, team in enumerate(teams):
        team.user_id = users[n]
    env.flush_all()


def make_partners(env):
    env.cr.execute(
        SQL(
            """
            INSERT INTO res_partner
                   (name, complete_name, active, type, company_id, email,
                    autopost_bills, create_date, write_date)
            SELECT 'Bench Customer ' || n, 'Bench Customer ' || n, TRUE, 'contact',
                   NULL, 'bench' || n || '@example.com', 'ask', now(), now()
              FROM generate_series(1, %s) AS n
            """
            if "autopost_bills" in env["res.partner"]._fields
            else """
            INSERT INTO res_partner
                   (name, complete_name, active, type, company_id, email,
                    create_date, write_date)
            SELECT 'Bench Customer ' || n, 'Bench Customer ' || n, TRUE, 'contact',
                   NULL, 'bench' || n || '@example.com', now(), now()
              FROM generate_series(1, %s) AS n
            """,
            PARTNERS,
        )
    )


def make_leads(env):
    """One of twenty belongs to nobody; some are hotter than others."""
    stages = env["crm.stage"].search([]).ids
    env.cr.execute(
        SQL(
            """
            WITH seller AS (
                SELECT u.id AS user_id, m.crm_team_id AS team_id,
                       row_number() OVER (ORDER BY u.id) - 1 AS n
                  FROM res_users u
                  JOIN crm_team_member m ON m.user_id = u.id
                 WHERE u.login LIKE 'bench\\_%%'
            ), customer AS (
                SELECT id, row_number() OVER (ORDER BY id) - 1 AS n
                  FROM res_partner WHERE email LIKE 'bench%%@example.com'
            )
            INSERT INTO crm_lead
                   (name, type, active, priority, user_id, team_id, company_id,
                    stage_id, partner_id, probability, expected_revenue,
                    create_date, write_date, won_status)
            SELECT 'Opportunity ' || i, 'opportunity', TRUE, (i * 7 %% 4)::text,
                   CASE WHEN i %% 20 = 0 THEN NULL ELSE seller.user_id END,
                   seller.team_id, %(company)s,
                   (%(stages)s::int[])[1 + i %% %(count)s], customer.id, 20,
                   i %% 9000, now(), now(), 'pending'
              FROM generate_series(1, %(leads)s) AS i
              JOIN seller ON seller.n = i %% %(users)s
              JOIN customer ON customer.n = i %% %(partners)s
            """,
            company=env.company.id,
            stages=stages,
            count=len(stages),
            leads=LEADS,
            users=USERS,
            partners=PARTNERS,
        )
    )


def make_activities(env):
    """On leads, and one of ten on a customer; due from two months ago to ten months
    ahead; and as many done ones as a quarter of the open ones."""
    types = env["mail.activity.type"].search([("res_model", "=", False)]).ids
    for res_model, share in (("crm.lead", 0.9), ("res.partner", 0.1)):
        documents = SQL(
            "SELECT id, name, user_id FROM crm_lead WHERE name LIKE 'Opportunity %%'"
        )
        if res_model == "res.partner":
            documents = SQL(
                """
                SELECT p.id, p.name, u.id AS user_id
                  FROM res_partner p
                  JOIN res_users u ON u.login = 'bench_' || p.id %% %s
                 WHERE p.email LIKE 'bench%%@example.com'
                """,
                USERS,
            )
        insert_activities(env, res_model, share, types, documents)


def insert_activities(env, res_model, share, types, documents):
    env.cr.execute(
        SQL(
            """
            WITH document AS (
                SELECT d.*, row_number() OVER (ORDER BY id) - 1 AS n
                  FROM (%(documents)s) d
            )
            INSERT INTO mail_activity
                   (res_model, res_model_id, res_id, res_name, activity_type_id,
                    summary, date_deadline, user_id, user_tz, active, date_done,
                    automated, create_uid, create_date, write_uid, write_date)
            SELECT %(res_model)s, %(model_id)s, document.id, document.name,
                   (%(types)s::int[])[1 + i %% %(count)s],
                   'Step ' || i %% 50,
                   CURRENT_DATE - 60 + (i::bigint * 7919 %% 365)::int,
                   document.user_id, 'Europe/Brussels', i <= %(open)s,
                   CASE WHEN i > %(open)s
                        THEN CURRENT_DATE - (i %% 90)::int END,
                   FALSE, %(uid)s, now(), %(uid)s, now()
              FROM generate_series(1, %(all)s) AS i
              JOIN document ON document.n = i * 31 %% %(total)s
            """,
            documents=documents,
            total=LEADS if res_model == "crm.lead" else PARTNERS,
            res_model=res_model,
            model_id=env["ir.model"]._get_id(res_model),
            types=types,
            count=len(types),
            open=int(ACTIVITIES * share),
            all=int(ACTIVITIES * share * (1 + DONE_SHARE)),
            uid=env.uid,
        )
    )


def hold_some(env):
    """One of twenty is on hold: the addon keeps them inactive."""
    env.cr.execute(
        """
        UPDATE mail_activity
           SET active = FALSE, status = 'on_hold', status_before_hold = 'new',
               on_hold_until = CURRENT_DATE + 30
         WHERE active AND id % 20 = 0
        """
    )


def measure(bench, env, person, has_addon):
    Activity = env["mail.activity"].with_context(
        bin_size=True, tz="Europe/Brussels", allowed_company_ids=env.company.ids
    )
    works = get_works(Activity)
    if has_addon:
        works |= get_addon_works(Activity)
    for name, work in works.items():
        time_work(bench, env, f"{name}, {person}", work)


def get_works(Activity):
    """:returns: what both sides do: name -> function"""
    env, mine = Activity.env, [("user_id", "=", Activity.env.uid)]
    overdue = [("date_deadline", "<", Activity._fields["date_deadline"].today())]
    return {
        "my activities": read_page(Activity, mine),
        "all activities": read_page(Activity, []),
        "overdue": read_page(Activity, overdue),
        "search by name": read_page(
            Activity, [("res_name", "ilike", "opportunity 4711")]
        ),
        "group by type": read_groups(Activity, "activity_type_id"),
        "group by responsible": read_groups(Activity, "user_id"),
        "my activities by type": read_groups(Activity, "activity_type_id", mine),
        "systray": lambda: env["res.users"]._get_activity_groups(),
    }


def get_addon_works(Activity):
    """:returns: what only the addon can do: name -> function"""
    env, mine = Activity.env, [("user_id", "=", Activity.env.uid)]
    on_lead = env["mail.activity"].search([("res_model", "=", "crm.lead")], limit=1)
    partner = env["crm.lead"].browse(on_lead.res_id).partner_id
    overdue = [("date_deadline", "<", Activity._fields["date_deadline"].today())]
    still_open = [("status", "in", ("new", "in_progress", "on_hold"))]
    team = [("is_my_team", "=", True)]
    return {
        "my open, on hold included": read_page(Activity, mine + still_open),
        "all open, on hold included": read_page(Activity, still_open),
        "group by status": read_groups(Activity, "status", still_open),
        "my team's": read_page(Activity, team),
        "my team's, overdue": read_page(Activity, team + overdue),
        "by customer": read_page(Activity, [("partner_id", "child_of", partner.id)]),
        "next of my queue": lambda: Activity.queue_next(mine),
        "next of my team's queue": lambda: Activity.queue_next(team),
        "next of everybody's queue": lambda: Activity.queue_next([]),
    }


def read_page(Activity, domain):
    return lambda: Activity.web_search_read(
        domain, COLUMNS, limit=80, order="date_deadline", count_limit=10001
    )


def read_groups(Activity, groupby, domain=()):
    return lambda: Activity.with_context(read_group_expand=True).web_read_group(
        list(domain), [groupby], ["__count"]
    )


def time_work(bench, env, name, work):
    seconds = []
    env.invalidate_all()
    # The first time fills the caches of rights and models, like in a running server.
    work()
    for _index in range(REPEATS):
        env.invalidate_all()
        before, start = env.cr.sql_log_count, time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
        queries = env.cr.sql_log_count - before
        if seconds[-1] > PATIENCE:
            break
    env.cr.rollback()
    bench.figures[name] = {
        "seconds": statistics.median(seconds),
        "queries": queries,
    }
