# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How runs begin again, and which of them can't."""

from odoo import fields
from odoo.exceptions import UserError

from ..tools.reasons import Reason
from ..tools.states import OPEN_RUN_STATES
from .reasons import get_error_reason, reason_error, tell_fresh_reasons


def restart(runs):
    """Begin runs again with their first steps, as they were launched; what is open is
    cancelled.

    :raises UserError: one of them can't begin again, or not all of them
    """
    _check_restartable(runs)
    runs._touch_documents()
    runs._stop("manual", Reason("restarted"))
    launches = runs.env["mail.activity.log"].search(
        [("run_id", "in", runs.ids), ("event", "=", "launched")]
    )
    today = fields.Date.context_today(runs)
    delays, plan_dates = {}, {}
    for launch in launches:
        run = launch.run_id
        launched_on = fields.Datetime.context_timestamp(runs, launch.date).date()
        delays[run] = today - launched_on
        # Pauses and restarts have moved it since.
        plan_date = fields.Date.to_date(launch.values["plan_date"])
        plan_date = run._get_dater().move(plan_date, delays[run])
        plan_dates[run] = {"plan_date": plan_date}
    runs._write_each(plan_dates)
    runs._set_state(
        "running",
        {
            "date_start": fields.Datetime.now(),
            "date_end": False,
            "action_depth": runs.env["ir.actions.server"]._get_depth(),
            "stop_note": False,
            "stop_reason": False,
        },
        event="restarted",
    )
    runs.line_ids._reset(delays)
    runs._watch_again()
    runs._advance()


def _check_restartable(runs):
    """:raises UserError: one of the runs can't begin again, or not all of them"""
    for reason in get_refusals(runs).values():
        raise UserError(reason)
    for same in runs.grouped(_get_launched_once_key).values():
        if len(same) > 1:
            raise reason_error(runs.env, same.plan_id._get_running_reason())


def get_refusals(runs):
    """Say which runs can't begin again: where the plan isn't launched either.

    :returns: run -> a sentence
    :rtype: dict
    """
    refusals = {
        run: runs.env._(
            "“%(run)s” can't be restarted: its record was deleted.",
            run=run.display_name,
        )
        for run in runs._filter_without_document_left()
    }
    refusals |= {
        run: runs.env._(
            "“%(run)s” can't be restarted: its plan was deleted.",
            run=run.display_name,
        )
        for run in runs
        if not run.plan_id and run not in refusals
    }
    # How it was launched, and who was left out of it then, is in a file.
    refusals |= {
        run: runs.env._(
            "“%(run)s” can't be restarted: its history was archived. Launch the plan "
            "again.",
            run=run.display_name,
        )
        for run in runs
        if run.log_archive_id and run not in refusals
    }
    left = runs.filtered(lambda run: run not in refusals)
    # Runs that look at their records alike.
    for same in left.grouped(_get_launch_rules).values():
        refusals |= _get_unfit_refusals(same)
    left = left.filtered(lambda run: run not in refusals)
    refusals |= _get_running_refusals(left)
    told = tell_fresh_reasons(runs.env, refusals.values())
    return dict(zip(refusals, told, strict=True))


def _get_running_refusals(runs):
    """:returns: the runs whose plan is running on their record in another run, and
    why"""
    others = runs.search(
        [
            ("plan_id", "in", runs.plan_id.ids),
            ("res_id", "in", runs.mapped("res_id")),
            ("state", "in", OPEN_RUN_STATES),
        ]
    )
    by_key = {_get_launched_once_key(run): run for run in others}
    return {
        run: run.plan_id._get_running_reason()
        for run in runs
        if by_key.get(_get_launched_once_key(run), run) != run
    }


def _get_unfit_refusals(runs):
    """:returns: the runs whose plan can't be launched on their record, and why; for
    runs with the same rules"""
    plan = runs.plan_id
    reason = plan._get_unavailable_reason()
    if reason:
        return dict.fromkeys(runs, reason)
    records = runs.env[runs[0].res_model].browse(set(runs.mapped("res_id")))
    try:
        reasons = plan._get_unfit_reasons(
            records.with_context(active_test=False), runs.responsible_id, runs[0]
        )
    except UserError as error:
        # The plan's own condition can't be evaluated.
        return dict.fromkeys(runs, get_error_reason(error))
    return {run: reasons[run.res_id] for run in runs if run.res_id in reasons}


def _get_launch_rules(run):
    """:returns: what decides on which records the run's plan is launched"""
    return (
        run.plan_id,
        run.res_model,
        run.responsible_id,
        *(run[name] for name in run._get_exit_fields()),
    )


def _get_launched_once_key(run):
    """:returns: what only one open run can have"""
    return run.plan_id, run.res_model, run.res_id, run.launch_key
