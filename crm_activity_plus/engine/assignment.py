# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
import logging
from typing import NamedTuple

import psycopg2

from odoo import models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class Assignment(NamedTuple):
    """Who does a step."""

    #: a user; none for a step that is nobody's at first, or that nobody can do
    user: models.BaseModel
    #: why nobody can do it or, where there is a user, what to know about that; or False
    reason: str | bool


class StepAssigner:
    """Decides who does a step: at the launch, and when its turn comes.

    Roles are asked for by Odoo's own hook, ``_determine_responsible`` of the plan's
    step, so that those that other addons add are asked, too. For a step of a run it is
    a step in memory that says what the plan's said at the launch.

    It remembers what it found, so that it must not live longer than one operation.

    :param rotation: whose turn it is in the teams
    """

    def __init__(self, rotation):
        self.env = rotation.env
        self.rotation = rotation
        self._templates = {}

    def find(self, step, record, responsible, previous=None):
        """Find who does a step.

        :param step: a step of a run, or its values
        :param record: the record that it is on, as the user who launches the plan
        :param responsible: who does the steps that ask for it at the launch
        :param previous: who did the step before; None where it is not closed yet
        :rtype: Assignment
        """
        match step["responsible_type"]:
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
                return self._find_in_turn(step, record)
            case _:
                found = self._ask(step, record, responsible)
        return self._check(found, step, record)

    def _find_in_turn(self, step, record):
        # Whoever's turn it is when a waiting step is scheduled isn't known yet.
        user = self.env["res.users"]
        if not self._is_waiting(step):
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
        if not template or step["responsible_type"] not in roles:
            # A type that another one triggers has no role, and the addon of a role may
            # have been uninstalled since the launch: it is whoever it was then.
            user_id = step["user_id"]
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
            found = {"error": self._get_missing_reason(step, record)}
        if found.get("error"):
            return Assignment(nobody, found["error"])
        user = found.get("responsible") or nobody
        return Assignment(nobody.browse(user.ids), found.get("warning") or False)

    def _check(self, found, step, record):
        """:returns: the same, where somebody can do it"""
        user, reason = found
        if not user:
            if not reason and self._needs_user(step):
                reason = self._get_missing_reason(step, record)
            return Assignment(user, reason)
        if self._is_waiting(step) or user._filter_can_do_activities(record):
            return found
        plans = self.env["mail.activity.plan"]
        reason = plans._get_unusable_responsible_reason(user.sudo(), record)
        return Assignment(user.browse(), reason)

    def _is_waiting(self, step):
        """:returns: whether it is asked again who does the step, when its turn comes"""
        return not isinstance(step, models.BaseModel) and bool(step["after"])

    def _needs_user(self, step):
        """A role may leave it to several people who of them does something; but what
        is done by itself is done in somebody's name."""
        return step["action_type"] != "activity" or step["responsible_type"] in (
            *("on_demand", "other", "previous"),
        )

    def _get_missing_reason(self, step, record):
        if isinstance(step, models.BaseModel):
            return step._get_missing_responsible_reason()
        template = step["template"]
        if step["responsible_type"] == "on_demand":
            return template.plan_id._get_nobody_asked_reason(step, record)
        return template._get_missing_responsible_reason(record)

    def _get_template(self, step, env):
        """:returns: what to ask, the same for steps that say the same"""
        if not isinstance(step, models.BaseModel):
            return step["template"].with_env(env)
        key = (env.uid, json.dumps(step._get_template_values(), sort_keys=True))
        if key not in self._templates:
            self._templates[key] = step.with_env(env)._make_template()
        return self._templates[key]
