# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class ResUsersSettings(models.Model):
    _inherit = "res.users.settings"

    invite_booked_customer = fields.Boolean(
        "Invite the Customer",
        help="Whether the customer was invited the last time that the user booked a "
        "time for an activity. It is proposed the next time.",
    )
