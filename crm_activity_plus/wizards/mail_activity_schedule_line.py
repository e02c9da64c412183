# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MailActivityScheduleLine(models.TransientModel):
    _inherit = "mail.activity.schedule.line"

    line_after = fields.Char(
        "After", help="What must be done before the activity is scheduled."
    )
