# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MailActivityMixin(models.AbstractModel):
    _inherit = "mail.activity.mixin"

    def _merge_activities_into(self, survivor):
        """The visits of records that are merged are those of the one that stays."""
        merged = self - survivor
        if merged:
            rows = self.env["mail.activity.plan.recurrence.occurrence"]
            rows._move_to(merged, survivor)
        return super()._merge_activities_into(survivor)
