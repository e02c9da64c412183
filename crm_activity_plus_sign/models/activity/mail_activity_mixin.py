# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models

from odoo.addons.crm_activity_plus.engine.environment import by_engine


class MailActivityMixin(models.AbstractModel):
    """What is signed for a record that is merged goes to the one that stays."""

    _inherit = "mail.activity.mixin"

    def _merge_activities_into(self, survivor):
        merged = self - survivor
        if merged:
            requests = by_engine(self.env["sign.oca.request"])
            requests.with_context(active_test=False).search(
                [("res_model", "=", self._name), ("res_id", "in", merged.ids)]
            ).record_ref = f"{survivor._name},{survivor.id}"
        return super()._merge_activities_into(survivor)
