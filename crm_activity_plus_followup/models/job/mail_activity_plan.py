# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

JOB = "crm_activity_plus_followup.ir_cron_followup"


class MailActivityPlan(models.Model):
    """Whoever switches levels on sees soon who has reached them."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan"

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        plans._call_followup_job()
        return plans

    def write(self, vals):
        result = super().write(vals)
        if vals.get("active") or vals.get("is_followup"):
            self._call_followup_job()
        return result

    def _call_followup_job(self):
        """Have the daily job done at once, where the plans have levels that count."""
        job = self.env.ref(JOB, raise_if_not_found=False)
        if job and any(plan.is_followup and plan.active for plan in self):
            job.sudo()._trigger()
