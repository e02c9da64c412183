# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a launch would do: its values, and the rules for them. No ORM.

None of the values is ever changed: a rule returns new ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date

from .graph import sort_in_waves
from .reasons import Reason
from .steps import PREVIOUS_STEP_DELAYS

#: why a step is skipped that a person didn't want
LEFT_OUT = Reason("left_out")


@dataclass(frozen=True, slots=True)
class StepChoice:
    """What a person chose for a step on one record, before the launch."""

    date_deadline: date | None = None
    user_id: int | None = None
    skip: bool = False


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step on its way from the plan to a run.

    The first part is what the plan says, the same on all records. Whoever reads it may
    be given a step of a run as well: the names are the same there.
    """

    code: str
    activity_type_id: int
    #: codes of the steps that it waits for
    after: tuple[str, ...] = ()
    after_mode: str = "all"
    template_id: int | bool = False
    sequence: int = 0
    summary: str | bool = False
    action_type: str = "activity"
    condition_domain: str | bool = False
    delay_count: int = 0
    delay_unit: str = "days"
    delay_from: str = "after_plan_date"
    responsible_type: str = "on_demand"
    #: whether a person chose who does it, whatever the plan says
    is_user_chosen: bool = False
    #: what a run copies beside that; nothing is decided by it
    copied: Mapping = field(default_factory=dict)

    #: what was found for one record; of a step that waits, what is likely
    user_id: int | bool = False
    date_deadline: date | None = None
    date_explanation: dict | None = None
    state: str = "waiting"
    #: why it isn't scheduled, or what to know about who does it
    reason: Reason | str | bool = False
    #: whether the role itself is against a launch
    is_refused: bool = False
    #: whether nobody is there to do it, though somebody has to be
    is_vacant: bool = False

    @classmethod
    def make(cls, values, after=()):
        """:param dict values: what a run copies of a step, see
            ``_prepare_run_line_values``
        :param after: codes of the steps that it waits for
        :rtype: PlannedStep
        """
        own = {name: value for name, value in values.items() if name in LINE_NAMES}
        copied = {name: value for name, value in values.items() if name not in own}
        return cls(after=tuple(after), copied=copied, **own)

    def get_line_values(self):
        """:returns: values of the run's step
        :rtype: dict"""
        return {**self.copied, **{name: getattr(self, name) for name in LINE_NAMES}}


#: those that the run's step has, too
LINE_NAMES = tuple(
    one.name
    for one in fields(PlannedStep)
    if one.name not in ("after", "copied", "is_refused", "is_vacant")
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a launch would do on one record."""

    res_id: int
    #: why nothing is launched on it, or False
    skip_reason: Reason | str | bool = False
    steps: tuple[PlannedStep, ...] = ()


def assign(step, user_id, reason, is_refused=False):
    """Give a step to somebody, or to nobody.

    :param user_id: a user, or False
    :param reason: why nobody can do it or, where there is a user, what to know about
        that; or False
    :param bool is_refused: whether the role itself said so
    :returns: the step, with its state at the launch
    :rtype: PlannedStep
    """
    state = "waiting" if step.after else "scheduled"
    if state == "scheduled" and reason and not user_id:
        state = "failed"
    return replace(
        step,
        user_id=user_id,
        reason=reason,
        state=state,
        is_refused=is_refused,
        is_vacant=state == "failed",
    )


def find_refusal(steps):
    """Tell why nothing of a launch would ever begin.

    :param steps: the steps with what was chosen for them
    :returns: why nobody can do the first of those that begin at the launch, where
        nobody can do any of these; else False
    :rtype: Reason or bool
    """
    first = [step for step in steps if not step.after and step.state != "skipped"]
    if not first or not all(step.is_vacant for step in first):
        return False
    return Reason("nobody_begins", {"reason": first[0].reason})


def follow_previous(steps):
    """Give the steps that are for whoever does the one before to whoever that is, most
    likely: the engine decides when the turn comes.

    :returns: the steps, in the same order
    :rtype: list[PlannedStep]
    """
    found = {step.code: step for step in steps}
    followers = [
        step
        for step in steps
        if step.responsible_type == "previous" and step.after and not step.user_id
    ]
    if not followers:
        return list(steps)
    for wave in sort_in_waves({step.code: step.after for step in steps}):
        for step in followers:
            if step.code in wave:
                previous = found[step.after[0]]
                found[step.code] = replace(step, user_id=previous.user_id)
    return list(found.values())


def apply_choice(step, choice):
    """:param StepChoice choice: what a person chose for a step, or None
    :returns: the step with that
    :rtype: PlannedStep
    """
    if choice is None:
        return step
    changes = {}
    if choice.skip:
        # Whatever the record is like, also when the run is restarted.
        changes["condition_domain"] = False
    elif step.state == "skipped":
        # Whatever was chosen for it: the record doesn't meet its condition.
        return step
    if choice.date_deadline:
        changes["date_deadline"] = choice.date_deadline
        changes["date_explanation"] = {
            "base": "chosen_at_launch",
            "date": choice.date_deadline.isoformat(),
        }
    if choice.user_id:
        changes |= {
            "user_id": choice.user_id,
            # The engine must not look for somebody else when its turn comes.
            "responsible_type": "other",
            "is_user_chosen": True,
            "state": "scheduled" if step.state == "failed" else step.state,
            "reason": False,
            "is_refused": False,
            "is_vacant": False,
        }
    if choice.skip:
        changes |= {"state": "skipped", "reason": LEFT_OUT, "is_refused": False}
    return replace(step, **changes)


def date_steps(steps, plan_date, find):
    """Date steps; those that count from another one as if each were done on its day.

    :param list[PlannedStep] steps: one that has a date keeps it
    :param date plan_date: what the others count from
    :param find: called with a step, a date to count from, and what that is; gives a
        :class:`~.dates.Deadline`
    :returns: the steps with their dates, in the same order
    :rtype: list[PlannedStep]
    """
    dated = {step.code: step for step in steps}
    for wave in sort_in_waves({step.code: step.after for step in steps}):
        for code in wave:
            step = dated[code]
            if step.date_deadline:
                continue
            base, base_date = "plan_date", plan_date
            if step.delay_from in PREVIOUS_STEP_DELAYS:
                base = step.delay_from.removeprefix("after_")
                base_date = max(dated[other].date_deadline for other in step.after)
            deadline = find(step, base_date, base)
            dated[code] = replace(
                step,
                date_deadline=deadline.date,
                date_explanation=deadline.explanation,
            )
    return list(dated.values())
