# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

# Run in Odoo's shell on a database that the addon came back to: is something signed
# by it?
# ruff: noqa: F821

from odoo.addons.crm_activity_plus_sign.tests.common import SIGNATURE

env = env(user=env.ref("base.user_admin"))
sign_type = env.ref("crm_activity_plus_sign.mail_activity_type_sign_request")
[template] = env["sign.oca.template"].search([("name", "=", "Contract")])
sign_type.sign_template_id = template
lead = env["crm.lead"].search([("name", "=", "Contract 0")])
activity = lead.activity_schedule(activity_type_id=sign_type.id, user_id=env.uid)
action = activity.action_request_signature()
env[action["res_model"]].browse(action["res_id"]).action_send()
request = activity.sign_request_id
items = dict(request.signatory_data)
for item in items.values():
    item["value"] = SIGNATURE
signer = request.sudo().signer_ids
signer.action_sign(items, access_token=signer.access_token)
env.cr.commit()
result = {
    "status": activity.status,
    "outcome": activity.outcome_id.code,
    "integrity": request.integrity,
    "crons": env["ir.cron"].search_count([("cron_name", "like", "Sign Requests")]),
}
