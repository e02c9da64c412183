# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

plan = make_plan("Core")
for count in SIZES:
    leads = make_leads(count)
    wizard = env["mail.activity.schedule"].create(
        {"res_model": "crm.lead", "res_ids": str(leads.ids), "plan_id": plan.id}
    )
    with measured(f"launch on {count}", count):
        wizard.action_schedule_plan()

following = env["mail.activity.type"].create({"name": "Following"})
first = env["mail.activity.type"].create(
    {
        "name": "First",
        "chaining_type": "trigger",
        "triggered_next_type_id": following.id,
    }
)
leads = make_leads(1000)
activities = leads.activity_schedule(activity_type_id=first.id, user_id=env.uid)
with measured("complete 1000", 1000):
    activities.action_feedback()

save()
