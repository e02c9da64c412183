# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ...engine.job import FollowupJob


class ResPartner(models.Model):
    """Customers reach levels day by day."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "res.partner"

    @api.model
    def _cron_followup(self):
        """Find the customers who have reached a first level, end what is over, and send
        what levels send by themselves; company after company, in batches that are
        committed. Whenever it ends, nothing is done twice by the next call."""
        plans = self.env["mail.activity.plan"]
        companies = self.env["res.company"].sudo().search([("parent_id", "=", False)])
        for company in companies:
            own = plans.with_context(allowed_company_ids=company.ids)
            job = FollowupJob(own.with_company(company)._find_followup_plans())
            if not job.run():
                break
