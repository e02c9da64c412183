# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL


class CaldavKeyNotice(models.Model):
    """That somebody was told of a key that expires.

    Nobody has access rights to it.
    """

    _name = "caldav.key.notice"
    _description = "Notice of an Expiring Calendar Key"

    # The table of the keys isn't one of Odoo's usual ones: no foreign key leads to it.
    key_id = fields.Integer(required=True)

    _key_uniq = models.Constraint("UNIQUE (key_id)", "One notice for each key.")

    @api.model
    def _find_told(self, keys):
        """:returns: the ids of those of the keys that people were told of"""
        notices = self.sudo().search([("key_id", "in", keys.ids)])
        return notices.mapped("key_id")

    @api.autovacuum
    def _gc_notices(self):
        """Forget keys that are gone."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "DELETE FROM caldav_key_notice n WHERE NOT EXISTS"
                " (SELECT FROM res_users_apikeys k WHERE k.id = n.key_id)"
            )
        )
        self.invalidate_model()
