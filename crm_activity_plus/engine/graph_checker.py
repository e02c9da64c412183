# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError

from ..tools.graph import find_cycle, find_unreached
from .graph_reader import Problem
from .plan_checker import can_lead, find_reach_problem, find_retry_problem

# What is looked at on each step: the problem's code, the method that raises an error,
# and the fields that it depends on. Where none of them is changed, it is what it was:
# nobody is kept from changing something else. None: it is looked at anyway.
STEP_CHECKS = (
    ("type", "_check_activity_type_res_model", {"activity_type_id"}),
    ("type", "_check_activity_type_not_deleted", {"activity_type_id"}),
    ("action", "_check_action", None),
    ("responsible", "_check_responsible", None),
    ("outcome_impossible", "_check_after_outcomes", None),
)


class GraphChecker:
    """Says what is wrong with a plan as a graph says that it is to be.

    It looks at the plan in memory, by the methods that look at it when it is saved, and
    writes nothing.

    :param GraphDraft draft: the plan
    """

    def __init__(self, draft):
        self.env = draft.env
        self.draft = draft
        self.templates = draft.templates
        self.kinds = self.env["mail.activity.plan.template"]._get_step_kinds()
        self._problems = []

    def check(self):
        """:returns: the problems; first those of the graph as a whole, then by step
        :rtype: list[Problem]"""
        self._problems = list(self.draft.graph.problems)
        self._check_version()
        for code, step in self.draft.steps.items():
            # What wasn't understood would only be told a second time.
            if step.is_read:
                self._check_step(code, step)
                self._check_links(code)
        cycle = self._check_cycle()
        if all(step.is_read for step in self.draft.steps.values()):
            self._check_reach(cycle)
        place = {code: number for number, code in enumerate(self.draft.steps)}
        return sorted(
            self._problems, key=lambda problem: place.get(problem.step or "", -1)
        )

    def _add(self, step, code, message, level="error"):
        self._problems.append(Problem(step, code, message, level))

    def _check_version(self):
        version, plan = self.draft.graph.version, self.draft.saved
        if version is None:
            self._add(
                False,
                "stale",
                self.env._(
                    "The graph doesn't say which “version” of the plan it was made "
                    "from. Get the plan's graph, and change that."
                ),
            )
        elif version != (plan.version or 0):
            self._add(
                False,
                "stale",
                self.env._(
                    "Somebody else changed the plan “%s” in the meantime. Reload it, "
                    "and make your changes again.",
                    plan.name,
                ),
            )

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def _check_step(self, code, step):
        template = self.templates[code]
        for problem, method, names in STEP_CHECKS:
            is_new = names is None or bool(names & step.changed)
            level = "error" if is_new else "warning"
            self._try(code, problem, getattr(template, method), level)
        changed = self._get_changed(code, step)
        if "condition_domain" in changed:
            # As whoever writes it: they may be kept from some fields.
            self._try(code, "condition", template._check_condition_domain)
        if changed.intersection(template._get_guarded_fields()):
            self._try(code, "rights", template._check_choices)

    def _try(self, code, problem, check, level="error"):
        try:
            check()
        except UserError as error:
            self._add(code, problem, str(error), level)

    def _get_changed(self, code, step):
        """:returns: names of all fields that will be written"""
        template = self.env["mail.activity.plan.template"].browse(
            step.template_id or []
        )
        changed = {*step.changed, *self.draft.get_link_values(code, template)}
        return changed | ({"action_type"} if not template else set())

    # ------------------------------------------------------------
    # Links
    # ------------------------------------------------------------

    def _check_links(self, code):
        template = self.templates[code]
        if not template.after_ids and template._refers_to_previous():
            self._add(
                code,
                "previous_missing",
                self.env._(
                    "“%s” refers to the previous step, but no link leads to it. Link "
                    "it, or let it refer to something else.",
                    template.display_name,
                ),
            )
        links = self.draft.links[code]
        outcomes = template.after_outcome_ids._origin
        for link in links:
            if outcomes and self._is_other_link(link, outcomes):
                self._add(
                    code,
                    "outcomes_differ",
                    self.env._(
                        "The links to “%s” have different outcomes. Give all of them "
                        "the same ones, or make a step for each.",
                        template.display_name,
                    ),
                )
                break
        if problem := find_retry_problem(template, outcomes):
            self._problems.append(problem)

    def _is_other_link(self, link, outcomes):
        """A step has the same outcomes for all that it waits for. Links may leave out
        those that the step before can't have.

        :returns: whether a link says something else than the step will
        """
        left_out = outcomes.filtered(lambda outcome: outcome.id not in link.outcome_ids)
        activity_type = self.templates[link.source].activity_type_id
        return not link.outcome_ids or any(
            outcome._is_applicable(activity_type) for outcome in left_out
        )

    def _check_cycle(self):
        """:returns: codes of the steps that wait for each other in a circle"""
        cycle = find_cycle(self.draft.after)
        if cycle:
            steps = [self.templates[code] for code in cycle]
            self._add(cycle[0], "cycle", steps[0]._describe_cycle(steps))
        return cycle

    def _check_reach(self, cycle):
        told = {problem.step for problem in self._problems if problem.level == "error"}
        for code in find_unreached(self.draft.after, self._can_lead):
            if code not in told and code not in cycle:
                self._problems.append(find_reach_problem(self.templates[code]))

    def _can_lead(self, source, target):
        return can_lead(self.kinds, self.templates[source], self.templates[target])
