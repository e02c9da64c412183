# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.states import OPEN_RUN_STATES

# An open lead: neither won, lost nor archived.
OPEN_DOMAIN = Domain("active", "=", True) & Domain("won_status", "=", "pending")
# What brings a lead back: an open activity, or one on hold until a day. A hold doesn't
# end while the plan is paused, so that the pause has to end, too.
NEXT_ACTIVITY_DOMAIN = Domain("status", "in", ("new", "in_progress")) | (
    Domain("status", "=", "on_hold")
    & Domain("on_hold_until", "!=", False)
    & (
        Domain("run_id", "=", False)
        | Domain("run_id.state", "!=", "paused")
        | Domain("run_id.paused_until", "!=", False)
    )
)


class CrmLead(models.Model):
    """What comes next on a lead, and the leads that nothing reminds anybody of."""

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    next_step_name = fields.Char(
        "Next Step",
        compute="_compute_next_step",
        groups="base.group_user",
        help="Whatever comes first: an activity, a meeting, an automatic step of a "
        "plan, or the day on which a paused plan resumes.",
    )
    next_step_date = fields.Date(
        compute="_compute_next_step",
        groups="base.group_user",
        help="Due date of the next step; for an activity on hold or a paused plan, the "
        "day it resumes.",
    )
    has_no_next_step = fields.Boolean(
        "Missing Next Step",
        compute="_compute_next_step",
        search="_search_has_no_next_step",
        groups="base.group_user",
        help="The lead is open, but has no open activity, no activity on hold until a "
        "date, no coming meeting, and no plan that is running or paused until a date.",
    )
    next_step_details = fields.Json(
        compute="_compute_next_step_details",
        groups="base.group_user",
        help="What the form shows of the next step, and what the user can do about it.",
    )

    @api.depends(
        "active",
        "won_status",
        "activity_ids.date_deadline",
        "activity_ids.on_hold_until",
        "activity_ids.status",
        "activity_ids.summary",
        "calendar_event_ids.active",
        "calendar_event_ids.name",
        "calendar_event_ids.start",
        "calendar_event_ids.stop",
        "plan_run_ids.next_deadline",
        "plan_run_ids.paused_until",
        "plan_run_ids.state",
    )
    @api.depends_context("lang", "tz", "uid")
    def _compute_next_step(self):
        """With the same number of queries for any number of leads."""
        steps, missing = self._find_next_steps()
        for lead in self:
            step = steps.get(lead._origin.id)
            lead.next_step_date = step and step.day
            lead.next_step_name = step and step.name
            lead.has_no_next_step = lead in missing

    @api.depends("has_no_next_step")
    @api.depends_context("lang", "tz", "uid")
    def _compute_next_step_details(self):
        """Nothing where nothing is to be said: a new lead, or one that is closed or has
        a running plan that waits."""
        steps, missing = self._find_next_steps()
        writable = self._origin._filtered_access("write")
        for lead in self:
            step = steps.get(lead._origin.id)
            if step:
                lead.next_step_details = _describe(step)
            elif lead._origin and lead in missing:
                lead.next_step_details = lead._describe_missing(
                    lead._origin in writable
                )
            else:
                lead.next_step_details = False

    def _describe_missing(self, is_writable):
        """Name what would be the next step, if it had a date."""
        self.ensure_one()
        lead = self._origin
        details, actions = {"kind": "missing"}, ["plan"]
        held = self.env["mail.activity"]._find_held(lead)[:1]
        if paused := lead._find_open_runs()[:1]:
            details |= {"plan": paused.name, "run_id": paused.id}
            actions = ["resume_plan", "postpone", "plan"]
        elif held:
            details |= {"held": held.display_name, "activity_id": held.id}
            actions = ["resume", "plan"]
        return {**details, "actions": actions if is_writable else []}

    def _find_next_steps(self):
        """:returns: id of a lead -> its :class:`NextStep`, where it has one; and the
        open leads that have none, and no running plan that will bring one"""
        activities = self._find_next_activities()
        runs = self._find_open_runs()
        # An activity may be on another lead than its meeting: then both have a step.
        booked = {(a.calendar_event_id.id, a.res_id) for a in activities}
        meetings = self._find_next_meetings().filtered(
            lambda event: (event.id, event.opportunity_id.id) not in booked
        )
        steps = {}
        # The first of those that are due on a day is what can be done about it.
        for step, lead_id in (
            *((activity._to_next_step(), activity.res_id) for activity in activities),
            *((line._to_next_step(), line.res_id) for line in self._find_next_lines()),
            *((event._to_next_step(), event.opportunity_id.id) for event in meetings),
            *(
                (run._to_next_step(), run.lead_id.id)
                for run in runs.filtered("paused_until")
            ),
        ):
            if lead_id not in steps or step.day < steps[lead_id].day:
                steps[lead_id] = step
        running = runs.filtered(lambda run: run.state == "running").lead_id
        cared_for = {*steps, *running._ids}
        missing = self.filtered_domain(OPEN_DOMAIN).filtered(
            lambda lead: lead._origin.id not in cared_for
        )
        return steps, missing

    def _find_next_activities(self):
        """:returns: what people have to do, now or once it is off hold"""
        return (
            self.env["mail.activity"]
            .sudo()
            .search_fetch(
                Domain("res_model", "=", self._name)
                & Domain("res_id", "in", self.ids)
                & NEXT_ACTIVITY_DOMAIN,
                [
                    "activity_type_id",
                    "calendar_event_id",
                    "date_deadline",
                    "on_hold_until",
                    "res_id",
                    "run_id",
                    "status",
                    "summary",
                ],
            )
        )

    def _find_next_lines(self):
        """:returns: the steps of running plans that do themselves"""
        lines = (
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
        return lines.filtered("date_deadline")

    def _find_open_runs(self):
        return (
            self.env["mail.activity.plan.run"]
            .sudo()
            .search_fetch(
                [("lead_id", "in", self.ids), ("state", "in", OPEN_RUN_STATES)],
                ["lead_id", "name", "paused_until", "state"],
            )
        )

    def _find_next_meetings(self):
        """:returns: the first meeting of each lead that isn't over; a series has
        hundreds of them"""
        events = self.env["calendar.event"].sudo()
        if not self.ids:
            return events
        events.flush_model(["active", "opportunity_id", "start", "stop"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (event.opportunity_id) event.id
                  FROM calendar_event AS event
                 WHERE event.opportunity_id IN %s AND %s
              ORDER BY event.opportunity_id, event.start, event.id
                """,
                tuple(self.ids),
                self._get_coming_meeting_sql("event"),
            )
        )
        found = events.browse(event_id for [event_id] in rows)
        found.fetch(["allday", "name", "opportunity_id", "start", "start_date"])
        return found

    # ------------------------------------------------------------
    # Leads without a next step
    # ------------------------------------------------------------

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
        """Each part is an anti-join by an index of its own. Were there an ``OR`` in
        one of them, PostgreSQL would look up each lead's activities, one by one.

        :returns: the condition that nothing is planned on a lead
        """
        self._flush_next_steps()
        return SQL(
            """
            %(no_activity)s
            AND NOT EXISTS (
                SELECT 1
                  FROM mail_activity_plan_run AS run
                 WHERE run.lead_id = %(lead_id)s AND run.state = 'running'
            )
            AND NOT EXISTS (
                SELECT 1
                  FROM mail_activity_plan_run AS run
                 WHERE run.lead_id = %(lead_id)s
                   AND run.state = 'paused' AND run.paused_until IS NOT NULL
            )
            AND NOT EXISTS (
                SELECT 1
                  FROM calendar_event AS event
                 WHERE event.opportunity_id = %(lead_id)s AND %(is_coming)s
            )
            """,
            lead_id=SQL.identifier(alias, "id"),
            no_activity=self._get_no_next_activity_sql(alias),
            is_coming=self._get_coming_meeting_sql("event"),
        )

    @api.model
    def _get_no_next_activity_sql(self, alias):
        """:returns: the condition that a lead has no activity that brings it back, see
        ``NEXT_ACTIVITY_DOMAIN``"""
        return SQL(
            """
            NOT EXISTS (
                SELECT 1
                  FROM mail_activity AS activity
                 WHERE activity.res_model = %(res_model)s
                   AND activity.res_id = %(lead_id)s
                   AND activity.active IS TRUE
            )
            AND NOT EXISTS (
                SELECT 1
                  FROM mail_activity AS held
             LEFT JOIN mail_activity_plan_run AS paused
                    ON paused.id = held.run_id AND paused.state = 'paused'
                   AND paused.paused_until IS NULL
                 WHERE held.res_model = %(res_model)s
                   AND held.res_id = %(lead_id)s
                   AND held.status = 'on_hold'
                   AND held.on_hold_until IS NOT NULL
                   AND paused.id IS NULL
            )
            """,
            lead_id=SQL.identifier(alias, "id"),
            res_model=self._name,
        )

    @api.model
    def _get_coming_meeting_sql(self, alias):
        """:returns: the condition that a meeting takes place, and isn't over"""
        return SQL(
            "%(active)s AND %(stop)s >= %(now)s",
            active=SQL.identifier(alias, "active"),
            stop=SQL.identifier(alias, "stop"),
            now=fields.Datetime.now(),
        )

    @api.model
    def _flush_next_steps(self):
        self.env["mail.activity"].flush_model(
            ["active", "on_hold_until", "res_id", "res_model", "run_id", "status"]
        )
        self.env["mail.activity.plan.run"].flush_model(
            ["lead_id", "paused_until", "state"]
        )
        self.env["calendar.event"].flush_model(["active", "opportunity_id", "stop"])

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

    @api.model
    @api.readonly
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

    @api.readonly
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


def _describe(step):
    """:returns: a :class:`~...tools.next_step.NextStep` for the client; JSON-able"""
    return {
        "kind": step.kind,
        "name": step.name,
        "date": fields.Date.to_string(step.day),
        **step.record._describe_next_step(),
    }
