# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dataclasses import dataclass
from datetime import date

from odoo import models
from odoo.exceptions import UserError

from ..tools.values import quote
from .arguments import Arguments

#: what can be chosen for a step while a plan is tried
DONE, SKIP, CANCEL, FAIL = "done", "skip", "cancel", "fail"
ACTIONS = (DONE, SKIP, CANCEL, FAIL)
NAMES = ("step", "action", "outcome", "date", "retry_date")

# Nobody goes on for longer, and each of them takes time.
MAX_CHOICES = 1000


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody lets happen to a step while a plan is tried."""

    #: code of the step
    step: str
    action: str
    #: a ``mail.activity.outcome``, or none
    outcome: models.BaseModel
    #: the day on which it happens; None for the day on which the step is due
    day: date | None = None
    #: the date that is agreed for another attempt, if any
    retry_day: date | None = None


class ChoiceReader:
    """Reads what a program sends as choices.

    :param env: environment, for the language of the sentences
    """

    def __init__(self, env):
        self.env = env
        self.arguments = Arguments(env)
        self._outcomes = {}

    def parse(self, choices):
        """:param list[dict] choices: see ``simulate`` of ``mail.activity.plan``
        :rtype: list[Choice]
        :raises UserError: one of them is no good
        """
        given = self.arguments.list(choices, "choices")
        if len(given) > MAX_CHOICES:
            raise UserError(
                self.env._(
                    "There are %(count)s choices. Send at most %(most)s.",
                    count=len(given),
                    most=MAX_CHOICES,
                )
            )
        return [self._read(choice) for choice in given]

    def _read(self, given):
        given = self.arguments.mapping(given, "choices")
        unknown = given.keys() - set(NAMES)
        if unknown:
            raise UserError(
                self.env._(
                    "A choice has no “%(names)s”. It can have these: %(known)s.",
                    names=quote(", ".join(sorted(map(str, unknown)))),
                    known=", ".join(NAMES),
                )
            )
        return Choice(
            step=self.arguments.text(given.get("step"), "step") or "",
            action=self._read_action(given.get("action")),
            outcome=self._read_outcome(given.get("outcome")),
            day=self.arguments.day(given.get("date"), "date"),
            retry_day=self.arguments.day(given.get("retry_date"), "retry_date"),
        )

    def _read_action(self, action):
        action = self.arguments.text(action, "action") or DONE
        if action not in ACTIONS:
            raise UserError(
                self.env._(
                    "“%(action)s” can't be chosen for a step. Choose one of these: "
                    "%(actions)s.",
                    action=quote(action),
                    actions=", ".join(ACTIONS),
                )
            )
        return action

    def _read_outcome(self, outcome):
        # The same one comes again and again; and what can't be a key is garbage.
        key = repr(outcome)
        if key not in self._outcomes:
            outcomes = self.env["mail.activity.outcome"]
            self._outcomes[key] = outcomes._read_outcome(outcome)
        return self._outcomes[key]
