# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What the ready-made automation rules take on many leads at once: each kind of change
without its rule, and with it."""

import os
from unittest.mock import patch

from bench_common import Bench

from odoo import fields
from odoo.fields import Command

from odoo.addons.base.models.ir_cron import IrCron

ADDON = "crm_activity_plus_automation"
LEADS = int(os.environ.get("BENCH_LEADS", 10_000))
# As many as core merges at once, and so often.
MERGED, MERGES = 5, LEADS // 50


def main(env):
    bench = Bench(env)
    with patch.object(IrCron, "_commit_progress", lambda *args, **kwargs: float("inf")):
        launch_on_new(bench)
        merge(bench)
        # Making them takes longer than all that is done with them.
        leads = make_leads(bench.env)
        convert(bench, leads)
        note_missing(bench, leads)
        escalate(bench, leads)
    bench.save()


def switch_on(env, name, value=True):
    env.ref(f"{ADDON}.{name}").active = value


def make_leads(env, count=LEADS, **values):
    leads = env["crm.lead"].create(
        [
            {"name": f"Lead {n}", "user_id": env.uid, "type": "lead", **values}
            for n in range(count)
        ]
    )
    env.flush_all()
    return leads


def make_plan(env, **values):
    step = {
        "activity_type_id": env.ref("mail.mail_activity_data_call").id,
        "summary": "Call",
        "responsible_type": "salesperson",
        **values,
    }
    return env["mail.activity.plan"].create(
        {
            "name": "Calls",
            "res_model": "crm.lead",
            "template_ids": [Command.create(step)],
        }
    )


def launch_on_new(bench):
    """A plan is launched on each new lead."""
    env = bench.env
    with bench.measured(f"create {LEADS} leads", LEADS):
        make_leads(env)
    wizard = env["mail.activity.plan.rule"].create({"plan_id": make_plan(env).id})
    wizard.action_create_rule()
    for count in (LEADS // 10, LEADS):
        with bench.measured(f"create {count} leads, launch a plan on each", count):
            leads = make_leads(env, count)
            # Many are launched on in the background.
            env["mail.activity.plan.launch"].sudo()._cron_launch()
        leads.invalidate_recordset(["plan_run_ids"])
        assert len(leads.plan_run_ids) == count
    env["base.automation"].search(
        [("action_server_ids.state", "=", "launch_plan")]
    ).active = False


def convert(bench, leads):
    """Each salesperson gets an email for each lead."""
    for is_on in (False, True):
        leads.write({"type": "lead"})
        switch_on(bench.env, "rule_lead_converted", is_on)
        with bench.measured(f"convert {LEADS} leads, rule {is_on}", LEADS):
            leads.write({"type": "opportunity"})
    switch_on(bench.env, "rule_lead_converted", False)


def merge(bench):
    number = MERGES * MERGED
    for is_on in (False, True):
        switch_on(bench.env, "rule_leads_merged", is_on)
        leads = make_leads(bench.env, number, type="opportunity")
        with bench.measured(f"merge {number} leads, rule {is_on}", number):
            for start in range(0, number, MERGED):
                leads[start : start + MERGED].merge_opportunity()
    switch_on(bench.env, "rule_leads_merged", False)


def note_missing(bench, leads):
    env = bench.env
    for is_on in (False, True):
        leads.missing_step_since = False
        switch_on(env, "rule_step_missing", is_on)
        with bench.measured(f"daily look for missing steps, rule {is_on}", LEADS):
            env["crm.lead"]._cron_note_missing_steps()
        assert all(lead.missing_step_since for lead in leads)
    switch_on(env, "rule_step_missing", False)


def escalate(bench, leads):
    """Steps that are overdue for a week."""
    env = bench.env
    plan = make_plan(env, delay_count=-20)
    for start in range(0, LEADS, 500):
        plan.launch(leads[start : start + 500].ids)
    switch_on(env, "rule_step_overdue")
    rule = env.ref(f"{ADDON}.rule_step_overdue")
    rule.last_run = fields.Datetime.subtract(fields.Datetime.now(), days=60)
    with bench.measured(f"tell the leader of {LEADS} overdue steps", LEADS):
        env["base.automation"]._cron_process_time_based_actions()
