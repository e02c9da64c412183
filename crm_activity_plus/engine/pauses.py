# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How runs are paused, and go on afterwards."""

from odoo import fields

from ..tools.states import NO_PAUSE
from .transitions import Transition


def pause(runs, until=False, reason=False):
    """Pause running runs: their activities are on hold until they are resumed.

    :param date until: the day on which they resume, or none
    :param reason: why, for the ledger
    """
    values = {"date_paused": fields.Datetime.now(), "paused_until": until}
    runs._set_state("paused", values, reason=reason)
    activities = runs.line_ids._filter_open().activity_id
    activities.filtered("active")._hold_for_pause()


def postpone(runs, until, reason=False):
    """Have paused runs resume on another day.

    :param date until: the day
    :param reason: why, for the ledger
    """
    runs._write_each({run: {"paused_until": until} for run in runs}, reason=reason)


def resume(runs, reason=False):
    """Go on with paused runs: what was to happen is moved by the days that the pause
    took.

    :param reason: why, for the ledger
    """
    transition = Transition(runs, is_taken=True)
    since = {
        run: fields.Datetime.context_timestamp(run, run.date_paused).date()
        for run in runs
    }
    runs._set_state("running", NO_PAUSE, event="resumed", reason=reason)
    lines = runs.line_ids._filter_open()
    lines.activity_id.filtered("held_by_pause").action_resume()
    _shift(runs, since, fields.Date.context_today(runs))
    lines.activity_id._filter_hold_over()._end_hold()
    # They may have become due in between.
    lines._trigger_due()
    transition.advance()
    runs._on_run_resumed(runs)


def _shift(runs, since, today):
    """Move runs and their open steps by what lies between two days.

    :param dict since: for each run, the first of them
    :param date today: the second of them
    """
    daters, dates, plan_dates = runs._get_daters(), {}, {}
    for run in runs:
        span, dater = (since[run], today), daters[run]
        for line in run.line_ids._filter_open().filtered("date_deadline"):
            moved = _shift_day(run, line.date_deadline, line.user_id, span, dater)
            if moved:
                dates[line] = moved
        moved = _shift_day(run, run.plan_date, run.responsible_id, span, dater)
        if moved:
            plan_dates[run] = {"plan_date": moved.date}
    runs._write_each(plan_dates)
    runs.line_ids._reschedule(dates, "pause")


def _shift_day(run, day, user, span, dater):
    """:param date day: what to move
    :param user: whose working days count
    :param tuple span: the two days; see :func:`_shift`
    :returns: where to, and why, or None where nothing lies between the days
    """
    company = run._get_working_company()
    days = dater.count_days(*span, user, company)
    if not days:
        return None
    return dater.shift(day, days, "days", "after", user, company, "pause")
