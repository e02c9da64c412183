# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell before and after an upgrade: what customers and levels are like.
# ruff: noqa: F821

customers = env["res.partner"].search([("name", "=like", "Customer _")], order="id")
plans = env["mail.activity.plan"].with_context(active_test=False)
result = {
    "customers": customers.read(
        [
            *("amount_due", "amount_overdue", "followup_next_date"),
            *("followup_next_mode", "followup_status", "followup_line_id"),
        ],
        load=None,
    ),
    "plans": [
        [plan.name, plan.active, plan.template_ids.mapped("delay_count")]
        for plan in plans.search([("is_followup", "=", True)], order="id")
    ],
    "rows": env["followup.customer"].search_count([]),
}
for row in result["customers"]:
    row["followup_next_date"] = str(row["followup_next_date"])
