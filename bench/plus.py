# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The same with the engine, and what only the engine does."""

import io
import time

from bench_common import PEOPLE, SIZES, Bench

from odoo.fields import Command
from odoo.tools import SQL

# The tables that a launch fills, in the order in which their rows need each other.
TABLES = (
    "mail_activity_plan_run",
    "mail_activity_plan_run_line",
    "mail_activity",
    "mail_activity_log",
    "mail_message",
    "mail_followers",
)


def main(env):
    bench = Bench(env)
    launch(bench)
    complete(bench)
    bench.mark_done()
    run_due_steps(bench, 1000 if max(SIZES) < 5000 else 10_000)
    bench.save()


def launch(bench):
    plan = bench.make_plan("Plus")
    for count in SIZES:
        leads = bench.make_leads(count)
        measure_launch(bench, f"launch on {count}", plan, leads)
    plan = bench.make_plan("People", responsible_type="salesperson")
    for count in SIZES[1:]:
        leads = bench.make_leads(count)
        bench.make_salespeople(leads)
        measure_launch(bench, f"launch on {count} of {PEOPLE} people", plan, leads)


def measure_launch(bench, name, plan, leads):
    before = last_ids(bench.env)
    with bench.measured(name, len(leads)):
        launch_on(plan, leads.ids)
    assert len(leads.plan_run_ids) == len(leads)
    bench.figures[name]["copy_seconds"] = time_copy(bench.env, before)


def launch_on(plan, res_ids):
    """Launch as a user does: more than 500 in the background."""
    result = plan.launch(res_ids)
    if result.get("launch_id"):
        launches = plan.env["mail.activity.plan.launch"].sudo()
        # As Odoo runs scheduled actions: emails are queued.
        launches.with_context(mail_notify_force_send=False)._cron_launch()


def last_ids(env):
    env.flush_all()
    return {
        table: env.execute_query(
            SQL("SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(table))
        )[0][0]
        for table in TABLES
    }


def time_copy(env, before):
    """Copy the new rows once more, into tables with the same indexes and foreign keys:
    what PostgreSQL takes for that is the least that a launch can take.

    :param dict before: the last id of each table before the launch
    """
    seconds = 0
    for table, last_id in before.items():
        rows = io.StringIO()
        new = f"SELECT * FROM {table} WHERE id > {last_id}"
        env.cr.copy_expert(f"COPY ({new}) TO STDOUT", rows)
        rows.seek(0)
        env.cr.execute(
            SQL(
                "CREATE TABLE bench_copy (LIKE %s INCLUDING ALL)", SQL.identifier(table)
            )
        )
        for [key] in env.execute_query(
            SQL(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = %s::regclass AND contype = 'f'",
                table,
            )
        ):
            env.cr.execute(f"ALTER TABLE bench_copy ADD {key}")
        start = time.perf_counter()
        env.cr.copy_expert("COPY bench_copy FROM STDIN", rows)
        seconds += time.perf_counter() - start
        env.cr.execute("DROP TABLE bench_copy")
    return seconds


def complete(bench):
    todo = bench.env.ref("mail.mail_activity_data_todo")
    plan = bench.env["mail.activity.plan"].create(
        {
            "name": "Chain",
            "res_model": "crm.lead",
            "template_ids": [
                Command.create({"activity_type_id": todo.id, "summary": summary})
                for summary in ("First", "Following")
            ],
        }
    )
    plan.template_ids[1].after_ids = plan.template_ids[0]
    leads = bench.make_leads(1000)
    launch_on(plan, leads.ids)
    activities = leads.activity_ids
    assert len(activities) == 1000
    with bench.measured("complete 1000", 1000):
        activities.action_feedback()
    assert len(leads.activity_ids) == 1000


def run_due_steps(bench, count):
    """Do steps that are due; as the scheduled action does, but without its commits."""
    env = bench.env
    action = env["ir.actions.server"].create(
        {
            "name": "Bench",
            "model_id": env["ir.model"]._get_id("crm.lead"),
            "state": "code",
            "code": "record.write({'priority': '1'})",
        }
    )
    plan = env["mail.activity.plan"].create(
        {
            "name": "Automatic",
            "res_model": "crm.lead",
            "template_ids": [
                Command.create(
                    {
                        "activity_type_id": env.ref("mail.mail_activity_data_todo").id,
                        "action_type": "server_action",
                        "server_action_id": action.id,
                        "delay_count": 2,
                        "delay_from": "before_plan_date",
                    }
                )
            ],
        }
    )
    leads = bench.make_leads(count)
    launch_on(plan, leads.ids)
    lines = env["mail.activity.plan.run.line"].sudo()
    with bench.measured(f"{count} due steps", count):
        domain = lines._get_due_domain()
        while batch := lines.search(domain, limit=50, order="date_due, id"):
            batch._run_actions()
            env.flush_all()
            env.invalidate_all()
    assert set(leads.plan_run_ids.mapped("state")) == {"done"}
