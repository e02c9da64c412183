# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...engine.job import FollowupJob


class ResCompany(models.Model):
    """Each company follows up its own customers."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "res.company"

    def _work_followup(self):
        """Follow up the customers, company after company: see
        ``mail.activity.background``."""
        plans = self.env["mail.activity.plan"]
        for company in self:
            own = plans.with_context(allowed_company_ids=company.ids)
            job = FollowupJob(own.with_company(company)._find_followup_plans())
            if not job.run():
                return False
        return True
