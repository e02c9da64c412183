# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
import logging
from dataclasses import dataclass, replace

import psycopg2

from odoo import models
from odoo.exceptions import UserError

from ..tools.reasons import Reason
from ..tools.steps import ROLES

_logger = logging.getLogger(__name__)

PLAN_STEP = "mail.activity.plan.template"


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who does a step."""

    #: a user; none for a step that is nobody's at first, or that nobody can do
    user: models.BaseModel
    #: why nobody can do it or, where there is a user, what to know about that; or False
    reason: Reason | str | bool
    #: whether the role itself said so: core's pop-up launches nothing then
    is_refused: bool = False


class StepAssigner:
    """Decides who does a step: at the launch, and when its turn comes.

    Roles are asked for by Odoo's own hook, ``_determine_responsible`` of the plan's
    step, so that those that other addons add are asked, too. Three are known without
    it: who was chosen at the launch, who did the step before, and whose turn it is.

    It remembers what it found, so that it must not live longer than one operation.

    :param rotation: whose turn it is in the teams
    :param dict templates: code -> the plan's step, for what is planned; for the step of
        a run, it is one in memory that says what the plan's said at the launch
    :param dict companies: id -> the company of a record, where that is known; of one
        model, None without these
    """

    def __init__(self, rotation, templates=None, companies=None):
        self.env = rotation.env
        self.rotation = rotation
        self._templates = templates
        self._companies = {} if companies is None else companies
        self._made = {}
        self._able = {}

    def find(self, step, record, responsible, previous=None, waits=False):
        """Find who does a step.

        :param step: a :class:`~..tools.proposal.PlannedStep`, or a step of a run
        :param record: the record that it is on, as the user who launches the plan
        :param responsible: who does the steps that ask for it at the launch
        :param previous: who did the step before; None where it is not closed yet
        :param bool waits: whether it is asked again when the step's turn comes
        :rtype: Assignment
        """
        match step.responsible_type:
            case "on_demand":
                # A visitor launched it, and there was nobody to ask.
                plans = self.env["mail.activity.plan"]
                user = responsible or plans._find_user_by_role("salesperson", record)
                found = Assignment(user, False)
            case "previous":
                if previous is None:
                    return Assignment(self.env["res.users"], False)
                found = Assignment(previous, False)
            case "round_robin":
                return self._find_in_turn(step, record, waits)
            case _:
                found = self._ask(step, record, responsible)
        return self._check(found, step, record, waits)

    def _find_in_turn(self, step, record, waits):
        # Whoever's turn it is when a waiting step is scheduled isn't known yet.
        user = self.env["res.users"]
        if not waits:
            user = self.rotation.next_user(record)
        if self.rotation.has_members(record):
            return Assignment(user, False)
        return Assignment(user, self._get_missing_reason(step, record))

    def _ask(self, step, record, responsible):
        """Ask for the holder of a role.

        :raises psycopg2.Error: the transaction is lost
        """
        nobody = self.env["res.users"]
        template = self._get_template(step, record.env)
        roles = template._fields["responsible_type"].get_values(self.env)
        if not template or step.responsible_type not in roles:
            # A type that another one triggers has no role, and the addon of a role may
            # have been uninstalled since the launch: it is whoever it was then.
            user_id = step.user_id
            return Assignment(nobody.browse(getattr(user_id, "id", user_id)), False)
        try:
            found = template._determine_responsible(responsible, record) or {}
        except UserError as error:
            found = {"error": error.args[0]}
        except psycopg2.Error:
            raise
        except Exception:
            # What another addon does wrong on one record must not stop the others.
            _logger.exception("Nobody was found for %s on %s", template, record)
            return Assignment(nobody, self._get_missing_reason(step, record))
        if found.get("error"):
            return Assignment(nobody, found["error"], is_refused=True)
        user = found.get("responsible") or nobody
        reason = found.get("warning") or False
        if reason and not user and step.responsible_type in ROLES:
            # The same, for whoever reads it later.
            reason = self._get_missing_reason(step, record)
        return Assignment(nobody.browse(user.ids), reason)

    def _check(self, found, step, record, waits):
        """:returns: the same, where somebody can do it"""
        user = found.user
        if not user:
            if found.reason or not self._needs_user(step):
                return found
            return replace(found, reason=self._get_missing_reason(step, record))
        if waits or self._can_do(user, record):
            return found
        plans = self.env["mail.activity.plan"]
        reason = plans._find_unusable_reason(user.sudo(), record)
        return Assignment(user.browse(), reason)

    def _can_do(self, user, record):
        """The same person has several steps of a plan, on records of few companies."""
        company = self._companies.get(record.id)
        key = (user.id, record if company is None else company)
        if key not in self._able:
            if company is None:
                able = user._filter_can_do_activities(record)
            else:
                able = user._filter_can_work_in(company)
            self._able[key] = bool(able)
        return self._able[key]

    def _needs_user(self, step):
        """A role may leave it to several people who of them does something; but what
        is done by itself is done in somebody's name."""
        return step.action_type != "activity" or step.responsible_type in (
            *("on_demand", "other", "previous"),
        )

    def _get_missing_reason(self, step, record):
        if isinstance(step, models.BaseModel):
            return step._get_missing_responsible_reason()
        template = self._get_template(step, record.env)
        return template._get_missing_responsible_reason(record)

    def _get_template(self, step, env):
        """:returns: what to ask, the same for steps that say the same; none for a type
        that another one triggers"""
        if self._templates is not None:
            template = self._templates.get(step.code)
            return template.with_env(env) if template else env[PLAN_STEP]
        key = (env.uid, json.dumps(step._get_template_values(), sort_keys=True))
        if key not in self._made:
            self._made[key] = step.with_env(env)._make_template()
        return self._made[key]
