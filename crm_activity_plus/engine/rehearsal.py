# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A plan is tried: launched and moved in memory, by the rules by which runs move."""

from copy import copy
from datetime import datetime, time, timedelta

import psycopg2
import pytz
from psycopg2.errors import ReadOnlySqlTransaction

from odoo import SUPERUSER_ID, fields

from ..tools.dates import get_timezone
from ..tools.reasons import Reason
from ..tools.states import OPEN_STEP_STATES
from ..tools.steps import IMMEDIATE_KINDS
from .assignment import StepAssigner
from .choices import CANCEL, FAIL, SKIP
from .environment import by_engine
from .moves import Moves
from .reasons import get_error_reason
from .trial_rules import TrialRules


class Rehearsal(Moves):
    """A run in memory. Nothing of it is ever written, no turn of a round robin is
    taken, and nobody hears of it.

    Time goes on from one choice to the next. What does itself does so before that, on
    its own date, as it would be by the scheduled action.

    :param Planner planner: the plan's, which proposed the launch
    :param proposal: what it proposed on the one record
    :param LaunchRequest request: what was asked for
    """

    def __init__(self, planner, proposal, request):
        self._now = fields.Datetime.now()
        self._doer_id = None
        self._choice = None
        #: what the last choice changed: a step, its state and outcome, and when
        self.changes = []
        self._closed = set()
        super().__init__(self._make_run(planner.plan, proposal, request))
        self.run = self.runs
        #: code -> step, in the plan's order
        self.lines = self._make_lines(proposal.steps)
        self._followers = {line: [] for line in self.lines.values()}
        for line in self.lines.values():
            for awaited in line.after_ids:
                self._followers[awaited].append(line)
        rotation = copy(planner.rotation)
        rotation.env = self.env
        self._assigner = StepAssigner(rotation)
        self._dater = self.run._get_dater()
        self.rules = TrialRules(self)

    # ------------------------------------------------------------
    # The launch
    # ------------------------------------------------------------

    @staticmethod
    def _make_run(plan, proposal, request):
        [values] = plan._prepare_runs_values([proposal], request)
        # The record and its customer must not be computed anew because of it.
        left_out = ("launch_id", "lead_id", "partner_id")
        values = {name: values[name] for name in values if name not in left_out}
        runs = by_engine(plan.env["mail.activity.plan.run"])
        return runs.new({**values, "plan_id": plan._origin.id})

    def _make_lines(self, steps):
        model = self.env["mail.activity.plan.run.line"]
        lines = {}
        for step in steps:
            is_closed = step.state not in OPEN_STEP_STATES
            values = {
                **step.get_line_values(),
                "run_id": self.run,
                "res_model": self.run.res_model,
                "res_id": self.run.res_id,
                "date_done": is_closed and self._now,
                "done_by_id": is_closed and self.env.uid,
            }
            lines[step.code] = model.new(model._keep_reason(values))
        for step in steps:
            if step.after:
                awaited = [lines[code] for code in lines if code in step.after]
                lines[step.code].after_ids = model.union(*awaited)
        return lines

    def start(self):
        """Launch it."""
        lines = self.run.line_ids
        self._on_begun(lines.filtered(lambda line: line.state == "scheduled"), False)
        for line in lines - lines._filter_open():
            self._tell(line)
        self._closed.update(self.lines.values())
        self.advance()

    # ------------------------------------------------------------
    # Choices
    # ------------------------------------------------------------

    def choose(self, choice):
        """Let something happen to a step.

        :param Choice choice: what
        :raises UserError: it can't
        """
        line = self.rules.find_line(choice)
        moment = self._find_moment(line, choice)
        self.changes = []
        self._do_due(moment, line)
        self.rules.check(line, choice)
        if choice.retry_day:
            self.rules.check_day(choice.retry_day, line._get_day_of(moment))
        self._now, self._choice = moment, choice
        self._apply(line, choice)
        self.advance()

    def _apply(self, line, choice):
        if choice.action == SKIP:
            self.close(line, "skipped", Reason("skipped_manually"))
        elif choice.action == CANCEL:
            self.end(line, "cancelled", choice.outcome)
        elif choice.action == FAIL:
            self.fail(line, Reason("action_failed"))
        elif line.action_type == "activity":
            self._complete(line, choice.outcome)
        else:
            self._do_action(line, choice.outcome)

    def _complete(self, line, outcome):
        """Close a step, and do what its outcome means for the run."""
        self.end(line, "done", outcome)
        exit_reason = outcome and line._get_exit_after(outcome)
        if exit_reason:
            self.stop(self.run, exit_reason)

    def _find_moment(self, line, choice):
        """:returns: when a choice is made: at noon where the step's responsible is, but
        after all that has happened"""
        after = self._now + timedelta(seconds=1)
        today = line._get_day_of(after)
        day = choice.day or max(line.date_deadline or today, today)
        self.rules.check_day(day, today)
        if not choice.day and line.date_due:
            return max(after, line.date_due)
        timezone = get_timezone(line.user_id.tz or self.env.user.tz)
        noon = timezone.localize(datetime.combine(day, time(12)))
        return max(after, noon.astimezone(pytz.utc).replace(tzinfo=None))

    # ------------------------------------------------------------
    # What does itself
    # ------------------------------------------------------------

    def find_next(self):
        """:returns: the step that comes first of those that are scheduled, or None"""
        scheduled = [line for line in self.lines.values() if line.state == "scheduled"]
        return min(
            scheduled,
            key=lambda line: (
                line.date_due.date() if line.date_due else line.date_deadline,
                line.date_due or datetime.max,
            ),
            default=None,
        )

    def _do_due(self, moment, chosen):
        """Have the steps done that do themselves before a moment.

        :param chosen: a step that it isn't the turn of
        """
        while self.run.state == "running":
            due = [
                line
                for line in self.lines.values()
                if line.state == "scheduled"
                and line.action_type in IMMEDIATE_KINDS
                and line != chosen
                and line.date_due
                and line.date_due <= moment
            ]
            if not due:
                return
            line = min(due, key=lambda line: line.date_due)
            self._now = max(self._now + timedelta(seconds=1), line.date_due)
            self._doer_id = SUPERUSER_ID
            try:
                self._do_action(line, self.env["mail.activity.outcome"])
                self.advance()
            finally:
                self._doer_id = None

    def _do_action(self, line, outcome):
        problem = self.find_problem(line)
        if problem:
            self.fail(line, problem)
        else:
            self._complete(line, outcome)

    def find_problem(self, line):
        """:returns: why a step can't do itself, a :class:`~..tools.reasons.Reason` or a
        text; or None"""
        return self.attempt(lambda: line._check_action(*line._get_records()))

    def attempt(self, function):
        """:returns: why what a function does can't be done; or None
        :raises psycopg2.OperationalError: the transaction is lost
        :raises ReadOnlySqlTransaction: it writes; Odoo tries it where it can
        """
        try:
            # There is nothing to flush, and nothing to forget: the run is in memory.
            with self.env.cr.savepoint(flush=False):
                function()
        except (psycopg2.OperationalError, ReadOnlySqlTransaction):
            raise
        except Exception as error:
            return get_error_reason(error)
        return None

    # ------------------------------------------------------------
    # As the rules ask
    # ------------------------------------------------------------

    def get_today(self):
        """:returns: which day it is for the user, on the way through the plan"""
        return fields.Date.context_today(self.run, self._now)

    def _get_now(self):
        return self._now

    def _get_doer_id(self):
        return self._doer_id or super()._get_doer_id()

    def _get_agreed_date(self, line):
        return self._choice.retry_day

    def _get_daters(self, runs):
        return dict.fromkeys(runs, self._dater)

    def _make_assigner(self, lines):
        return self._assigner

    def _get_steps_to_look_at(self, runs):
        """Those behind what was closed: none of the others can begin."""
        closed, self._closed = self._closed, set()
        behind = {other for line in closed for other in self._followers[line]}
        # Whose turn it is in a team depends on the order.
        in_order = (line for line in self.lines.values() if line in behind)
        return runs.line_ids.browse().concat(*in_order)

    def _on_closed(self, lines, old_states, reason):
        self._closed.update(lines)
        for line in lines:
            self._tell(line)

    def _on_begun(self, lines, old_state, reason=False):
        lines.filtered(lambda line: line.action_type != "activity")._set_dates_due()
        for line in lines:
            self._tell(line)

    def _tell(self, line):
        self.changes.append((line, line.state, line.outcome_id, self._now))
