# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models

from odoo.addons.crm_activity_plus.engine.environment import by_engine


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def sign_oca_request_user_count(self):
        """sign_oca counts for each user's top bar, and stumbles over what is about
        records of an application that was uninstalled."""
        signers = by_engine(self.env["sign.oca.request.signer"])
        circle = self.env.user.partner_id.commercial_partner_id.ids
        waiting = [("signed_on", "=", False), ("partner_id", "child_of", circle)]
        models = signers._read_group([*waiting, ("model", "!=", False)], ["model"])
        gone = [name for (name,) in models if name not in self.env]
        if gone:
            signers.search([("model", "in", gone)]).write({"model": False, "res_id": 0})
        return super().sign_oca_request_user_count()
