# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.crm_activity_plus.engine.arguments import Arguments
from odoo.addons.crm_activity_plus.engine.environment import (
    by_engine,
    is_uninstalling,
    unsteered,
)
from odoo.addons.crm_activity_plus.tools.states import CLOSED_STATUSES
from odoo.addons.mail.tools.discuss import Store

# Nobody but the engine says what is signed for an activity: it completes it.
OWN_FIELDS = ("sign_request_id",)


class MailActivity(models.Model):
    """An activity that asks for a signature."""

    _inherit = "mail.activity"

    sign_request_id = fields.Many2one(
        "sign.oca.request",
        string="Signature Request",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="What was sent to be signed.",
    )
    sign_text = fields.Char("Signature", compute="_compute_sign_text")
    can_request_signature = fields.Boolean(compute="_compute_can_request_signature")

    @api.depends("sign_request_id")
    @api.depends_context("lang")
    def _compute_sign_text(self):
        for activity in self:
            request = activity.sudo().sign_request_id
            activity.sign_text = request and request._tell_progress()

    @api.depends("activity_category", "sign_request_id.state", "status")
    def _compute_can_request_signature(self):
        for activity in self:
            activity.can_request_signature = (
                activity.activity_category == "sign_request"
                and activity.status not in CLOSED_STATUSES
                and activity.sudo().sign_request_id.state in (False, "3_cancel")
            )

    # ------------------------------------------------------------
    # What of it nobody can write
    # ------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        return super().default_get([name for name in fields if name not in OWN_FIELDS])

    def _guard_new_values(self, vals_list):
        return [
            self._without_engine_values(
                vals, [name for name in OWN_FIELDS if vals.get(name)]
            )
            for vals in super()._guard_new_values(vals_list)
        ]

    def _guard_values(self, vals):
        vals = super()._guard_values(vals)
        return self._without_engine_values(
            vals, [name for name in OWN_FIELDS if name in vals]
        )

    # ------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------

    def action_request_signature(self):
        """Ask what is to be signed, by whom and until when.

        :returns: action: a pop-up
        :raises UserError: it is closed, on no record, or a signature is requested
        :raises AccessError: the user may not change the activity, or read its record
        """
        Arguments(self.env).check_single(self)
        activity = unsteered(self)
        activity._check_can_request_signature()
        wizard = activity.env["mail.activity.sign"]._open_for(activity)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request Signature"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.readonly
    def action_open_signature(self):
        """Open what was sent to be signed for the activity.

        :returns: action
        :raises UserError: nothing was sent
        :raises AccessError: the user may not read the activity
        """
        Arguments(self.env).check_single(self)
        self.check_access("read")
        return self.sudo().sign_request_id.sudo(False)._open()

    def _check_can_request_signature(self):
        """:raises UserError: nothing can be sent to be signed for the activity
        :raises AccessError: the user may not do so"""
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        record, is_readable = self._get_queue_record()
        if not self.res_model or not self._filter_existing_record():
            raise UserError(
                self.env._(
                    "“%s” is on no record that something could be signed for. "
                    "Schedule it on a record, such as an opportunity.",
                    self.display_name,
                )
            )
        if not is_readable:
            raise AccessError(
                self.env._(
                    "You may not read the record of “%s”, so you can't send anything "
                    "about it. Ask its owner to do so.",
                    self.display_name,
                )
            )
        if self.sudo().sign_request_id.state not in (False, "3_cancel"):
            raise UserError(
                self.env._(
                    "A signature is requested already for “%(activity)s”: "
                    "%(state)s. Reload to see it.",
                    activity=self.display_name,
                    state=self.sudo().sign_request_id._tell_progress(),
                )
            )
        return record

    def _send_to_sign(self, order):
        """Have something signed for the activity.

        :param order: a :class:`~...engine.signature_order.SignatureOrder`
        :raises UserError: it can't be; nothing has been written then
        """
        self._check_can_request_signature()
        # Of two people at the same moment, the second one begins anew, and is refused.
        request = order.send()
        self._as_engine().write({"sign_request_id": request.id})
        return request

    # ------------------------------------------------------------
    # What becomes of the request
    # ------------------------------------------------------------

    def _cancel(self, reason=False, is_told=False):
        """What was to be signed for an activity that is cancelled can't be signed any
        more. One that is done leaves it: the work may be just that it was sent."""
        ended = self.filtered(lambda a: a.status not in CLOSED_STATUSES)
        result = super()._cancel(reason, is_told)
        by_engine(ended).sign_request_id._withdraw()
        return result

    def unlink(self):
        requests = self.env["sign.oca.request"]
        if not is_uninstalling(self.env):
            requests = by_engine(
                self.filtered(lambda a: a.status not in CLOSED_STATUSES)
            ).sign_request_id
        result = super().unlink()
        requests._withdraw()
        return result

    def _end_signing(self, request, code, attachment):
        """Mark the activity as done, since the request has ended, unless it is closed.

        It is done in the name of whoever has it: what its outcome leads to needs their
        rights. Who signs has none.

        :param str code: that of the outcome
        :param attachment: what was signed, or none
        :returns: whether that was told on the record
        """
        self.ensure_one()
        if self.status in CLOSED_STATUSES:
            return False
        outcome = self.env["mail.activity.outcome"]._find_of_signature(
            code, self.activity_type_id
        )
        if not outcome and code != "signed":
            # Somebody has to look at it.
            return False
        activity = self._as_doer(request)
        files = attachment.with_env(activity.env)
        if attachment and not files.has_access("read"):
            files = files.browse()
        activity.complete(
            outcome=outcome,
            feedback=request._describe_end(activity.env.user),
            attachment_ids=files.ids,
        )
        return bool(files) or not attachment

    def _as_doer(self, request):
        """:returns: the activity, with the rights of whoever has it, else of whoever
        sent the request; where both have left, for the engine"""
        for user in (self.user_id, request.user_id):
            context = {"lang": user.lang, "tz": user.tz}
            own = self.with_env(self.env(user=user.id, context=context, su=False))
            if user._filter_can_do_activities() and own.has_access("write"):
                return own
        return self

    # ------------------------------------------------------------
    # What the web client gets
    # ------------------------------------------------------------

    def _to_store_defaults(self, target):
        return super()._to_store_defaults(target) + [
            Store.Attr("signature", lambda activity: activity._get_signature_data()),
            "can_request_signature",
        ]

    def _get_signature_data(self):
        """:returns: where the activity's request stands, see ``_get_progress_data`` of
        ``sign.oca.request``; False where nothing was sent"""
        self.ensure_one()
        # Whoever may read the activity may know.
        request = self.sudo().sign_request_id
        return bool(request) and request._get_progress_data()

    def _get_queue_kind(self):
        if self.activity_type_id.sudo().category == "sign_request":
            return "sign"
        return super()._get_queue_kind()

    def _get_queue_data(self):
        return {
            **super()._get_queue_data(),
            "signature": self._get_signature_data(),
            "can_request_signature": self.can_request_signature,
        }
