# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Everything that people open, in the company of scale_data.py: as a salesperson who
sees own leads, and as the leader of a team and a manager, who see all of them.

Of each statement that takes more than 50 ms PostgreSQL says how it does it; whatever
reads one of the tables that grow from its first row to its last is listed in the end.
"""

import os

import figures
import lists
import psycopg2
from bench_common import Bench
from scale_plans import Watch

# Whatever takes longer is as good as never.
LIMIT = 20
lists.REPEATS, lists.PATIENCE = 3, 2


def main(env):
    bench = Bench(env)
    env.cr.execute("SET statement_timeout = %s", [1000 * LIMIT])
    env.cr.commit()
    only = os.environ.get("BENCH_ONLY", "").split(",")
    watch = Watch(env.cr)
    for person, login in figures.PEOPLE.items():
        user = env["res.users"].search([("login", "=", login)])
        context = {"tz": "Europe/Brussels", "allowed_company_ids": env.company.ids}
        user_env = env(user=user, context=context)
        for name, work in get_works(user_env, person == "leader").items():
            label = f"{name}, {person}"
            if not any(text in label for text in only):
                continue
            try:
                lists.time_work(bench, env, label, work)
                watch.look(label, user_env, work)
            except psycopg2.errors.QueryCanceled:
                env.cr.rollback()
                bench.figures[label] = {"seconds": LIMIT, "queries": 0}
                watch.look(label, user_env, work)
    bench.save()
    watch.save(os.environ["BENCH_PLANS"])


def get_works(env, is_leader):
    """:returns: name -> function"""
    activity = env["mail.activity"].with_context(bin_size=True)
    works = lists.get_works(activity) | lists.get_addon_works(activity)
    works |= get_run_works(env) | get_ledger_works(env) | get_lead_works(env)
    return works | figures.get_works(env, is_leader)


def get_run_works(env):
    runs = env["mail.activity.plan.run"]
    own = [("user_id", "=", env.uid)]
    running = [("state", "=", "running")]
    some = runs.search([("state", "=", "done")], limit=10)
    return {
        "running plans": read_page(runs, running),
        "all launched plans": read_page(runs, []),
        "plans that I launched": read_page(runs, own),
        "launched plans by name": read_page(runs, [("name", "ilike", "bench 3")]),
        "running plans by plan": group(runs, "plan_id", running),
        "launched plans by status": group(runs, "state"),
        "timelines of ten plans": some.get_timeline,
    }


def get_ledger_works(env):
    rows = env["mail.activity.log"]
    mine = [("user_id", "=", env.uid)]
    failed = [("event", "=", "failed")]
    month = [("date", ">=", "-30d")]
    names = [("record_name", "ilike", "opportunity 4711")]
    return {
        "history": read_page(rows, []),
        "history, by me": read_page(rows, mine),
        "history, failed": read_page(rows, failed),
        "history of a month": read_page(rows, month),
        "history by record": read_page(rows, names),
        "history by activity": read_page(rows, [("activity_name", "ilike", "step 49")]),
        "history by reason": read_page(rows, [("reason", "ilike", "email")]),
        "history of a month by event": group(rows, "event", month),
        "history by event": group(rows, "event"),
    }


def get_lead_works(env):
    leads = env["crm.lead"]
    forgotten = [("has_no_next_step", "=", True)]
    mine = [("user_id", "=", env.uid)]
    columns = ["name", "next_step_name", "next_step_date", "plan_progress", "user_id"]
    return {
        "pipeline": read_page(leads, [("active", "=", True)], columns),
        "my pipeline": read_page(leads, mine, columns),
        "leads without next step": read_page(leads, forgotten, columns),
        "my leads without next step": read_page(leads, forgotten + mine, columns),
        "leads without next step by user": group(leads, "user_id", forgotten),
    }


def read_page(model, domain, columns=None):
    """What a list asks for: a page with the fields that it shows, and the count."""
    if columns is None:
        columns = get_list_columns(model)
    names = {"fields": {"display_name": {}}}
    spec = {
        name: names if model._fields[name].type == "many2one" else {}
        for name in columns
    }
    return lambda: model.web_search_read(domain, spec, limit=80, count_limit=10001)


def get_list_columns(model):
    """:returns: the fields of the list view"""
    arch, _view = model._get_view(view_type="list")
    names = {node.get("name") for node in arch.iter("field")}
    return [name for name in names if name in model._fields]


def group(model, name, domain=()):
    return lambda: model.web_read_group(list(domain), [name], ["__count"])
