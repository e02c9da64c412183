# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...engine.reasons import reason_error
from ...tools.reasons import Reason


class MailActivityPlanRunLine(models.Model):
    """A step that runs a server action."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _check_action_server_action(self, record):
        action = self.server_action_id
        if not action:
            raise reason_error(self.env, Reason("action_deleted"))
        if action.model_name != record._name:
            raise reason_error(self.env, Reason("action_elsewhere"))
        reason = action._find_authority_reason(self.chosen_by_id)
        if reason:
            raise reason_error(self.env, reason)

    def _run_action_server_action(self, record):
        action = self.server_action_id._on_authority_of(self.chosen_by_id, record.env)
        action = action.with_context(
            active_model=record._name, active_id=record.id, active_ids=record.ids
        )
        with action._at_depth(self.run_id._get_action_depth()):
            action.run()
