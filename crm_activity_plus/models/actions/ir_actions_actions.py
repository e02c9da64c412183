# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models, tools

# What is offered in the Action menu, and what it takes on the model. Launching writes
# on the record; an activity is planned like a message is posted.
ACTIVITY_ACTION = "crm_activity_plus.mail_activity_schedule_action_activity"
PLAN_ACTION = "crm_activity_plus.mail_activity_schedule_action_plan"


class IrActionsActions(models.Model):
    _inherit = "ir.actions.actions"

    @api.model
    def get_bindings(self, model_name):
        """Offer activities and plans on every model that has activities, also on those
        of applications that are installed later."""
        bindings = super().get_bindings(model_name)
        actions = self._get_activity_bindings(model_name)
        if not actions:
            return bindings
        return {**bindings, "action": [*bindings.get("action", ()), *actions]}

    @api.model
    def _get_activity_bindings(self, model_name):
        """:returns: the actions that schedule activities on records of a model, as far
        as the user may; in the form that :meth:`get_bindings` has
        """
        model = self.env.get(model_name)
        if (
            not isinstance(model, self.pool["mail.activity.mixin"])
            or model._abstract
            or model._transient
            or not self.env.user._is_internal()
        ):
            return []
        actions = self._read_activity_actions()
        offered = []
        operation = getattr(model, "_mail_post_access", "write")
        if model.has_access("read") and model.has_access(operation):
            offered.append(ACTIVITY_ACTION)
        if model.has_access("write") and not self._has_plan_binding(model_name):
            offered.append(PLAN_ACTION)
        return [dict(actions[xmlid]) for xmlid in offered if xmlid in actions]

    @api.model
    def _has_plan_binding(self, model_name):
        """:returns: whether another application has its own entry that launches plans,
        such as the one of employees"""
        return any(
            action.get("res_model") == "mail.activity.schedule"
            for action in self._get_bindings(model_name).get("action", ())
        )

    @api.model
    @tools.ormcache("self.env.lang")
    def _read_activity_actions(self):
        """:returns: XML id -> what the client has to know of an action"""
        names = ["name", "binding_view_types"]
        actions = {}
        for xmlid in (ACTIVITY_ACTION, PLAN_ACTION):
            if action := self.env.ref(xmlid, raise_if_not_found=False):
                actions[xmlid] = tools.frozendict(action.sudo().read(names)[0])
        return tools.frozendict(actions)
