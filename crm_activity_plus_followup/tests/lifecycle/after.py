# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell on a database that the addon was uninstalled from: what is left of
# the follow-ups, and does the rest work?
# ruff: noqa: F821
# pylint: disable=undefined-variable

env = env(user=env.ref("base.user_admin"))
customers = env["res.partner"].search([("name", "=like", "Customer _")], order="id")
runs = env["mail.activity.plan.run"].search(
    [("res_model", "=", "res.partner"), ("res_id", "in", customers.ids)]
)
activities = env["mail.activity"].with_context(active_test=False)
activities = activities.search([("run_id", "in", runs.ids)])
broken = find_broken_views(env, ("res.partner", "account.move", "mail.activity.plan"))

plans = env["mail.activity.plan"].with_context(active_test=False)
own = plans.search([("name", "=", "Own levels")])
roles = own.template_ids.mapped("responsible_type")
own.active = True
launched = own.launch(customers[:1].ids)["run_ids"]
new = env["mail.activity.plan.run"].browse(launched)
env.cr.execute(
    """
    SELECT table_name || '.' || column_name FROM information_schema.columns
     WHERE table_schema = current_schema AND column_name LIKE '%%followup%%'
       AND column_name <> 'no_followup'
    """
)
columns = [name for [name] in env.cr.fetchall()]
env.cr.execute(
    """
    SELECT module || '.' || name FROM ir_model_data
     WHERE module = 'crm_activity_plus_followup'
    """
)
xmlids = [name for [name] in env.cr.fetchall()]
result = {
    "states": sorted({run.state for run in runs - new}),
    "reasons": sorted({str(run.stop_reason) for run in runs - new}),
    "activities": sorted({a.status for a in activities - new.line_ids.activity_id}),
    "told": [
        len(lines)
        for lines in [env["mail.activity.log"].search([("run_id", "=", runs[0].id)])]
        if lines.mapped("display_name")
    ],
    "roles": roles,
    "launched": new.line_ids.mapped("state"),
    "types": sorted({partner.type for partner in customers.child_ids}),
    "broken": broken,
    "columns": columns,
    "xmlids": xmlids,
    "crons": env["ir.cron"].search_count([("cron_name", "like", "Follow-ups")]),
}
