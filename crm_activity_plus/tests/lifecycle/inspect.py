# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell on a database with the addon: what does it make of it?
# ruff: noqa: F821

from odoo import fields

env = env(context={**env.context, "active_test": False})
types = env["mail.activity.type"].search([], order="id")
xmlids = types.get_external_id()
result = {
    "types": [
        {
            "id": activity_type.id,
            "xmlid": xmlids[activity_type.id],
            "code": activity_type.code,
            "deleted": activity_type.deleted,
            "name": activity_type.name,
            "active": activity_type.active,
            "res_model": activity_type.res_model,
            "summary": activity_type.summary,
            "chaining_type": activity_type.chaining_type,
        }
        for activity_type in types
    ],
    "plans": [
        {
            "id": plan.id,
            "code": plan.code,
            "allow_parallel": plan.allow_parallel,
            "step_codes": plan.template_ids.mapped("code"),
        }
        for plan in env["mail.activity.plan"].search([], order="id")
    ],
    "activities": {
        activity.id: {
            "status": activity.status,
            "partner_id": activity.partner_id.id,
            "active": activity.active,
            "res_model": activity.res_model,
            "res_id": activity.res_id,
            "summary": activity.summary,
            "activity_type_id": activity.activity_type_id.id,
            "user_id": activity.user_id.id,
            "date_deadline": fields.Date.to_string(activity.date_deadline),
        }
        for activity in env["mail.activity"].search([])
    },
    "runs": env["mail.activity.plan.run"].search_count([]),
}
