# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models

# What a request's new state is called where others are told of it.
_EVENTS = {
    "0_sent": "sent",
    "2_signed": "signed",
    "3_cancel": "cancelled",
    "4_refused": "refused",
    "5_expired": "expired",
}


class SignOcaRequest(models.Model):
    """A document that is signed by a day, or refused."""

    _inherit = "sign.oca.request"

    state = fields.Selection(
        selection_add=[("4_refused", "Refused"), ("5_expired", "Expired")],
        ondelete={"4_refused": "set 3_cancel", "5_expired": "set 3_cancel"},
    )
    date_due = fields.Date(
        "Due Date", help="Until this day, included, the document can be signed."
    )

    def write(self, vals):
        if "state" not in vals:
            return super().write(vals)
        changed = self.filtered(lambda request: request.state != vals["state"])
        result = super().write(vals)
        if changed and vals["state"] in _EVENTS:
            changed._on_state_changed(_EVENTS[vals["state"]])
        return result

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
