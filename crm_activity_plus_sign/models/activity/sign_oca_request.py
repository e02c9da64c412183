# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import base64
import logging

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list
from odoo.tools.misc import format_date

from odoo.addons.crm_activity_plus.engine.environment import (
    by_engine,
    is_uninstalling,
    unsteered,
)
from odoo.addons.crm_activity_plus.tools.reasons import Reason
from odoo.addons.crm_activity_plus.tools.savepoint import savepoint

_logger = logging.getLogger(__name__)

OPEN_STATES = ("0_sent", "1_draft")
# Where a request stands, as programs are told.
PROGRESS = {
    "1_draft": "draft",
    "2_signed": "signed",
    "3_cancel": "cancelled",
    "4_refused": "refused",
    "5_expired": "expired",
}
# What ends a request -> the code of the outcome of its activity or step.
OUTCOMES = {
    "signed": "signed",
    "refused": "sign_refused",
    "expired": "sign_expired",
}


class SignOcaRequest(models.Model):
    """A document that is signed for an activity, or for a step of a plan: what becomes
    of it ends these."""

    _inherit = "sign.oca.request"

    sign_activity_ids = fields.One2many(
        "mail.activity",
        "sign_request_id",
        string="Activities to Be Signed",
        context={"active_test": False},
    )
    run_line_ids = fields.One2many(
        "mail.activity.plan.run.line", "sign_request_id", string="Steps of Plans"
    )
    progress_text = fields.Char(
        "Progress", compute="_compute_progress_text", compute_sudo=True
    )
    signer_summary = fields.Html(
        "Who Signs",
        compute="_compute_signer_summary",
        compute_sudo=True,
        help="Who signs, and how far they are. Whoever may read the record may know "
        "that; the links of the signers are theirs alone.",
    )
    can_withdraw = fields.Boolean(compute="_compute_can_withdraw")

    @api.depends("state", "active", "signer_ids.signed_on", "signer_ids.seen_on")
    @api.depends_context("lang")
    def _compute_progress_text(self):
        for request in self:
            request.progress_text = request._tell_progress()

    @api.depends(
        *(f"signer_ids.{name}" for name in ("partner_id", "role_id", "sequence")),
        *("signer_ids.seen_on", "signer_ids.signed_on", "signer_ids.refused_on"),
    )
    @api.depends_context("lang", "tz")
    def _compute_signer_summary(self):
        for request in self:
            request.signer_summary = self.env["ir.qweb"]._render(
                "crm_activity_plus_sign.signer_summary",
                {"signers": request.signer_ids.sorted(lambda s: (s.sequence, s.id))},
                minimal_qcontext=True,
            )

    @api.depends("state", "record_ref", "user_id")
    @api.depends_context("uid")
    def _compute_can_withdraw(self):
        for request in self:
            request.can_withdraw = (
                request.state in OPEN_STATES and request._may_be_withdrawn()
            )

    # ------------------------------------------------------------
    # Where it stands
    # ------------------------------------------------------------

    def _get_progress(self):
        """:returns: ``draft``, ``sent``, ``seen``, ``partly``, ``signed``, ``refused``,
        ``expired`` or ``cancelled``; ``archived`` where nobody can sign for that"""
        self.ensure_one()
        if self.state != "0_sent":
            return PROGRESS.get(self.state, "draft")
        if not self.active:
            return "archived"
        if any(signer.signed_on for signer in self.signer_ids):
            return "partly"
        return "seen" if any(self.signer_ids.mapped("seen_on")) else "sent"

    def _tell_progress(self):
        """:returns: where it stands, in a few words"""
        self.ensure_one()
        progress = self._get_progress()
        if progress == "partly":
            signers = self.signer_ids
            return self.env._(
                "Signed by %(done)s of %(count)s",
                done=len(signers.filtered("signed_on")),
                count=len(signers),
            )
        if progress in ("seen", "archived"):
            sentences = {"seen": self.env._("Seen"), "archived": self.env._("Archived")}
            return sentences[progress]
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def _get_progress_data(self):
        """:returns: ``id``, ``state``, see :meth:`_get_progress`, and ``text``"""
        return {
            "id": self.id,
            "state": self._get_progress(),
            "text": self._tell_progress(),
        }

    def _open(self):
        """:returns: action that opens the document, with who has signed it
        :raises UserError: there is none
        :raises AccessError: the user may not read it"""
        if not self:
            raise UserError(
                self.env._(
                    "Nothing was sent to be signed yet. Request the signature first."
                )
            )
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Signature"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [
                (
                    self.env.ref(
                        "crm_activity_plus_sign.sign_oca_request_view_form_record"
                    ).id,
                    "form",
                )
            ],
            "target": "current",
        }

    # ------------------------------------------------------------
    # Withdrawing
    # ------------------------------------------------------------

    def action_withdraw(self):
        """Cancel requests that are open: nobody can sign them any more.

        :raises AccessError: the user neither sent them nor may change their record
        """
        requests = unsteered(self)
        requests.check_access("read")
        for request in requests:
            if not request._may_be_withdrawn():
                # The sentence says which record it is.
                request.check_access("write")
                request._get_document().check_access("write")
        by_engine(requests)._withdraw()
        return True

    def _may_be_withdrawn(self):
        self.ensure_one()
        request = self.sudo()
        if self.env.su or request.user_id == self.env.user:
            return True
        document = self._get_document()
        return bool(document) and document.has_access("write")

    def _get_document(self):
        """:returns: the record that it is about, with the rights of the user, or an
        empty recordset"""
        self.ensure_one()
        request = self.sudo()
        if not request.res_model or request.res_model not in self.env:
            return self.env["res.partner"]
        return self.env[request.res_model].browse(request.res_id).exists()

    def _withdraw(self):
        """Cancel those that are open; as superuser."""
        if requests := self.exists().filtered(lambda r: r.state in OPEN_STATES):
            requests.cancel()

    @api.ondelete(at_uninstall=True)
    def _unlink_withdraw(self):
        """Nothing else would end the steps that wait for them."""
        if not is_uninstalling(self.env):
            by_engine(self)._withdraw()

    # ------------------------------------------------------------
    # What follows from it
    # ------------------------------------------------------------

    def _on_state_changed(self, what):
        """Complete the activities and close the steps that wait for what has happened.
        Whatever is in the way of that must not undo a signature: it is logged."""
        result = super()._on_state_changed(what)
        if what not in (*OUTCOMES, "cancelled"):
            return result
        for request in by_engine(self):
            if not request._try("_end_work", what) and what in OUTCOMES:
                request._try("_file_end", what)
                request._try("_tell_end", is_unfinished=True)
        return result

    def _try(self, method, *args, **kwargs):
        """:returns: whether what follows from the request is done"""
        try:
            with savepoint(self.env.cr):
                getattr(self, method)(*args, **kwargs)
                self.env.flush_all()
        except psycopg2.OperationalError:
            # The transaction is lost, and Odoo repeats it.
            raise
        except Exception:
            _logger.exception("Not all follows from the request %s", self.id)
            return False
        return True

    def _end_work(self, what):
        """:param str what: see :meth:`_on_state_changed`"""
        if what == "cancelled":
            self.run_line_ids._end_sign_action(False, Reason("sign_cancelled"))
            return
        self._file_end(what, self.sign_activity_ids)
        self._tell_end()
        self.run_line_ids._end_sign_action(OUTCOMES[what], self._get_end_reason(what))

    def _file_end(self, what, activities=()):
        """Put on the record how the request has ended, with the signed document.

        :param activities: those that are completed; their messages tell it
        """
        document = self._get_document()
        attachment = self.env["ir.attachment"]
        if what == "signed" and document:
            attachment = self._attach_signed(document)
        is_told = False
        for activity in activities:
            is_told |= activity._end_signing(self, OUTCOMES[what], attachment)
        if document and not is_told and hasattr(document, "_message_log"):
            document.with_user(self.user_id).sudo()._message_log(
                body=self._describe_end(self.user_id), attachment_ids=attachment.ids
            )

    def _get_end_reason(self, what):
        """:returns: why a step ends that nobody signed, for the history, or False"""
        if what == "signed":
            return False
        refusing = self.signer_ids.filtered("refused_on")[:1]
        values = {"note": refusing.refusal_reason} if refusing.refusal_reason else {}
        return Reason(f"sign_{what}", values)

    def _attach_signed(self, document):
        """:returns: the signed document, as a file of its record"""
        name = (self.filename or self.name).removesuffix(".pdf")
        attachments = self.env["ir.attachment"].with_user(self.user_id).sudo()
        return attachments.create(
            {
                "name": self.env._("%s (signed).pdf", name),
                "raw": base64.b64decode(self.with_context(bin_size=False).data),
                "mimetype": "application/pdf",
                "res_model": document._name,
                "res_id": document.id,
            }
        )

    def _describe_end(self, user):
        """:param user: who reads it
        :returns: who signed it, who refused to and why, or that the due date is over"""
        request = self.with_context(lang=user.lang or self.env.lang)
        env, signers = request.env, request.signer_ids
        names = {"document": request.name}
        refusing = signers.filtered("refused_on")[:1]
        match request._get_progress():
            case "signed":
                signed = signers.sorted("signed_on").mapped("partner_id.display_name")
                names["names"] = format_list(env, signed)
                return env._("“%(document)s” was signed by %(names)s.", **names)
            case "refused" if refusing.refusal_reason:
                names["name"] = refusing.partner_id.display_name
                names["reason"] = refusing.refusal_reason
                return env._(
                    "%(name)s refused to sign “%(document)s”: %(reason)s", **names
                )
            case "refused":
                names["name"] = refusing.partner_id.display_name
                return env._("%(name)s refused to sign “%(document)s”.", **names)
        names["date"] = format_date(env, request.date_due) if request.date_due else ""
        return env._(
            "“%(document)s” was not signed until its due date, %(date)s.", **names
        )

    def _tell_end(self, is_unfinished=False):
        """Tell those whose activities and steps these are; or who sent it, where it is
        nobody's any more.

        :param bool is_unfinished: whether they have to close the activity themselves
        """
        document = self._get_document()
        users = (self.sign_activity_ids | self.run_line_ids.activity_id).user_id
        users = (users | self.run_line_ids.user_id)._filter_can_do_activities()
        users = users or self.user_id._filter_can_do_activities()
        thread = self.env["mail.thread"]
        if hasattr(document, "message_notify"):
            thread = document
        for user in users:
            request = self.with_context(lang=user.lang)
            body = request._describe_end(user)
            if is_unfinished:
                body += " " + request.env._(
                    "What comes next couldn't be done: the server's log says why. Mark "
                    "the activity as done yourself."
                )
            # Nobody is told what they did themselves, and a signer has no rights.
            thread = thread.with_user(SUPERUSER_ID).with_context(lang=user.lang)
            thread.message_notify(
                partner_ids=user.partner_id.ids,
                subject=f"{request.name}: {request._tell_progress()}",
                body=body,
                email_layout_xmlid="mail.mail_notification_layout",
            )
        if users:
            self.env["mail.mail"]._send_soon()
