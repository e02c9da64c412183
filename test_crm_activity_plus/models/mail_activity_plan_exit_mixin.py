# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MailActivityPlanExitMixin(models.AbstractModel):
    """An exit of another addon's, for plans and their runs."""

    _inherit = "mail.activity.plan.exit.mixin"

    exit_on_dissolved = fields.Boolean("Stop When Dissolved")
