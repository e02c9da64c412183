# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How runs move: steps are closed, others begin, runs end."""

import logging

import psycopg2
from markupsafe import Markup

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..tools.progress import get_end
from ..tools.reasons import Reason
from ..tools.savepoint import savepoint
from ..tools.states import NO_PAUSE, OPEN_RUN_STATES
from .assignment import StepAssigner
from .environment import by_engine
from .locks import take
from .notifier import post_notes
from .reasons import get_error_reason, name_of, tell_fresh_reason

_logger = logging.getLogger(__name__)


class Transition:
    """One move of runs.

    Whoever closes steps makes a transition of their runs first: from then on, nobody
    else moves these runs before the transaction is over. :meth:`advance` or
    :meth:`finish` is the end of it, where other addons hear at once of all that was
    closed.

    :param runs: the runs that are about to move
    :param bool is_taken: their own state is written anyway, which keeps others from
        moving them just as well
    :raises psycopg2.OperationalError: somebody else has moved one of them since this
        transaction began: it has to be repeated
    """

    def __init__(self, runs, is_taken=False):
        self.runs = by_engine(runs)
        self.env = self.runs.env
        self._closed = self.env["mail.activity.plan.run.line"]
        self._ended = self.runs.browse()
        if not is_taken:
            take(self.runs)

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
                "date_done": fields.Datetime.now(),
                "done_by_id": self.env.uid,
                **values,
            }
        )
        lines._log(old_states, reason)
        self._closed += lines

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
        lines._notify_failed()

    def retry(self, lines, outcome):
        """Try steps again that ended with an outcome that asks for it.

        :returns: the steps that are tried again; the others have had enough attempts
        """
        again = lines.filtered(
            lambda line: outcome._allows_another(line.attempt, line.max_attempts)
        )
        daters = again.run_id._get_daters()
        again.activity_id._fetch_companies()
        for line in again:
            line.write(line._prepare_retry_values(outcome, daters[line.run_id]))
        again._start()
        again._log(dict.fromkeys(again, "scheduled"), get_outcome_reason(outcome))
        # What is completed during a pause is tried again after it.
        again.filtered(
            lambda line: line.run_id.state == "paused"
        ).activity_id._hold_for_pause()
        return again

    def schedule(self, lines):
        """Schedule waiting steps whose turn has come: what they need is found now."""
        # Conditions, roles and persons look at one record after the other.
        lines._fetch_records()
        ready = self._close_unmet(lines)
        daters = ready.run_id._get_daters()
        rotation = ready._load_turns()
        assigner = StepAssigner(rotation)
        values_by_line = {}
        for line in ready:
            try:
                values_by_line[line] = line._prepare_schedule_values(
                    daters[line.run_id], assigner
                )
            except UserError as error:
                self.fail(line, get_error_reason(error))
        rotation.take()
        scheduled = lines.browse().concat(*values_by_line)
        # Most of those that were completed together are to have the same values.
        for same in scheduled.grouped(lambda line: repr(values_by_line[line])).values():
            same.write({"state": "scheduled", **values_by_line[same[0]]})
        scheduled._start()
        scheduled._log(dict.fromkeys(scheduled, "waiting"))

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

    def stop(self, runs, reason, note=None, is_undone=False):
        """End open runs before they are done, and close what is open of them.

        :param str reason: one of the values of ``stop_reason``
        :param note: more about why, for people: a :class:`~..tools.reasons.Reason`, or
            what a person typed
        :param bool is_undone: nothing of the runs is to be left but their history: the
            activities are deleted rather than cancelled
        """
        runs = runs.with_env(self.env).filtered(lambda r: r.state in OPEN_RUN_STATES)
        if not runs:
            return
        why = Reason(reason, {"note": note} if note else {})
        open_lines = runs.line_ids._filter_open()
        activities = open_lines.activity_id
        runs._set_state(
            "stopped",
            {
                "date_end": fields.Datetime.now(),
                "stop_note": note,
                "stop_reason": reason,
                **NO_PAUSE,
            },
            reason=why,
        )
        self._ended += runs
        self.close(open_lines, "cancelled", why)
        if is_undone:
            meetings = activities._get_own_meetings()
            activities._as_engine(reason=why).unlink()
            activities = activities.browse()
            meetings._cancel_for({(run.res_model, run.res_id) for run in runs})
        activities._cancel(reason=why, is_told=True)
        if reason != "record_deleted":
            text = tell_fresh_reason(self.env, why)
            by_run = activities.grouped("run_id")
            post_notes(
                runs, {run: _describe_end(run, text, by_run.get(run)) for run in runs}
            )
        if reason != "merged":
            # The meeting of a customer stays, whichever run goes on with it.
            runs.line_ids._cancel_meetings()

    def advance(self):
        """Schedule and skip the waiting steps whose turn has come, end the runs that
        have no open step left, and :meth:`finish`."""
        orphans = self._filter_runs(OPEN_RUN_STATES)._filter_without_document_left()
        self.stop(orphans, "record_deleted")
        while running := self._filter_runs(("running",)):
            starting, dead = running.line_ids._split_by_turn()
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
            lambda run: all(run.line_ids.mapped("is_closed"))
        )
        values = {"date_end": fields.Datetime.now(), **NO_PAUSE}
        for state, runs in over.grouped(_get_end_of).items():
            runs._set_state(state, values)
        self._ended += over
        self.finish()

    def try_to_advance(self):
        """:meth:`advance`; but what was closed stays so where that fails."""
        closed, ended = self._closed, self._ended
        if not self._try(self.advance):
            self._closed, self._ended = closed, ended
            self._try(self.finish)

    def _try(self, function):
        """:returns: whether nothing went wrong
        :raises psycopg2.OperationalError: the transaction is lost
        """
        try:
            with savepoint(self.env.cr):
                function()
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("Runs %s can't go on", self.runs.ids)
            return False
        return True

    def _filter_runs(self, states):
        beginning = self.runs._get_beginning_ids()
        return self.runs.filtered(
            lambda run: run.state in states and run.id not in beginning
        )

    def finish(self):
        """Tell other addons what was closed and what has ended: once for all of it, and
        when all of it is written. What they do then may well move runs again."""
        closed, ended = self._closed, self._ended
        self._closed, self._ended = closed.browse(), ended.browse()
        if closed:
            closed._on_step_closed(closed)
        if ended:
            ended._on_run_ended(ended)


def _get_end_of(run):
    """:returns: the state in which a run ends that has no open step"""
    return get_end(run.line_ids.mapped("state"))


def _describe_end(run, reason, cancelled):
    """:param str reason: why the run was stopped
    :param cancelled: the activities that were cancelled with it, or None
    :returns: that it was stopped, for the note on its document
    """
    end = run._describe_end(reason)
    if not cancelled:
        return end
    names = [f"“{activity.display_name}”" for activity in cancelled]
    sentence = run.env._(
        "Cancelled with it: %(activities)s.", activities=format_list(run.env, names)
    )
    return Markup("%s<br/>%s") % (end, sentence)


def get_outcome_reason(outcome):
    """:returns: that a step ended with an outcome"""
    return Reason("outcome_reached", {"outcome": name_of(outcome)})
