# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""By what rules runs move: which step begins when another one is closed, and how."""

from odoo import fields
from odoo.exceptions import UserError

from ..tools.progress import get_end
from ..tools.reasons import Reason
from ..tools.states import NO_PAUSE, OPEN_RUN_STATES, OPEN_STEP_STATES
from .assignment import StepAssigner
from .environment import by_engine
from .reasons import get_error_reason, name_of


class Moves:
    """Moves runs by the rules, and writes on the runs and their steps alone: both may
    be in memory.

    What follows from that for activities, for people and for the history is what
    :class:`~.transitions.Transition` adds, and what
    :class:`~.rehearsal.Rehearsal` leaves out. The methods named ``_on_..`` are there
    for them.

    :param runs: the runs that are about to move
    """

    def __init__(self, runs):
        self.runs = by_engine(runs)
        self.env = self.runs.env

    # ------------------------------------------------------------
    # Who does it, and when
    # ------------------------------------------------------------

    def _get_now(self):
        return fields.Datetime.now()

    def _get_doer_id(self):
        """:returns: id of the user who closes steps"""
        return self.env.uid

    def _get_agreed_date(self, line):
        """:returns: the date that was agreed for another attempt at a step, or False"""
        return line.activity_id.retry_date

    def _get_daters(self, runs):
        """:returns: run -> what dates its steps"""
        return runs._get_daters()

    def _make_assigner(self, lines):
        """:returns: what finds who does the steps"""
        return StepAssigner(lines._load_turns())

    # ------------------------------------------------------------
    # What follows from it
    # ------------------------------------------------------------

    def _on_closed(self, lines, old_states, reason):
        """Steps were closed.

        :param dict old_states: step -> its state before
        :param reason: why
        """

    def _on_failed(self, lines):
        """Steps were closed because they can't be done."""

    def _on_begun(self, lines, old_state, reason=False):
        """Steps were scheduled.

        :param str old_state: their state before
        :param reason: why
        """

    def _on_turns_used(self, rotation):
        """Turns of the round robin were looked up, for steps that have begun."""

    def _on_ended(self, runs, state, values, reason=False):
        """Runs end: they have to be given that state, and the values."""
        runs.write({"state": state, **values})

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def close(self, lines, state, reason=False, **values):
        """Close those of the steps that are open. Their activities are left alone.

        :param str state: ``done``, ``skipped``, ``cancelled`` or ``failed``
        :param reason: why: a :class:`~..tools.reasons.Reason`, or what a person typed
        :param values: what else to write on the steps
        """
        lines = lines.with_env(self.env)._filter_open()
        if not lines:
            return
        old_states = {line: line.state for line in lines}
        lines.write(
            {
                "state": state,
                "reason": reason,
                "date_done": self._get_now(),
                "done_by_id": self._get_doer_id(),
                **values,
            }
        )
        self._on_closed(lines, old_states, reason)

    def end(self, lines, state, outcome, reason=False, **values):
        """Close steps, or try them again or stop their runs, as the outcome says.

        :param str state: ``done`` or ``cancelled``
        :param outcome: a ``mail.activity.outcome``, or none
        :param values: what else to write on those that are closed
        :returns: the steps that were open
        """
        ended = lines = lines.with_env(self.env)._filter_open()
        if state == "done" and outcome.effect == "retry":
            lines -= self.retry(lines, outcome)
        self.close(lines, state, reason, outcome_id=outcome.id, **values)
        if state == "done" and outcome.effect == "stop":
            self.stop(lines.run_id, "outcome", get_outcome_reason(outcome))
        return ended

    def fail(self, lines, reason, **values):
        """Close steps that can't be done, and tell somebody who can help.

        :param values: what else to write on the steps
        """
        lines = lines.with_env(self.env)._filter_open()
        self.close(lines, "failed", reason, **values)
        self._on_failed(lines)

    def retry(self, lines, outcome):
        """Try steps again that ended with an outcome that asks for it.

        :returns: the steps that are tried again; the others have had enough attempts
        """
        again = lines.filtered(
            lambda line: outcome._allows_another(line.attempt, line.max_attempts)
        )
        daters = self._get_daters(again.run_id)
        again.activity_id._fetch_companies()
        for line in again:
            deadline = line._find_retry_deadline(
                outcome,
                daters[line.run_id],
                self._get_agreed_date(line),
                self._get_now(),
            )
            line.write(line._prepare_retry_values(outcome, deadline))
        self._on_begun(again, "scheduled", get_outcome_reason(outcome))
        return again

    def schedule(self, lines):
        """Schedule waiting steps whose turn has come: what they need is found now."""
        # Conditions, roles and persons look at one record after the other.
        lines._fetch_records()
        ready = self._close_unmet(lines)
        daters = self._get_daters(ready.run_id)
        assigner = self._make_assigner(ready)
        values_by_line = {}
        for line in ready:
            try:
                values_by_line[line] = line._prepare_schedule_values(
                    daters[line.run_id], assigner
                )
            except UserError as error:
                self.fail(line, get_error_reason(error))
        self._on_turns_used(assigner.rotation)
        scheduled = lines.browse().concat(*values_by_line)
        # Most of those that were completed together are to have the same values.
        for same in scheduled.grouped(lambda line: repr(values_by_line[line])).values():
            same.write({"state": "scheduled", **values_by_line[same[0]]})
        self._on_begun(scheduled, "waiting")

    def _close_unmet(self, lines):
        """Skip the steps whose record doesn't meet their condition.

        :returns: the others
        """
        ready = lines.browse()
        for line in lines:
            try:
                if line._meets_condition():
                    ready += line
                else:
                    reason = line.run_id.plan_id._get_unmet_reason()
                    self.close(line, "skipped", reason)
            except UserError as error:
                self.fail(line, get_error_reason(error))
        return ready

    # ------------------------------------------------------------
    # Runs
    # ------------------------------------------------------------

    def stop(self, runs, reason, note=None):
        """End open runs before they are done, and close what is open of them.

        :param str reason: one of the values of ``stop_reason``
        :param note: more about why, for people: a :class:`~..tools.reasons.Reason`, or
            what a person typed
        :returns: those of the runs that were open, and the steps that were
        """
        runs = runs.with_env(self.env).filtered(lambda r: r.state in OPEN_RUN_STATES)
        lines = runs.line_ids._filter_open()
        if runs:
            why = get_stop_reason(reason, note)
            values = {
                "date_end": self._get_now(),
                "stop_note": note,
                "stop_reason": reason,
                **NO_PAUSE,
            }
            self._on_ended(runs, "stopped", values, why)
            self.close(lines, "cancelled", why)
        return runs, lines

    def advance(self):
        """Schedule and skip the waiting steps whose turn has come, and end the runs
        that have no open step left."""
        while running := self._filter_runs(("running",)):
            starting, dead = self._get_steps_to_look_at(running)._split_by_turn()
            if not starting and not dead:
                break
            self.close(
                dead,
                "skipped",
                Reason("branch_not_taken"),
                branch_taken=False,
            )
            self.schedule(starting)
        # Paused ones, too: their activities can be closed all the same.
        over = self._filter_runs(OPEN_RUN_STATES).filtered(
            lambda run: not any(line.state in OPEN_STEP_STATES for line in run.line_ids)
        )
        values = {"date_end": self._get_now(), **NO_PAUSE}
        for state, runs in over.grouped(_get_end_of).items():
            self._on_ended(runs, state, values)

    def _get_steps_to_look_at(self, runs):
        """:returns: the steps whose turn may have come"""
        return runs.line_ids

    def _filter_runs(self, states):
        beginning = self.runs._get_beginning_ids()
        return self.runs.filtered(
            lambda run: run.state in states and run.id not in beginning
        )


def _get_end_of(run):
    """:returns: the state in which a run ends that has no open step"""
    return get_end(run.line_ids.mapped("state"))


def get_stop_reason(reason, note=None):
    """:returns: why a run was stopped; see :meth:`Moves.stop`"""
    return Reason(reason, {"note": note} if note else {})


def get_outcome_reason(outcome):
    """:returns: that a step ended with an outcome"""
    return Reason("outcome_reached", {"outcome": name_of(outcome)})
