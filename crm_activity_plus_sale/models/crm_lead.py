# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _merge_opportunity(self, *args, **kwargs):
        """The steps and the quotations of all of them have come together."""
        lead = super()._merge_opportunity(*args, **kwargs)
        # Whoever may merge leads need not be allowed to read quotations.
        lead.sudo().order_ids._prove_earlier()
        return lead
