# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import SUPERUSER_ID, models

from odoo.addons.crm_activity_plus.engine.environment import by_engine


class SignOcaRequest(models.Model):
    """A document that all have signed closes the steps on its record that wait for
    one, whoever sent it and from where."""

    _inherit = "sign.oca.request"

    def _on_state_changed(self, what):
        result = super()._on_state_changed(what)
        if what == "signed":
            # Whoever signs need not be a user.
            lines = self.env["mail.activity.plan.run.line"].with_user(SUPERUSER_ID)
            for request in by_engine(self):
                if document := request._get_document():
                    lines._prove("signature", document, request)
        return result
