# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.api import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import NO_ACCESS
from odoo.tools import consteq

from ...tools.pdf_fields import make_image_page, make_text_page
from ...tools.pdf_text import TooLong, Unprintable
from ...tools.sign_values import InvalidValue, clean_coordinate, clean_items, clean_text

MAX_REASON = 2000

# What is written by sending, signing, refusing and the like, never by a client.
_OWN_FIELDS = {
    *("access_token", "asked_on", "seen_on", "refused_on", "refusal_reason"),
    *("signed_on", "signature_hash", "secure_sequence_number", "inalterable_hash"),
    *("sequence_id", "latitude", "longitude", "contact_links"),
}
# Nobody has access to them, so that a default of theirs is refused by itself.
_HIDDEN_FIELDS = {"access_token", "contact_links"}
# What a request's state means to its signers; if it is sent, that depends.
_PAGE_STATES = {
    "1_draft": "draft",
    "2_signed": "signed",
    "3_cancel": "cancelled",
    "4_refused": "refused",
    "5_expired": "expired",
}
# Who signs: nobody changes it once the request is sent.
_SIGNER_FIELDS = {"request_id", "partner_id", "role_id", "sequence"}


class SignOcaRequestSigner(models.Model):
    """A signer who has a turn, opens the document, and may refuse.

    Whoever has the token signs as this person: it is in the link that the signer gets,
    and nobody else reads it, the sender included.
    """

    _inherit = "sign.oca.request.signer"
    _order = "sequence, id"

    access_token = fields.Char(groups=NO_ACCESS)
    access_url = fields.Char(groups=NO_ACCESS)
    data = fields.Binary(groups=NO_ACCESS)
    sequence = fields.Integer(
        "Signing Order",
        default=10,
        help="Signers sign in this order. Those with the same number can sign at the "
        "same time.",
    )
    asked_on = fields.Datetime(
        "Asked on", readonly=True, copy=False, help="The last email to this signer."
    )
    seen_on = fields.Datetime("Seen on", readonly=True, copy=False)
    refused_on = fields.Datetime("Refused on", readonly=True, copy=False)
    refusal_reason = fields.Text(readonly=True, copy=False)
    # A copy isn't signed.
    signed_on = fields.Datetime(copy=False)
    signature_hash = fields.Char(copy=False)
    latitude = fields.Float(copy=False)
    longitude = fields.Float(copy=False)

    # ------------------------------------------------------------
    # What may be written
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        for vals in vals_list:
            self._check_own_fields(vals)
            self._check_new_request({**self.default_get(["request_id"]), **vals})
        # Defaults of the context are a client's, too.
        own = _OWN_FIELDS - _HIDDEN_FIELDS
        defaults = {f"default_{name}": False for name in own}
        sequence = self._get_sequence()
        defaults["default_sequence_id"] = sequence and sequence.id
        signers = super(SignOcaRequestSigner, self.with_context(**defaults)).create(
            vals_list
        )
        signers = signers.with_env(self.env)
        signers._check_request_is_draft()
        return signers

    def write(self, vals):
        if not self.env.su:
            self._check_own_fields(vals)
            self.sudo().request_id.sudo(False)._check_manageable()
            self._check_new_request(vals)
            if _SIGNER_FIELDS & vals.keys():
                self._check_request_is_draft()
        result = super().write(vals)
        if not self.env.su and "request_id" in vals:
            self._check_request_is_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if not self.env.su:
            self.sudo().request_id.sudo(False)._check_manageable()
            self._check_request_is_draft()

    def _check_own_fields(self, vals):
        if any(vals.get(name) for name in _OWN_FIELDS) or (
            self and _OWN_FIELDS & vals.keys()
        ):
            raise AccessError(
                self.env._("Only the signer's page writes what a signer does.")
            )

    @api.model
    def _check_new_request(self, vals):
        """sign_oca lets its users add signers to any request. Whoever is one reads it,
        so it is looked at before they are.

        :raises AccessError: the user may not have the request changed"""
        requests = self.env["sign.oca.request"]
        requests.browse(vals.get("request_id") or ())._check_manageable()

    def _check_request_is_draft(self):
        requests = self.sudo().request_id
        if requests.filtered(lambda request: request.state != "1_draft"):
            raise UserError(
                self.env._(
                    "The signers of a request that was sent can't be changed: cancel it"
                    " and send a new one."
                )
            )

    # ------------------------------------------------------------
    # Who may do what now
    # ------------------------------------------------------------

    def _is_token_valid(self, token):
        """:returns: whether it is this signer's token; how long that takes says nothing
        about it"""
        own = self.sudo().access_token
        if not own or not isinstance(token, str):
            return False
        return consteq(own.encode(), token.encode(errors="replace"))

    def _get_page_state(self):
        """:returns: what the signer's link leads to now: ``sign``, ``waiting`` (for
        those before), ``signed``, ``refused``, ``expired``, ``cancelled``,
            ``archived`` (for as long as it is), or ``draft``
        """
        self.ensure_one()
        request = self.request_id
        if request.state in _PAGE_STATES:
            return _PAGE_STATES[request.state]
        if not request.active:
            return "archived"
        if request._is_past_due():
            return "expired"
        if self.signed_on:
            return "signed"
        return "waiting" if self._get_signers_before() else "sign"

    def _get_signers_before(self):
        """:returns: those who have to sign before this one can"""
        return self.request_id.signer_ids.filtered(
            lambda other: not other.signed_on and other.sequence < self.sequence
        )

    def _check_single(self):
        if len(self.exists()) != 1:
            raise UserError(self.env._("Choose one signer who is still there."))

    def _check_can_sign(self):
        """:raises ValidationError: the sentence that the signer reads"""
        state = self._get_page_state()
        if state != "sign":
            raise ValidationError(self._get_state_sentence(state))

    def _get_state_sentence(self, state):
        """:returns: why nothing can be signed in this state"""
        sentences = {
            "signed": self.env._("You have signed this document already."),
            "waiting": self.env._(
                "It isn't your turn yet. You get an email as soon as it is."
            ),
            "refused": self.env._("This document was refused and can't be signed."),
            "expired": self.env._("The time to sign this document is over."),
            "cancelled": self.env._("This document was cancelled by its sender."),
            "archived": self.env._(
                "The sender has put this document aside: it can't be signed for now."
            ),
            "draft": self.env._("This document isn't ready to be signed."),
        }
        return sentences[state]

    @api.depends(
        "signed_on",
        "partner_id",
        "sequence",
        "request_id.state",
        "request_id.date_due",
        "request_id.active",
        "request_id.signer_ids.signed_on",
        "request_id.signer_ids.sequence",
    )
    @api.depends_context("uid")
    def _compute_is_allow_signature(self):
        super()._compute_is_allow_signature()
        for signer in self.filtered("is_allow_signature"):
            signer.is_allow_signature = signer.sudo()._get_page_state() == "sign"

    @api.readonly
    def sign(self):
        """Send the signer who is logged in to the page to sign."""
        self._check_single()
        if not self.is_allow_signature:
            raise ValidationError(
                self.env._("You are not allowed to sign this document.")
            )
        return super(SignOcaRequestSigner, self.sudo()).sign()

    def _find_without_predecessor(self):
        """:returns: signed ones whose hash was made on top of one that is gone: they
        are numbered from 1, without gaps"""
        before = [signer.secure_sequence_number - 1 for signer in self]
        known = self.sudo().search([("secure_sequence_number", "in", before)])
        numbers = {0, *known.mapped("secure_sequence_number")}
        return self.filtered(lambda s: s.secure_sequence_number - 1 not in numbers)

    # ------------------------------------------------------------
    # What a signer does
    # ------------------------------------------------------------

    def _mark_seen(self):
        self.ensure_one()
        if not self.seen_on:
            self.seen_on = fields.Datetime.now()
            self.request_id._on_state_changed("seen")

    def get_info(self, access_token=False):
        """What the page needs: the signer's own fields. What others have filled in is
        in the document; the token isn't logged."""
        self._check_single()
        info = super().get_info()
        role_id = self.role_id.id
        info["title"] = self.request_id.name
        info["items"] = {
            key: item
            for key, item in info["items"].items()
            if item.get("role_id") == role_id
        }
        return info

    def action_sign(self, items, access_token=False, latitude=False, longitude=False):
        """Sign with the values of the signer's own fields.

        :raises ValidationError: where the signer can't sign now, or with such values
        """
        self._check_single()
        self._check_is_signer(access_token)
        signer = self.sudo()
        signer.request_id._lock()
        signer._check_can_sign()
        result = super(SignOcaRequestSigner, signer).action_sign(
            signer._clean_items(items),
            latitude=clean_coordinate(latitude, 90),
            longitude=clean_coordinate(longitude, 180),
        )
        signer._note_name()
        signer.request_id._ask_signers()
        return result

    def _check_is_signer(self, access_token):
        is_own = self.sudo().partner_id == self.env.user.partner_id
        if not (self.env.su or is_own or self._is_token_valid(access_token)):
            raise AccessError(self.env._("You can't sign for somebody else."))

    def _clean_items(self, items):
        """:returns: the values to sign with
        :raises ValidationError: the sentence about what is wrong with them
        """
        fields_by_key = self.request_id.signatory_data or {}
        try:
            return clean_items(items, fields_by_key, self.role_id.id)
        except InvalidValue as error:
            sentences = {
                "fields": self.env._(
                    "These aren't the fields of this document: load the page again."
                ),
                "foreign": self.env._("You can fill in your own fields only."),
                "text": self.env._("A text is too long or can't be read: change it."),
                "check": self.env._("A box is either checked or not."),
                "image": self.env._(
                    "The signature is no image, or too large: draw it again."
                ),
            }
            raise ValidationError(sentences[error.code]) from error

    def _refuse(self, reason):
        """Say no, and why. It ends the request for everybody.

        :raises ValidationError: where there is no reason, or it is too late
        """
        self.ensure_one()
        self.request_id._lock()
        self._check_can_sign()
        try:
            reason = clean_text(reason, MAX_REASON)
        except InvalidValue:
            reason = False
        if not reason:
            raise ValidationError(
                self.env._(
                    "Tell why you don't sign, in up to %(count)s letters.",
                    count=MAX_REASON,
                )
            )
        now = fields.Datetime.now()
        self.write({"refused_on": now, "refusal_reason": reason})
        self._set_action_log("refuse")
        self.request_id._refuse(self)

    # ------------------------------------------------------------
    # Emails
    # ------------------------------------------------------------

    def _ask(self, template):
        """Put an email with the link in the queue, and note it in the same transaction:
        whatever happens, it is sent once."""
        self.asked_on = fields.Datetime.now()
        if self.partner_id.email_normalized:
            self._send_template(template)
            return
        self.request_id.message_post(
            body=self.env._(
                "%(name)s has no email address and wasn't sent the link.",
                name=self.partner_id.display_name,
            ),
            subtype_xmlid="mail.mt_note",
        )

    def _is_reminder_due(self):
        days = self.request_id.reminder_days
        return bool(
            days > 0
            and self.asked_on
            and (fields.Datetime.now() - self.asked_on).days >= days
            and self.partner_id.email_normalized
            and self._get_page_state() == "sign"
        )

    def _remind(self):
        """Ask again, if it is still time to: somebody else may have done so since the
        scheduled action looked."""
        self.request_id._lock()
        for signer in self.filtered(lambda signer: signer._is_reminder_due()):
            signer._ask("crm_activity_plus_sign.mail_template_sign_reminder")
            signer._set_action_log("remind")

    def _send_signed_copy(self):
        request = self.request_id.with_context(bin_size=False)
        self._send_template(
            "crm_activity_plus_sign.mail_template_sign_signed",
            attachments=[(request._get_file_name(), request.data)],
        )

    def _send_template(self, template, **values):
        """The email is nobody's message: neither its author nor who reads the request
        could open it. It is deleted once it is sent."""
        superuser = self.with_user(SUPERUSER_ID).env
        superuser.ref(template).send_mail(
            self.id,
            email_values={
                "author_id": False,
                "auto_delete": True,
                "model": False,
                "res_id": False,
                **values,
            },
        )
        superuser.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    # ------------------------------------------------------------
    # The document
    # ------------------------------------------------------------

    def _get_pdf_page_text(self, item, box):
        """sign_oca leaves out what isn't Latin, and what doesn't fit covers the rest of
        the page."""
        if not item.get("value"):
            return False
        try:
            return make_text_page(item["value"], item, box.getWidth(), box.getHeight())
        except Unprintable as error:
            raise ValidationError(
                self.env._(
                    "“%(letters)s” can't be printed in the document. Write “%(field)s” "
                    "in other letters, such as Latin ones.",
                    letters=error.letters,
                    field=item.get("name"),
                )
            ) from error
        except TooLong as error:
            raise ValidationError(
                self.env._(
                    "The text is too long for “%(field)s”. Shorten it.",
                    field=item.get("name"),
                )
            ) from error

    def _get_pdf_page_signature(self, item, box):
        """As it was drawn: sign_oca stretches it to its place."""
        if not item.get("value"):
            return False
        return make_image_page(item["value"], item, box.getWidth(), box.getHeight())
