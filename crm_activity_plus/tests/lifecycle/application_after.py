# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell on a database that another application was uninstalled from: does
# the addon work?
# ruff: noqa: F821
# pylint: disable=undefined-variable

from ast import literal_eval

env = env(user=env.ref("base.user_admin"))
worked = literal_eval(env["ir.config_parameter"].get_param("lifecycle.worked"))


def find(model, ids):
    return env[model].with_context(active_test=False).browse(ids).exists()


left = {
    "plans": find("mail.activity.plan", worked["plans"]).ids,
    "activities": find("mail.activity", worked["activities"]).ids,
    "actions": find("ir.actions.server", worked["actions"]).ids,
    "templates": find("mail.template", worked["templates"]).ids,
    # One that was for several models is for none now.
    "types": find("mail.activity.type", worked["types"]).ids
    + find("mail.activity.type", worked["limited"]).filtered("active").ids,
}
Run = env["mail.activity.plan.run"]
runs = {name: Run.browse(id_) for name, id_ in worked["runs"].items()}
all_runs = Run.union(*runs.values())

# Replaying the ledger gives the present state.
Log = env["mail.activity.log"]
told = []
for run in all_runs:
    rows = Log.search([("run_id", "=", run.id)], order="id")
    if rows.filtered(lambda row: not row.run_line_id)[-1].new_status != run.state:
        told.append(run.id)
    for line in run.line_ids:
        last = rows.filtered(lambda row, line=line: row.run_line_id == line)[-1]
        if last.new_status != line.state:
            told.append((run.id, line.id))


def works(function):
    try:
        function()
    except Exception as error:  # noqa: BLE001
        return repr(error)
    return True


My = env["mail.activity"].with_context(active_test=False)
fields_read = {"display_name": {}, "state": {}, "plan_id": {}, "res_name": {}}
results = {
    "systray": works(env.user._get_activity_groups),
    "my_activities": works(
        lambda: My.web_search_read([("user_id", "=", env.uid)], {"res_name": {}})
    ),
    "runs_read": works(lambda: Run.web_search_read([], fields_read)),
    "timeline": works(lambda: Run.search([]).get_timeline()),
    "history": works(
        lambda: Log.web_search_read([], {"display_name": {}, "values": {}})
    ),
}

broken_crons = []
data = env["ir.model.data"].search(
    [("module", "=", "crm_activity_plus"), ("model", "=", "ir.cron")]
)
for cron in env["ir.cron"].browse(data.mapped("res_id")):
    try:
        cron.method_direct_trigger()
    except Exception as error:  # noqa: BLE001
        broken_crons.append(f"{cron.cron_name}: {error}")

broken_views = find_broken_views(
    env, ("mail.activity", "mail.activity.plan", "mail.activity.plan.run")
)

try:
    runs["stopped"].action_restart()
    restarted = ""
except Exception as error:  # noqa: BLE001
    restarted = str(error)

lead = env["crm.lead"].create({"name": "Twenty desks", "type": "opportunity"})
on_lead = env["mail.activity.plan"].browse(worked["on_lead"])
launched = Run.browse(on_lead.launch(lead.ids)["run_ids"])

rows = Log.search([], order="id")
result = {
    "state": env["ir.module.module"].search([("name", "=", "maintenance")]).state,
    "left": left,
    "kept": find("mail.activity", worked["kept"]).ids,
    "runs": {
        name: [run.state, run.stop_reason, len(run.line_ids._filter_open())]
        for name, run in runs.items()
    },
    "run_names": sorted(set(all_runs.mapped("name"))),
    "ledger": rows.read(
        ["event", "old_status", "new_status", "res_id", "values"], load=None
    ),
    "ledger_of_activities": sorted(set(rows.mapped("activity_ref"))),
    "told": told,
    "works": results,
    "broken_crons": broken_crons,
    "broken_views": broken_views,
    "restarted": restarted,
    "launched": launched.line_ids.mapped("state"),
}
