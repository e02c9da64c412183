# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models
from odoo.tools.translate import LazyTranslate

# Translated when they are read.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

SENTENCES = {
    "sign_archived": _lt("%(partner)s is archived. Choose somebody else to sign."),
    "sign_cancelled": _lt("The signature request was cancelled."),
    "sign_date_over": _lt("The due date is over. Choose a later one."),
    "sign_document_missing": _lt("Choose the document to sign."),
    "sign_expired": _lt("Nobody can sign any more: the due date is over."),
    "sign_field_untyped": _lt(
        "A field of the template “%(template)s” has no type. Choose one in the "
        "template."
    ),
    "sign_no_email": _lt(
        "%(partner)s has no valid email address to send the document to. Add one to "
        "the contact, or choose somebody else."
    ),
    "sign_nobody": _lt("Choose who signs."),
    "sign_of_signature": _lt(
        "Nothing can be signed for a signature request itself. Schedule it on the "
        "record that the request is about."
    ),
    "sign_page_missing": _lt(
        "A field of the template “%(template)s” is on page %(page)s, and the document "
        "has %(count)s. Move the field in the template."
    ),
    "sign_pdf_damaged": _lt(
        "“%(file)s” can't be read as a PDF: it may be damaged, or another kind of "
        "file. Choose another document."
    ),
    "sign_pdf_empty": _lt("“%(file)s” has no pages. Choose another document."),
    "sign_pdf_encrypted": _lt(
        "“%(file)s” is protected by a password, so nobody can sign it. Choose a copy "
        "without one."
    ),
    "sign_problems": _lt("The signature can't be requested. %(problems)s"),
    "sign_refused": _lt("The signature was refused."),
    "sign_role_elsewhere": _lt(
        "The template has nothing to sign for “%(role)s”. Remove this signer."
    ),
    "sign_role_twice": _lt("Only one person can sign as “%(role)s”."),
    "sign_role_vacant": _lt("Nobody is there to sign as “%(role)s”. Choose a contact."),
    "sign_somebody_missing": _lt("Choose a contact for each signer."),
    "sign_template_deleted": _lt(
        "The signature template was deleted. Choose another one."
    ),
    "sign_template_elsewhere": _lt(
        "The template “%(template)s” is for another application. Choose another one."
    ),
    "sign_template_forbidden": _lt(
        "You may not use signature templates. Choose a document of the record, or ask "
        "a salesperson to request the signature."
    ),
    "sign_template_missing": _lt(
        "Choose the template of what is signed. If it was chosen, it was deleted or "
        "archived meanwhile."
    ),
    "sign_too_many": _lt(
        "A document without a template has room for %(count)s signers. Remove some, or "
        "make a template of it."
    ),
    "sign_without_role": _lt(
        "The template “%(template)s” has no field that somebody signs. Add one, with "
        "a role, to the template."
    ),
}


class MailActivityReasonMixin(models.AbstractModel):
    """Why nothing can be signed, and what became of it."""

    _inherit = "mail.activity.reason.mixin"

    @api.model
    def _get_reason_sentences(self):
        return {**super()._get_reason_sentences(), **SENTENCES}
