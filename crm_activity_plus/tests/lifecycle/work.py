# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell on a database with the addon: use all that it adds.
# ruff: noqa: F821

env = env(user=env.ref("base.user_admin"))
lead = env["crm.lead"].search([("name", "=", "Ten desks")])
plan = env["mail.activity.plan"].search([("code", "=", "first_steps")])
run = env["mail.activity.plan.run"].browse(plan.launch(lead.ids)["run_ids"])
run_states = run.line_ids.mapped("state")
by_plan = run.line_ids.activity_id
by_plan[0].action_cancel()

# A plan and a type with what core doesn't know.
Type = env["mail.activity.type"]
webinar = Type.create(
    {
        "name": "Seminar",
        "applies_to_ids": [(6, 0, [env["ir.model"]._get_id("crm.lead")])],
        "default_duration": 2,
    }
)
extended = env["mail.activity.plan"].create(
    {
        "name": "Extended",
        "res_model": "crm.lead",
        "template_ids": [
            (0, 0, {"activity_type_id": webinar.id, "responsible_type": "salesperson"}),
            (0, 0, {"activity_type_id": Type.search([("code", "=", "letter")]).id}),
        ],
    }
)
extended.template_ids[1].write(
    {
        "after_ids": [(6, 0, extended.template_ids[0].ids)],
        "delay_from": "after_previous_done",
        "responsible_type": "previous",
    }
)
lead.user_id = env.user
extended_run = env["mail.activity.plan.run"].browse(
    extended.launch(lead.ids)["run_ids"]
)
extended_run.line_ids[0].activity_id.action_feedback("It went well.")
extended_run.flush_recordset()

old = env["mail.activity"].search([("summary", "=", "Old")])
old.action_feedback("At last.")

# A type that is deleted while an activity has it.
gone = Type.create({"name": "Telegram"})
telegram = lead.activity_schedule(activity_type_id=gone.id, user_id=env.uid)
gone.unlink()

result = {
    "run_states": run_states,
    "completed": old.status,
    "touched": old.id,
    "activities": [*by_plan.ids, *extended_run.line_ids.activity_id.ids, telegram.id],
    "runs": env["mail.activity.plan.run"].search_count([]),
}
env.cr.commit()
