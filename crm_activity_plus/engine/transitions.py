# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How runs move: what follows when steps are closed, others begin, runs end."""

import logging

import psycopg2
from markupsafe import Markup

from odoo.tools import format_list

from ..tools.savepoint import savepoint
from ..tools.states import OPEN_RUN_STATES
from .beginnings import Beginnings
from .locks import take
from .moves import Moves, get_stop_reason
from .notifier import post_notes
from .reasons import tell_fresh_reason

_logger = logging.getLogger(__name__)


class Transition(Moves):
    """One move of runs, and all that follows from it.

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
        super().__init__(runs)
        self._closed = self.env["mail.activity.plan.run.line"]
        self._ended = self.runs.browse()
        if not is_taken:
            take(self.runs)

    def _on_closed(self, lines, old_states, reason):
        lines._log(old_states, reason)
        self._closed += lines

    def _on_failed(self, lines):
        lines._notify_failed()

    def _on_begun(self, lines, old_state, reason=False):
        lines._start(Beginnings(lines, old_state, reason))

    def _on_turns_used(self, rotation):
        rotation.take()

    def _on_ended(self, runs, state, values, reason=False):
        runs._set_state(state, values, reason=reason)
        self._ended += runs

    def retry(self, lines, outcome):
        """What is completed during a pause is tried again after it."""
        again = super().retry(lines, outcome)
        again.filtered(
            lambda line: line.run_id.state == "paused"
        ).activity_id._hold_for_pause()
        return again

    def stop(self, runs, reason, note=None, is_undone=False):
        """:param bool is_undone: nothing of the runs is to be left but their history:
        the activities are deleted rather than cancelled"""
        runs, lines = super().stop(runs, reason, note)
        if not runs:
            return runs, lines
        activities = lines.activity_id
        why = get_stop_reason(reason, note)
        # With what was booked for them.
        activities._cancel(reason=why, is_told=True)
        if is_undone:
            activities._as_engine(reason=why).unlink()
            activities = activities.browse()
        if reason != "record_deleted":
            text = tell_fresh_reason(self.env, why)
            by_run = activities.grouped("run_id")
            post_notes(
                runs, {run: _describe_end(run, text, by_run.get(run)) for run in runs}
            )
        if reason != "merged":
            # The meeting of a customer stays, whichever run goes on with it.
            runs.line_ids._cancel_meetings()
        return runs, lines

    def advance(self):
        """Go on with the runs as far as that is possible now, and :meth:`finish`."""
        orphans = self._filter_runs(OPEN_RUN_STATES)._filter_without_document_left()
        self.stop(orphans, "record_deleted")
        super().advance()
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

    def finish(self):
        """Tell other addons what was closed and what has ended: once for all of it, and
        when all of it is written. What they do then may well move runs again."""
        closed, ended = self._closed, self._ended
        self._closed, self._ended = closed.browse(), ended.browse()
        if closed:
            closed._on_step_closed(closed)
        if ended:
            ended._on_run_ended(ended)


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
