# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    technician_id = fields.Many2one(
        "res.partner",
        string="Technician",
        index="btree_not_null",
        help="Who looks after the technical side of this customer. Meetings of plans "
        "can invite them.",
    )
