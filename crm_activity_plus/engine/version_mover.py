# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Runs move to the present version of their plan."""

from ..tools.reasons import Reason
from .transitions import Transition
from .versions import REMOVED, VersionPlanner


def move(plan, runs):
    """Have open runs go on by the plan as it is now: their steps that haven't begun are
    added, removed and changed. Those that have begun or are closed stay.

    :param plan: the plan; the user's right to do so was checked
    :param runs: open runs of it; others are left alone
    :raises UserError: a step has no date
    :raises psycopg2.OperationalError: somebody else has moved one of them meanwhile:
        the transaction has to be repeated, and sees it then
    """
    transition = Transition(runs)
    runs = transition.runs.filtered(lambda run: run._is_outdated())
    planner = VersionPlanner(plan)
    changes = [planner.plan_change(run) for run in runs]
    reason = Reason("version_applied")
    with runs._beginning():
        # An automation rule may close a new step as soon as it is there; the run
        # doesn't go on before all of them are linked.
        new = _create_steps(changes)
        old_states = _write_steps(changes, reason)
        _write_links(changes, new)
    # Not before: the ledger is told of new steps when all of them are there.
    lines = runs.line_ids.browse().union(*new.values(), *old_states)
    lines._log({line: old_states.get(line, False) for line in lines}, reason)
    removed = runs.line_ids.browse().union(*(change.removed for change in changes))
    transition.close(removed, "skipped", Reason(REMOVED))
    version = planner.plan.version or 0
    values = {"plan_version": version, "version_user_id": False}
    runs._write_each(dict.fromkeys(runs, values), reason=reason)
    transition.advance()


def _create_steps(changes):
    """:returns: run -> its new steps, in the order of their change"""
    rows = [
        {
            **step.get_line_values(),
            "run_id": change.run.id,
            "res_model": change.run.res_model,
            "res_id": change.run.res_id,
        }
        for change in changes
        for step in change.added
    ]
    if not rows:
        return {}
    lines = changes[0].run.line_ids.create(rows)
    return lines.grouped("run_id")


def _write_steps(changes, reason):
    """Give the waiting steps what the plan says now.

    :returns: those that come back, which an earlier version had removed: step -> its
        old state
    """
    stay, back, old_states = {}, {}, {}
    for change in changes:
        for line, values in change.changed.items():
            if "state" in values:
                old_states[line] = line.state
                back[line] = values
            else:
                stay[line] = values
    steps = changes[0].run.line_ids.browse() if changes else None
    if stay:
        steps._write_each(stay, reason=reason)
    if back:
        steps._write_each(back, is_told=True)
    return old_states


def _write_links(changes, new):
    """Have steps wait for others.

    :param dict new: see :func:`_create_steps`
    """
    links = {}
    for change in changes:
        made = {line.code: line for line in new.get(change.run, ())}
        for key, others in change.links.items():
            line = made[key] if isinstance(key, str) else key
            links[line] = [made[o] if isinstance(o, str) else o for o in others]
    if links:
        next(iter(links)).browse()._replace_links(links)
