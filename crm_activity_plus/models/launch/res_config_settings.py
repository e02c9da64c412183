# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    daily_activity_limit = fields.Integer(
        "Activities per Day",
        config_parameter="crm_activity_plus.daily_activity_limit",
        help="Number of activities one person can handle per day. Days above this "
        "limit are highlighted before a plan is launched. 0: no limit.",
    )
