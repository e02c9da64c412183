# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_reference_fields(self, src_partners, dst_partner):
        """The plans of merged contacts go on with the contact that stays, like their
        activities."""
        (src_partners + dst_partner)._get_plan_runs()._merge_into(dst_partner)
        return super()._update_reference_fields(src_partners, dst_partner)
