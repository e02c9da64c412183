# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How launches are taken back, as long as nothing of them was done."""

from odoo.fields import Domain

from ..tools.reasons import Reason
from ..tools.states import OPEN_RUN_STATES
from .reasons import name_of
from .transitions import Transition


def undo(runs):
    """Take runs back: they end, and their activities are deleted.

    :returns: the runs that were taken back
    :raises psycopg2.OperationalError: somebody has moved one of them meanwhile: a step
        was completed, say. The transaction has to be repeated, and sees it then
    """
    # Whatever happens to them from now on, or happened since this transaction began,
    # is in conflict with this.
    transition = Transition(runs)
    refusals = get_refusals(runs)
    undone = transition.runs.filtered(lambda run: run not in refusals)
    transition.stop(undone, "undone", is_undone=True)
    transition.finish()
    return undone


def get_refusals(runs):
    """Say which runs can't be taken back.

    :returns: run -> why
    :rtype: dict
    """
    # Read at once, with all that is looked at below.
    runs.line_ids.activity_id.mapped("status")
    done_before = _find_done_before(runs)
    found = {run: _find_refusal(run, done_before) for run in runs}
    return {run: reason for run, reason in found.items() if reason}


def _find_done_before(runs):
    """:returns: the steps that were done, or tried, in a round before the present one:
    a run that was restarted says no more of it, the ledger does"""
    rows = runs.env["mail.activity.log"].search_fetch(
        Domain("run_id", "in", runs.ids)
        & Domain("run_line_id", "!=", False)
        & (
            Domain("new_status", "=", "done")
            | (
                Domain("old_status", "=", "scheduled")
                & Domain("event", "=", "scheduled")
            )
        ),
        ["run_line_id"],
    )
    return rows.run_line_id.filtered(lambda step: step.state != "done")


def _find_refusal(run, done_before):
    """:param done_before: see :func:`_find_done_before`
    :returns: why a run can't be taken back, or False
    :rtype: Reason"""
    if run.stop_reason == "undone":
        return Reason("undo_repeated")
    for step in run.line_ids:
        values = {"step": step.summary or name_of(step.activity_type_id)}
        activity = step._get_open_activity()
        meeting = step.calendar_event_id or activity.calendar_event_id
        is_done = step.state == "done" or step.attempt > 1
        if meeting and step.action_type == "meeting":
            # Booking it was done, and it is cancelled where it is still ahead.
            is_done = False
        has_begun = meeting and meeting._has_begun()
        if is_done or has_begun or step in done_before:
            return Reason("undo_done", values)
        # On hold, too: somebody goes on with it.
        if "in_progress" in (activity.status, activity.status_before_hold):
            return Reason("undo_started", values)
    return run.state not in OPEN_RUN_STATES and Reason("undo_ended")
