# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "res.config.settings"

    paused_plan_days = fields.Integer(
        "Remind of Paused Plans after",
        config_parameter="crm_activity_plus.paused_plan_days",
        help="After this number of days, the salesperson is reminded once of a plan "
        "that is paused without a date. 0: never.",
    )
