# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    crew_id = fields.Many2one("test.activity.crew")
    origin = fields.Char()
    skill_ids = fields.Many2many("res.partner.category")
    urgency = fields.Selection([("low", "Low"), ("high", "High")], default="low")
    is_billable = fields.Boolean(default=True)

    @api.model_create_multi
    def create(self, vals_list):
        """What is a crew's is nobody's alone at first."""
        return super().create(
            [
                {**vals, "user_id": False} if vals.get("crew_id") else vals
                for vals in vals_list
            ]
        )
