# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What growth costs, in the company of scale_data.py and in a new one: a launch on 500
opportunities, completing 200 activities, and archiving the history of 500 plans.
"""

from bench_common import Bench


def main(env):
    bench = Bench(env)
    leads = bench.make_leads(500)
    plan = bench.make_plan("Bench Growth")
    plan.with_env(bench.env).launch(bench.make_leads(10).ids)
    with bench.measured("launch on 500", 500):
        plan.with_env(bench.env).launch(leads.ids)
    runs = env["mail.activity.plan.run"].search([("lead_id", "in", leads.ids)])
    with bench.measured("complete 200", 200):
        for activity in runs.line_ids.activity_id[:200].with_env(bench.env):
            activity.complete()
    old = env["mail.activity.plan.run"].search([("state", "=", "done")], limit=500)
    if old:
        with bench.measured("archive 500", 500):
            env["mail.activity.log.archive"]._archive(old)
    bench.save()
