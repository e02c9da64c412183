# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MailActivityPlanRun(models.Model):
    _inherit = "mail.activity.plan.run"

    stop_reason = fields.Selection(
        selection_add=[("dissolved", "It was dissolved")],
        ondelete={"dissolved": "set null"},
    )
