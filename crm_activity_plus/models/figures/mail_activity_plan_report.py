# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

# What names a step of a plan.
STEP_FIELDS = ("code", "summary")


class MailActivityPlanReport(models.Model):
    """One row for each step of each run, as far as it came."""

    _name = "mail.activity.plan.report"
    _inherit = ["mail.activity.figures.mixin"]
    _description = "Plan Analysis"
    _auto = False
    _order = "date_start DESC, id DESC"
    _rec_name = "summary"

    run_line_id = fields.Many2one("mail.activity.plan.run.line", "Step", readonly=True)
    template_id = fields.Many2one(
        "mail.activity.plan.template", "Plan Step", readonly=True
    )
    code = fields.Char("Step Code", readonly=True)
    summary = fields.Char("Step Name", readonly=True)
    sequence = fields.Integer(aggregator=None, readonly=True)
    activity_type_id = fields.Many2one(
        "mail.activity.type", "Activity Type", readonly=True
    )
    action_type = fields.Selection(
        string="Step Type",
        selection=lambda self: self._get_selection("run.line", "action_type"),
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "Assigned to", readonly=True)
    date_deadline = fields.Date("Due Date", readonly=True)
    date_done = fields.Datetime("Closed on", readonly=True)
    state = fields.Selection(
        string="Step Status",
        selection=lambda self: self._get_selection("run.line", "state"),
        readonly=True,
    )
    outcome_id = fields.Many2one("mail.activity.outcome", "Outcome", readonly=True)
    attempt = fields.Integer("Attempts", aggregator="avg", readonly=True)
    reached = fields.Integer(
        readonly=True, help="The step's turn came, however it ended."
    )
    done = fields.Integer(readonly=True)
    skipped = fields.Integer(readonly=True)
    failed = fields.Integer(readonly=True)
    cancelled = fields.Integer(readonly=True)
    open = fields.Integer("Still Open", readonly=True)
    overdue = fields.Integer(
        readonly=True,
        help="Open after its due date, and neither on hold nor in a paused plan.",
    )
    days_late = fields.Float(
        digits=(16, 1),
        aggregator="avg",
        readonly=True,
        help="Days from the due date to the day on which the step was done; 0 if it "
        "was done in time.",
    )

    _depends = {
        "mail.activity": ["status"],
        "mail.activity.plan.run.line": [
            *("action_type", "activity_id", "activity_type_id", "attempt", "code"),
            *("date_deadline", "date_done", "date_due", "outcome_id", "run_id"),
            *("sequence", "state", "summary", "template_id", "user_id"),
        ],
        "mail.activity.type": ["name"],
        "res.partner": ["tz"],
        "res.users": ["partner_id"],
    }

    @api.model
    def _get_columns(self):
        copied = ("id", "template_id", "code", "sequence", "activity_type_id")
        copied += ("action_type", "user_id", "date_deadline", "date_done", "state")
        copied += ("outcome_id", "attempt")
        return {
            **super()._get_columns(),
            **{name: SQL.identifier("line", name) for name in copied},
            "run_line_id": SQL("line.id"),
            "summary": self._get_summary_sql(),
            "reached": SQL(
                "(line.state IN ('scheduled', 'done', 'failed')"
                " OR line.activity_id IS NOT NULL OR line.date_due IS NOT NULL)::int"
            ),
            **{
                name: SQL("(line.state = %s)::int", name)
                for name in ("done", "skipped", "failed", "cancelled")
            },
            "open": SQL("(line.state = 'scheduled')::int"),
            "overdue": self._get_overdue_sql(),
            "days_late": self._get_days_late_sql(),
        }

    @api.model
    def _get_summary_sql(self):
        """A step without a name is called by its type, as everywhere."""
        return SQL(
            "COALESCE(NULLIF(line.summary, ''), type.name->>%s, type.name->>'en_US')",
            self.env.lang or "en_US",
        )

    @api.model
    def _get_overdue_sql(self):
        """What is put aside isn't overdue."""
        return SQL(
            "(line.state = 'scheduled' AND line.date_deadline < %s"
            " AND run.state = 'running' AND held.id IS NULL)::int",
            fields.Date.context_today(self),
        )

    @api.model
    def _get_days_late_sql(self):
        """A day ends when it does where the step's user lives."""
        return SQL(
            """
            CASE WHEN line.state = 'done' AND line.date_deadline IS NOT NULL THEN
                GREATEST(0, (
                    line.date_done AT TIME ZONE 'UTC'
                    AT TIME ZONE COALESCE(zone.tz, 'UTC')
                )::date - line.date_deadline)
            END
            """
        )

    @api.model
    def _get_joins(self):
        return [
            SQL("mail_activity_plan_run_line line"),
            SQL("JOIN %s ON run.id = line.run_id", self._get_runs()),
            SQL(
                "LEFT JOIN mail_activity held"
                " ON held.id = line.activity_id AND held.status = 'on_hold'"
            ),
            SQL("LEFT JOIN mail_activity_type type ON type.id = line.activity_type_id"),
            # They are one each: PostgreSQL leaves them out where no field needs them.
            SQL(
                """
                LEFT JOIN (
                    SELECT step_user.id, MIN(partner.tz) AS tz
                      FROM res_users AS step_user
                      JOIN res_partner AS partner ON partner.id = step_user.partner_id
                  GROUP BY step_user.id
                ) AS zone ON zone.id = line.user_id
                """
            ),
        ]

    def _read_group_orderby(self, order, groupby_terms, query):
        """Steps come in the order of their plan, not in that of the alphabet."""
        if not set(STEP_FIELDS).isdisjoint(groupby_terms):
            parts = (order or ",".join(groupby_terms)).split(",")
            order = ",".join(map(self._order_by_place, parts))
        return super()._read_group_orderby(order, groupby_terms, query)

    @api.model
    def _order_by_place(self, part):
        """:param str part: a term of an order, maybe with a direction
        :returns: the same; for what names a step, first by the step's place"""
        name, _space, direction = part.strip().partition(" ")
        return f"sequence:max {direction},{part}" if name in STEP_FIELDS else part
