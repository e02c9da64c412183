# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_reference_fields_generic(
        self,
        referenced_model,
        src_records,
        dst_record,
        additional_update_records=None,
    ):
        """The plans and activities of what is merged go on with what stays: contacts,
        their bank accounts, and whatever else is merged by this wizard's methods, such
        as accounts of the general ledger."""
        if isinstance(dst_record, self.env.registry["mail.activity.mixin"]):
            src_records._merge_activities_into(dst_record)
        return super()._update_reference_fields_generic(
            referenced_model,
            src_records,
            dst_record,
            additional_update_records=additional_update_records,
        )
