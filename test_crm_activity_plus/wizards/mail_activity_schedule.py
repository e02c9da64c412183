# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MailActivitySchedule(models.TransientModel):
    _inherit = "mail.activity.schedule"

    def _plan_filter_activity_templates_to_schedule(self):
        templates = super()._plan_filter_activity_templates_to_schedule()
        return templates.filtered(lambda template: not template.is_for_programs)
