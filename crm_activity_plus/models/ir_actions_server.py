# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError

_logger = logging.getLogger(__name__)

# An action that launches a plan, whose step runs an action that launches it again...
MAX_DEPTH = 5

PLAN_STATES = ("launch_plan", "complete_activity")


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[
            ("launch_plan", "Launch Activity Plan"),
            ("complete_activity", "Complete Activities"),
            ("code",),
        ],
        ondelete={"launch_plan": "cascade", "complete_activity": "cascade"},
    )
    activity_plan_id = fields.Many2one(
        "mail.activity.plan",
        string="Activity Plan",
        domain="[('res_model', '=', model_name)]",
        ondelete="restrict",
    )
    activity_outcome_id = fields.Many2one(
        "mail.activity.outcome", string="Outcome", ondelete="restrict"
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
                return self.env._("Complete activities")
            return self.env._(
                "Complete activities: %(outcome)s",
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

    def _run_action_launch_plan(self, eval_context=None):
        """Launch the plan on the records; those it can't be launched on are skipped."""
        records = self._get_action_records(eval_context)
        guarded = self._guard_depth()
        if not guarded:
            return False
        result = guarded.activity_plan_id.launch(records.ids)
        for row in result["skipped"]:
            _logger.info("Action %s: %s", self.id, row["reason"])
        return False

    def _run_action_complete_activity(self, eval_context=None):
        """Complete the open activities that can end with the outcome."""
        records = self._get_action_records(eval_context)
        guarded = self._guard_depth()
        if not guarded:
            return False
        activities = guarded.env["mail.activity"].search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        )
        outcome = self.activity_outcome_id
        if outcome:
            activities = activities.filtered(
                lambda a: not outcome._get_reason_not_applicable(a.activity_type_id)
            )
        if activities:
            activities.complete(outcome)
        return False

    def _get_action_records(self, eval_context):
        context = eval_context or {}
        return (
            context.get("records") or context.get("record") or self.env[self.model_name]
        )

    def _guard_depth(self):
        """Cut off actions and plans that start each other without end. What was done so
        far stays: whoever happened to start it can't mend it.

        :returns: the action, deeper by one, or None where it must not run
        """
        depth = self.env.context.get("plan_action_depth", 0) + 1
        if depth > MAX_DEPTH:
            _logger.error(
                "The action “%s” (%s) was started by itself again and again, through "
                "plans and outcomes. It is cut off. Change one of them so that they "
                "don't go round in a circle.",
                self.name,
                self.id,
            )
            return None
        return self.with_context(plan_action_depth=depth)
