# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models

from odoo.addons.crm_activity_plus.engine.environment import by_engine


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys_generic(self, model, src_records, dst_record):
        """Odoo moves what contacts have signed by SQL: before that, it is noted."""
        if model == "res.partner":
            signers = by_engine(self.env["sign.oca.request.signer"])
            signers._note_merge(src_records, dst_record, self.env.user)
        return super()._update_foreign_keys_generic(model, src_records, dst_record)
