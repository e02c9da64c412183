# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MailActivityPlanRun(models.Model):
    """What no hook could see."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    def _stop_where_over(self):
        result = super()._stop_where_over()
        followed = self.filtered("followup_is_open")
        for company, runs in followed.grouped("followup_company_id").items():
            partners = self.env["res.partner"].browse(runs.mapped("res_id")).exists()
            partners.with_company(company)._refresh_followups()
        return result

    def _on_launched(self, runs):
        """Whoever pays at this moment finds no run to end."""
        result = super()._on_launched(runs)
        followed = runs.filtered("followup_is_open")
        for company, own in followed.grouped("followup_company_id").items():
            partners = self.env["res.partner"].browse(own.mapped("res_id"))
            partners.with_company(company)._look_at_followups_again()
        return result
