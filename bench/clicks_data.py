# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The data of ``./dev bench clicks``: 10,000 open activities beside Odoo's demo data,
640 of them a salesperson's; and for each action that is measured enough leads."""

import os
from datetime import timedelta

import lists
from bench_common import Bench
from clicks_actions import ACTIONS, REPEATS

from odoo.fields import Command, Date
from odoo.tools import SQL

LOGIN = "bench_1"
MINE = 640


def main(env):
    """The first time it makes the activities, before the addon is there; the second
    time the leads."""
    if "status" not in env["mail.activity"]._fields:
        lists.make_data(env)
    else:
        user = env["res.users"].search([("login", "=", LOGIN)])
        user.password = LOGIN
        make_leads(env(user=user), make_plan(env))
        give_activities(env, user)
        env.cr.execute("ANALYZE")
    env.cr.commit()
    Bench(env).save()


def make_plan(env):
    """A plan whose last step waits for the first one."""
    call, todo = map(
        env.ref, ("mail.mail_activity_data_call", "mail.mail_activity_data_todo")
    )
    plan = env["mail.activity.plan"].create(
        {
            "name": "Bench plan",
            "res_model": "crm.lead",
            "company_id": False,
            "template_ids": [
                Command.create(
                    {
                        "activity_type_id": (todo if n else call).id,
                        "summary": f"Step {n}",
                        "sequence": n,
                        "delay_count": n,
                        "delay_from": "after_plan_date",
                        "responsible_type": "salesperson",
                    }
                )
                for n in range(5)
            ],
        }
    )
    plan.template_ids[4].after_ids = plan.template_ids[0]
    return plan


def make_leads(env, plan):
    """Each measurement has one of its own, and one warms up."""
    team = env["crm.team.member"].sudo().search([("user_id", "=", env.uid)])
    for number, action in enumerate(ACTIONS):
        if os.environ.get("BENCH_ONLY", "") not in action.name:
            continue
        leads = env["crm.lead"].create(
            [
                {
                    "name": get_name(number, index),
                    "type": "opportunity",
                    "team_id": team.crm_team_id.id,
                    "partner_id": env.ref("base.res_partner_2").id,
                }
                for index in range(REPEATS + 1)
            ]
        )
        if action.lead == "plan":
            plan.with_env(env).launch(leads.ids)
        elif action.lead == "activity":
            for lead in leads:
                lead.activity_schedule(
                    "mail.mail_activity_data_call",
                    date_deadline=Date.today() + timedelta(days=action.due),
                    summary="Bench call",
                    user_id=env.uid,
                )


def get_name(number, index):
    """:returns: the name of an action's lead, by its number and that of the turn"""
    return f"Clicks {number}, turn {index}."


def give_activities(env, user):
    """Let the salesperson have more, with the leads that they are on."""
    domain = [("user_id", "=", user.id), ("active", "=", True)]
    missing = max(0, MINE - env["mail.activity"].search_count(domain))
    env.cr.execute(
        SQL(
            """
            WITH given AS (
                SELECT id, res_id FROM mail_activity
                 WHERE active AND res_model = 'crm.lead' AND user_id <> %(user)s
                   AND run_id IS NULL
                 ORDER BY res_id, id LIMIT %(missing)s
            ), leads AS (
                UPDATE crm_lead SET user_id = %(user)s
                 WHERE id IN (SELECT res_id FROM given)
            )
            UPDATE mail_activity SET user_id = %(user)s
             WHERE id IN (SELECT id FROM given)
            """,
            user=user.id,
            missing=missing,
        )
    )
