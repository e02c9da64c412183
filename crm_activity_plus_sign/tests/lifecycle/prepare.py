# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

# Run in Odoo's shell on a database with the addon: documents that were signed, that
# were refused, and that are still to be signed, by steps of a plan and without one.
# ruff: noqa: F821

from odoo.addons.crm_activity_plus.engine.environment import by_engine
from odoo.addons.crm_activity_plus_sign.tests.common import SIGNATURE, create_template

env = env(user=env.ref("base.user_admin"))
ADDON = "crm_activity_plus_sign"
sign_type = env.ref(f"{ADDON}.mail_activity_type_sign_request")
call_type = env.ref("mail.mail_activity_data_call")


def sign(request):
    items = dict(request.signatory_data)
    for item in items.values():
        item["value"] = SIGNATURE
    signer = request.sudo().signer_ids
    signer.action_sign(items, access_token=signer.access_token)


template = create_template(env, "Contract", env.ref("sign_oca.sign_role_customer"))
sign_type.sign_template_id = template
plan = env["mail.activity.plan"].create(
    {
        "name": "Contract",
        "res_model": "crm.lead",
        "template_ids": [
            (
                0,
                0,
                {
                    "activity_type_id": sign_type.id,
                    "summary": "Sign",
                    "action_type": "sign_request",
                    "sign_template_id": template.id,
                    "responsible_type": "salesperson",
                },
            ),
            (0, 0, {"activity_type_id": call_type.id, "summary": "Thank"}),
        ],
    }
)
first, second = plan.template_ids
second.after_ids = first
second.after_outcome_ids = env.ref(f"{ADDON}.mail_activity_outcome_signed")
customer = env["res.partner"].create({"name": "Deco", "email": "deco@example.com"})
leads = env["crm.lead"].create(
    [
        {"name": f"Contract {n}", "partner_id": customer.id, "user_id": env.uid}
        for n in range(4)
    ]
)
by_plan, by_hand = leads[:2], leads[2:]
plan.launch(by_plan.ids)
lines = by_engine(by_plan.plan_run_ids.line_ids)
lines.filtered_domain(lines._get_due_domain())._run_actions()
for lead in by_hand:
    activity = lead.activity_schedule(activity_type_id=sign_type.id, user_id=env.uid)
    action = activity.action_request_signature()
    env[action["res_model"]].browse(action["res_id"]).action_send()
requests = env["sign.oca.request"].search([("template_id", "=", template.id)])
requests = {request.record_ref: request for request in requests}
sign(requests[leads[0]])
requests[leads[2]].sudo().signer_ids._refuse("Too dear")
env.cr.commit()
result = {"leads": leads.ids}
