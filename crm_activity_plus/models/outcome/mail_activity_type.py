# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...engine.locks import take


class MailActivityType(models.Model):
    """Outcomes are put on types and taken off them."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.type"

    def write(self, vals):
        """An outcome that is taken off its last type would be one of all types: it is
        archived instead."""
        if "outcome_ids" not in vals:
            return super().write(vals)
        types = self.with_context(active_test=False)
        before = types.outcome_ids
        result = super().write(vals)
        removed = (before - types.outcome_ids).exists()
        # Somebody else may take them off another type at this moment.
        take(removed)
        removed.filtered(lambda outcome: not outcome.activity_type_ids).active = False
        return result
