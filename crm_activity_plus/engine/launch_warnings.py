# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a launch doesn't do as one might think, by reason.

A reason that is about one record is told as it is. What is the same on several of them
is told once, with their number.
"""

from dataclasses import dataclass, field

from odoo import fields
from odoo.tools import format_list
from odoo.tools.translate import LazyTranslate

from ..tools.proposal import Proposal
from ..tools.reasons import Label, Reason
from .reasons import tell_fresh_reason

# Translated when they are read.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# Why several records are skipped, by the code of the reason.
SKIPPED = {
    "plan_running": _lt("The plan is already running on %(records)s."),
    "plan_running_alike": _lt(
        "The plan is already running on %(records)s with the same date and assigned "
        "user."
    ),
    "record_archived_before": _lt(
        "%(records)s are archived, and the plan stops when that happens."
    ),
    "record_elsewhere": _lt("%(records)s belong to another company than the plan."),
    "record_lost": _lt("%(records)s are lost, and the plan stops when that happens."),
    "record_meets_exit": _lt("%(records)s meet the condition that stops the plan."),
    "record_missing": _lt("%(records)s were deleted."),
    "record_of_other_team": _lt(
        "%(records)s belong to none of the sales teams of the plan."
    ),
    "record_unfit": _lt("%(records)s don't meet the plan's condition."),
    "record_unreadable": _lt("You may not read %(records)s."),
    "record_won": _lt("%(records)s are won, and the plan stops when that happens."),
    "record_write_protected": _lt("You may not change %(records)s."),
    "user_elsewhere": _lt("“%(user)s” doesn't work in the company of %(records)s."),
}

# That nobody has a role on one record, and on several.
VACANT = {
    "round_robin": (
        _lt("“%(record)s” has no sales team with available members"),
        _lt("%(records)s have no sales team with available members"),
    ),
    "salesperson": (
        _lt("“%(record)s” has no salesperson"),
        _lt("%(records)s have no salesperson"),
    ),
    "team_leader": (
        _lt("“%(record)s” has no team leader"),
        _lt("%(records)s have no team leader"),
    ),
}

# Why a record is skipped or a step has nobody, where it is told in full above.
LABELS = {
    "plan_running": _lt("Already running"),
    "plan_running_alike": _lt("Already running"),
    "record_archived_before": _lt("Archived"),
    "record_elsewhere": _lt("Another company"),
    "record_lost": _lt("Lost"),
    "record_meets_exit": _lt("Meets the stop condition"),
    "record_missing": _lt("Deleted"),
    "record_of_other_team": _lt("Another sales team"),
    "record_unfit": _lt("Doesn't meet the plan's condition"),
    "record_unreadable": _lt("No access"),
    "record_won": _lt("Won"),
    "record_write_protected": _lt("No access"),
    "round_robin": _lt("No available team member"),
    "salesperson": _lt("No salesperson"),
    "team_leader": _lt("No team leader"),
}

# Values of a reason that name the record or the step that it is about.
ABOUT_ONE = ("company", "id", "record", "step")

PAST = Reason("step_past")


def get_vacant_role(reason):
    """:returns: the role that nobody has, or False"""
    if not isinstance(reason, Reason):
        return False
    if reason.code == "nobody_asked":
        return "salesperson"
    role = reason.values.get("role")
    is_vacant = reason.code == "role_vacant" and isinstance(role, Label)
    return is_vacant and role.value


def get_label(reason):
    """:returns: a reason in few words, to be translated, for where it is told in full,
    too; None where there are none"""
    if not isinstance(reason, Reason):
        return None
    if reason.code == "nobody_begins":
        return get_label(reason.values["reason"])
    return LABELS.get(get_vacant_role(reason) or reason.code)


@dataclass
class LaunchWarning:
    """What is the same on some of the records."""

    #: why: a :class:`~..tools.reasons.Reason`, or in the words of another addon
    reason: Reason | str
    #: whether the plan isn't launched there
    is_skipped: bool
    #: code of a step -> what it is called, where it is about steps
    steps: dict = field(default_factory=dict)
    #: the records, in order
    res_ids: dict = field(default_factory=dict)

    @property
    def key(self):
        """What tells it from others, also when it is computed anew."""
        return "/".join(map(str, _identify(self.reason, self.is_skipped)))


class WarningFinder:
    """Groups what is wrong with a launch.

    :param plan: the plan that is to be launched
    """

    def __init__(self, plan):
        self.env = plan.env
        self.today = fields.Date.context_today(plan)
        self._found = {}

    def find(self, proposals):
        """:param proposals: what the launch would do, or has done, with reasons that
            aren't told yet
        :returns: the commonest first
        :rtype: list[LaunchWarning]
        """
        for proposal in proposals:
            if proposal.skip_reason:
                self._add_skipped(proposal)
            else:
                self._add_problems(proposal)
        return sorted(self._found.values(), key=lambda one: -len(one.res_ids))

    def _add_skipped(self, proposal):
        reason = proposal.skip_reason
        if not isinstance(reason, Reason) or reason.code != "nobody_begins":
            self._add(proposal, reason, is_skipped=True)
            return
        steps = [step for step in proposal.steps if step.is_vacant and not step.after]
        for step in steps:
            self._add(proposal, step.reason, step, is_skipped=True)
        if not steps:
            self._add(proposal, reason.values["reason"], is_skipped=True)

    def _add_problems(self, proposal):
        for step in proposal.steps:
            if step.reason and step.state != "skipped":
                self._add(proposal, step.reason, step)
            if step.state == "scheduled" and step.date_deadline < self.today:
                self._add(proposal, PAST, step)

    def _add(self, proposal, reason, step=None, is_skipped=False):
        key = _identify(reason, is_skipped)
        warning = self._found.setdefault(key, LaunchWarning(reason, is_skipped))
        warning.res_ids[proposal.res_id] = True
        if step:
            types = self.env["mail.activity.type"]
            summary = step.summary or types.browse(step.activity_type_id).name
            warning.steps[step.code] = summary


def _identify(reason, is_skipped):
    """:returns: what is the same on all records of a warning"""
    if not isinstance(reason, Reason):
        return (is_skipped, "", reason)
    values = sorted(reason.values.items())
    about = [(name, str(value)) for name, value in values if name not in ABOUT_ONE]
    return (is_skipped, reason.code, *about)


class WarningTeller:
    """Says warnings in sentences.

    :param plan: the plan that is to be launched
    """

    def __init__(self, plan):
        self.env = plan.env
        self.plan = plan

    def format(self, warning):
        """:returns: what the pop-up shows of a warning: ``key``, ``text``, ``res_ids``,
            ``steps`` (codes), ``is_skipped`` and ``can_assign``
        :rtype: dict"""
        return {
            "key": warning.key,
            "text": self.tell(warning),
            "res_ids": list(warning.res_ids),
            "steps": list(warning.steps),
            "is_skipped": warning.is_skipped,
            "can_assign": bool(warning.steps) and warning.reason != PAST,
        }

    def tell(self, warning):
        """:returns: a sentence"""
        if warning.reason == PAST:
            return self.env._(
                "The plan date puts %(steps)s into the past. Choose a later plan date.",
                steps=self._list_steps(warning),
            )
        return self._tell_vacant(warning) or self._tell_reason(warning)

    def _tell_reason(self, warning):
        reason = warning.reason
        sentence = tell_fresh_reason(self.env, reason)
        if len(warning.res_ids) == 1:
            return sentence
        values = {
            "reason": sentence,
            "records": self._count_records(warning),
            "steps": self._list_steps(warning),
        }
        if isinstance(reason, Reason) and reason.code in SKIPPED:
            user = reason.values.get("user")
            values["user"] = user.name if user else ""
            sentence = self.env._(SKIPPED[reason.code])
            return sentence % values
        if warning.steps:
            return self.env._("%(steps)s on %(records)s: %(reason)s", **values)
        return self.env._("%(records)s: %(reason)s", **values)

    def _tell_vacant(self, warning):
        """:returns: that nobody has a role, and what nobody does therefore; False where
        it isn't that"""
        role = get_vacant_role(warning.reason)
        if role not in VACANT:
            return False
        one, several = VACANT[role]
        if len(warning.res_ids) == 1:
            record = warning.reason.values["record"].name
            reason = self.env._(one)
            reason %= {"record": record}
        else:
            records = self._count_records(warning)
            reason = self.env._(several)
            reason %= {"records": records}
        if not warning.steps:
            return f"{reason}."
        values = {"reason": reason, "steps": self._list_steps(warning)}
        if warning.is_skipped:
            return self.env._(
                "%(reason)s: %(steps)s can't be assigned, and the plan isn't launched "
                "there.",
                **values,
            )
        return self.env._("%(reason)s: %(steps)s can't be assigned.", **values)

    def _count_records(self, warning):
        return self.plan._tell_record_count(len(warning.res_ids))

    def _list_steps(self, warning):
        names = [f"“{name}”" for name in warning.steps.values()]
        return format_list(self.env, names)


def tell_skipped(plan, rows):
    """Say on which records a plan wasn't launched, once for each reason.

    :param rows: ``skipped`` of a launch, with reasons that aren't told yet
    :returns: sentences, the commonest reason first
    :rtype: list[str]
    """
    proposals = [Proposal(row["res_id"], row["reason"]) for row in rows]
    teller = WarningTeller(plan)
    return [teller.tell(warning) for warning in WarningFinder(plan).find(proposals)]
