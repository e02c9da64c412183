# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class MailActivitySignSigner(models.TransientModel):
    _name = "mail.activity.sign.signer"
    _description = "Signer of a Requested Signature"
    _order = "sequence, id"

    wizard_id = fields.Many2one("mail.activity.sign", required=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    role_id = fields.Many2one("sign.oca.role")
    partner_id = fields.Many2one("res.partner", string="Contact")
    email = fields.Char(related="partner_id.email", related_sudo=False)
