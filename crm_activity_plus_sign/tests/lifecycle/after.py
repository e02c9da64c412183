# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

# Run in Odoo's shell on a database that the addon was uninstalled from: what is left
# of the signatures, and does the rest work?
# ruff: noqa: F821
# pylint: disable=undefined-variable

from odoo.addons.crm_activity_plus_sign.tests.common import SIGNATURE

env = env(user=env.ref("base.user_admin"))
leads = env["crm.lead"].search([("name", "=like", "Contract _")], order="id")
runs = leads.plan_run_ids
activities = env["mail.activity"].with_context(active_test=False)
activities = activities.search([("res_id", "in", leads.ids)], order="id")
models = ["mail.activity", "mail.activity.type", "mail.activity.plan", "crm.lead"]
has_sign = "sign.oca.request" in env
if has_sign:
    models.append("sign.oca.request")
broken = find_broken_views(env, models)

steps = [[run.state, *run.line_ids.mapped("state")] for run in runs]
states, signed = [], []
if has_sign:
    requests = env["sign.oca.request"].search([], order="id")
    states = requests.mapped("state")
    # What was sent can still be signed, as the other addon does it.
    for request in requests.filtered(lambda request: request.state == "0_sent"):
        items = dict(request.signatory_data)
        for item in items.values():
            item["value"] = SIGNATURE
        signer = request.sudo().signer_ids
        signer.action_sign(items, access_token=signer.access_token)
        signed.append(request.state)

open_activities = activities.filtered(lambda activity: activity.status == "new")
categories = activities.activity_type_id.mapped("category")
open_activities.action_done()
# It is archived: its first step isn't what it was.
plans = env["mail.activity.plan"].with_context(active_test=False)
plan = plans.search([("name", "=", "Contract")])
was_active, plan.active = plan.active, True
kinds = plan.template_ids.mapped("action_type")
launched = plan.launch(leads[:1].ids)["run_ids"]
new = env["mail.activity.plan.run"].browse(launched)
env.cr.execute(
    """
    SELECT table_name || '.' || column_name FROM information_schema.columns
     WHERE table_schema = current_schema AND table_name LIKE 'mail_activity%%'
       AND column_name LIKE 'sign\\_%%'
    """
)
columns = [name for [name] in env.cr.fetchall()]
env.cr.execute("SELECT name FROM ir_model_data WHERE module = 'crm_activity_plus_sign'")
failed = runs.line_ids.filtered(lambda line: line.state == "failed")
result = {
    "states": states,
    "signed": signed,
    "steps": steps,
    "reasons": failed.mapped("reason"),
    "open": len(open_activities),
    "done": open_activities.mapped("status"),
    "categories": sorted({str(category) for category in categories}),
    "kinds": kinds,
    "was_active": was_active,
    "launched": new.line_ids.mapped("state"),
    "broken": broken,
    "columns": columns,
    "xmlids": [name for [name] in env.cr.fetchall()],
    "crons": env["ir.cron"].search_count([("cron_name", "like", "Sign Requests")]),
}
