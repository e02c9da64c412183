# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.fields import Command

# How activities of such a type can end, by the code of the outcome.
SIGN_OUTCOMES = ("signed", "sign_refused", "sign_expired")


class MailActivityType(models.Model):
    """A type whose activities ask for signatures."""

    _inherit = "mail.activity.type"

    category = fields.Selection(
        selection_add=[("sign_request", "Request Signature")],
        ondelete={"sign_request": "set default"},
    )
    sign_template_id = fields.Many2one(
        "sign.oca.template",
        string="Signature Template",
        ondelete="set null",
        help="What is signed, unless something else is chosen for the activity.",
    )
    sign_due_days = fields.Integer(
        "Days to Sign",
        help="So many days after it is sent, the document can still be signed. 0: "
        "without a due date.",
    )

    _sign_due_days_positive = models.Constraint(
        "CHECK (sign_due_days >= 0)", "The days to sign can't be negative."
    )

    @api.model_create_multi
    def create(self, vals_list):
        types = super().create(vals_list)
        types._link_sign_outcomes()
        return types

    def write(self, vals):
        result = super().write(vals)
        if vals.get("category") == "sign_request":
            self._link_sign_outcomes()
        return result

    def _link_sign_outcomes(self):
        """Whatever asks for a signature can end with one, or with a refusal."""
        signing = self.filtered(lambda t: t.category == "sign_request")
        if not signing:
            return
        # Whoever may write types may say how their activities end.
        outcomes = self.env["mail.activity.outcome"].sudo()
        outcomes = outcomes.with_context(active_test=False).search(
            [("code", "in", SIGN_OUTCOMES), ("activity_type_ids", "!=", False)]
        )
        outcomes.activity_type_ids = [Command.link(t.id) for t in signing]

    @api.model
    def _get_model_info_by_xmlid(self):
        """The built-in type can't be deleted."""
        info = super()._get_model_info_by_xmlid()
        info["crm_activity_plus_sign.mail_activity_type_sign_request"] = {
            "res_model": False,
            "unlink": False,
        }
        return info
