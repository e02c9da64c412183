# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from .mail_activity_plan_run import OPEN_STATES


class CrmLead(models.Model):
    _inherit = "crm.lead"

    plan_run_ids = fields.One2many(
        "mail.activity.plan.run",
        "lead_id",
        string="Activity Plans",
        readonly=True,
        groups="base.group_user",
    )
    plan_run_count = fields.Integer(
        compute="_compute_active_plan_run_id", groups="base.group_user"
    )
    active_plan_run_id = fields.Many2one(
        "mail.activity.plan.run",
        string="Current Activity Plan",
        compute="_compute_active_plan_run_id",
        groups="base.group_user",
        help="The plan under way on this lead, the last one that was launched where "
        "there are several.",
    )
    plan_progress = fields.Float(
        compute="_compute_active_plan_run_id",
        groups="base.group_user",
        help="How far the current activity plan is, in percent.",
    )

    @api.depends("plan_run_ids.state", "plan_run_ids.progress")
    def _compute_active_plan_run_id(self):
        for lead in self:
            runs = lead.plan_run_ids
            active = runs.filtered(lambda run: run.state in OPEN_STATES)[:1]
            lead.plan_run_count = len(runs)
            lead.active_plan_run_id = active
            lead.plan_progress = active.progress

    def action_view_plan_runs(self):
        """Open the plan under way, or all of the lead's plans where there is none."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus.mail_activity_plan_run_action"
        )
        action["domain"] = [("lead_id", "=", self.id)]
        action["context"] = {"create": False}
        if len(self.plan_run_ids) == 1:
            action["res_id"] = self.plan_run_ids.id
            action["views"] = [(False, "form")]
        return action

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        """Core's hook for every way to win or lose a lead."""
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        for reason in ("won", "lost"):
            reached = self.filtered(
                lambda lead, key=f"is_{reason}": new_status_by_lead[lead.id][key]
                and not old_status_by_lead.get(lead.id, {}).get(key)
            )
            if reached:
                reached._get_plan_runs(
                    [("state", "in", OPEN_STATES), (f"exit_on_{reason}", "=", True)]
                )._stop(reason)
        return result

    def action_set_lost(self, **additional_values):
        """Core archives the lead before it is lost: that is no reason of its own."""
        leads = self.with_context(plan_losing_leads=True)
        return super(CrmLead, leads).action_set_lost(**additional_values)

    def _stop_archived_runs(self):
        if not self.env.context.get("plan_losing_leads"):
            super()._stop_archived_runs()

    def _merge_dependences(self, opportunities):
        """The plans of merged leads go on with the lead that stays."""
        self._merge_plan_runs(opportunities)
        return super()._merge_dependences(opportunities)

    def _merge_plan_runs(self, opportunities):
        """Move the runs here. Of two runs of one plan, the one that is further goes
        on."""
        runs = (self + opportunities)._get_plan_runs()
        under_way = runs.filtered(lambda run: run.state in OPEN_STATES)
        for same in under_way.grouped(
            lambda run: (run.plan_id, run.launch_key)
        ).values():
            furthest = max(same, key=lambda run: (run.progress, run.res_id == self.id))
            (same - furthest)._stop("merged")
        # A run has to be stopped before another one takes its place.
        runs.flush_recordset()
        runs.filtered(lambda run: run.res_id != self.id)._move_to(self)
