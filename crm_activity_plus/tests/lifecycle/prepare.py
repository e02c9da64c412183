# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell on a database without the addon: somebody has worked with it.
# ruff: noqa: F821

from odoo import Command, fields

Type = env["mail.activity.type"]
same_name = Type.create([{"name": "Visit"}, {"name": "Visit"}])
not_latin = Type.create({"name": "訪問"})
archived = Type.create({"name": "Fax", "active": False})
limited = Type.create({"name": "Contract", "res_model": "crm.lead"})
first = Type.create({"name": "Quotation", "res_model": "crm.lead"})
following = Type.create({"name": "Quotation sent", "res_model": "crm.lead"})
first.write({"chaining_type": "trigger", "triggered_next_type_id": following.id})
types = same_name + not_latin + archived + limited + first + following

plans = env["mail.activity.plan"].create(
    [
        {
            "name": "First steps",
            "res_model": "crm.lead",
            "template_ids": [
                Command.create({"activity_type_id": same_name[0].id, "summary": "Ask"}),
                Command.create({"activity_type_id": not_latin.id, "summary": "Ask"}),
            ],
        }
        for _number in range(2)
    ]
)

partner = env["res.partner"].create({"name": "Deco Addict"})
lead = env["crm.lead"].create(
    {"name": "Ten desks", "type": "opportunity", "partner_id": partner.id}
)
admin = env.ref("base.user_admin")
open_, done = (
    lead.activity_schedule(
        activity_type_id=activity_type.id, summary="Old", user_id=admin.id
    )
    for activity_type in (same_name[0], not_latin)
)
done.action_feedback("We met.")
free = env["mail.activity"].create(
    {"activity_type_id": same_name[1].id, "user_id": admin.id, "summary": "Alone"}
)
# Of an addon that is gone: its model is none any more.
orphan = lead.activity_schedule(activity_type_id=same_name[1].id, user_id=admin.id)
env.flush_all()
env.cr.execute("UPDATE mail_activity SET res_id = 99999999 WHERE id = %s", [orphan.id])
env.invalidate_all()

activities = (open_ + done + free + orphan).with_context(active_test=False)
result = {
    "same_name": same_name.ids,
    "not_latin": not_latin.id,
    "archived": archived.id,
    "limited": limited.id,
    "first": first.id,
    "following": following.id,
    "plans": plans.ids,
    "partner": partner.id,
    "open": open_.id,
    "done": done.id,
    "free": free.id,
    "orphan": orphan.id,
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
env.cr.commit()
