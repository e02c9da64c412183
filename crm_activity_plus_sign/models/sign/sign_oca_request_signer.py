# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class SignOcaRequestSigner(models.Model):
    """A signer who has a turn, opens the document, and may refuse."""

    _inherit = "sign.oca.request.signer"

    sequence = fields.Integer(
        "Signing Order",
        default=10,
        help="Signers sign in this order. Those with the same number can sign at the "
        "same time.",
    )
    seen_on = fields.Datetime("Seen on", readonly=True, copy=False)
    refused_on = fields.Datetime("Refused on", readonly=True, copy=False)
    refusal_reason = fields.Text(readonly=True, copy=False)
