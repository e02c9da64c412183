# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MailActivityPlan(models.Model):
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan"

    def _tell_record_count(self, count):
        if self.res_model != "crm.lead":
            return super()._tell_record_count(count)
        return self.env._("1 lead") if count == 1 else self.env._("%s leads", count)
