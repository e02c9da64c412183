# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell on a database of an older version that was upgraded: read what was
# there, and go on with it.
# ruff: noqa: F821

manager, seller = (
    env["res.users"].search([("login", "=", login)]) for login in ("mara", "sam")
)
env = env(user=manager, context={"active_test": False})
Run = env["mail.activity.plan.run"]
Line = env["mail.activity.plan.run.line"]
Log = env["mail.activity.log"]
Activity = env["mail.activity"]


def read(records, names):
    return {
        record.id: values
        for record, values in zip(records, records.read(names, load=None), strict=True)
    }


def read_reasons(model, name):
    return read(env[model].sudo().search([(name, "!=", False)]), [name])


# ------------------------------------------------------------
# What there is
# ------------------------------------------------------------

runs = Run.sudo().search([])
result = {
    "states": {
        "runs": read(runs, ["state"]),
        "steps": read(runs.line_ids, ["state"]),
        "activities": read(Activity.sudo().search([]), ["status"]),
    },
    "reasons": {
        env[model]._table: read_reasons(model, name)
        for model, name in (
            ("mail.activity.log", "reason"),
            ("mail.activity.plan.launch", "error"),
            ("mail.activity.plan.launch.skip", "reason"),
            ("mail.activity.plan.run", "stop_note"),
            ("mail.activity.plan.run.line", "reason"),
        )
    },
    "ledger": Log.sudo()
    .search([], order="id")
    .read(
        [
            "run_id",
            "run_line_id",
            "activity_ref",
            "event",
            "old_status",
            "new_status",
            "values",
        ],
        load=None,
    ),
    "holds": {
        row["summary"]: row["hold_reason"]
        for row in Activity.search([("status", "=", "on_hold")]).activity_format()[
            "mail.activity"
        ]
    },
    "skipped": env["mail.activity.plan.launch"].search([]).mapped("skipped"),
}

# ------------------------------------------------------------
# What can be read
# ------------------------------------------------------------


def works(function):
    try:
        function()
    except Exception as error:  # noqa: BLE001
        return repr(error)
    return True


result["works"] = {
    "timelines": works(lambda: Run.search([]).get_timeline()),
    "histories": works(
        lambda: [activity.get_history() for activity in Activity.search([])]
    ),
    "ledger": works(
        lambda: Log.web_search_read([], {"display_name": {}, "values": {}})
    ),
    "activities": works(
        lambda: Activity.web_search_read(
            [("user_id", "=", seller.id)], {"res_name": {}}
        )
    ),
    "queue": works(
        lambda: Activity.with_user(seller).queue_next([("user_id", "=", seller.id)])
    ),
}

# ------------------------------------------------------------
# What goes on
# ------------------------------------------------------------


def describe(run):
    return [run.state, *run.line_ids.mapped("state")]


def get_run(plan, **values):
    domain = [("plan_id.code", "=", plan), *((n, "=", v) for n, v in values.items())]
    return Run.search(domain, order="id", limit=1)


started = get_run("upgrade_long", state="running")
paused = get_run("upgrade_long", state="paused")
stopped = get_run("upgrade_short", stop_reason="manual")
short = get_run("upgrade_short", state="running")
other = get_run("upgrade_other", state="running")
again = other.plan_id.launch(other.lead_id.ids)
started.line_ids[0].activity_id.with_user(seller).complete("reached", "Got them")
paused.action_resume()
stopped.action_restart()
short.action_stop(note="Enough")
[fresh] = env["crm.lead"].create([{"name": "New desks", "user_id": seller.id}])
launched = Run.browse(other.plan_id.launch(fresh.ids)["run_ids"])
held = Activity.search([("status", "=", "on_hold"), ("summary", "=", "Held")])
held.action_resume()
broken_crons = []
data = (
    env["ir.model.data"]
    .sudo()
    .search([("module", "=", "crm_activity_plus"), ("model", "=", "ir.cron")])
)
env.cr.commit()
for cron in env["ir.cron"].sudo().browse(data.mapped("res_id")):
    try:
        cron.method_direct_trigger()
    except Exception as error:  # noqa: BLE001
        broken_crons.append(f"{cron.cron_name}: {error}")
result |= {
    "again": [again["run_ids"], [row["res_id"] for row in again["skipped"]]],
    "again_on": other.lead_id.id,
    "runs": {
        "started": describe(started),
        "paused": describe(paused),
        "stopped": describe(stopped),
        "short": describe(short),
    },
    "launched": launched.state,
    "held": held.status,
    "broken_crons": broken_crons,
}
