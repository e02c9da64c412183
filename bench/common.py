# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Read before core.py and plus.py, in Odoo's shell.
import json
import os
import resource
import time
from contextlib import contextmanager

from odoo.fields import Command

SIZES = json.loads(os.environ["BENCH_SIZES"])
FIGURES = {}

env = env(user=env.ref("base.user_admin"))  # noqa: F821 (the shell's)


@contextmanager
def measured(name, records):
    env.flush_all()
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    yield
    env.flush_all()
    FIGURES[name] = {
        "seconds": time.perf_counter() - start,
        "queries": env.cr.sql_log_count - queries,
        "records": records,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def make_leads(count):
    leads = env["crm.lead"].create(
        [{"name": f"Bench {index}", "type": "opportunity"} for index in range(count)]
    )
    env.flush_all()
    return leads


def make_plan(name):
    types = env["mail.activity.type"].search([("category", "=", "default")], limit=5)
    return env["mail.activity.plan"].create(
        {
            "name": name,
            "res_model": "crm.lead",
            "template_ids": [
                Command.create(
                    {
                        "activity_type_id": types[index % len(types)].id,
                        "summary": f"Step {index}",
                        "delay_count": index,
                        "delay_from": "after_plan_date",
                    }
                )
                for index in range(5)
            ],
        }
    )


def save():
    with open(os.environ["BENCH_RESULT"], "w") as file:
        json.dump(FIGURES, file)
    env.cr.rollback()
