# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json

from odoo import api, fields, models
from odoo.fields import NO_ACCESS
from odoo.tools.misc import format_date

from ...tools.contact_chain import add_link, get_first, get_first_name, is_unbroken


class SignOcaRequestSigner(models.Model):
    """Who gave a signature stays known, whatever becomes of the contact."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "sign.oca.request.signer"

    signed_as = fields.Char(
        compute="_compute_signed_as",
        compute_sudo=True,
        help="Name and address of the signer at the moment of signing.",
    )
    # Beside what sign_oca seals, which has to be right without this addon, too.
    contact_links = fields.Json(
        "What Became of the Contact", readonly=True, copy=False, groups=NO_ACCESS
    )

    @api.depends("contact_links")
    def _compute_signed_as(self):
        for signer in self:
            signer.signed_as = get_first_name(signer.contact_links)

    # ------------------------------------------------------------
    # What is sealed
    # ------------------------------------------------------------

    def _string_to_hash(self):
        """What sign_oca seals, with the contact who signed instead of the one that it
        was merged into."""
        values = json.loads(super()._string_to_hash())
        values["partner_id"] = str(get_first(self.contact_links, self.partner_id.id))
        return json.dumps(values, sort_keys=True, separators=(",", ":"))

    @api.depends("contact_links")
    def _compute_altered_hash(self):
        super()._compute_altered_hash()
        for signer in self:
            if signer.inalterable_hash and not is_unbroken(
                signer.contact_links, signer.inalterable_hash, signer.partner_id.id
            ):
                signer.altered_hash = True

    # ------------------------------------------------------------
    # What became of the contact
    # ------------------------------------------------------------

    def _note_name(self):
        """Seal what the contact is called, on top of its signature."""
        for signer in self.filtered("inalterable_hash"):
            signer._add_contact_link(signer.partner_id, self.env.user)

    @api.model
    def _note_merge(self, merged, survivor, user):
        """Contacts are about to be merged into another one.

        :param user: who merges them
        """
        signed = self.search(
            [("partner_id", "in", merged.ids), ("inalterable_hash", "!=", False)]
        )
        for signer in signed:
            signer._add_contact_link(survivor, user)
        self.env.flush_all()

    def _add_contact_link(self, contact, user):
        self.contact_links = add_link(
            self.contact_links,
            self.inalterable_hash,
            before=self.partner_id.id,
            after=contact.id,
            name=_describe(self.partner_id),
            date=fields.Datetime.to_string(fields.Datetime.now()),
            user=user.name,
        )

    def _get_contact_notes(self):
        """:returns: sentences about contacts who aren't any more what they were when
        they signed; nothing of that breaks a signature"""
        notes = []
        for signer in self.filtered("inalterable_hash"):
            notes += signer._get_merge_notes() or signer._get_name_notes()
        return notes

    def _get_merge_notes(self):
        links = self.contact_links or ()
        merges = [link for link in links if link["before"] != link["after"]]
        names = [link["name"] for link in merges[1:]] + [_describe(self.partner_id)]
        return [
            self.env._(
                "Signed by %(name)s. On %(date)s, %(user)s merged this contact into "
                "%(other)s.",
                name=self.signed_as,
                date=self._format_day(link["date"]),
                user=link["user"],
                other=other,
            )
            for link, other in zip(merges, names, strict=False)
        ]

    def _get_name_notes(self):
        name = _describe(self.partner_id)
        if self.signed_as in (False, name):
            return []
        return [
            self.env._(
                "Signed by %(name)s. This contact is now %(other)s.",
                name=self.signed_as,
                other=name,
            )
        ]

    def _format_day(self, text):
        moment = fields.Datetime.to_datetime(text)
        moment = fields.Datetime.context_timestamp(self, moment)
        return format_date(self.env, moment.date())


def _describe(partner):
    """:returns: name and address of a contact"""
    name = partner.name or partner.display_name or ""
    return f"{name} <{partner.email}>" if partner.email else name
