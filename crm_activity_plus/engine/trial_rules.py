# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from functools import cached_property

from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..tools.states import OPEN_STEP_STATES
from ..tools.steps import IMMEDIATE_KINDS
from ..tools.values import quote
from .choices import CANCEL, DONE, FAIL, SKIP


class TrialRules:
    """What can be chosen for the steps of a plan that is tried.

    :param Rehearsal rehearsal: how far it is
    """

    def __init__(self, rehearsal):
        self.env = rehearsal.env
        self._rehearsal = rehearsal
        self._kinds = self.env["mail.activity.plan.template"]._get_step_kinds()

    def get_actions(self, line):
        """:returns: what can be chosen for a step"""
        if self._rehearsal.run.state != "running":
            return []
        match line.state:
            case "waiting":
                return [SKIP]
            case "scheduled" if line.action_type == "activity":
                return [DONE, SKIP, CANCEL]
            case "scheduled":
                return [DONE, FAIL, SKIP]
        return []

    def get_outcomes(self, line):
        """:returns: how a step can end, see ``mail.activity.outcome``"""
        outcomes = self.env["mail.activity.outcome"]
        is_asked = DONE in self.get_actions(line) and self._has_outcome(line)
        if not is_asked:
            return outcomes
        return self._offered.filtered(
            lambda outcome: outcome._is_applicable(line.activity_type_id)
        )

    @cached_property
    def _offered(self):
        return self.env["mail.activity.outcome"]._get_offered()

    def _has_outcome(self, line):
        kind = self._kinds.get(line.action_type, {"has_outcome": False})
        return line.action_type not in IMMEDIATE_KINDS and kind["has_outcome"]

    # ------------------------------------------------------------
    # What is wrong with a choice
    # ------------------------------------------------------------

    def find_line(self, choice):
        """:returns: the step that a choice is about
        :raises UserError: there is none, or nothing can be chosen for it"""
        lines = self._rehearsal.lines
        line = lines.get(choice.step)
        if line is None:
            raise UserError(
                self.env._(
                    "The plan “%(plan)s” has no step “%(step)s”. Its steps are: "
                    "%(steps)s.",
                    plan=self._rehearsal.run.name,
                    step=quote(choice.step),
                    steps=", ".join(list(lines)[:50]),
                )
            )
        self.check(line, choice)
        return line

    def check(self, line, choice):
        """:raises UserError: that can't be chosen for the step, as things are"""
        if self._rehearsal.run.state != "running":
            raise UserError(
                self.env._(
                    "The plan has ended before “%(step)s”. Go back to choose something "
                    "else.",
                    step=line.display_name,
                )
            )
        if line.state not in OPEN_STEP_STATES:
            raise UserError(
                self.env._(
                    "“%(step)s” is closed already. Go back to choose something else.",
                    step=line.display_name,
                )
            )
        actions = self.get_actions(line)
        if choice.action not in actions:
            raise UserError(
                self.env._(
                    "“%(action)s” can't be chosen for “%(step)s” now. Choose one of "
                    "these: %(actions)s.",
                    action=choice.action,
                    step=line.display_name,
                    actions=", ".join(actions),
                )
            )
        if choice.outcome:
            self._check_outcome(line, choice)
        self._check_retry_date(line, choice)

    def _check_outcome(self, line, choice):
        if choice.action != DONE or not self._has_outcome(line):
            raise UserError(
                self.env._(
                    "“%(step)s” can't end with an outcome that way. Leave it out.",
                    step=line.display_name,
                )
            )
        reason = choice.outcome._get_reason_not_applicable(line.activity_type_id)
        if reason:
            raise UserError(reason)

    def _check_retry_date(self, line, choice):
        if not choice.retry_day:
            return
        outcome = choice.outcome
        is_asked = outcome and outcome._asks_date()
        if not is_asked or not outcome._allows_another(line.attempt, line.max_attempts):
            raise UserError(
                self.env._(
                    "A date for another attempt at “%(step)s” can't be chosen here. "
                    "Leave it out.",
                    step=line.display_name,
                )
            )

    def check_day(self, day, today):
        """:raises UserError: a day is over, on the way through the plan"""
        if day < today:
            raise UserError(
                self.env._(
                    "It is %(today)s by now, so nothing can be done on %(day)s. Choose "
                    "a later day, or go back.",
                    today=format_date(self.env, today),
                    day=format_date(self.env, day),
                )
            )
