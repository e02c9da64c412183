# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell after the queue was uninstalled: do the scheduled actions go on?
# ruff: noqa: F821

launch = env["mail.activity.plan.launch"].search([("record_count", "=", 501)])
before = {"processed": launch.processed_count, "state": launch.state}
env["mail.activity.plan.launch"]._cron_launch()
env["mail.activity.plan.run.line"]._cron_run_due()
env.invalidate_all()
runs = env["mail.activity.plan.run"].search([("launch_id", "=", launch.id)])
leads = env["crm.lead"].search([("name", "=like", "wait _")])
runs_due = env["mail.activity.plan.run"].search([("res_id", "in", leads.ids)])
result = {
    "before": before,
    "launch": [launch.state, launch.processed_count, launch.launched_count],
    "runs": len(runs),
    "leads": len(set(runs.mapped("res_id"))),
    "steps": sorted(set(runs_due.line_ids.mapped("state"))),
    "emails": env["mail.message"].search_count(
        [("subject", "=like", "Cluster %"), ("res_id", "in", leads.ids)]
    ),
    "meetings": env["calendar.event"].search_count(
        [("booked_run_ref", "in", runs_due.ids)]
    ),
    "left": sorted(
        name for name in ("queue.job", "mail.activity.plan.launch.part") if name in env
    ),
    "fields": env["ir.model.fields"].search_count([("name", "=like", "activity_job%")]),
    "crons": env["ir.cron"]
    .with_context(active_test=False)
    .search_count([("code", "=", "model._cron_watch()")]),
}
