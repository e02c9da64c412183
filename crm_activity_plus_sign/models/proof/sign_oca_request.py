# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError


class SignOcaRequest(models.Model):
    """A request tells whether its document and its signatures are what they were."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "sign.oca.request"

    integrity = fields.Selection(
        [("valid", "Valid"), ("broken", "Broken")],
        string="Signatures",
        compute="_compute_integrity",
        compute_sudo=True,
    )
    integrity_text = fields.Text(
        "What Is Broken", compute="_compute_integrity", compute_sudo=True
    )
    integrity_note = fields.Text(
        "Signed as",
        compute="_compute_integrity",
        compute_sudo=True,
        help="Which contacts were merged or renamed since they signed.",
    )

    @api.depends(
        *("data", "current_hash", "signer_ids.altered_hash"),
        *("signer_ids.partner_id.name", "signer_ids.partner_id.email"),
        "signer_ids.contact_links",
    )
    @api.depends_context("lang", "tz")
    def _compute_integrity(self):
        for request in self:
            problems = request._get_integrity_problems()
            intact = request.signer_ids.filtered(lambda s: not s.altered_hash)
            is_signed = any(request.signer_ids.mapped("inalterable_hash"))
            request.integrity = is_signed and ("broken" if problems else "valid")
            request.integrity_text = "\n".join(problems)
            request.integrity_note = "\n".join(intact._get_contact_notes())

    def _get_integrity_problems(self):
        """Compare the document and its signatures with the chain of hashes.

        :returns: sentences about what was changed after it was signed
        """
        self.ensure_one()
        signed = self.signer_ids.filtered("inalterable_hash")
        if not signed:
            return []
        lost = signed._find_without_predecessor()
        problems = [
            self.env._(
                "The signature before that of %(name)s is missing.",
                name=signer.partner_id.display_name,
            )
            for signer in lost
        ]
        problems += [
            self.env._(
                "The signature of %(name)s, or what that person filled in, isn't what"
                " was signed.",
                name=signer.partner_id.display_name,
            )
            for signer in (signed - lost).filtered("altered_hash")
        ]
        last = max(signed, key=lambda signer: signer.secure_sequence_number)
        content = base64.b64decode(self.with_context(bin_size=False).data or b"")
        if hashlib.sha1(content).hexdigest() != last.signature_hash:
            problems.append(
                self.env._("The document isn't the one that was signed last.")
            )
        return problems

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        """The signatures that others gave later are sealed on top of these."""
        signed = self.sudo().filtered(lambda r: any(r.signer_ids.mapped("signed_on")))
        if signed and not self.env.su:
            raise UserError(
                self.env._(
                    "%(names)s can't be deleted: somebody has signed, and signatures "
                    "of other documents build on that one. Archive it instead.",
                    names=", ".join(signed.mapped("name")),
                )
            )
