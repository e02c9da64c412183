# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import Counter, defaultdict
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.reasons import reason_error, tell_fresh_reason
from ...tools.internal import Internal, read_internal
from ...tools.reasons import Reason

_logger = logging.getLogger(__name__)

# An action that launches a plan, whose step runs an action that launches it again...
MAX_DEPTH = 5
# The same, where each begins when the one before is over.
MAX_TURNS = 20
TURNS_KEY = "crm_activity_plus.action_turns"
DEPTH_KEY = "crm_activity_plus.action_depth"

# Actions that are run on the authority of whoever chose them for a plan.
ALLOWED_KEY = "crm_activity_plus_allowed_actions"

PLAN_STATES = ("launch_plan", "complete_activity")


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[
            ("launch_plan", "Launch Activity Plan"),
            ("complete_activity", "Mark Activities Done"),
            ("code",),
        ],
        ondelete={"launch_plan": "cascade", "complete_activity": "cascade"},
    )
    activity_plan_id = fields.Many2one(
        "mail.activity.plan",
        string="Activity Plan",
        domain="[('res_model', '=', model_name)]",
        # People can't delete it; but it goes with the application it is for.
        ondelete="set null",
    )
    # Without it, the action would complete all activities.
    activity_outcome_id = fields.Many2one(
        "mail.activity.outcome", string="Outcome", ondelete="cascade"
    )

    @api.depends("state")
    def _compute_available_model_ids(self):
        actions = self.filtered(lambda action: action.state in PLAN_STATES)
        if actions:
            with_activities = self.env["ir.model"].search(
                [("is_mail_activity", "=", True), ("transient", "=", False)]
            )
            actions.available_model_ids = with_activities.ids
        return super(IrActionsServer, self - actions)._compute_available_model_ids()

    @api.onchange("activity_plan_id", "activity_outcome_id")
    def _onchange_activity_plan_id(self):
        self._compute_name()

    def write(self, vals):
        """The name follows the plan and the outcome.

        A dependency would do that, too. But with the field it depends on, uninstalling
        removes the name itself from the scheduled actions, which inherit it.
        """
        result = super().write(vals)
        if {"activity_plan_id", "activity_outcome_id"} & vals.keys():
            self._compute_name()
        return result

    def _generate_action_name(self):
        self.ensure_one()
        if self.state == "launch_plan" and self.activity_plan_id:
            return self.env._("Launch %(plan)s", plan=self.activity_plan_id.name)
        if self.state == "complete_activity":
            if not self.activity_outcome_id:
                return self.env._("Mark activities done")
            return self.env._(
                "Mark activities done: %(outcome)s",
                outcome=self.activity_outcome_id.name,
            )
        return super()._generate_action_name()

    @api.constrains("state", "activity_plan_id", "model_id")
    def _check_activity_plan_id(self):
        for action in self.filtered(lambda action: action.state == "launch_plan"):
            plan = action.activity_plan_id
            if plan.res_model != action.model_id.model:
                raise ValidationError(
                    self.env._(
                        "The action “%(action)s” has to launch a plan for "
                        "“%(model)s”. Choose one.",
                        action=action.name,
                        model=action.model_id.name,
                    )
                )

    @api.ondelete(at_uninstall=True)
    def _unlink_except_in_plans(self):
        """A step would do nothing. An application that is uninstalled takes its actions
        along all the same."""
        self.env["mail.activity.plan.template"]._check_not_used(
            "server_action_id", self
        )

    # ------------------------------------------------------------
    # Who may have it run
    # ------------------------------------------------------------

    @api.model
    def _get_choosable_domain(self, domain=()):
        """:returns: which actions are offered to the current user, as a text for the
        client; whether one may be chosen is looked at when it is saved
        """
        groups = self.env.user.all_group_ids.ids
        return repr(
            [
                *domain,
                ("usage", "=", "ir_actions_server"),
                ("parent_id", "=", False),
                "|",
                ("group_ids", "=", False),
                ("group_ids", "in", groups),
            ]
        )

    def _get_choice_error(self, res_model):
        """Say why the current user can't choose the action for a step or an outcome.
        Whoever chooses an action must be allowed to run it by hand.

        :param str res_model: model of the records that it would be run on
        :returns: a sentence, or False
        """
        self.ensure_one()
        if not self.has_access("read"):
            return self.env._(
                "You may not use the action that was chosen. Choose another one, or "
                "ask an administrator to save it."
            )
        # Superuser or not: so does Odoo when it runs an action.
        reason = self._find_authority_reason(self.env.user)
        if reason:
            return tell_fresh_reason(self.env, reason)
        if not self.env[res_model].has_access("write"):
            return self.env._(
                "You may not change records of “%(model)s”, so you can't choose an "
                "action for them.",
                model=self.env["ir.model"]._get(res_model).name,
            )
        return self.sudo().warning or False

    def _find_authority_reason(self, user):
        """Say why the action can't be run on the authority of a user: it, or an action
        that is a part of it, is kept from them.

        :param user: whoever chose it; none if they were deleted
        :returns: why, or False
        :rtype: Reason
        """
        for action in self._get_family():
            if action.usage != "ir_actions_server":
                return Reason("action_scheduled")
            if action.group_ids and not action.group_ids & user.sudo().all_group_ids:
                return Reason("action_for_groups")
            if action.state == "webhook" and not (
                user and action.with_user(user).has_access("read")
            ):
                return Reason("action_for_admins")
        return False

    def _get_family(self):
        """:returns: the action and those that are parts of it, as superuser"""
        family = members = self.sudo()
        while members := members.child_ids - family:
            family |= members
        return family

    def _on_authority_of(self, user, env):
        """Prepare the action to be run by the engine, as somebody has chosen it. Odoo
        would ask for the groups of the user that the engine works as.

        :param user: whoever chose it
        :param env: environment to run it in
        :returns: the action in this environment
        :raises UserError: whoever chose it may not run it, or not any more
        """
        reason = self._find_authority_reason(user)
        if reason:
            raise reason_error(self.env, reason)
        allowed = Internal(frozenset(self._get_family().ids))
        return self.with_env(env).with_context(**{ALLOWED_KEY: allowed})

    def _can_execute_action_on_records(self, records):
        if self.id in read_internal(self.env.context, ALLOWED_KEY, ()):
            return None
        return super()._can_execute_action_on_records(records)

    # ------------------------------------------------------------
    # Running it
    # ------------------------------------------------------------

    def _run_action_launch_plan_multi(self, eval_context=None):
        """Launch the plan on the records; those it can't be launched on are skipped."""
        if not self.activity_plan_id:
            # Whoever happened to start it can't mend it.
            _logger.warning(
                "The action “%s” (%s) launches nothing: its plan was deleted.",
                self.name,
                self.id,
            )
            return False
        records = self._get_action_records(eval_context)
        with self._nest(records) as is_allowed:
            if not is_allowed:
                return False
            # With the rights on the records of whoever runs it.
            results = [
                self.activity_plan_id.with_env(own.env).launch(own)
                for own in self._split_by_launcher(records)
            ]
        if any(result["run_ids"] for result in results):
            self._count_turn(records)
        for row in (row for result in results for row in result["skipped"]):
            _logger.info("Action %s: %s", self.id, row["reason"])
        return False

    def _split_by_launcher(self, records):
        """Hook: who launches the plan of the action.

        :param records: what it is launched on, as whoever runs the action
        :returns: the records, as those whose name the launches bear
        :rtype: list
        """
        return [records]

    def _run_action_complete_activity_multi(self, eval_context=None):
        """Complete the open activities that can end with the outcome."""
        records = self._get_action_records(eval_context)
        activities = records.env["mail.activity"].search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("active", "=", True),
            ]
        )
        outcome = self.activity_outcome_id
        if outcome:
            activities = activities.filtered(
                lambda a: not outcome._get_reason_not_applicable(a.activity_type_id)
            )
        if activities:
            with self._nest(records) as is_allowed:
                if is_allowed:
                    self._count_turn(records)
                    activities.complete(outcome)
        return False

    def _get_action_records(self, eval_context):
        context = eval_context or {}
        return (
            context.get("records") or context.get("record") or self.env[self.model_name]
        )

    @api.model
    def _get_depth(self):
        """:returns: how many of these actions are running in each other

        It is kept beside the transaction, until the commit: what is computed or written
        late, and makes an automation rule run, doesn't know the context."""
        return self.env.cr.postcommit.data.get(DEPTH_KEY, 0)

    @api.model
    @contextmanager
    def _at_depth(self, depth):
        """Do something that these actions, so many of them, led to."""
        data, before = self.env.cr.postcommit.data, self._get_depth()
        data[DEPTH_KEY] = depth
        try:
            yield
        finally:
            data[DEPTH_KEY] = before

    def _get_turns(self):
        """:returns: how often this action did something to records in this transaction:
        record id -> number"""
        turns = self.env.cr.postcommit.data.setdefault(TURNS_KEY, defaultdict(Counter))
        return turns[self.id]

    @api.model
    def _has_done_something(self):
        """:returns: whether one of these actions ran in this transaction"""
        return TURNS_KEY in self.env.cr.postcommit.data

    def _count_turn(self, records):
        self._get_turns().update(records.ids)

    @contextmanager
    def _nest(self, records):
        """Cut off actions and plans that start each other without end, in each other or
        one after the other. What was done so far stays: whoever happened to start it
        can't mend it.

        :param records: what the action is about to be run on
        :returns: whether it may run
        """
        depth, turns = self._get_depth() + 1, self._get_turns()
        if depth > MAX_DEPTH or any(turns[id_] >= MAX_TURNS for id_ in records.ids):
            _logger.error(
                "The action “%s” (%s) was started by itself again and again, through "
                "plans and outcomes. It is cut off. Change one of them so that they "
                "don't go round in a circle.",
                self.name,
                self.id,
            )
            yield False
            return
        with self._at_depth(depth):
            yield True
