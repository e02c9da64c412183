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
from odoo.tools import format_list
from odoo.tools.translate import LazyTranslate

from ..tools.errors import describe_error
from ..tools.reasons import Label, Name, Reason

# Translated when they are read.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# The reasons why a run is stopped are told by the labels of ``stop_reason``.
SENTENCES = {
    "action_deleted": _lt("Its server action was deleted."),
    "action_elsewhere": _lt("Its server action is for another model now."),
    "action_failed": _lt("The step couldn't be done."),
    "activity_deleted": _lt("The activity was deleted."),
    "branch_not_taken": _lt("The outcome of the previous step leads to another step."),
    "condition_unmet": _lt("The record doesn't meet its condition."),
    "email_missing": _lt(
        "“%(record)s” has no valid email address. Correct it, and send the email "
        "manually."
    ),
    "kind_missing": _lt(
        "The step type “%(kind)s” is not available: the app that provides it was "
        "uninstalled."
    ),
    "left_out": _lt("Skipped at launch."),
    "nobody_asked": _lt(
        "Nobody was asked who does “%(step)s”, and “%(record)s” has no active user as "
        "salesperson."
    ),
    "nobody_available": _lt("Nobody is available. Assigned to: %(role)s."),
    "outcome_deleted": _lt("The outcome that it depends on was deleted."),
    "outcome_reached": _lt("%(outcome)s"),
    "record_archived": _lt("The record was archived."),
    "record_gone": _lt("The record was deleted."),
    "restarted": _lt("Restarted"),
    "role_vacant": _lt(
        "Nobody can be responsible for “%(step)s”: “%(record)s” has no active user as "
        "%(role)s."
    ),
    "skipped_manually": _lt("Skipped manually."),
    "step_skipped": _lt("The step was skipped."),
    "template_deleted": _lt("Its email template was deleted."),
    "template_elsewhere": _lt("Its email template is for another model now."),
    "user_archived": _lt(
        "“%(user)s” is archived and can't be responsible. Choose somebody else."
    ),
    "user_elsewhere": _lt(
        "“%(user)s” doesn't work in the company “%(company)s” of “%(record)s”."
    ),
    "user_external": _lt(
        "“%(user)s” is no internal user and can't be responsible. Choose somebody else."
    ),
    "user_unavailable": _lt("%(user)s is not available. Assigned to: %(role)s."),
    "user_missing": _lt("There is no user with the id %(id)s to be responsible."),
}


def name_of(record):
    """:returns: a record as a value of a reason"""
    return Name(record._name, record.id, record.display_name or "")


def tell_reason(env, reason):
    """:returns: a reason in the environment's language; see :func:`tell_reasons`"""
    return tell_reasons(env, [reason])[0]


def tell_fresh_reason(env, reason):
    """:returns: a reason that was found just now, in the environment's language: the
    names in it need not be looked up"""
    return _Teller(env, ()).tell(reason)


def tell_reasons(env, reasons):
    """Tell reasons in the language of an environment.

    :param reasons: each a :class:`~..tools.reasons.Reason`, a text, or nothing
    :returns: a sentence or False for each, in the same order
    :rtype: list
    """
    teller = _Teller(env, reasons)
    return [teller.tell(reason) for reason in reasons]


class ReasonError(UserError):
    """Something can't be done for a reason that has a code.

    :param env: in whose language the message is
    :param reason: a :class:`~..tools.reasons.Reason`
    """

    def __init__(self, env, reason):
        super().__init__(tell_fresh_reason(env, reason))
        self.reason = reason


def get_error_reason(error):
    """:returns: why something failed: a :class:`~..tools.reasons.Reason`, or in the
    words of whatever failed"""
    if isinstance(error, ReasonError):
        return error.reason
    return describe_error(error)


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
        for name in _find_names(reasons):
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
