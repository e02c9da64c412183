# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_amount

from ...engine.arguments import Arguments
from ...tools.internal import Internal, read_internal
from ...tools.states import OPEN_RUN_STATES, OPEN_STEP_STATES
from ..calendar.calendar_event import MOVED_KEY

# An open lead: neither won, lost nor archived.
OPEN_DOMAIN = Domain("active", "=", True) & Domain("won_status", "=", "pending")
# What brings a lead back: an open activity, or one on hold until a day.
NEXT_ACTIVITY_DOMAIN = Domain("status", "in", ("new", "in_progress")) | (
    Domain("status", "=", "on_hold") & Domain("on_hold_until", "!=", False)
)


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
    next_step_name = fields.Char(
        "Next Step",
        compute="_compute_next_step",
        groups="base.group_user",
        help="The activity due first, or an automatic step of the plan due before it.",
    )
    next_step_date = fields.Date(
        compute="_compute_next_step",
        groups="base.group_user",
        help="Due date of the next step; for an activity on hold, the day it resumes.",
    )
    has_no_next_step = fields.Boolean(
        "Missing Next Step",
        compute="_compute_next_step",
        search="_search_has_no_next_step",
        groups="base.group_user",
        help="The lead is open, but has no open activity, no activity on hold until a "
        "date and no running plan.",
    )

    @api.depends("plan_run_ids.state", "plan_run_ids.progress")
    def _compute_active_plan_run_id(self):
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

    @api.depends(
        "active",
        "won_status",
        "activity_ids.date_deadline",
        "activity_ids.on_hold_until",
        "activity_ids.status",
        "activity_ids.summary",
        "plan_run_ids.next_deadline",
        "plan_run_ids.state",
    )
    @api.depends_context("lang")
    def _compute_next_step(self):
        """With the same number of queries for any number of leads."""
        steps = self._get_next_steps()
        with_run = {
            lead.id
            for [lead] in self.env["mail.activity.plan.run"]
            .sudo()
            ._read_group(
                [("lead_id", "in", self.ids), ("state", "in", OPEN_RUN_STATES)],
                ["lead_id"],
            )
        }
        open_ids = set(self.filtered_domain(OPEN_DOMAIN)._ids)
        for lead in self:
            day, name = steps.get(lead.id, (False, False))
            lead.next_step_date = day
            lead.next_step_name = name
            lead.has_no_next_step = (
                lead.id in open_ids and not name and lead.id not in with_run
            )

    def _get_next_steps(self):
        """:returns: for each lead that has one, date and name of its next step"""
        steps = {}
        for lead_id, day, name in [
            *self._get_next_activities(),
            *self._get_next_automatic_steps(),
        ]:
            if lead_id not in steps or day < steps[lead_id][0]:
                steps[lead_id] = (day, name)
        return steps

    def _get_next_activities(self):
        """:returns: lead, day and name of what people have to do"""
        activities = (
            self.env["mail.activity"]
            .sudo()
            .search_fetch(
                Domain("res_model", "=", self._name)
                & Domain("res_id", "in", self.ids)
                & NEXT_ACTIVITY_DOMAIN,
                ["activity_type_id", "date_deadline", "on_hold_until", "summary"],
            )
        )
        return [
            (
                activity.res_id,
                activity.on_hold_until or activity.date_deadline,
                activity.summary or activity.activity_type_id.name or "",
            )
            for activity in activities
        ]

    def _get_next_automatic_steps(self):
        """:returns: lead, day and name of what plans under way do by themselves"""
        steps = (
            self.env["mail.activity.plan.run.line"]
            .sudo()
            .search_fetch(
                [
                    ("run_id.lead_id", "in", self.ids),
                    ("run_id.state", "=", "running"),
                    ("state", "=", "scheduled"),
                    ("action_type", "!=", "activity"),
                ],
                ["activity_type_id", "date_deadline", "res_id", "summary"],
            )
        )
        return [
            (step.res_id, step.date_deadline, step.display_name)
            for step in steps.filtered("date_deadline")
        ]

    @api.model
    def _search_has_no_next_step(self, operator, value):
        """Both ways with anti-joins, which stay fast where lists of ids, or the plain
        negation, would not."""
        if operator not in ("in", "not in"):
            return NotImplemented
        wanted = {bool(each) for each in value}
        if operator == "not in":
            wanted = {True, False} - wanted
        if len(wanted) != 1:
            return Domain.TRUE if wanted else Domain.FALSE
        if True in wanted:
            return OPEN_DOMAIN & Domain.custom(
                to_sql=lambda _model, alias, _query: self._get_no_next_step_sql(alias),
                predicate=lambda lead: lead.has_no_next_step,
            )
        return Domain.custom(
            to_sql=lambda _model, alias, _query: self._get_next_step_sql(alias),
            predicate=lambda lead: not lead.has_no_next_step,
        )

    @api.model
    def _get_no_next_step_sql(self, alias):
        """:returns: the condition that nothing is planned on a lead"""
        self.env["mail.activity"].flush_model(
            ["active", "on_hold_until", "res_id", "res_model", "status"]
        )
        self.env["mail.activity.plan.run"].flush_model(["lead_id", "state"])
        return SQL(
            """
            NOT EXISTS (
                SELECT 1
                  FROM mail_activity AS activity
                 WHERE activity.res_model = %(res_model)s
                   AND activity.res_id = %(lead_id)s
                   AND (
                        activity.active
                        OR (
                            activity.status = 'on_hold'
                            AND activity.on_hold_until IS NOT NULL
                        )
                   )
            )
            AND NOT EXISTS (
                SELECT 1
                  FROM mail_activity_plan_run AS run
                 WHERE run.lead_id = %(lead_id)s AND run.state IN %(states)s
            )
            """,
            lead_id=SQL.identifier(alias, "id"),
            res_model=self._name,
            states=OPEN_RUN_STATES,
        )

    @api.model
    def _get_next_step_sql(self, alias):
        """:returns: the condition that a lead is none of those without a next step"""
        self.flush_model(["active", "won_status"])
        return SQL(
            """
            NOT EXISTS (
                SELECT 1
                  FROM crm_lead AS forgotten
                 WHERE forgotten.id = %(lead_id)s
                   AND forgotten.active
                   AND forgotten.won_status = 'pending'
                   AND %(no_next_step)s
            )
            """,
            lead_id=SQL.identifier(alias, "id"),
            no_next_step=self._get_no_next_step_sql("forgotten"),
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_view_plan_runs(self):
        """Open the plan under way, or all of the lead's plans where there is none."""
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

    @api.model
    def action_view_no_next_step(self):
        """Open the leads without a next step: one's own, or those of the teams that
        the user leads, by salesperson."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus.crm_lead_action_no_next_step"
        )
        if self.env["crm.team"].search_count([("user_id", "=", self.env.uid)], limit=1):
            filters = ("my_teams", "salesperson")
        else:
            filters = ("assigned_to_me",)
        action["context"] = {
            "create": False,
            **{f"search_default_{name}": 1 for name in filters},
        }
        return action

    def action_schedule_next_step(self):
        """Open the pop-up that schedules an activity or launches a plan."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Schedule Activity"),
            "res_model": "mail.activity.schedule",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "active_id": self[:1].id,
                "active_ids": self.ids,
                "active_model": self._name,
                "dialog_size": "large",
            },
        }

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
