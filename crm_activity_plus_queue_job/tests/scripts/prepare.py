# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell with ``count``: so many leads wait to be launched on, and so many
# steps are due: emails, meetings and server actions. No email leaves.
# ruff: noqa: F821

from datetime import timedelta

from odoo.fields import Command, Date

env = env(user=env.ref("base.user_admin"))
todo = env.ref("mail.mail_activity_data_todo")
env["ir.cron"].search([]).active = False
env["ir.mail_server"].search([]).unlink()
template = env["mail.template"].create(
    {
        "name": "Cluster",
        "model_id": env["ir.model"]._get_id("crm.lead"),
        "subject": "Cluster {{ object.id }}",
        "body_html": "<p>Hello</p>",
        "email_to": "{{ object.email_from }}",
        "use_default_to": False,
        "auto_delete": False,
    }
)
action = env["ir.actions.server"].create(
    {
        "name": "Cluster",
        "model_id": env["ir.model"]._get_id("crm.lead"),
        "state": "code",
        "code": "record.message_post(body='Cluster action')",
    }
)
step = {
    "activity_type_id": todo.id,
    "responsible_type": "other",
    "responsible_id": env.uid,
}
kinds = [
    {"action_type": "email", "mail_template_id": template.id, "summary": "Write"},
    {"action_type": "meeting", "duration": 0.5, "summary": "Meet"},
    {
        "action_type": "server_action",
        "server_action_id": action.id,
        "summary": "Act",
    },
]


def make_plan(name, steps):
    return env["mail.activity.plan"].create(
        {
            "name": name,
            "res_model": "crm.lead",
            "company_id": False,
            "exit_on_reply": False,
            "template_ids": [Command.create({**step, **more}) for more in steps],
        }
    )


def make_leads(name, number):
    return env["crm.lead"].create(
        [
            {
                "name": f"{name} {index}",
                "type": "opportunity",
                "email_from": f"lead{index}@cluster.example.com",
            }
            for index in range(number)
        ]
    )


plan = make_plan("Cluster due", kinds)
leads = make_leads("Due", count // 3)
for start in range(0, len(leads), 500):
    # Whatever the hour, they are due.
    plan.launch(leads[start : start + 500].ids, Date.today() - timedelta(days=1))
    env.cr.commit()
many = make_plan("Cluster launch", [{"summary": "Call"}, {"summary": "Ask"}])
leads = make_leads("Launch", count)
result = many.launch(leads.ids)
if not result.get("launch_id"):
    raise SystemExit("There must be more than 500")
env["ir.cron.trigger"].search([]).unlink()
for name in (
    "crm_activity_plus.ir_cron_launch_plans",
    "crm_activity_plus.ir_cron_run_due_steps",
    "crm_activity_plus_queue_job.ir_cron_watch",
):
    if cron := env.ref(name, raise_if_not_found=False):
        # Nothing begins before the clock does.
        cron.write({"active": True, "nextcall": "2099-01-01 00:00:00"})
env.cr.commit()
