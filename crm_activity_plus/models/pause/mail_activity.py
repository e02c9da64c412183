# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ...tools.states import CLOSED_STATUSES


class MailActivity(models.Model):
    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    plan_paused_until = fields.Date(
        related="run_id.paused_until",
        help="The day on which the paused plan of the activity resumes.",
    )

    def _filter_paused(self):
        """:returns: the open activities whose plan is paused"""
        return self.filtered(
            lambda activity: activity.status not in CLOSED_STATUSES
            and activity.sudo().run_id.state == "paused"
        )
