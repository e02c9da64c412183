# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import base64
import logging

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.http import request as http_request
from odoo.tools import SQL, plaintext2html

from odoo.addons.crm_activity_plus.tools.values import is_id

from ...tools.pdf import straighten
from ...tools.problems import find_problems, find_unreachable
from ...tools.sign_values import is_map_of_fields

_logger = logging.getLogger(__name__)

# What a request's new state is called where others are told of it.
_EVENTS = {
    "0_sent": "sent",
    "2_signed": "signed",
    "3_cancel": "cancelled",
    "4_refused": "refused",
    "5_expired": "expired",
}
# What is written by sending, signing, refusing and the like, never by a client.
_OWN_FIELDS = {"state", "signed", "current_hash"}
# What is signed: nobody changes it under the signers' hands.
_DOCUMENT_FIELDS = {"data", "signatory_data", "signer_ids", "template_id"}


class SignOcaRequest(models.Model):
    """A document that is signed by a day, in order, or refused."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "sign.oca.request"

    state = fields.Selection(
        selection_add=[("4_refused", "Refused"), ("5_expired", "Expired")],
        ondelete={"4_refused": "set 3_cancel", "5_expired": "set 3_cancel"},
    )
    date_due = fields.Date(
        "Due Date", help="Until this day, included, the document can be signed."
    )
    reminder_days = fields.Integer(
        "Remind Every (Days)",
        default=lambda self: self._default_reminder_days(),
        help="Who can sign and hasn't gets an email after so many days, and again after"
        " as many. None are sent where this is 0.",
    )
    message = fields.Html("Message to the Signers", copy=False)
    sending_problems = fields.Text(compute="_compute_sending_problems")

    def _default_reminder_days(self):
        return self.env.company.sign_reminder_days

    # ------------------------------------------------------------
    # What is shown of a request
    # ------------------------------------------------------------

    @api.depends(
        *("state", "data", "signatory_data", "date_due"),
        *("signer_ids.partner_id.email", "signer_ids.role_id"),
    )
    @api.depends_context("lang")
    def _compute_sending_problems(self):
        for request in self:
            is_draft = request.state == "1_draft" and request._origin
            problems = request._get_sending_problems() if is_draft else []
            request.sending_problems = "\n".join(problems)

    def _is_past_due(self):
        """:returns: whether the due date is over where the responsible person lives"""
        self.ensure_one()
        tz = self.sudo().user_id.tz or "UTC"
        today = fields.Date.context_today(self.with_context(tz=tz))
        return bool(self.date_due and self.date_due < today)

    @api.depends("signer_ids")
    @api.depends_context("uid")
    def _compute_signer_id(self):
        """sign_oca looks for the user's company among the signers."""
        partner = self.env.user.partner_id
        for request in self:
            own = request.signer_ids.filtered(lambda s: s.partner_id == partner)
            request.signer_id = (own.filtered("is_allow_signature") or own)[:1]

    def _get_file_name(self):
        self.ensure_one()
        name = (self.filename or self.name).strip()
        return name if name.lower().endswith(".pdf") else f"{name}.pdf"

    # ------------------------------------------------------------
    # What may be written
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [self._prepare_new(vals) for vals in vals_list]
        return super().create(vals_list)

    def _prepare_new(self, vals):
        """A request begins as a draft: neither what a client sends nor its context's
        defaults say otherwise."""
        if vals.get("state", "1_draft") != "1_draft":
            raise AccessError(self.env._("A request begins as a draft: then send it."))
        self._check_fields(vals)
        return {**vals, "state": "1_draft", "signed": False, "current_hash": False}

    def write(self, vals):
        if not self.env.su:
            self._check_writable(vals)
        if "state" not in vals:
            return super().write(vals)
        changed = self.filtered(lambda request: request.state != vals["state"])
        result = super().write(vals)
        if changed and vals["state"] in _EVENTS:
            changed._on_state_changed(_EVENTS[vals["state"]])
        return result

    @api.model
    def _check_fields(self, vals):
        if not is_map_of_fields(vals.get("signatory_data") or {}):
            raise UserError(
                self.env._(
                    "The fields of a request have to be an object of fields by their"
                    " numbers."
                )
            )

    def _check_writable(self, vals):
        self._check_fields(vals)
        if _OWN_FIELDS & vals.keys():
            raise AccessError(
                self.env._(
                    "The state of a request follows from what its signers do: send or"
                    " cancel it."
                )
            )
        if _DOCUMENT_FIELDS & vals.keys() and self.filtered(
            lambda request: request.state != "1_draft"
        ):
            raise UserError(
                self.env._(
                    "What was sent to be signed can't be changed: cancel the request"
                    " and send a new one."
                )
            )

    def _on_state_changed(self, what):
        """The door for other addons: it is called once for all requests of a change,
        after their state is written, so that what is read of them is as it is now.

        - ``sent``: the signers are asked (of those in order, the first ones).
        - ``seen``: a signer opened the document for the first time; ``seen_on`` of the
          signer says when. The state stays ``0_sent``.
        - ``signed``: by all signers; ``data`` is the signed document.
        - ``refused``: by one signer; ``refused_on`` and ``refusal_reason`` of that
          signer say when and why. Nobody can sign any more.
        - ``expired``: the due date is over. Nobody can sign any more.
        - ``cancelled``: by whoever may. Nobody can sign any more.

        Who acts may be a visitor with elevated rights (the public page), or a scheduled
        action: overrides don't rely on ``self.env.user``. An error that they raise
        undoes the change.

        :param str what: one of the words above
        """

    def _lock(self):
        """Take requests before their state is looked at. Whoever is second waits; what
        the first one has changed, PostgreSQL refuses to the second, and Odoo repeats
        that transaction on the new state."""
        if self:
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM sign_oca_request WHERE id IN %s ORDER BY id"
                    " FOR NO KEY UPDATE",
                    tuple(self.ids),
                )
            )

    def _check_single(self):
        if len(self.exists()) != 1:
            raise UserError(self.env._("Choose one request that is still there."))

    def _check_manageable(self):
        """sign_oca lets its users write requests that they can't read."""
        self.check_access("read")
        self.check_access("write")

    # ------------------------------------------------------------
    # Placing fields
    # ------------------------------------------------------------

    def delete_item(self, item_id):
        self._check_single()
        self._check_field(item_id)
        return super().delete_item(item_id)

    def set_item_data(self, item_id, vals):
        self._check_single()
        self._check_field(item_id)
        self._check_fields({"signatory_data": {"1": vals}})
        return super().set_item_data(item_id, vals)

    def add_item(self, item_vals):
        self._check_single()
        self._check_fields({"signatory_data": {"1": item_vals}})
        if not is_id(item_vals.get("field_id")):
            raise UserError(self.env._("Choose a type for the field."))
        return super().add_item(item_vals)

    def _check_field(self, item_id):
        if str(item_id) not in (self.signatory_data or {}):
            raise UserError(
                self.env._("This field isn't there any more: load the page again.")
            )

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    @api.readonly
    def sign(self):
        """After sending: who can't sign now sees the request."""
        self._check_single()
        return super().sign() if self.to_sign else self.get_formview_action()

    def action_send(self, sign_now=False, message=""):
        """Ask the signers whose turn it is. sign_oca writes to all of them, in messages
        that the sender can read, with the links by which they sign.

        :raises UserError: where the request could never be signed by all
        """
        self._check_single()
        self._check_manageable()
        request = self.sudo()
        request._lock()
        if request.state != "1_draft":
            return
        problems = request._get_blocking_problems()
        if problems:
            raise UserError("\n".join(problems))
        if message:
            is_html = isinstance(message, Markup)
            request.message = message if is_html else plaintext2html(str(message))
        request._straighten_document()
        request._set_action_log("validate")
        for signer in request.signer_ids:
            signer._portal_ensure_token()
        request.state = "0_sent"
        if sign_now:
            request.signer_ids.filtered(
                lambda signer: signer.partner_id == self.env.user.partner_id
            ).asked_on = fields.Datetime.now()
        request._ask_signers()

    def _straighten_document(self):
        """What is filled in is printed where its signer sees the field."""
        content = base64.b64decode(self.with_context(bin_size=False).data)
        straight = straighten(content)
        if straight is not content:
            self.data = base64.b64encode(straight)

    def _get_sending_problems(self):
        """:returns: why the request can't be sent, and whom it wouldn't reach, in
        sentences"""
        self.ensure_one()
        return self._get_blocking_problems() + find_unreachable(
            self.env, self._get_roles_and_partners()
        )

    def _get_blocking_problems(self):
        items = list((self.signatory_data or {}).values())
        data = self.with_context(bin_size=False).data
        signers = self._get_roles_and_partners()
        problems = find_problems(self.env, data, items, signers)
        if self._is_past_due():
            problems.append(self.env._("The due date is over: choose a later one."))
        return problems

    def _get_roles_and_partners(self):
        return [(signer.role_id, signer.partner_id) for signer in self.signer_ids]

    def _ask_signers(self):
        """Write to each signer whose turn has come, once."""
        for signer in self.signer_ids:
            if signer._get_page_state() == "sign" and not signer.asked_on:
                signer._ask("crm_activity_plus_sign.mail_template_sign_request")

    def action_send_signed_request(self):
        """Send everybody the signed document, where the company does so. sign_oca looks
        at the company of the visitor who signs last, and can't write in their name."""
        self.ensure_one()
        self._check_manageable()
        if self.state != "2_signed":
            return
        if self.company_id.sign_oca_send_sign_request_copy:
            for signer in self.signer_ids.filtered("partner_id.email_normalized"):
                signer._send_signed_copy()

    # ------------------------------------------------------------
    # Ends
    # ------------------------------------------------------------

    def cancel(self):
        """Take requests back: from now on nobody can open or sign them.

        :raises UserError: where everybody has signed one already
        """
        self._check_manageable()
        requests = self.sudo()
        requests._lock()
        signed = requests.filtered(lambda request: request.state == "2_signed")
        if signed:
            raise UserError(
                self.env._(
                    "%(names)s is signed by everybody and can't be cancelled.",
                    names=", ".join(signed.mapped("name")),
                )
            )
        going = requests.filtered(lambda r: r.state in ("0_sent", "1_draft"))
        going.write({"state": "3_cancel"})
        for request in going:
            request._set_action_log("cancel")

    def _refuse(self, signer):
        """End the request since a signer refuses: that signer says why already."""
        self.write({"state": "4_refused"})
        name = signer.partner_id.display_name
        self._note_end(
            self.env._("%(name)s refuses to sign %(document)s.", **self._named(name)),
            signer.refusal_reason,
            signer.partner_id,
        )

    def _expire(self):
        """End requests whose due date is over."""
        self._lock()
        late = self.filtered(lambda r: r.state == "0_sent" and r._is_past_due())
        late.write({"state": "5_expired"})
        for request in late:
            request._set_action_log("expire")
            waited_for = request.signer_ids.filtered(lambda s: not s.signed_on)
            names = ", ".join(waited_for.mapped("partner_id.display_name"))
            request._note_end(
                self.env._(
                    "%(document)s has expired: it isn't signed by %(name)s.",
                    **request._named(names),
                )
            )

    def _named(self, name):
        return {"name": name, "document": self.name}

    def _note_end(self, sentence, detail="", author=None):
        """Log how a request ended; overrides of ``_on_state_changed`` tell people.

        :param str detail: what somebody typed; it is data, never markup
        :param author: the contact who says so; default: Odoo
        """
        self.ensure_one()
        body = Markup("<p>%s</p>") % sentence
        if detail:
            body += Markup("<blockquote>%s</blockquote>") % plaintext2html(detail)
        self.message_post(
            body=body,
            author_id=author.id if author and author.email_normalized else None,
            subtype_xmlid="mail.mt_note",
        )

    def _get_action_log_ip(self):
        """The address that the server knows, not what the client says of itself. A
        proxy is asked in Odoo's proxy mode only."""
        return (http_request and http_request.httprequest.remote_addr) or "0.0.0.0"

    # ------------------------------------------------------------
    # Scheduled actions
    # ------------------------------------------------------------

    @api.model
    def _cron_expire(self):
        """End what is over. Where the day ends earlier than here, it may be over
        already: each request is looked at."""
        tomorrow = fields.Date.add(fields.Date.today(), days=1)
        late = self.search([("state", "=", "0_sent"), ("date_due", "<=", tomorrow)])
        self._run_each(late.filtered(lambda r: r._is_past_due()), "_expire")

    @api.model
    def _cron_remind(self):
        """Write once more to those whose turn it is."""
        now = fields.Datetime.now()
        signers = self.env["sign.oca.request.signer"].search(
            [
                ("request_id.state", "=", "0_sent"),
                ("request_id.active", "=", True),
                ("request_id.reminder_days", ">", 0),
                ("signed_on", "=", False),
                ("asked_on", "<=", fields.Datetime.subtract(now, days=1)),
            ]
        )
        due = signers.filtered(lambda signer: signer._is_reminder_due())
        self._run_each(due, "_remind")

    @api.model
    def _run_each(self, records, method):
        """Call a method on each record, one by one: a record that fails, or that
        somebody else is changing, keeps no other one from its turn."""
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(records))
        for record in records:
            try:
                with self.env.cr.savepoint():
                    getattr(record.try_lock_for_update(), method)()
                    self.env.flush_all()
            except psycopg2.errors.SerializationFailure:
                _logger.info("%s is changed by somebody else", record)
            except Exception:
                _logger.exception("%s.%s failed", record, method)
            if not cron._commit_progress(1):
                return
