# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell on a database with the addon and another application: have plans
# and activities of every kind on the application's documents.
# ruff: noqa: F821

env = env(user=env.ref("base.user_admin"))
MODEL = "maintenance.request"
model_id = env["ir.model"]._get_id(MODEL)
Type = env["mail.activity.type"]
Activity = env["mail.activity"].with_context(active_test=False)

request = env[MODEL].create({"name": "It rattles"})
other = env[MODEL].create({"name": "It hums"})
brought = env.ref("maintenance.mail_act_maintenance_request")
own = Type.create({"name": "Look", "res_model": MODEL})
limited = Type.create(
    {
        "name": "Listen",
        "applies_to_ids": [
            (6, 0, [model_id, env["ir.model"]._get_id("maintenance.equipment")])
        ],
    }
)
template = env["mail.template"].create({"name": "It is done", "model_id": model_id})
action = env["ir.actions.server"].create(
    {"name": "Order", "model_id": model_id, "state": "code", "code": "pass"}
)
plan = env["mail.activity.plan"].create(
    {
        "name": "Repair",
        "res_model": MODEL,
        "exit_domain": "[('archive', '=', True)]",
        "template_ids": [
            (0, 0, {"activity_type_id": brought.id, "summary": "Go there"}),
            (0, 0, {"activity_type_id": own.id}),
            (0, 0, {"activity_type_id": limited.id, "delay_count": 3}),
            (
                0,
                0,
                {
                    "activity_type_id": own.id,
                    "delay_count": 400,
                    "action_type": "email",
                    "mail_template_id": template.id,
                },
            ),
            (
                0,
                0,
                {
                    "activity_type_id": own.id,
                    "delay_count": 400,
                    "action_type": "server_action",
                    "server_action_id": action.id,
                },
            ),
        ],
    }
)
launching = env["ir.actions.server"].create(
    {
        "name": "Repair it",
        "model_id": model_id,
        "state": "launch_plan",
        "activity_plan_id": plan.id,
    }
)
outcome = env["mail.activity.outcome"].create(
    {"name": "Repaired", "plan_id": plan.id, "activity_type_ids": [(6, 0, own.ids)]}
)
runs = {}
for number, name in enumerate(("running", "paused", "done", "stopped")):
    result = plan.launch(
        (request if number % 2 else other).ids, plan_date=f"2026-05-0{number + 1}"
    )
    runs[name] = env["mail.activity.plan.run"].browse(result["run_ids"])
runs["running"].line_ids[0].activity_id.action_hold()
runs["running"].line_ids[1].activity_id.complete(feedback="I saw it")
runs["paused"].action_pause()
for line in runs["done"].line_ids:
    if line.activity_id:
        line.activity_id.complete()
    else:
        line.action_skip()
runs["stopped"].action_stop()

# Outside of plans, of every status.
loose = Activity.browse()
for status in ("new", "held", "done", "cancelled"):
    loose += request.activity_schedule(
        activity_type_id=own.id, summary=status, user_id=env.uid
    )
loose[1].action_hold("2090-01-01")
loose[2].complete()
loose[3].action_cancel()

# What is on documents of another application.
lead = env["crm.lead"].create({"name": "Ten desks", "type": "opportunity"})
kept = lead.activity_schedule("mail.mail_activity_data_call", user_id=env.uid)
on_lead = env["mail.activity.plan"].create(
    {
        "name": "Sell",
        "res_model": "crm.lead",
        "template_ids": [
            (0, 0, {"activity_type_id": env.ref("mail.mail_activity_data_call").id})
        ],
    }
)
env.flush_all()

activities = Activity.search([("res_model", "=", MODEL)])
result = {
    "plans": plan.ids,
    "activities": activities.ids,
    "actions": [action.id, launching.id],
    "templates": template.ids,
    "types": [brought.id, own.id],
    "limited": limited.id,
    "runs": {name: run.id for name, run in runs.items()},
    "kept": kept.ids,
    "on_lead": on_lead.id,
    "ledger": env["mail.activity.log"]
    .search([], order="id")
    .read(["event", "old_status", "new_status", "res_id", "values"], load=None),
}
env["ir.config_parameter"].set_param("lifecycle.worked", repr(result))
env.cr.commit()
