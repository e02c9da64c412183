# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell on a database that the addon was uninstalled from: does core work?
# ruff: noqa: F821
# pylint: disable=undefined-variable

from odoo import fields

env = env(user=env.ref("base.user_admin"))
MODELS = (
    "crm.lead",
    "mail.activity",
    "mail.activity.plan",
    "mail.activity.plan.template",
    "mail.activity.schedule",
    "mail.activity.type",
    "res.partner",
    "res.users",
    "ir.actions.server",
    "calendar.event",
)
broken_views = find_broken_views(env, MODELS)

broken_actions = []
for xmlid in (
    "crm.crm_lead_action_pipeline",
    "crm.mail_activity_plan_action_lead",
    "crm.crm_lead_action_my_activities",
    "sales_team.mail_activity_type_action_config_sales",
    "mail.mail_activity_plan_action",
    "mail.mail_activity_type_action",
    "mail.mail_activity_action",
):
    try:
        action = env["ir.actions.act_window"]._for_xml_id(xmlid)
        Model = env[action["res_model"]]
        result = Model.get_views(action["views"], {"toolbar": True})
        Model.web_search_read([], {name: {} for name in ("id", "display_name")})
    except Exception as error:  # noqa: BLE001
        broken_actions.append(f"{xmlid}: {error}")

Type = env["mail.activity.type"].with_context(active_test=False)
made = Type.create({"name": "After", "res_model": "crm.lead"})
made_id = made.id
made.unlink()
made_and_deleted = not Type.browse(made_id).exists()

# Before anything new is made: what was there.
types = Type.search([], order="id")
activities = env["mail.activity"].with_context(active_test=False).search([])
kept = {
    "types": [
        {
            "id": activity_type.id,
            "name": activity_type.name,
            "active": activity_type.active,
            "res_model": activity_type.res_model,
            "summary": activity_type.summary,
            "chaining_type": activity_type.chaining_type,
        }
        for activity_type in types
    ],
    "activities": {
        activity.id: {
            "active": activity.active,
            "res_model": activity.res_model,
            "res_id": activity.res_id,
            "summary": activity.summary,
            "activity_type_id": activity.activity_type_id.id,
            "user_id": activity.user_id.id,
            "date_deadline": fields.Date.to_string(activity.date_deadline),
        }
        for activity in activities
    },
}

extended = env["mail.activity.plan"].search([("name", "=", "Extended")])
kept["extended"] = [
    [step.activity_type_id.name, step.summary, step.responsible_type]
    for step in extended.template_ids
]

lead = env["crm.lead"].create({"name": "Twenty desks", "type": "opportunity"})
quotation = Type.search([("name", "=", "Quotation")])
activity = lead.activity_schedule(activity_type_id=quotation.id, user_id=env.uid)
activity.action_feedback("Sent.")
chained = lead.activity_ids.activity_type_id.name
done_is_archived = activity.exists() and not activity.active

cancelled = lead.activity_schedule("mail.mail_activity_data_call", user_id=env.uid)
cancelled.action_cancel()

other = env["crm.lead"].create({"name": "Thirty desks", "type": "opportunity"})
plan = env["mail.activity.plan"].search([("name", "=", "First steps")], limit=1)
env["mail.activity.schedule"].with_context(
    active_model="crm.lead", active_ids=other.ids
).create({"plan_id": plan.id}).action_schedule_plan()

result = {
    **kept,
    "state": env["ir.module.module"].search([("name", "=", "crm_activity_plus")]).state,
    "broken_views": broken_views,
    "broken_actions": broken_actions,
    "made_and_deleted": made_and_deleted,
    "chained": chained,
    "done_is_archived": bool(done_is_archived),
    "cancelled_is_gone": not cancelled.exists(),
    "launched": len(other.activity_ids),
}
