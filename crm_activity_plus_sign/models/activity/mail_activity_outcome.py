# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models


class MailActivityOutcome(models.Model):
    """How a signature ends."""

    _inherit = "mail.activity.outcome"

    @api.model
    def _find_of_signature(self, code, activity_type):
        """:returns: the outcome with that code, or none where an activity of the type
        can't end so, or it isn't offered"""
        found = self.search([("code", "=", code), ("active", "=", True)])
        return found.filtered(lambda outcome: outcome._is_applicable(activity_type))
