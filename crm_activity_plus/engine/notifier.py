# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Who is told what: one message for each person, in that person's language."""

import logging
from collections import defaultdict
from itertools import zip_longest

import psycopg2

from .new_rows import together

_logger = logging.getLogger(__name__)


def tell_assigned(lines):
    """Tell each user about the activities they were assigned."""
    others = lines._filter_told_on_assignment()
    others = others.filtered(lambda line: line.user_id != lines.env.user)
    for user, own in others.grouped("user_id").items():
        own = own._in_language_of(user)
        subject = _get_assigned_subject(own)
        _notify(own, user, "crm_activity_plus.message_plan_steps_assigned", subject)
    if others:
        lines.env["mail.mail"]._send_soon()


def tell_failed(lines):
    """Tell whoever launched the run, or was to do the step, that it failed."""
    by_user = defaultdict(lines.browse)
    for line in lines:
        run = line.run_id
        candidates = (line.user_id, run.responsible_id, run.user_id)
        if user := _find_told(line, candidates):
            by_user[user] += line
    for user, own in by_user.items():
        own = own._in_language_of(user)
        subject = own.env._("A step of “%(plan)s” failed", plan=own[0].run_id.name)
        try:
            with lines.env.cr.savepoint():
                _notify(
                    own, user, "crm_activity_plus.message_plan_steps_failed", subject
                )
        except psycopg2.OperationalError:
            raise
        except Exception:
            # The step itself says so, too. The others are to go on.
            _logger.exception("Nobody could be told that %s failed", own)
    if by_user:
        lines.env["mail.mail"]._send_soon()


def tell_given(lines, before):
    """Tell people which steps they got or had.

    :param dict before: line -> who had it
    """
    got, had = defaultdict(lines.browse), defaultdict(lines.browse)
    for line in lines:
        got[line.user_id] += line
        had[before[line]] += line
    for user, own in got.items():
        own = own._in_language_of(user)
        subject = _get_received_subject(own)
        _notify_other(
            own, user, "crm_activity_plus.message_plan_steps_received", subject
        )
    for user, own in had.items():
        own = own._in_language_of(user)
        subject = _get_withdrawn_subject(own)
        _notify_other(
            own, user, "crm_activity_plus.message_plan_steps_withdrawn", subject
        )
    if lines:
        lines.env["mail.mail"]._send_soon()


def find_readers_of_pauses(runs):
    """Find who is reminded of paused runs: the salesperson of the record, else whom a
    run was launched for, else whoever launched it.

    :returns: user -> runs
    """
    by_reader = defaultdict(runs.browse)
    documents = runs._get_documents()
    for run in runs:
        user = run.env["res.users"]
        if run in documents:
            user = run.plan_id._find_user_by_role("salesperson", documents[run])
        if user := user or _find_colleague(run.responsible_id, run.user_id):
            by_reader[user] += run
    return by_reader


def tell_paused(runs, user):
    """Remind a user of runs that are paused without a date."""
    runs = runs.with_context(lang=user.lang) if user.lang else runs
    if len(runs) > 1:
        subject = runs.env._("%(count)s plans are still paused", count=len(runs))
    else:
        subject = runs.env._("“%(plan)s” is still paused", plan=runs.display_name)
    values = {"runs": runs, "user": user}
    _send(runs, user, "crm_activity_plus.message_plans_paused", values, subject)
    runs.env["mail.mail"]._send_soon()


def post_notes(runs, notes):
    """Log a note on the runs' documents, as the current user.

    :param dict notes: run -> text or HTML
    """
    for res_model, same_model in runs.grouped("res_model").items():
        if res_model not in runs.env:
            continue
        records = runs.env[res_model].browse(same_model.mapped("res_id")).exists()
        if not hasattr(records, "_message_log_batch"):
            continue
        ids = set(records._ids)
        by_record = same_model.filtered(lambda run, ids=ids: run.res_id in ids)
        # Several runs may be on one record; a batch has one note for each.
        for turn in zip_longest(*by_record.grouped("res_id").values()):
            bodies = {run.res_id: notes[run] for run in turn if run}
            together(records.browse(bodies))._message_log_batch(bodies=bodies)


def _find_told(line, candidates):
    """:returns: the first of the users who is a colleague, else the salesperson of the
    record, else nobody"""
    if user := _find_colleague(*candidates):
        return user
    [record] = line._get_records()
    plan = line.run_id.plan_id
    return record and plan._find_user_by_role("salesperson", record)


def _find_colleague(*candidates):
    """:returns: the first of the users who can be told something, or None"""
    for user in candidates:
        if user._filter_can_do_activities() and not user._is_superuser():
            return user
    return None


def _notify_other(lines, user, template, subject):
    """Whoever changes something knows it already."""
    if user and user != lines.env.user:
        _notify(lines, user, template, subject)


def _notify(lines, user, template, subject):
    """Send one message about steps, on their record where they share one.

    :param lines: the steps, in the user's language
    :param str template: XML id of the body
    """
    if user.active:
        values = {"lines": lines, "user": user}
        _send(lines.run_id, user, template, values, subject)


def _send(runs, user, template, values, subject):
    """Send a message about runs, on the record of one."""
    body = runs.env["ir.qweb"]._render(template, values, minimal_qcontext=True)
    thread = runs.env["mail.thread"]
    model = runs.env.get(runs[0].res_model)
    if len(runs) == 1 and hasattr(model, "message_notify"):
        thread = model.browse(runs.res_id)
    thread.message_notify(
        partner_ids=user.partner_id.ids,
        body=body,
        subject=subject,
        email_layout_xmlid="mail.mail_notification_layout",
    )


# ------------------------------------------------------------
# Subjects, in the language of the steps' environment
# ------------------------------------------------------------


def _get_assigned_subject(lines):
    if len(lines) > 1:
        return lines.env._(
            "%(count)s activities of “%(plan)s” were assigned to you",
            count=len(lines),
            plan=lines[0].run_id.name,
        )
    return _get_received_subject(lines)


def _get_received_subject(lines):
    if len(lines) > 1:
        return lines.env._(
            "%(count)s steps of plans were assigned to you", count=len(lines)
        )
    return lines.env._(
        "“%(record)s: %(summary)s” was assigned to you",
        record=lines.run_id.res_name,
        summary=lines.display_name,
    )


def _get_withdrawn_subject(lines):
    if len(lines) > 1:
        return lines.env._(
            "%(count)s steps of plans are no longer assigned to you", count=len(lines)
        )
    return lines.env._(
        "“%(record)s: %(summary)s” is no longer assigned to you",
        record=lines.run_id.res_name,
        summary=lines.display_name,
    )
