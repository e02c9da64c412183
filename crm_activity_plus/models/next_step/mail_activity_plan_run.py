# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...tools.next_step import NextStep


class MailActivityPlanRun(models.Model):
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    def _to_next_step(self):
        self.ensure_one()
        name = self.env._("“%(plan)s” resumes", plan=self.name)
        return NextStep("pause", self.paused_until, name, self)

    def _describe_next_step(self):
        self.ensure_one()
        own = self.sudo(False)
        actions = []
        if not own._filter_document_forbidden("write"):
            actions.append("resume_plan")
        if own._filtered_access("read"):
            actions.append("open")
        return {"icon": "fa-pause", "run_id": self.id, "actions": actions}
