# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from ..tools.graph import find_cycle, find_unreached
from .graph_reader import Problem

# How a link between steps is judged, for graphs and for plans in a form alike.


def find_retry_problem(template, outcomes):
    """A step is tried again first: what comes after that outcome has to wait.

    :param template: a step
    :param outcomes: those that it waits for
    :returns: a warning, or None
    :rtype: Problem
    """
    outcomes = outcomes.filtered("active")
    if not outcomes or any(outcome.effect != "retry" for outcome in outcomes):
        return None
    message = template.env._(
        "“%(step)s” starts only after the last attempt: after “%(outcome)s”, the step "
        "before it is retried first.",
        step=template.display_name,
        outcome=outcomes[0].name,
    )
    return Problem(template.code, "after_last_attempt", message, "warning")


def find_reach_problem(template):
    """:param template: a step whose turn never comes
    :returns: a warning
    :rtype: Problem"""
    outcomes = template.after_outcome_ids._origin.filtered("active")
    if outcomes and all(outcome.effect == "stop" for outcome in outcomes):
        message = template.env._(
            "“%(step)s” never starts: “%(outcome)s” stops the plan. Choose another "
            "outcome, or change what this one does.",
            step=template.display_name,
            outcome=outcomes[0].name,
        )
    else:
        message = template.env._(
            "“%s” never starts: no step before it can lead to it. Choose other "
            "outcomes, or link it to another step.",
            template.display_name,
        )
    return Problem(template.code, "unreached", message, "warning")


def can_lead(kinds, source, target):
    """:param dict kinds: see ``_get_step_kinds`` of ``mail.activity.plan.template``
    :returns: whether a step can end so that one which waits for it is taken"""
    outcomes = target.after_outcome_ids._origin
    if not outcomes:
        return True
    return kinds[source.action_type]["has_outcome"] and any(
        outcome._leads_on_from(source) for outcome in outcomes
    )


class PlanChecker:
    """Says what is wrong with a plan while it is being written.

    What can't be saved is an error; the constraints say the same. What can, and is
    probably not meant so, is a warning.

    :param PlanSteps steps: the steps, as superuser: whoever reads a plan need not be
        allowed to read its email templates
    """

    def __init__(self, steps):
        self.steps = steps
        self._kinds = {}

    def check(self):
        """:returns: place of a step -> its problems
        :rtype: dict"""
        lines = self.steps.lines
        if lines:
            self._kinds = lines[0]._get_step_kinds()
        found = {place: self._check_step(place) for place in self.steps.after}
        cycle = find_cycle(self.steps.after)
        if cycle:
            message = lines[0]._describe_cycle([lines[place] for place in cycle])
            found[cycle[0]].append(self._make_error(cycle[0], "cycle", message))
        for place in find_unreached(self.steps.after, self._can_lead):
            if not any(problem.level == "error" for problem in found[place]):
                if place not in cycle:
                    found[place].append(find_reach_problem(lines[place]))
        return found

    def _make_error(self, place, code, message):
        return Problem(self.steps.lines[place].code, code, message)

    def _can_lead(self, source, target):
        lines = self.steps.lines
        return can_lead(self._kinds, lines[source], lines[target])

    def _check_step(self, place):
        step = self.steps.lines[place]
        messages = {
            "type": self._find_type_error(step),
            "action": step._get_action_error(),
            "responsible": self._find_responsible_error(step),
            "previous_missing": self._find_previous_error(place),
            "outcome_impossible": self._find_outcome_error(place),
        }
        problems = [
            self._make_error(place, code, message)
            for code, message in messages.items()
            if message
        ]
        retry = find_retry_problem(step, step.after_outcome_ids._origin)
        return [*problems, retry] if retry else problems

    @staticmethod
    def _find_type_error(step):
        """:returns: why steps of the plan can't have the type, or False"""
        return step.activity_type_id._get_reason_not_applicable(step.plan_id.res_model)

    @staticmethod
    def _find_responsible_error(step):
        if step.responsible_type == "other" and not step.responsible_id:
            return step.env._("Choose the user whom the step is assigned to.")
        return False

    def _find_previous_error(self, place):
        step = self.steps.lines[place]
        missing = self.steps.find_missing(place)
        if missing:
            return step.env._(
                "“%(step)s” comes after “%(codes)s”, which is not a step of the plan. "
                "Choose another step.",
                step=step.display_name,
                codes=", ".join(missing),
            )
        if not self.steps.after[place] and step._refers_to_previous():
            return step._describe_missing_previous()
        return False

    def _find_outcome_error(self, place):
        before = self.steps.get_before(place)
        return before and self.steps.lines[place]._get_after_outcomes_error(before)
