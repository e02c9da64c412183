# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Reasons in words, for whoever reads them.

The ledger, runs and steps keep why something happened as a code and values (see
``tools/reasons.py``). Here each code has its sentence. Other addons add theirs by
extending ``_get_reason_sentences`` of ``mail.activity.reason.mixin``.
"""

from collections import defaultdict
from contextlib import suppress

from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tools import format_date, format_list
from odoo.tools.translate import LazyTranslate

from ..tools.dates import tell_days_off
from ..tools.errors import describe_error
from ..tools.reasons import Day, Label, Name, Reason

# Translated when they are read.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# The reasons why a run is stopped are told by the labels of ``stop_reason``.
SENTENCES = {
    "action_deleted": _lt("Its server action was deleted."),
    "action_elsewhere": _lt("Its server action is for another model now."),
    "action_failed": _lt("The step couldn't be done."),
    "action_for_admins": _lt(
        "The action calls another system, so only administrators can choose it. "
        "Choose another action, or ask one of them to choose it."
    ),
    "action_for_groups": _lt(
        "The action is restricted to some groups of users, and whoever chose it "
        "belongs to none of them. Choose another action, or ask a member of these "
        "groups to choose it."
    ),
    "action_scheduled": _lt(
        "It is a scheduled action, which isn't for single records. Choose another "
        "action."
    ),
    "activity_deleted": _lt("The activity was deleted."),
    "app_uninstalled": _lt("Its application was uninstalled."),
    "assignee_archived": _lt("%(user)s was archived."),
    "assignee_deleted": _lt("%(user)s was deleted."),
    "assignee_elsewhere": _lt("%(user)s no longer works in %(companies)s."),
    "assignee_external": _lt("%(user)s is no longer an internal user."),
    "branch_not_taken": _lt("The outcome of the previous step leads to another step."),
    "calendar_empty": _lt(
        "The working hours “%(calendar)s” have no working time. Add some to them, or "
        "choose other working hours for the plan."
    ),
    "calendar_idle": _lt(
        "The working hours “%(calendar)s” and the time off leave no working day within "
        "ten years of %(date)s. Check them, or choose other working hours for the plan."
    ),
    "cleaned_up": _lt(
        "The clean-up of old activities deleted it: it had been overdue for years."
    ),
    "condition_unmet": _lt("The record doesn't meet its condition."),
    "condition_unreadable": _lt(
        "The condition of “%(name)s” can't be evaluated: %(error)s"
    ),
    "date_impossible": _lt(
        "It can't be dated: %(count)s %(unit)s %(direction)s %(date)s leaves the "
        "calendar. Choose another date or delay."
    ),
    "date_out_of_range": _lt(
        "“%(step)s” can't be due on %(date)s. Choose a date from %(first)s to %(last)s."
    ),
    "day_off": _lt("day off"),
    "delay_unknown": _lt(
        "It can't be dated: the app that provides its delay was uninstalled, or knows "
        "no date. Schedule it manually."
    ),
    "domain_characters": _lt("It has a character that can't be stored. Type it again."),
    "domain_condition": _lt(
        "“%(part)s” is not a condition. Write a field, an operator and a value, such "
        "as ('priority', '=', '3')."
    ),
    "domain_joint": _lt("A condition is missing behind “%(part)s”."),
    "domain_operator": _lt(
        "“%(part)s” is not an operator. Write one such as '=', '!=', '<', 'in' or "
        "'ilike'."
    ),
    "domain_shape": _lt(
        "It is not a list of conditions. Write one such as [('priority', '=', '3')]."
    ),
    "domain_size": _lt(
        "It is too long, or its conditions are nested too deeply. Write fewer of them."
    ),
    "domain_unfit": _lt(
        "An operator or a value doesn't fit its field, or it can't be searched by. "
        "Compare text with text, numbers with numbers, and dates with dates."
    ),
    "domain_unknown": _lt(
        "“%(part)s” is not understood. Write plain values; “uid” stands for whoever "
        "launches the plan, and dates can be such as 'today' or 'today -7d'."
    ),
    "domain_value": _lt(
        "“%(part)s” is nothing to compare with. Write a text, a number, True, False, "
        "or a list of these."
    ),
    "effect_action": _lt("run “%(action)s”"),
    "effect_next": _lt("schedule “%(type)s”"),
    "effect_plan": _lt("launch the plan “%(plan)s”"),
    "effect_stage": _lt("move it to the stage “%(stage)s”"),
    "effects_failed": _lt("“%(outcome)s” should %(effects)s, but that failed"),
    "effects_refused": _lt(
        "“%(outcome)s” should %(effects)s, but %(user)s may not do that here. Ask "
        "somebody who may to do it."
    ),
    "email_missing": _lt(
        "“%(record)s” has no valid email address. Correct it, and send the email "
        "manually."
    ),
    "hold_over": _lt("The hold ended."),
    "kind_missing": _lt(
        "The step type “%(kind)s” is not available: the app that provides it was "
        "uninstalled."
    ),
    "launch_interrupted": _lt(
        "The launch was interrupted here again and again. Launch the plan on this "
        "record alone, or ask an administrator to look into the server's log."
    ),
    "launcher_archived": _lt("“%(user)s”, who launched it, is archived."),
    "launcher_elsewhere": _lt(
        "“%(user)s”, who launched it, no longer works in the company “%(company)s”."
    ),
    "left_out": _lt("Skipped at launch."),
    "meeting_deleted": _lt("Its meeting was deleted."),
    "no_working_day": _lt("non-working day"),
    "nobody_asked": _lt(
        "No user was chosen at launch for “%(step)s”, and “%(record)s” has no active "
        "user as salesperson."
    ),
    "nobody_begins": _lt(
        "%(reason)s Choose somebody for the first step to launch the plan here."
    ),
    "nobody_available": _lt("Nobody is available. Assigned to: %(role)s."),
    "outcome_deleted": _lt("The outcome that it depends on was deleted."),
    "outcome_reached": _lt("%(outcome)s"),
    "pause_over": _lt("The pause ended."),
    "plan_app_gone": _lt(
        "The application of the plan “%(plan)s” is no longer installed. Choose "
        "another plan."
    ),
    "plan_archived": _lt(
        "The plan “%(plan)s” is archived. Restore it, or choose another one."
    ),
    "plan_elsewhere": _lt(
        "The plan “%(plan)s” belongs to the company “%(company)s”, which you are not "
        "working in. Switch to it, or choose another plan."
    ),
    "plan_empty": _lt(
        "The plan “%(plan)s” has no steps. Add one before you launch it."
    ),
    "plan_paused": _lt("The plan was paused."),
    "plan_running": _lt(
        "The plan “%(plan)s” is already running here. Stop it before you launch it "
        "again."
    ),
    "plan_running_alike": _lt(
        "The plan “%(plan)s” is already running here with the same date and assigned "
        "user."
    ),
    "record_archived": _lt("The record was archived."),
    "record_archived_before": _lt(
        "“%(record)s” is archived, and the plan stops when that happens."
    ),
    "record_elsewhere": _lt(
        "“%(record)s” belongs to the company “%(company)s”, the plan to “%(other)s”."
    ),
    "record_gone": _lt("The record was deleted."),
    "record_lost": _lt("“%(record)s” is lost, and the plan stops when that happens."),
    "record_meets_exit": _lt("“%(record)s” meets the condition that stops the plan."),
    "record_missing": _lt("There is no record with the id %(id)s: it was deleted."),
    "record_of_other_team": _lt(
        "“%(record)s” belongs to none of the sales teams of the plan."
    ),
    "record_unfit": _lt("“%(record)s” doesn't meet the plan's condition."),
    "record_unreadable": _lt("You may not read this record."),
    "record_won": _lt("“%(record)s” is won, and the plan stops when that happens."),
    "record_write_protected": _lt("You may not change “%(record)s”."),
    "restarted": _lt("Restarted"),
    "role_vacant": _lt(
        "“%(step)s” can't be assigned: “%(record)s” has no active user as %(role)s."
    ),
    "skipped_manually": _lt("Skipped manually."),
    "started": _lt("Started."),
    "step_interrupted": _lt(
        "The server ended again and again while it did the step. Do it manually, and "
        "ask an administrator to look into the server's log."
    ),
    "step_removed": _lt("The step was removed from the plan."),
    "step_skipped": _lt("The step was skipped."),
    "step_undatable": _lt("“%(step)s”: %(reason)s"),
    "step_unlaunchable": _lt(
        "The step “%(step)s” of the plan “%(plan)s” can't be launched. %(reason)s"
    ),
    "template_deleted": _lt("Its email template was deleted."),
    "template_elsewhere": _lt("Its email template is for another model now."),
    "time_off": _lt("time off"),
    "type_deleted": _lt(
        "The activity type “%(name)s” was deleted. Choose another one."
    ),
    "type_elsewhere": _lt(
        "The activity type “%(name)s” can't be used here: it applies to %(models)s "
        "only."
    ),
    "undo_done": _lt("“%(step)s” was done already."),
    "undo_ended": _lt("The plan has ended already."),
    "undo_forbidden": _lt("You may not change the record."),
    "undo_repeated": _lt("It was undone already."),
    "undo_started": _lt("“%(step)s” is in progress."),
    "user_archived": _lt(
        "“%(user)s” is archived and can't be assigned. Choose another user."
    ),
    "user_elsewhere": _lt(
        "“%(user)s” doesn't work in the company “%(company)s” of “%(record)s”."
    ),
    "user_external": _lt(
        "“%(user)s” is not an internal user and can't be assigned. Choose another user."
    ),
    "user_missing": _lt("There is no user with the id %(id)s to assign."),
    "user_unavailable": _lt("%(user)s is not available. Assigned to: %(role)s."),
    "version_applied": _lt("The changed plan was applied to this running plan."),
    "weekend": _lt("weekend"),
}


def name_of(record):
    """:returns: a record as a value of a reason"""
    return Name(record._name, record.id, record.display_name or "")


def tell_reason(env, reason):
    """:returns: a reason in the environment's language; see :func:`tell_reasons`"""
    return tell_reasons(env, [reason])[0]


def tell_reasons(env, reasons):
    """Tell reasons in the language of an environment.

    :param reasons: each a :class:`~..tools.reasons.Reason`, a text, or nothing
    :returns: a sentence or False for each, in the same order
    :rtype: list
    """
    teller = _Teller(env, reasons)
    return [teller.tell(reason) for reason in reasons]


def tell_fresh_reason(env, reason):
    """:returns: a reason that was found just now, in the environment's language; see
    :func:`tell_fresh_reasons`"""
    return tell_fresh_reasons(env, [reason])[0]


def tell_fresh_reasons(env, reasons):
    """Likewise, for reasons that were found just now: the names in them are not looked
    up."""
    teller = _Teller(env, ())
    return [teller.tell(reason) for reason in reasons]


def tell_explanation(env, explanation):
    """:returns: how a date was found, with the reasons of days off in the environment's
    language, too; see :func:`~..tools.dates.tell_days_off`"""
    return tell_days_off(explanation, _Teller(env, ()).tell)


def reason_error(env, reason, error_class=UserError):
    """Make an error that knows its reason.

    It is one of Odoo's own, and no class of this addon: the web client tells them by
    their names.

    :param env: in whose language the message is
    :param reason: a :class:`~..tools.reasons.Reason`
    :param type error_class: ``UserError``, or one that is derived from it
    """
    error = error_class(tell_fresh_reason(env, reason))
    error.reason = reason
    return error


def get_error_reason(error):
    """:returns: why something failed: a :class:`~..tools.reasons.Reason`, or in the
    words of whatever failed"""
    reason = getattr(error, "reason", None)
    return reason if isinstance(reason, Reason) else describe_error(error)


class _Words(dict):
    """The words of a sentence; it may ask for one that an older version didn't keep."""

    def __missing__(self, name):
        return "…"


class _Teller:
    """Tells reasons; what it looks up for them, it looks up once for all."""

    def __init__(self, env, reasons):
        self.env = env
        self.sentences = env["mail.activity.reason.mixin"]._get_reason_sentences()
        self.names = self._read_names(reasons)
        self._known = {}

    def tell(self, reason):
        if not isinstance(reason, Reason):
            return reason or False
        words = _Words(
            {name: self._tell_value(value) for name, value in reason.values.items()}
        )
        sentence = self._get_sentence(reason.code)
        # Not where a translator's placeholders are wrong.
        with suppress(TypeError, ValueError):
            sentence %= words
        if words.get("note"):
            return self.env._(
                "%(reason)s: %(note)s", reason=sentence, note=words["note"]
            )
        return sentence

    def _get_sentence(self, code):
        if code not in self._known:
            if code in self.sentences:
                self._known[code] = self.env._(self.sentences[code])
            else:
                # The addon that knew it may be gone: it says something all the same.
                label = Label("mail.activity.plan.run", "stop_reason", code)
                self._known[code] = self._tell_label(label).replace("%", "%%")
        return self._known[code]

    def _tell_value(self, value):
        match value:
            case Reason():
                return self.tell(value)
            case Name():
                return self.names.get((value.model, value.id)) or value.name
            case Label():
                return self._tell_label(value)
            case Day():
                return format_date(self.env, Date.to_date(value.day))
            case list() | tuple():
                return format_list(self.env, [self._tell_value(item) for item in value])
            case None | False:
                return ""
        return str(value)

    def _tell_label(self, label):
        model = self.env.get(label.model)
        field = model is not None and model._fields.get(label.field)
        if not field:
            return label.value
        return dict(field._description_selection(self.env)).get(
            label.value, label.value
        )

    def _read_names(self, reasons):
        """:returns: model and id -> the name of each record that the reasons tell of"""
        ids_by_model = defaultdict(set)
        for name in _find_names(list(reasons)):
            if name.id:
                ids_by_model[name.model].add(name.id)
        names = {}
        for model, ids in ids_by_model.items():
            if model in self.env:
                # Whoever may read the row may read what it says.
                records = self.env[model].sudo().browse(ids).exists()
                names |= {(model, record.id): record.display_name for record in records}
        return names


def _find_names(value):
    """Find the records that a reason, or a list of reasons, tells of."""
    match value:
        case Name():
            yield value
        case Reason():
            yield from _find_names(list(value.values.values()))
        case list() | tuple():
            for item in value:
                yield from _find_names(item)
