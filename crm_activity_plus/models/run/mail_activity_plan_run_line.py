# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import defaultdict
from datetime import datetime, time, timedelta
from itertools import islice
from time import monotonic

import psycopg2
import pytz

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL
from odoo.tools.mail import email_normalize_all
from odoo.tools.misc import format_date

from ...engine.arguments import Arguments
from ...engine.assignment import StepAssigner
from ...engine.deadlines import StepDater
from ...engine.environment import by_engine
from ...engine.reasons import ReasonError, get_error_reason
from ...engine.rotation import Rotation
from ...tools.dates import (
    add_history,
    get_first_explanation,
    get_timezone,
    tidy,
)
from ...tools.errors import describe_error
from ...tools.graph import SKIP, START, Closed, decide_turn
from ...tools.internal import Internal
from ...tools.reasons import Reason
from ...tools.savepoint import savepoint
from ...tools.states import CLOSED_STATUSES, OPEN_RUN_STATES, OPEN_STEP_STATES
from ...tools.steps import PREVIOUS_STEP_DELAYS
from ..calendar.calendar_event import BOOKING_RUN_KEY

_logger = logging.getLogger(__name__)

# So many steps are done in one transaction; at first few, so that something is done
# also where they are slow.
DUE_BATCH_SIZE = 50
FIRST_DUE_BATCH_SIZE = 10
# As long as the transactions are this quick, they get larger.
QUICK_SECONDS = 5


class DateExplanation(fields.Json):
    """How a date was found. Older versions kept every change, one in the other, so deep
    that Python can't copy it; whatever there is, a short one is read."""

    def convert_to_record(self, value, record):
        return super().convert_to_record(tidy(value), record)


class MailActivityPlanRunLine(models.Model):
    """A step of a run: what the plan said at the launch, and what came of it."""

    _name = "mail.activity.plan.run.line"
    _inherit = [
        "mail.activity.document.mixin",
        "mail.activity.reason.mixin",
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
        readonly=True,
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
        string="After",
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
        default="activity",
        required=True,
        readonly=True,
    )
    mail_template_id = fields.Many2one(
        "mail.template", readonly=True, ondelete="set null"
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
        closed = [step for step in steps if step["state"] not in OPEN_STEP_STATES]
        deadlines = [
            step["date_deadline"]
            for step in steps
            if step["state"] == "scheduled" and step["date_deadline"]
        ]
        return {
            # Not rounded: closing a step has to change it, so that two people who
            # close two steps at the same moment can't both miss the step behind them.
            "progress": 100 * len(closed) / len(steps) if steps else 0,
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
        lines._close("skipped", reason or self.env._("Skipped by hand."))
        activities._cancel(reason or self.env._("The step was skipped."))
        lines.run_id._advance()
        return True

    def action_snooze(self, until):
        """Put off scheduled steps.

        :param until: their new due date (date or ISO string)
        :raises UserError: one of them is not scheduled, or the date is no date
        :raises AccessError: the user may not change the document
        """
        self._check_may_change()
        day = Arguments(self.env).day(until, "until")
        if not day:
            raise UserError(self.env._("Say until which day to put the step off."))
        lines = by_engine(self)
        for line in lines:
            if line.state != "scheduled":
                raise UserError(
                    self.env._(
                        "“%(step)s” is not scheduled, so that it can't be put off.",
                        step=line.display_name,
                    )
                )
        lines._reschedule({line: (day, None) for line in lines}, "rescheduled")
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
    # Engine. Everything below runs as superuser.
    # ------------------------------------------------------------

    @api.model
    def _create_steps(self, runs, steps_by_run):
        """Create the steps of new runs, with a number of queries that doesn't depend on
        how many they are.

        :param steps_by_run: for each run, the :class:`PlannedStep` of its proposal
        :returns: the steps, in order
        """
        now = fields.Datetime.now()
        steps = [
            (run, step)
            for run, steps in zip(runs, steps_by_run, strict=True)
            for step in steps
        ]
        # The runs were created with what these sum up to.
        with self.env.protecting(self._get_summing_fields(), runs):
            lines = self._insert(
                [
                    {
                        **step.get_line_values(),
                        "run_id": run.id,
                        "res_model": run.res_model,
                        "res_id": run.res_id,
                        "date_done": step.state not in OPEN_STEP_STATES and now,
                        "done_by_id": step.state not in OPEN_STEP_STATES
                        and self.env.uid,
                    }
                    for run, step in steps
                ]
            )
        ids = {
            (run.id, step.code): line_id
            for (run, step), line_id in zip(steps, lines._ids, strict=True)
        }
        self._insert_links(
            "after_ids",
            [
                (ids[run.id, step.code], ids[run.id, code])
                for run, step in steps
                for code in step.after
            ],
        )
        # All steps that these runs have: nobody needs to look for more.
        line_ids = iter(lines._ids)
        for run, own_steps in zip(runs, steps_by_run, strict=True):
            own_ids = tuple(islice(line_ids, len(own_steps)))
            self.env.cache.set(run, runs._fields["line_ids"], own_ids)
        return lines

    def _split_by_turn(self):
        """:returns: the waiting steps whose turn has come, and those on a branch that
        was not taken"""
        starting = dead = self.browse()
        for line in self.filtered(lambda line: line.state == "waiting"):
            turn = decide_turn(
                [other._get_closed() for other in line.after_ids],
                line.after_mode,
                line.after_outcome_ids.ids,
            )
            if turn == START:
                starting += line
            elif turn == SKIP:
                dead += line
        return starting, dead

    def _get_closed(self):
        """:returns: how the step ended, for ``decide_turn``, or None while it is
        open"""
        self.ensure_one()
        if not self.is_closed:
            return None
        return Closed(self.outcome_id.id, self.branch_taken)

    def _schedule(self):
        """Schedule waiting steps whose turn has come: what they need is found now."""
        daters, values_by_line = {}, {}
        # Conditions, roles and persons look at one record after the other.
        self._get_records()
        ready = self._close_unmet()
        rotation = ready._load_turns()
        assigner = StepAssigner(rotation)
        for line in ready:
            run = line.run_id
            dater = daters.setdefault(
                (run.deadline_policy, run.resource_calendar_id), run._get_dater()
            )
            try:
                values_by_line[line] = line._prepare_schedule_values(dater, assigner)
            except UserError as error:
                line._fail(get_error_reason(error))
        rotation.take()
        scheduled = self.browse().concat(*values_by_line)
        # Most of those that were completed together are to have the same values.
        for lines in scheduled.grouped(
            lambda line: repr(values_by_line[line])
        ).values():
            lines.write({"state": "scheduled", **values_by_line[lines[0]]})
        scheduled._start()
        scheduled._log(dict.fromkeys(scheduled, "waiting"))

    def _close_unmet(self):
        """Skip the steps whose record doesn't meet their condition.

        :returns: the others
        """
        ready = self.browse()
        for line in self:
            try:
                if line._meets_condition():
                    ready += line
                else:
                    line._close("skipped", line.run_id.plan_id._get_unmet_reason())
            except UserError as error:
                line._fail(error.args[0])
        return ready

    def _load_turns(self):
        """Look up the turns that the steps need in the round robin, at once.

        :returns: whose turn it is in the teams
        """
        rotation = Rotation(self.env)
        in_turn = self.filtered(lambda line: line.responsible_type == "round_robin")
        for res_model, lines in in_turn.grouped("res_model").items():
            records = self.env[res_model].browse(lines.mapped("res_id"))
            rotation.load(records.exists())
        return rotation

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
            records = self.env[res_model].browse(lines.mapped("res_id")).exists()
            records.fetch()
            found |= {(res_model, record.id): record for record in records}
        return [found.get((line.res_model, line.res_id)) for line in self]

    def _meets_condition(self):
        self.ensure_one()
        if not self.condition_domain:
            return True
        run = self.run_id
        return bool(
            run.plan_id._filter_records(
                self._get_record(),
                self.condition_domain,
                self.display_name,
                run.user_id,
            )
        )

    def _prepare_schedule_values(self, dater, assigner):
        """Hook: the values of a step whose turn has come.

        :param dater: see :class:`StepDater`
        :param assigner: see :class:`StepAssigner`
        :raises UserError: it can't be done
        """
        found = self._find_responsible(assigner)
        if found.reason and not found.user:
            raise ReasonError(self.env, found.reason)
        values = {"user_id": found.user.id, "reason": found.reason}
        if not self._get_chosen_date():
            base_date, base = self._get_base()
            day, explanation = dater.find(
                self, base_date, base, found.user, self.run_id._get_working_company()
            )
            values |= {"date_deadline": day, "date_explanation": explanation}
        return values

    def _get_chosen_date(self):
        """:returns: the date that somebody chose for the step at the launch, or None; a
        pause may have moved it since"""
        self.ensure_one()
        explanation = get_first_explanation(self.date_explanation)
        if explanation.get("base") == "chosen_at_launch":
            return fields.Date.to_date(explanation["date"])
        return None

    def _get_previous(self):
        """:returns: the steps that were closed before this one; the last is the last"""
        self.ensure_one()
        previous = self.after_ids.filtered(
            lambda line: line.is_closed and line.branch_taken
        )
        return previous.sorted("date_done")

    def _get_base(self):
        """:returns: the date that the step's delay counts from, and what it is"""
        previous = self._get_previous()
        if not previous or self.delay_from not in PREVIOUS_STEP_DELAYS:
            return self.run_id.plan_date, "plan_date"
        done = max(line._get_day_done() for line in previous)
        if self.delay_from == "after_previous_done":
            return done, "previous_done"
        deadlines = [line.date_deadline for line in previous if line.date_deadline]
        return max(deadlines, default=done), "previous_deadline"

    def _get_day_done(self):
        """:returns: the day on which the step was closed, where its responsible is"""
        tz = self.user_id.tz or self.env.user.tz
        local = fields.Datetime.context_timestamp(
            self.with_context(tz=tz), self.date_done
        )
        return local.date()

    def _find_responsible(self, assigner):
        """:returns: who does the step; see :class:`Assignment`"""
        self.ensure_one()
        run = self.run_id
        # A role may fall back on the user who launches the plan.
        record = self._get_record().with_user(run.user_id or SUPERUSER_ID).sudo()
        previous = self._get_previous()
        # Where it was nobody's, it is whoever did it all the same.
        doer = previous.filtered("user_id")[-1:].user_id or previous[-1:].done_by_id
        return assigner.find(self, record, run.responsible_id, doer)

    def _get_missing_responsible_reason(self):
        self.ensure_one()
        labels = dict(self._get_template_selection("responsible_type"))
        return self.env._(
            "Nobody is there to do it. Assignment: %(role)s%(user)s.",
            # The role's addon may be gone.
            role=labels.get(self.responsible_type, self.responsible_type),
            user=f" ({self.user_id.name})" if self.user_id else "",
        )

    def _retry(self, outcome):
        """Try steps again whose activity ended with an outcome that asks for it.

        :returns: the steps that are tried again; the others have had enough attempts
        """
        again = self.filtered(
            lambda line: outcome._allows_another(line.attempt, line.max_attempts)
        )
        daters = {}
        again.activity_id._fetch_companies()
        for line in again:
            run = line.run_id
            dater = daters.setdefault(
                (run.deadline_policy, run.resource_calendar_id), run._get_dater()
            )
            day, explanation = line._find_retry_deadline(outcome, dater)
            line.write(
                {
                    # It begins anew, which is told below.
                    "state": "scheduled",
                    "attempt": line.attempt + 1,
                    "outcome_id": outcome.id,
                    "date_deadline": day,
                    "date_explanation": explanation,
                    "user_id": line.activity_id._find_able(line.user_id).id,
                }
            )
        again._start()
        again._log(dict.fromkeys(again, "scheduled"), outcome.name)
        # What is completed during a pause is tried again after it.
        again.filtered(
            lambda line: line.run_id.state == "paused"
        ).activity_id._hold_for_pause()
        return again

    def _find_retry_deadline(self, outcome, dater):
        """:returns: when the step is tried again after an outcome, and why then"""
        self.ensure_one()
        return dater.shift(
            fields.Date.context_today(self.with_context(tz=self.user_id.tz)),
            outcome.retry_delay_count,
            outcome.retry_delay_unit,
            "after",
            self.user_id,
            self.run_id._get_working_company(),
            "retry",
        )

    def _start(self):
        """Begin scheduled steps: create the activities of those that somebody does, and
        have the others done on their date."""
        self.user_id._lock_as_active()
        # In the order of activities, as records that were read before append them.
        manual = self.filtered(lambda line: line.action_type == "activity")
        manual = manual.sorted("date_deadline")
        for launcher, lines in manual.grouped(lambda line: line.run_id.user_id).items():
            lines._create_activities(launcher)
        manual._notify_assigned()
        automatic = self - manual
        for line in automatic:
            line.date_due = line._get_date_due()
        automatic._trigger_due()

    def _create_activities(self, launcher):
        """:param launcher: who launched the runs. The activities are theirs: whoever
        completes a step, maybe without access to the record, has no rights on the next
        one from having created it."""
        activities = (
            self.env["mail.activity"]
            .with_user(launcher.id or SUPERUSER_ID)
            ._as_engine()
            # Core would send one message for each activity.
            .with_context(mail_activity_quick_update=True)
            .create(self._prepare_activities_values())
        )
        self._link(activities)
        self._settle_assignment()

    def _trigger_due(self):
        """Have the steps that do themselves done on their date."""
        dates = {line.date_due for line in self if line.date_due}
        if dates:
            self.env.ref("crm_activity_plus.ir_cron_run_due_steps")._trigger(dates)

    def _link(self, activities):
        """Make new activities those of the steps; with one query for all of them.

        :param activities: the activity of each step, in the same order
        """
        if not self:
            return
        self.flush_recordset(["activity_id"])
        activities.flush_recordset(["run_line_id"])
        self.env.execute_query(
            SQL(
                """
                UPDATE mail_activity_plan_run_line AS line
                   SET activity_id = new.activity_id
                  FROM unnest(%(line_ids)s, %(activity_ids)s)
                       AS new (line_id, activity_id)
                 WHERE line.id = new.line_id
                RETURNING line.id
                """,
                line_ids=self.ids,
                activity_ids=activities.ids,
            )
        )
        for line, activity in zip(self, activities, strict=True):
            self.env.cache.set(line, self._fields["activity_id"], activity.id)

    def _get_date_due(self):
        """:returns: when a step that does itself is done. A meeting is booked ahead."""
        self.ensure_one()
        if self.action_type == "meeting":
            return fields.Datetime.now()
        return self._get_moment()

    def _get_moment(self):
        """:returns: the step's date at its responsible's time of day; in UTC"""
        self.ensure_one()
        timezone = get_timezone(self.user_id.sudo().tz)
        local = datetime.combine(self.date_deadline, time.min) + timedelta(
            minutes=round(self.time_of_day * 60)
        )
        return timezone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)

    def _prepare_activity_values(self):
        """Hook: the values of the step's activity."""
        self.ensure_one()
        return {
            "activity_type_id": self.activity_type_id.id,
            "automated": False,
            "date_deadline": self.date_deadline,
            "note": self.note,
            "res_id": self.res_id,
            "res_model_id": self.env["ir.model"]._get_id(self.res_model),
            "res_name": self.run_id.res_name,
            "run_id": self.run_id.id,
            "run_line_id": self.id,
            "attempt": self.attempt,
            # What would be computed otherwise, one by one, or written again.
            "active": True,
            "date_end": False,
            "duration": self.activity_type_id.default_duration,
            "partner_id": self.run_id.partner_id.id,
            "status": "new",
            "summary": self.summary,
            "user_id": self.user_id.id,
            "user_tz": self.user_id.tz,
        }

    def _come_back(self, day):
        """Date an open step whose hold is over.

        :param date day: when it ended; the step is due then or, under a policy that
            knows days off, on the first working day from then on
        """
        self.ensure_one()
        run = self.run_id
        policy = "calendar" if run.deadline_policy == "calendar" else "shift_forward"
        dater = StepDater(self.env, policy, run.resource_calendar_id)
        deadline = dater.shift(
            day,
            0,
            "days",
            "after",
            self.user_id,
            run._get_working_company(),
            "hold",
        )
        self._reschedule({self: deadline}, "hold")

    def _explain_change(self, base, day, explanation=None):
        """:param str base: why the step gets another date
        :param date day: the new date
        :param dict explanation: more about it
        :returns: its ``date_explanation`` then
        """
        self.ensure_one()
        return add_history(
            {
                **(explanation or {}),
                "base": base,
                "date": day.isoformat(),
                "user_id": self.env.uid,
            },
            self.date_explanation,
        )

    def _get_open_activity(self):
        """:returns: the activity that somebody has to do for the step, or none"""
        return self.activity_id.filtered(lambda a: a.status not in CLOSED_STATUSES)

    @api.model
    def _reschedule(self, dates, base):
        """Give open steps other dates.

        :param dict dates: for each step, its new day and more about it
        :param str base: why, for the explanations
        """
        lines = self.browse().union(*dates)
        explanations = {
            line: line._explain_change(base, day, explanation)
            for line, (day, explanation) in dates.items()
        }
        alone, by_day = {}, defaultdict(self.browse)
        for line, (day, _explanation) in dates.items():
            activity = line._get_open_activity()
            if activity and activity.date_deadline != day:
                by_day[day] += line
            else:
                alone[line] = {
                    "date_deadline": day,
                    "date_explanation": explanations[line],
                }
        self._write_each(alone)
        for day, same in by_day.items():
            # The steps follow, and the ledger tells both in one row.
            same.activity_id._reschedule(
                day, {line.id: explanations[line] for line in same}
            )
        due = lines.filtered(lambda line: line.date_due and line.state == "scheduled")
        for line in due:
            line.date_due = line._get_date_due()
        due._trigger_due()

    def _close(self, state, reason=False, **values):
        """Close open steps. It leaves their activities alone, and doesn't move the run.

        :param str state: ``done``, ``skipped``, ``cancelled`` or ``failed``
        :param str reason: why
        """
        lines = self._filter_open()
        if not lines:
            return
        old_states = {line: line.state for line in lines}
        lines.write(
            {
                "state": state,
                "reason": reason,
                "date_done": fields.Datetime.now(),
                "done_by_id": self.env.uid,
                **values,
            }
        )
        lines._log(old_states, reason)

    def _reset(self, delays):
        """Begin again: all steps wait, but for those that were left out at the launch.

        :param dict delays: for each run, how long ago its launch was
        """
        steps = self - self._find_left_out()
        old_states = {line: line.state for line in steps}
        chosen = {}
        for line in steps:
            if day := line._get_chosen_date():
                run = line.run_id
                day = run._get_dater().move(day, delays[run])
                chosen[line] = {
                    "date_deadline": day,
                    "date_explanation": {
                        "base": "chosen_at_launch",
                        "date": day.isoformat(),
                    },
                }
        steps.write(
            {
                "activity_id": False,
                "attempt": 1,
                "branch_taken": True,
                "calendar_event_id": False,
                "date_done": False,
                "date_due": False,
                "done_by_id": False,
                "is_reassigned": False,
                "outcome_id": False,
                "reason": False,
                "state": "waiting",
            }
        )
        self._write_each(chosen, is_told=True)
        steps._log(old_states)

    def _find_left_out(self):
        """:returns: the steps that nobody wanted at the launch; others were skipped
        because of their condition, which is looked at again"""
        rows = self.env["mail.activity.log"].search(
            [
                ("run_line_id", "in", self.ids),
                ("event", "=", "skipped"),
                ("old_status", "=", False),
            ]
        )
        return rows.run_line_id.filtered(lambda line: not line.condition_domain)

    def _fail(self, reason):
        """Close steps that can't be done, and tell somebody who can help."""
        self._close("failed", reason=reason)
        self._notify_failed()

    def _log(self, old_states, reason=False):
        """Tell the ledger about the steps' new states.

        :param dict old_states: line -> its state before
        """
        rows = []
        for line in self:
            why = reason or line._get_kept_reason()
            code = why.code if isinstance(why, Reason) else False
            rows.append(
                {
                    **line._prepare_log_values(line.state, old_states[line]),
                    "reason": why,
                    "values": {**line._get_logged_values(), "reason_code": code},
                }
            )
        self.env["mail.activity.log"]._add(rows)

    def _prepare_log_values(self, event, old_state):
        """Hook: the values of a ledger row about the step."""
        self.ensure_one()
        return {
            "res_model": self.res_model,
            "res_id": self.res_id,
            "activity_ref": self.activity_id.id,
            "run_id": self.run_id.id,
            "run_line_id": self.id,
            "event": event,
            "old_status": old_state,
            "new_status": self.state,
        }

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
    # Steps that do themselves
    # ------------------------------------------------------------

    @api.model
    def _cron_run_due(self):
        """Do the steps that are due. Several servers may do so at once: each takes what
        no other one holds. A step that can't be done fails, and the others go on."""
        domain = Domain(self._get_due_domain())
        IrCron = self.env["ir.cron"]
        IrCron._commit_progress(remaining=self.search_count(domain))
        time_left = True
        while time_left:
            done, time_left = self._run_due_once(domain)
            if not done:
                # Nothing that was done made others due.
                break

    @api.model
    def _run_due_once(self, domain):
        """Go once through the steps that are due, in the order of their dates.

        :param domain: which these are
        :returns: how many were done, and whether there is time left
        """
        all_done, batch_size, after = 0, FIRST_DUE_BATCH_SIZE, Domain.TRUE
        while batch := self.search(
            domain & after, limit=min(batch_size, DUE_BATCH_SIZE), order="date_due, id"
        ):
            date_due, last_id = batch[-1].date_due, batch[-1].id
            after = Domain("date_due", ">", date_due) | (
                Domain("date_due", "=", date_due) & Domain("id", ">", last_id)
            )
            start = monotonic()
            done = batch._run_due(domain)
            all_done += done
            is_quick = monotonic() - start < QUICK_SECONDS
            batch_size = 2 * batch_size if is_quick else FIRST_DUE_BATCH_SIZE
            # Those that others hold take no time, and must not take that of the rest.
            if not self.env["ir.cron"]._commit_progress(len(batch)) and done:
                return all_done, False
        return all_done, True

    def _run_due(self, domain):
        """Do steps in one transaction; where that can't be, each in one of its own.

        :param domain: of those that are due
        :returns: how many were done
        """
        try:
            lines = self.try_lock_for_update().filtered_domain(domain)
            lines._run_actions()
            self.env.flush_all()
        except Exception as error:
            # Somebody else changed the same at this moment, most likely: what isn't
            # done now is still due, and done by the next call.
            level = logging.INFO
            if not isinstance(error, psycopg2.OperationalError):
                level = logging.ERROR
            _logger.log(level, "Steps %s were interrupted", self.ids, exc_info=True)
            self.env.cr.rollback()
            if len(self) == 1:
                return 0
        else:
            return len(lines.filtered(lambda line: line.state != "scheduled"))
        done = 0
        for line in self:
            done += line._run_due(domain)
            self.env["ir.cron"]._commit_progress()
        return done

    @api.model
    def _get_due_domain(self):
        return [
            ("state", "=", "scheduled"),
            ("date_due", "<=", fields.Datetime.now()),
            ("run_id.state", "=", "running"),
        ]

    def _run_actions(self):
        """Do steps, each by itself where one of them fails, and move their runs."""
        try:
            with savepoint(self.env.cr):
                for line, record in zip(self, self._get_records(), strict=True):
                    line._run_action(record)
                self.run_id._advance()
        except Exception:
            # One bad record: find it.
            for line in self:
                line._try_action()
        self.env["mail.mail"]._send_soon()

    def _try_action(self):
        try:
            with savepoint(self.env.cr):
                self._run_action(*self._get_records())
                self.run_id._advance()
        except psycopg2.OperationalError:
            # The transaction is lost: the whole batch is tried again later.
            raise
        except Exception as error:
            if not isinstance(error, UserError):
                _logger.warning("Step %s can't be done", self.id, exc_info=True)
            self._fail(describe_error(error))
            self._try_advance()

    def _try_advance(self):
        try:
            with savepoint(self.env.cr):
                self.run_id._advance()
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("Run %s can't go on", self.run_id.id)

    def _run_action(self, record):
        """Do one step.

        :param record: its document, or none
        :raises UserError: it can't be done
        """
        self.ensure_one()
        if self.state != "scheduled" or self.run_id.state != "running":
            # What was done just before ended or paused the run.
            return
        if not record:
            raise UserError(self.env._("The record was deleted."))
        if not self.user_id._filter_can_do_activities(record):
            raise UserError(self._get_missing_responsible_reason())
        record = record.with_company(self.run_id._get_working_company())
        values = getattr(self, f"_run_action_{self.action_type}")(record)
        self._close("done", **(values or {}))

    def _as_responsible(self, record):
        """:returns: a record, for what is done in the name of the step's responsible,
        who need not have the rights to do it"""
        user = self.user_id
        own = record.with_user(user).with_context(lang=user.lang, tz=user.tz)
        return own.sudo()

    def _run_action_email(self, record):
        template = self.mail_template_id
        if not template:
            raise UserError(self.env._("Its e-mail template was deleted."))
        if template.model != record._name:
            raise UserError(
                self.env._("Its e-mail template is for another application by now.")
            )
        record = self._as_responsible(record)
        template = template.with_env(record.env)
        if not self._has_recipient(template, record):
            raise UserError(
                self.env._(
                    "“%(record)s” has no e-mail address to write to, or none that is "
                    "valid. Put that right, and send the e-mail by hand.",
                    record=record.display_name,
                )
            )
        author = self.user_id.partner_id
        record.message_post_with_source(
            template,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=author.id,
            email_from=author.email_formatted
            or template._render_field("email_from", record.ids)[record.id],
        )

    def _has_recipient(self, template, record):
        recipients = template._generate_template(
            record.ids, ("email_cc", "email_to", "partner_to")
        )[record.id]
        partners = self.env["res.partner"].browse(recipients.get("partner_ids") or [])
        return bool(
            email_normalize_all(recipients.get("email_to"))
            or any(partner.active and partner.email_normalized for partner in partners)
        )

    def _run_action_meeting(self, record):
        start = self._get_moment()
        partners = self.user_id.partner_id | self.attendee_ids
        partners |= record._mail_get_partners()[record.id]
        # Whoever holds the meeting invites to it.
        name = self._in_language_of(self.user_id).display_name
        values = {
            "name": f"{name} – {record.display_name}",
            "description": self.note,
            "duration": self.duration,
            "start": start,
            "stop": start + timedelta(hours=self.duration),
            "partner_ids": [Command.set(partners.ids)],
            "res_id": record.id,
            "res_model_id": self.env["ir.model"]._get_id(record._name),
            "show_as": "busy",
            "user_id": self.user_id.id,
        }
        if record._name == "crm.lead":
            values["opportunity_id"] = record.id
        # The run's own meeting is no reason to end it.
        events = self._as_responsible(record).env["calendar.event"]
        event = events.with_context(
            **{BOOKING_RUN_KEY: Internal(self.run_id.id)}
        ).create(values)
        return {"calendar_event_id": event.id}

    def _run_action_server_action(self, record):
        if not self.server_action_id:
            raise UserError(self.env._("Its action was deleted."))
        if self.server_action_id.model_name != record._name:
            raise UserError(self.env._("Its action is for another application by now."))
        action = self.server_action_id._on_authority_of(self.chosen_by_id, record.env)
        action = action.with_context(
            active_model=record._name, active_id=record.id, active_ids=record.ids
        )
        with action._at_depth(self.run_id._get_action_depth()):
            action.run()

    # ------------------------------------------------------------
    # Telling people
    # ------------------------------------------------------------

    def _get_description_key(self):
        """:returns: what tells the descriptions of two steps of one plan apart"""
        self.ensure_one()
        return (self.code, self.state, self.user_id, self.date_deadline, self.reason)

    def _describe(self):
        """:returns: the step in a few words, for the note of the launch"""
        self.ensure_one()
        if self.state == "scheduled" and not self.user_id:
            return self.env._(
                "%(activity)s, unassigned, due on the %(deadline)s",
                activity=self.display_name,
                deadline=format_date(self.env, self.date_deadline),
            )
        if self.state == "scheduled":
            return self.env._(
                "%(activity)s, assigned to %(name)s, due on the %(deadline)s",
                activity=self.display_name,
                name=self.user_id.name,
                deadline=format_date(self.env, self.date_deadline),
            )
        if self.state == "waiting":
            return self.env._(
                "%(activity)s, after %(others)s",
                activity=self.display_name,
                others=", ".join(self.after_ids.mapped("display_name")),
            )
        return self.env._(
            "%(activity)s: not scheduled. %(reason)s",
            activity=self.display_name,
            reason=self.reason or "",
        )

    def _notify_assigned(self):
        """Tell each user about the activities they were assigned, in one message."""
        others = self.filtered(lambda line: line.user_id != self.env.user)
        for user, lines in others.grouped("user_id").items():
            lines = lines._in_language_of(user)
            lines._notify(
                user,
                template="crm_activity_plus.message_plan_steps_assigned",
                subject=lines._get_assigned_subject(),
            )
        if others:
            self.env["mail.mail"]._send_soon()

    def _get_assigned_subject(self):
        if len(self) > 1:
            return self.env._(
                "%(count)s activities of “%(plan)s” were assigned to you",
                count=len(self),
                plan=self[0].run_id.name,
            )
        return self.env._(
            "“%(record)s: %(summary)s” was assigned to you",
            record=self.run_id.res_name,
            summary=self.display_name,
        )

    def _in_language_of(self, user):
        """:returns: the steps, for what a user is to read"""
        return self.with_context(lang=user.lang) if user.lang else self

    def _notify_failed(self):
        """Tell whoever launched the run, or was to do the step, that it failed."""
        by_user = defaultdict(self.browse)
        for line in self:
            run = line.run_id
            candidates = (line.user_id, run.responsible_id, run.user_id)
            if user := line._find_told(candidates):
                by_user[user] += line
        for user, lines in by_user.items():
            try:
                with self.env.cr.savepoint():
                    lines = lines._in_language_of(user)
                    lines._notify(
                        user,
                        template="crm_activity_plus.message_plan_steps_failed",
                        subject=lines.env._(
                            "A step of “%(plan)s” failed", plan=lines[0].run_id.name
                        ),
                    )
            except psycopg2.OperationalError:
                raise
            except Exception:
                # The step itself says so, too. The others are to go on.
                _logger.exception("Nobody could be told that %s failed", lines)
        if by_user:
            self.env["mail.mail"]._send_soon()

    def _find_told(self, candidates):
        """:returns: the first of the users who is a colleague, else the salesperson of
        the record, else nobody"""
        for user in candidates:
            if user._filter_can_do_activities() and not user._is_superuser():
                return user
        [record] = self._get_records()
        plan = self.run_id.plan_id
        return record and plan._find_user_by_role("salesperson", record)

    def _notify(self, user, template, subject):
        """Send one message about the steps, on their record where they share one."""
        if not user.active:
            return
        lines = self._in_language_of(user)
        body = lines.env["ir.qweb"]._render(
            template, {"lines": lines, "user": user}, minimal_qcontext=True
        )
        thread = self.env["mail.thread"]
        model = self.env.get(self[0].res_model)
        if len(self.run_id) == 1 and hasattr(model, "message_notify"):
            thread = model.browse(self[0].res_id)
        thread.message_notify(
            partner_ids=user.partner_id.ids,
            body=body,
            subject=subject,
            email_layout_xmlid="mail.mail_notification_layout",
        )
