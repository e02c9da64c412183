# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.added_fields import is_extended
from ...engine.arguments import Arguments
from ...engine.columns import read_columns
from ...engine.environment import by_engine
from ...engine.notifier import tell_failed
from ...engine.reasons import tell_explanation
from ...engine.transitions import Transition
from ...tools.dates import Deadline, forget_sentences, tidy
from ...tools.progress import get_progress
from ...tools.reasons import Reason
from ...tools.states import CLOSED_STATUSES, OPEN_RUN_STATES, OPEN_STEP_STATES


class DateExplanation(fields.Json):
    """How a date was found. Why nobody worked on a day is kept as a code, and read in
    the language of the reader, too.

    Older versions kept every change, one in the other, so deep that Python can't copy
    it; whatever there is, a short one is read.
    """

    def convert_to_record(self, value, record):
        return super().convert_to_record(
            tell_explanation(record.env, tidy(value)), record
        )

    def convert_to_cache(self, value, record, validate=True):
        return super().convert_to_cache(forget_sentences(value), record, validate)


class MailActivityPlanRunLine(models.Model):
    """A step of a run: what the plan said at the launch, and what came of it."""

    _name = "mail.activity.plan.run.line"
    _inherit = [
        "mail.activity.document.mixin",
        "mail.activity.reason.mixin",
        "mail.activity.bulk.mixin",
        "mail.activity.ledger.mixin",
    ]
    _description = "Running Plan Step"
    _order = "run_id, sequence, id"
    _rec_name = "summary"

    # Found by the index of _code_unique.
    run_id = fields.Many2one(
        "mail.activity.plan.run",
        string="Running Plan",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    # The run's, again: access follows from them. The engine writes both.
    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", required=True, readonly=True
    )
    template_id = fields.Many2one(
        "mail.activity.plan.template",
        string="Plan Step",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(readonly=True)
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    icon = fields.Char(related="activity_type_id.icon")
    summary = fields.Char(readonly=True)
    note = fields.Html(readonly=True, sanitize_style=True)
    delay_count = fields.Integer(readonly=True)
    delay_unit = fields.Selection(
        selection=lambda self: self._get_template_selection("delay_unit"), readonly=True
    )
    delay_from = fields.Selection(
        selection=lambda self: self._get_template_selection("delay_from"), readonly=True
    )
    responsible_type = fields.Selection(
        selection=lambda self: self._get_template_selection("responsible_type"),
        string="Assignment",
        readonly=True,
    )
    is_user_chosen = fields.Boolean(
        readonly=True, help="The assigned user was chosen at launch."
    )
    is_reassigned = fields.Boolean(
        readonly=True,
        help="The step was assigned manually, regardless of its role.",
    )
    after_ids = fields.Many2many(
        "mail.activity.plan.run.line",
        "mail_activity_plan_run_line_after_rel",
        "line_id",
        "after_id",
        string="Waits for",
        readonly=True,
    )
    followed_by_ids = fields.Many2many(
        "mail.activity.plan.run.line",
        "mail_activity_plan_run_line_after_rel",
        "after_id",
        "line_id",
        string="Followed by",
        readonly=True,
    )
    after_mode = fields.Selection(
        string="Start when",
        selection=lambda self: self._get_template_selection("after_mode"),
        default="all",
        readonly=True,
    )
    after_outcome_ids = fields.Many2many(
        "mail.activity.outcome",
        "mail_activity_plan_run_line_outcome_rel",
        "line_id",
        "outcome_id",
        string="Only if the outcome is",
        context={"active_test": False},
        readonly=True,
    )
    condition_domain = fields.Char("Condition", readonly=True)
    action_type = fields.Selection(
        selection=lambda self: self._get_template_selection("action_type"),
        string="Step Type",
        default="activity",
        required=True,
        readonly=True,
    )
    mail_template_id = fields.Many2one(
        "mail.template", "Email Template", readonly=True, ondelete="set null"
    )
    server_action_id = fields.Many2one(
        "ir.actions.server", readonly=True, ondelete="set null"
    )
    chosen_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        ondelete="set null",
        help="User who chose the server action in the plan. It runs only if this user "
        "may run it.",
    )
    duration = fields.Float(readonly=True)
    time_of_day = fields.Float(readonly=True)
    attendee_ids = fields.Many2many(
        "res.partner",
        "mail_activity_plan_run_line_attendee_rel",
        "line_id",
        "partner_id",
        string="Other Attendees",
        readonly=True,
    )
    date_due = fields.Datetime(readonly=True, help="When an automatic step runs.")
    calendar_event_id = fields.Many2one(
        "calendar.event", string="Meeting", readonly=True, ondelete="set null"
    )
    # People can't delete it; but it goes with the addon that brought it.
    outcome_id = fields.Many2one(
        "mail.activity.outcome", readonly=True, ondelete="set null"
    )
    attempt = fields.Integer(default=1, readonly=True)
    max_attempts = fields.Integer(readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        readonly=True,
        index=True,
        ondelete="set null",
    )
    date_deadline = fields.Date(
        "Due Date",
        readonly=True,
        help="Expected due date while the step is waiting.",
    )
    date_explanation = DateExplanation(readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("scheduled", "Scheduled"),
            ("done", "Done"),
            ("skipped", "Skipped"),
            ("cancelled", "Cancelled"),
            ("failed", "Failed"),
        ],
        string="Status",
        default="waiting",
        required=True,
        readonly=True,
    )
    is_closed = fields.Boolean(compute="_compute_is_closed")
    branch_taken = fields.Boolean(
        default=True,
        readonly=True,
        help="Not set for a step on a branch that the plan didn't take.",
    )
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )
    date_done = fields.Datetime("Closed on", readonly=True)
    done_by_id = fields.Many2one(
        "res.users", string="Closed by", readonly=True, ondelete="set null"
    )
    reason = fields.Char(compute="_compute_reason", search="_search_reason")
    reason_code = fields.Char(readonly=True)
    reason_values = fields.Json(readonly=True)
    reason_text = fields.Char(
        readonly=True, help="What a person typed, or an older version wrote."
    )

    _document_index = models.Index("(res_model, res_id)")
    _due_index = models.Index(
        "(date_due) WHERE state = 'scheduled' AND date_due IS NOT NULL"
    )
    _code_unique = models.Constraint(
        "UNIQUE (run_id, code)",
        "Another step of this running plan already has this code.",
    )

    @api.model
    def _get_template_selection(self, name):
        """A step says the same as the step of the plan that it comes from, whatever
        other addons add to that."""
        field = self.env["mail.activity.plan.template"]._fields[name]
        return field._description_selection(self.env)

    @api.depends("summary", "activity_type_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.summary or line.activity_type_id.name

    @api.depends("state")
    def _compute_is_closed(self):
        for line in self:
            line.is_closed = line.state not in OPEN_STEP_STATES

    @api.model
    def _sum_up(self, steps):
        """:param steps: the steps of a run, or their values
        :returns: what the run says of them: ``progress`` and ``next_deadline``
        :rtype: dict
        """
        deadlines = [
            step["date_deadline"]
            for step in steps
            if step["state"] == "scheduled" and step["date_deadline"]
        ]
        return {
            "progress": get_progress([step["state"] for step in steps]),
            "next_deadline": min(deadlines, default=False),
        }

    def _get_summing_fields(self):
        run_fields = self.env["mail.activity.plan.run"]._fields
        return [run_fields[name] for name in self._sum_up(())]

    def _filter_open(self):
        return self.filtered(lambda line: line.state in OPEN_STEP_STATES)

    def _filter_expanded(self):
        """:returns: the steps whose type triggers another, where that is a step of the
        run, too"""
        return self.filtered(
            lambda line: line.activity_type_id.triggered_next_type_id
            in line.followed_by_ids.activity_type_id
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_skip(self, reason=None):
        """Leave out open steps. What waits for them goes on.

        :param str reason: why, for the history
        :raises UserError: one of them is closed
        :raises AccessError: the user may not change the document
        """
        self._check_may_change()
        reason = Arguments(self.env).text(reason, "reason")
        lines = by_engine(self)
        # On hold, too, though they are inactive then.
        activities = lines._filter_open().activity_id
        transition = Transition(lines.run_id)
        transition.close(lines, "skipped", reason or Reason("skipped_manually"))
        activities._cancel(reason or Reason("step_skipped"))
        transition.advance()
        return True

    def action_snooze(self, until):
        """Reschedule scheduled steps.

        :param until: their new due date (date or ISO string)
        :raises UserError: one of them is not scheduled, or the date is no date
        :raises AccessError: the user may not change the document
        """
        self._check_may_change()
        day = Arguments(self.env).day(until, "until")
        if not day:
            raise UserError(self.env._("Choose the day to reschedule the step to."))
        lines = by_engine(self)
        for line in lines:
            if line.state != "scheduled":
                raise UserError(
                    self.env._(
                        "“%(step)s” is not scheduled and can't be rescheduled.",
                        step=line.display_name,
                    )
                )
        lines._reschedule(dict.fromkeys(lines, Deadline(day)), "rescheduled")
        return True

    def _check_may_change(self):
        self.run_id._check_may_drive()
        for line in self.sudo():
            if line.is_closed or line.run_id.state not in OPEN_RUN_STATES:
                raise UserError(
                    self.env._(
                        "“%(step)s” is closed already. Reload to see who closed it.",
                        step=line.display_name,
                    )
                )

    # ------------------------------------------------------------
    # Events. Hook for other addons
    # ------------------------------------------------------------

    @api.model
    def _on_step_closed(self, lines):
        """Hook: steps were done, skipped, cancelled or failed, and their runs have gone
        on. What was left out at the launch itself was never open.

        :param lines: all that one operation closed; as superuser
        """

    def _filter_told_on_assignment(self):
        """Hook: the steps whose users get a message that they were assigned them."""
        return self

    # ------------------------------------------------------------
    # Engine. Everything below runs as superuser.
    # ------------------------------------------------------------

    def _is_on(self, res_model, res_id):
        """:returns: whether there is a step, and it is on that record"""
        return bool(self) and (self.res_model, self.res_id) == (res_model, res_id)

    def _get_record(self):
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id)

    def _get_records(self):
        """:returns: the document of each line, or none where it is gone; read at once,
        since what is done with each of them looks at it alone"""
        found = {}
        for res_model, lines in self.grouped("res_model").items():
            if res_model not in self.env:
                continue
            model = self.env[res_model].with_context(active_test=False)
            records = model.search_fetch([("id", "in", lines.mapped("res_id"))])
            found |= {
                (res_model, record.id): record for record in records.with_env(self.env)
            }
        return [found.get((line.res_model, line.res_id)) for line in self]

    def _fetch_records(self):
        """Read the documents at once, for what looks at one after the other."""
        for res_model, lines in self.grouped("res_model").items():
            if res_model in self.env:
                self.env[res_model].browse(set(lines.mapped("res_id"))).fetch()

    def _get_open_activity(self):
        """:returns: the activity that somebody has to do for the step, or none"""
        return self.activity_id.filtered(lambda a: a.status not in CLOSED_STATUSES)

    def _log(self, old_states, reason=False):
        """Tell the ledger about the steps' new states.

        :param dict old_states: line -> its state before
        """
        rows, lines = [], self
        if beginning := self.env["mail.activity.plan.run"]._get_beginning_ids():
            lines = self.filtered(lambda line: line.run_id.id not in beginning)
        for (line, logged), prepared, given in zip(
            lines._get_logged_values_by_record().items(),
            lines._prepare_state_log_values(old_states),
            read_columns(lines.sudo(), ("reason_code", "reason_text")),
            strict=True,
        ):
            # Few have one.
            why = reason or (any(given.values()) and line._get_kept_reason())
            code = why.code if isinstance(why, Reason) else False
            values = {**logged, "reason_code": code}
            rows.append({**prepared, "reason": why, "values": values})
        self.env["mail.activity.log"]._add(rows)

    def _prepare_state_log_values(self, old_states):
        """:returns: for each step, the values of a ledger row about its new state
        :rtype: list[dict]"""
        if is_extended(self, "_prepare_log_values"):
            return [
                line._prepare_log_values(line.state, old_states[line]) for line in self
            ]
        rows = self._read_log_values()
        return [
            {**row, "event": row["new_status"], "old_status": old_states[line]}
            for line, row in zip(self, rows, strict=True)
        ]

    def _prepare_log_values(self, event, old_state):
        """Hook: the values of a ledger row about the step."""
        self.ensure_one()
        [values] = self._read_log_values()
        return {**values, "event": event, "old_status": old_state}

    def _read_log_values(self):
        """:returns: for each step, what a ledger row says of it
        :rtype: list[dict]"""
        names = ("activity_id", "res_id", "res_model", "run_id", "state")
        return [
            {
                "res_model": row["res_model"],
                "res_id": row["res_id"],
                "activity_ref": row["activity_id"],
                "run_id": row["run_id"],
                "run_line_id": line_id,
                "new_status": row["state"],
            }
            for line_id, row in zip(
                self._ids, read_columns(self.sudo(), names), strict=True
            )
        ]

    @api.model
    def _get_logged_fields(self):
        return (
            "activity_type_id",
            "attempt",
            "date_deadline",
            "outcome_id",
            "summary",
            "user_id",
        )

    # ------------------------------------------------------------
    # Telling people
    # ------------------------------------------------------------

    def _notify_failed(self):
        """Tell somebody who can help that the steps failed."""
        tell_failed(self)

    def _in_language_of(self, user):
        """:returns: the steps, for what a user is to read"""
        return self.with_context(lang=user.lang) if user.lang else self
