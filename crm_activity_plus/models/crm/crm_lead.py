# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount

from ...engine.arguments import Arguments
from ...tools.internal import Internal, read_internal
from ...tools.states import OPEN_RUN_STATES, OPEN_STEP_STATES
from ..calendar.calendar_event import MOVED_KEY


class CrmLead(models.Model):
    _inherit = "crm.lead"

    plan_run_ids = fields.One2many(
        "mail.activity.plan.run",
        "lead_id",
        string="Plans",
        readonly=True,
        groups="base.group_user",
    )
    plan_run_count = fields.Integer(
        compute="_compute_active_plan_run_id", groups="base.group_user"
    )
    active_plan_run_id = fields.Many2one(
        "mail.activity.plan.run",
        string="Running Plan",
        compute="_compute_active_plan_run_id",
        search="_search_active_plan_run_id",
        groups="base.group_user",
        help="Plan running on this lead; if there are several, the one launched last.",
    )
    plan_progress = fields.Float(
        compute="_compute_active_plan_run_id",
        groups="base.group_user",
        help="Progress of the running plan, in percent.",
    )

    plan_state = fields.Selection(
        selection=lambda self: self.env["mail.activity.plan.run"]
        ._fields["state"]
        ._description_selection(self.env),
        compute="_compute_plan_state",
        groups="base.group_user",
    )
    plan_step_count = fields.Integer(
        compute="_compute_plan_state",
        groups="base.group_user",
        help="Number of steps in the running plan.",
    )
    plan_step_closed_count = fields.Integer(
        "Closed Plan Steps",
        compute="_compute_plan_state",
        groups="base.group_user",
        help="Number of closed steps in the running plan.",
    )
    plan_progress_text = fields.Char(
        "Plan Steps Done",
        compute="_compute_plan_state",
        groups="base.group_user",
        help="Number of steps done, skipped and failed in the running plan.",
    )

    @api.depends("plan_run_ids.state", "plan_run_ids.progress")
    def _compute_active_plan_run_id(self):
        # Of many leads, they would be read one by one.
        self.plan_run_ids.fetch(["progress", "state"])
        for lead in self:
            runs = lead.plan_run_ids
            active = runs.filtered(lambda run: run.state in OPEN_RUN_STATES)[:1]
            lead.plan_run_count = len(runs)
            lead.active_plan_run_id = active
            lead.plan_progress = active.progress

    @api.model
    def _search_active_plan_run_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        under_way = Domain("state", "in", OPEN_RUN_STATES)
        run_ids = [run_id for run_id in value if run_id]
        found = Domain("plan_run_ids", "any", under_way & Domain("id", "in", run_ids))
        if False in value:
            found |= Domain("plan_run_ids", "not any", under_way)
        return found

    @api.depends("plan_run_ids.state", "plan_run_ids.line_ids.state")
    @api.depends_context("lang")
    def _compute_plan_state(self):
        counts = self.active_plan_run_id._count_steps()
        for lead in self:
            by_state = counts[lead.active_plan_run_id.id]
            lead.plan_state = lead.active_plan_run_id.state
            still_open = sum(by_state.get(state, 0) for state in OPEN_STEP_STATES)
            lead.plan_step_count = sum(by_state.values())
            lead.plan_step_closed_count = lead.plan_step_count - still_open
            lead.plan_progress_text = lead.active_plan_run_id._tell_progress(by_state)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    @api.readonly
    def action_view_plan_runs(self):
        """Open the running plan, or all of the lead's plans where there is none."""
        Arguments(self.env).check_single(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus.mail_activity_plan_run_action"
        )
        action["domain"] = [("lead_id", "=", self.id)]
        action["context"] = {"create": False}
        if len(self.plan_run_ids) == 1:
            action["res_id"] = self.plan_run_ids.id
            action["views"] = [(False, "form")]
        return action

    # ------------------------------------------------------------
    # Exits
    # ------------------------------------------------------------

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        """Core's hook for every way to win or lose a lead."""
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        for reason in ("won", "lost"):
            reached = self.filtered(
                lambda lead, key=f"is_{reason}": new_status_by_lead[lead.id][key]
                and not old_status_by_lead.get(lead.id, {}).get(key)
            )
            if reached:
                self.env["mail.activity.plan.run"]._exit(reached, reason)
        return result

    def action_set_lost(self, **additional_values):
        """Core archives the lead before it is lost: that is no reason of its own."""
        leads = self.with_context(plan_losing_leads=Internal(True))
        return super(CrmLead, leads).action_set_lost(**additional_values)

    def _stop_archived_runs(self):
        if not read_internal(self.env.context, "plan_losing_leads"):
            super()._stop_archived_runs()

    def _merge_dependences(self, opportunities):
        """The plans and activities of merged leads go on with the lead that stays."""
        opportunities._merge_activities_into(self)
        if self.won_status in ("won", "lost"):
            self.env["mail.activity.plan.run"]._exit(self, self.won_status)
        return super()._merge_dependences(opportunities)

    def _merge_dependences_calendar_events(self, opportunities):
        """The meetings were booked before. Archived ones go along, too."""
        moved = {MOVED_KEY: Internal(True), "active_test": False}
        lead = self.with_context(**moved)
        return super(CrmLead, lead)._merge_dependences_calendar_events(opportunities)

    def log_meeting(self, meeting):
        """The occurrences of a series that was booked for an activity have none of
        their own, and are no news."""
        if meeting.recurrence_id and (
            meeting.booked_activity_ref or meeting.booked_run_ref
        ):
            return self.env["mail.message"]
        return super().log_meeting(meeting)

    def _get_activity_queue_facts(self):
        """What a salesperson has to know before picking up the phone.

        :returns: list of label and value; what is empty isn't shown
        """
        self.ensure_one()
        revenue = False
        if self.expected_revenue:
            currency = self.company_currency or self.env.company.currency_id
            revenue = format_amount(self.env, self.expected_revenue, currency)
        return [
            (self.env._("Customer"), self.partner_id.sudo().name or self.partner_name),
            (self.env._("Contact"), self.contact_name),
            (self.env._("Expected Revenue"), revenue),
            (self.env._("Stage"), self.stage_id.name),
            (self.env._("Tags"), ", ".join(self.tag_ids.mapped("name"))),
            (self.env._("Salesperson"), self.user_id.sudo().name),
        ]
