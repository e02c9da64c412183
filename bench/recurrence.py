# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The same visits by one series; and the daily look at many series.

What the scheduled action commits is committed here. Visits of other customers were
planned before.
"""

import os
from datetime import date
from unittest.mock import patch

from bench_common import CUSTOMERS, EARLIER_CUSTOMERS, VISITS, Bench

from odoo.fields import Command

from odoo.addons.base.models.ir_cron import IrCron

SERIES = int(os.environ.get("BENCH_SERIES", 10_000))


def main(env):
    bench = Bench(env)
    env["ir.config_parameter"].sudo().set_param("mail.mail_force_send_limit", "0")
    with patch.object(IrCron, "_commit_progress", commit):
        plan_visits(bench, bench.make_customers(EARLIER_CUSTOMERS))
        plan_a_year(bench)
        look_at_many(bench)
    bench.save()


def commit(crons, *args, **kwargs):
    """In place of the scheduled action's own: there is always time left."""
    crons.env.cr.commit()
    return float("inf")


def make_visit_plan(env):
    return env["mail.activity.plan"].create(
        {
            "name": "Visit",
            "res_model": "res.partner",
            "template_ids": [
                Command.create(
                    {
                        "activity_type_id": env.ref(
                            "mail.mail_activity_data_meeting"
                        ).id,
                        "summary": "Visit",
                        "action_type": "meeting",
                        "duration": 1,
                        "responsible_type": "other",
                        "responsible_id": env.uid,
                    }
                )
            ],
        }
    )


def plan_a_year(bench):
    customers = bench.make_customers()
    bench.settle()
    mails = bench.env["mail.mail"].search_count([])
    number = CUSTOMERS * VISITS
    with bench.measured(f"{CUSTOMERS} × {VISITS} visits", number):
        series = plan_visits(bench, customers)
    assert len(series.occurrence_ids.calendar_event_id) == number
    bench.env.flush_all()
    sent = bench.env["mail.mail"].search_count([]) - mails
    assert sent <= CUSTOMERS + 1, sent


def plan_visits(bench, customers):
    """:returns: the series"""
    series = bench.env["mail.activity.plan.recurrence"].create(
        {
            "plan_id": make_visit_plan(bench.env).id,
            "domain": f"[('category_id', 'in', {customers.category_id.ids})]",
            "rrule_type": "monthly",
            "day": 3,
            "count": VISITS,
            "horizon_days": 0,
        }
    )
    series.action_start()
    series._cron_plan_visits()
    return series


def look_at_many(bench):
    """A series for each of many customers, most of which have nothing new today."""
    env = bench.env
    customers = bench.make_customers(SERIES)
    plan = make_visit_plan(env)
    today = date.today()
    many = env["mail.activity.plan.recurrence"].create(
        [
            {
                "plan_id": plan.id,
                "domain": f"[('id', '=', {customer.id})]",
                "rrule_type": "monthly",
                "day": 1 + number % 28,
                "date_start": today,
                "horizon_days": 2,
            }
            for number, customer in enumerate(customers)
        ]
    )
    many.sudo().write({"state": "running", "date_next_check": today})
    env.flush_all()
    env.cr.execute("ANALYZE")
    env["mail.activity.plan.recurrence"]._cron_plan_visits()
    env.flush_all()
    # What PostgreSQL does by itself, between transactions.
    env.cr.execute("ANALYZE")
    # Tomorrow, one in twenty-eight has a visit more.
    many.sudo().write({"state": "stopped"})
    many.sudo().write({"state": "running", "horizon_days": 3})
    planned = env["calendar.event"].search_count(
        [("plan_recurrence_id", "in", many.ids)]
    )
    with bench.measured(f"daily look at {SERIES} series", SERIES):
        env["mail.activity.plan.recurrence"]._cron_plan_visits()
    new = (
        env["calendar.event"].search_count([("plan_recurrence_id", "in", many.ids)])
        - planned
    )
    assert new >= SERIES // 60, new
