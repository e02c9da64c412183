# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.tools import email_normalize

from ...tools.emails import is_auto_reply
from ...tools.internal import Internal, read_internal


class MailThread(models.AbstractModel):
    """A customer's reply stops plans."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.thread"

    def _message_route_process(self, message, message_dict, routes):
        """The message that is posted doesn't know the email's headers any more."""
        thread = self.with_context(plan_auto_reply=Internal(is_auto_reply(message)))
        return super(MailThread, thread)._message_route_process(
            message, message_dict, routes
        )

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """The email that a record begins with is no reply."""
        record = super().message_new(msg_dict, custom_values=custom_values)
        return record.with_context(plan_first_email=Internal(True))

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        if self._is_customer_reply(message):
            runs = self.env["mail.activity.plan.run"]._find_exiting(self, "reply")
            if runs and not self._is_own_email(message.email_from):
                runs._stop("reply")
        return result

    def _is_customer_reply(self, message):
        """:returns: whether a customer wrote: no colleague, and no machine"""
        if not isinstance(self, self.env.registry["mail.activity.mixin"]):
            return False
        if message.message_type not in ("email", "comment"):
            return False
        if read_internal(self.env.context, "plan_auto_reply") or read_internal(
            self.env.context, "plan_first_email"
        ):
            return False
        author = message.sudo().author_id
        if not author:
            return bool(message.email_from)
        return author.partner_share and author != self.env.ref("base.partner_root")

    @api.model
    def _is_own_email(self, email_from):
        """:returns: whether an email comes from an address of one's own that is no
        user's: a company's, or one that Odoo itself receives emails for"""
        email = email_normalize(email_from)
        if not email:
            return False
        companies = self.env["res.company"].sudo()
        return bool(
            companies.search_count([("partner_id.email_normalized", "=", email)], 1)
            or self.env["mail.alias.domain"].sudo()._find_aliases([email])
        )
