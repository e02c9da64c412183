# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sign_reminder_days = fields.Integer(
        "Remind Signers Every (Days)",
        default=3,
        help="Who hasn't signed gets an email after so many days, and again after as"
        " many. None are sent where this is 0.",
    )
