# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell before the queue is uninstalled: jobs wait, one was done, and one
# was begun by a server that has ended.
# ruff: noqa: F821

from datetime import timedelta

from odoo.fields import Date

from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID

due = env["mail.activity.plan"].search([("name", "=", "Cluster due")])
many = env["mail.activity.plan"].search([("name", "=", "Cluster launch")])


def make_leads(name, count):
    return env["crm.lead"].create(
        [
            {"name": f"{name} {number}", "email_from": f"{name}{number}@example.com"}
            for number in range(count)
        ]
    )


steps = due.launch(make_leads("wait", 9).ids, Date.today() - timedelta(days=1))
launch_id = many.launch(make_leads("wait more", 501).ids)["launch_id"]
env.cr.commit()
with env.registry.cursor() as cr:
    cr.execute("SELECT pg_advisory_lock(%s)", [PG_ADVISORY_LOCK_ID])
    env["mail.activity.plan.launch"]._cron_launch()
    env["mail.activity.plan.run.line"]._cron_run_due()
parts = env["mail.activity.plan.launch"].browse(launch_id).part_ids
parts[1]._work_launch()
jobs = env["queue.job"].search([("activity_launch_id", "=", launch_id)], order="id")
jobs[0].write({"state": "done"})
jobs[1].write({"state": "started"})
env.cr.execute(
    "INSERT INTO queue_job_lock (id, queue_job_id) VALUES (%s, %s)",
    [jobs[1].id, jobs[1].id],
)
env.cr.commit()
result = {
    "jobs": len(jobs),
    "run_ids": steps["run_ids"],
    "launch_id": launch_id,
    "launched": env["mail.activity.plan.launch"].browse(launch_id).launched_count,
}
