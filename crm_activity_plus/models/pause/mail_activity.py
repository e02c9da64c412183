# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    plan_paused_until = fields.Date(
        related="run_id.paused_until",
        help="The day on which the paused plan of the activity resumes.",
    )
