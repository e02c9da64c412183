# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL


class MailActivityPlanReport(models.Model):
    """One row for each step of each run, as far as it came. Launches that were undone
    count nowhere: it is as if they had never been.

    What one may read follows the records that the plans were launched on, as for the
    runs themselves.
    """

    _name = "mail.activity.plan.report"
    _inherit = ["mail.activity.document.mixin"]
    _description = "Plan Analysis"
    _auto = False
    _order = "date_start DESC, id DESC"
    _rec_name = "summary"

    run_id = fields.Many2one("mail.activity.plan.run", "Running Plan", readonly=True)
    run_line_id = fields.Many2one("mail.activity.plan.run.line", "Step", readonly=True)
    plan_id = fields.Many2one("mail.activity.plan", "Plan", readonly=True)
    plan_version = fields.Integer(aggregator=None, readonly=True)
    template_id = fields.Many2one(
        "mail.activity.plan.template", "Plan Step", readonly=True
    )
    code = fields.Char("Step Code", readonly=True)
    summary = fields.Char(readonly=True)
    sequence = fields.Integer(aggregator=None, readonly=True)
    activity_type_id = fields.Many2one(
        "mail.activity.type", "Activity Type", readonly=True
    )
    action_type = fields.Selection(
        string="Step Type",
        selection=lambda self: self._get_selection("run.line", "action_type"),
        readonly=True,
    )
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", readonly=True
    )
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", "Assigned to", readonly=True)
    launched_by_id = fields.Many2one("res.users", "Launched by", readonly=True)
    date_start = fields.Datetime("Launched on", readonly=True)
    date_deadline = fields.Date("Due Date", readonly=True)
    date_done = fields.Datetime("Closed on", readonly=True)
    state = fields.Selection(
        string="Step Status",
        selection=lambda self: self._get_selection("run.line", "state"),
        readonly=True,
    )
    run_state = fields.Selection(
        string="Plan Status",
        selection=lambda self: self._get_selection("run", "state"),
        readonly=True,
    )
    stop_reason = fields.Selection(
        selection=lambda self: self._get_selection("run", "stop_reason"), readonly=True
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
    overdue = fields.Integer(readonly=True)
    days_late = fields.Integer(
        aggregator="avg",
        readonly=True,
        help="Days from the due date to the day on which the step was done; 0 if it "
        "was done in time.",
    )

    # What a field counts is read from these, and has to be in the database first.
    _depends = {
        "mail.activity.plan.run": [
            *("company_id", "date_start", "partner_id", "plan_id", "plan_version"),
            *("state", "stop_reason", "user_id"),
        ],
        "mail.activity.plan.run.line": [
            *("action_type", "activity_id", "activity_type_id", "attempt", "code"),
            *("date_deadline", "date_done", "date_due", "outcome_id", "res_id"),
            *("res_model", "run_id", "sequence", "state", "summary", "template_id"),
            "user_id",
        ],
        "res.partner": ["tz"],
        "res.users": ["partner_id"],
    }

    @api.model
    def _get_selection(self, model, name):
        """A row says the same as what it is about, whatever other addons add."""
        field = self.env[f"mail.activity.plan.{model}"]._fields[name]
        return field._description_selection(self.env)

    @api.model
    def _get_document_models(self):
        """Runs are fewer than steps, and say the same."""
        return self.env["mail.activity.plan.run"]._get_document_models()

    @property
    def _table_query(self):
        columns = SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(name))
            for name, expression in self._get_columns().items()
        )
        return SQL("SELECT %s FROM %s", columns, SQL(" ").join(self._get_joins()))

    @api.model
    def _get_columns(self):
        """Hook: what a row says.

        :returns: name of a field -> expression over the tables of :meth:`_get_joins`
        :rtype: dict[str, SQL]
        """
        line, run = self._get_copied_columns()
        reached = SQL(
            "(line.state IN ('scheduled', 'done', 'failed')"
            " OR line.activity_id IS NOT NULL OR line.date_due IS NOT NULL)"
        )
        return {
            **{name: SQL.identifier("line", name) for name in line},
            **{name: SQL.identifier("run", name) for name in run},
            "run_line_id": SQL("line.id"),
            "launched_by_id": SQL("run.user_id"),
            "run_state": SQL("run.state"),
            "reached": SQL("%s::int", reached),
            **{
                name: SQL("(line.state = %s)::int", name)
                for name in ("done", "skipped", "failed", "cancelled")
            },
            "open": SQL("(line.state = 'scheduled')::int"),
            "overdue": SQL(
                "(line.state = 'scheduled' AND line.date_deadline < %s)::int",
                fields.Date.context_today(self),
            ),
            "days_late": self._get_days_late(),
        }

    @api.model
    def _get_copied_columns(self):
        """:returns: the columns of a step and those of its run that a row has as they
        are"""
        line = ("id", "run_id", "template_id", "code", "summary", "sequence")
        line += ("activity_type_id", "action_type", "res_model", "res_id", "user_id")
        line += ("date_deadline", "date_done", "state", "outcome_id", "attempt")
        run = ("plan_id", "plan_version", "partner_id", "company_id", "date_start")
        return line, (*run, "stop_reason")

    @api.model
    def _get_days_late(self):
        """A day ends when it does where the step's user lives."""
        return SQL(
            """
            CASE WHEN line.state = 'done' AND line.date_deadline IS NOT NULL THEN
                GREATEST(0, (
                    line.date_done AT TIME ZONE 'UTC'
                    AT TIME ZONE COALESCE(user_partner.tz, 'UTC')
                )::date - line.date_deadline)
            END
            """
        )

    @api.model
    def _get_joins(self):
        """Hook: the tables that a row is read from. Those that no field of a query
        needs cost nothing, if they are joined to the left by a unique key.

        :rtype: list[SQL]
        """
        return [
            SQL("mail_activity_plan_run_line line"),
            SQL(
                "JOIN mail_activity_plan_run run ON run.id = line.run_id"
                " AND run.stop_reason IS DISTINCT FROM 'undone'"
            ),
            SQL("LEFT JOIN res_users step_user ON step_user.id = line.user_id"),
            SQL(
                "LEFT JOIN res_partner user_partner"
                " ON user_partner.id = step_user.partner_id"
            ),
        ]

    def action_open_document(self):
        """:raises UserError: the document is gone"""
        return self.run_id.action_open_document()
