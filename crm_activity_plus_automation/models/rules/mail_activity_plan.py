# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.crm_activity_plus.engine.arguments import Arguments
from odoo.addons.crm_activity_plus.engine.environment import unsteered


class MailActivityPlan(models.Model):
    _inherit = "mail.activity.plan"

    automation_names = fields.Text(
        "Launched by Rules",
        compute="_compute_automation_names",
        help="Automation rules that launch the plan.",
    )

    @api.depends_context("lang")
    def _compute_automation_names(self):
        rules = self._find_rules()
        for plan in self:
            lines = [
                rule.name
                if rule.active
                else self.env._("%(rule)s (switched off)", rule=rule.name)
                for rule in rules.filtered(
                    lambda rule, plan=plan: plan._origin
                    in rule.action_server_ids.activity_plan_id
                )
            ]
            plan.automation_names = "\n".join(lines) or False

    def _find_rules(self):
        """:returns: the rules that launch these plans, as superuser; only their names
        are told to who may not read rules"""
        rules = self.env["base.automation"].sudo().with_context(active_test=False)
        return rules.search([("action_server_ids.activity_plan_id", "in", self.ids)])

    @api.readonly
    def action_view_rules(self):
        """Open the rules that launch the plan; for administrators."""
        plan = unsteered(self)
        Arguments(self.env).check_single(plan)
        plan.check_access("read")
        self.env["base.automation"].check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rules That Launch “%s”", plan.name),
            "res_model": "base.automation",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", plan._find_rules().ids)],
            "context": {"active_test": False},
        }
