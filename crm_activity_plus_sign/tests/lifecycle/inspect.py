# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

# Run in Odoo's shell before and after an upgrade: what became of the signatures.
# ruff: noqa: F821

leads = env["crm.lead"].search([("name", "=like", "Contract _")], order="id")
activities = env["mail.activity"].with_context(active_test=False)
files = [("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)]
requests = env["sign.oca.request"].search([], order="id")
result = {
    "requests": requests.read(["state", "integrity", "record_ref", "date_due"]),
    "activities": [
        [activity.status, activity.outcome_id.code, activity.sign_text]
        for activity in activities.search([("res_id", "in", leads.ids)], order="id")
    ],
    "steps": [[run.state, *run.line_ids.mapped("state")] for run in leads.plan_run_ids],
    "files": env["ir.attachment"].search(files).mapped("name"),
    "users": len(env.ref("sign_oca.sign_oca_group_user").all_user_ids),
}
for row in result["requests"]:
    row["date_due"] = str(row["date_due"])
