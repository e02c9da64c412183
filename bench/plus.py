# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

TABLES = (
    "mail_activity",
    "mail_activity_plan_run",
    "mail_activity_plan_run_line",
    "mail_activity_log",
    "mail_message",
)


def last_ids():
    env.flush_all()
    result = {}
    for table in TABLES:
        env.cr.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
        result[table] = env.cr.fetchone()[0]
    return result


def time_insert(before):
    """Insert the new rows once more, into tables with the same indexes."""
    seconds = 0
    for table, last_id in before.items():
        env.cr.execute(f"CREATE TEMP TABLE bench_copy (LIKE {table} INCLUDING ALL)")
        start = time.perf_counter()
        env.cr.execute(
            f"INSERT INTO bench_copy SELECT * FROM {table} WHERE id > %s", [last_id]
        )
        seconds += time.perf_counter() - start
        env.cr.execute("DROP TABLE bench_copy")
    return seconds


plan = make_plan("Plus")
for count in SIZES:
    leads = make_leads(count)
    before = last_ids()
    with measured(f"launch on {count}", count):
        plan._launch_now(leads.ids)
    FIGURES[f"launch on {count}"]["insert_seconds"] = time_insert(before)

chain = env["mail.activity.plan"].create(
    {
        "name": "Chain",
        "res_model": "crm.lead",
        "template_ids": [
            Command.create(
                {
                    "activity_type_id": plan.template_ids[0].activity_type_id.id,
                    "summary": s,
                }
            )
            for s in ("First", "Following")
        ],
    }
)
chain.template_ids[1].after_ids = chain.template_ids[0]
leads = make_leads(1000)
chain._launch_now(leads.ids)
activities = leads.activity_ids
assert len(activities) == 1000
with measured("complete 1000", 1000):
    activities.action_feedback()
assert len(leads.activity_ids) == 1000

action = env["ir.actions.server"].create(
    {
        "name": "Bench",
        "model_id": env["ir.model"]._get_id("crm.lead"),
        "state": "code",
        "code": "record.write({'priority': '1'})",
    }
)
automatic = env["mail.activity.plan"].create(
    {
        "name": "Automatic",
        "res_model": "crm.lead",
        "template_ids": [
            Command.create(
                {
                    "activity_type_id": plan.template_ids[0].activity_type_id.id,
                    "summary": "Do it",
                    "action_type": "server_action",
                    "server_action_id": action.id,
                    "delay_count": 2,
                    "delay_from": "before_plan_date",
                }
            )
        ],
    }
)
due = 1000 if max(SIZES) < 5000 else 10_000
leads = make_leads(due)
runs = env["mail.activity.plan.run"].browse(automatic._launch_now(leads.ids)["run_ids"])
# The scheduled action commits: not here.
lines = env["mail.activity.plan.run.line"].sudo()
with measured(f"{due} due steps", due):
    domain = lines._get_due_domain()
    while batch := lines.search(domain, limit=50, order="date_due, id"):
        batch._run_actions()
        env.flush_all()
        env.invalidate_all()
assert set(runs.mapped("state")) == {"done"}

save()
