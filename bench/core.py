# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Odoo's own plans and chaining, in a database without the addon."""

from bench_common import SIZES, Bench


def main(env):
    bench = Bench(env)
    env = bench.env
    plan = bench.make_plan("Core")
    for count in SIZES:
        leads = bench.make_leads(count)
        wizard = env["mail.activity.schedule"].create(
            {"res_model": "crm.lead", "res_ids": str(leads.ids), "plan_id": plan.id}
        )
        with bench.measured(f"launch on {count}", count):
            wizard.action_schedule_plan()

    Type = env["mail.activity.type"]
    following = Type.create({"name": "Following"})
    first = Type.create(
        {
            "name": "First",
            "chaining_type": "trigger",
            "triggered_next_type_id": following.id,
        }
    )
    leads = bench.make_leads(1000)
    activities = leads.activity_schedule(activity_type_id=first.id, user_id=env.uid)
    with bench.measured("complete 1000", 1000):
        activities.action_feedback()
    bench.save()
