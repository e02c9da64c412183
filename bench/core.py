# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Odoo's own plans and chaining, in a database without the addon."""

from bench_common import PEOPLE, SIZES, Bench


def main(env):
    bench = Bench(env)
    launch(bench)
    complete(bench)
    bench.mark_done()
    bench.save()


def launch(bench):
    plan = bench.make_plan("Core")
    for count in SIZES:
        leads = bench.make_leads(count)
        with bench.measured(f"launch on {count}", count):
            launch_on(plan, leads)
    count = min(500, SIZES[-1])
    leads = bench.make_leads(count)
    people = bench.make_salespeople(leads)
    # Its plans know no role of the record: whoever launches chooses for all records.
    with bench.measured(f"launch on {count} of {PEOPLE} people", count):
        for person in people:
            own = leads.filtered(lambda lead, person=person: lead.user_id == person)
            launch_on(plan, own, plan_on_demand_user_id=person.id)


def launch_on(plan, leads, **values):
    wizards = plan.env["mail.activity.schedule"]
    values |= {"res_model": "crm.lead", "res_ids": str(leads.ids)}
    wizards.create({"plan_id": plan.id, **values}).action_schedule_plan()


def complete(bench):
    env = bench.env
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
