# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...tools.next_step import NextStep


class MailActivityPlanRunLine(models.Model):
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _to_next_step(self):
        self.ensure_one()
        return NextStep("automatic", self.date_deadline, self.display_name, self)

    def _describe_next_step(self):
        self.ensure_one()
        return {
            "type": self.activity_type_id.name,
            "icon": "fa-cog",
            "user": self.user_id.name,
            "plan": self.run_id.name,
            "run_id": self.run_id.id,
            "actions": ["open"] if self.sudo(False)._filtered_access("read") else [],
        }
