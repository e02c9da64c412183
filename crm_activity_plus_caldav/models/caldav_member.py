# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models

# So long can a program be away and still learn what is gone.
REMEMBERED = timedelta(days=90)


class CaldavMember(models.Model):
    """Something in a calendar, or something that was in it: the log of a calendar's
    changes, with one row for the last change of each address. Programs ask for the rows
    after the last one that they know.

    Nobody has access rights to it.
    """

    _name = "caldav.member"
    _description = "Calendar Member"

    collection_id = fields.Many2one(
        "caldav.collection", required=True, ondelete="cascade"
    )
    resource_id = fields.Many2one(
        "caldav.resource", index="btree_not_null", ondelete="set null"
    )
    name = fields.Char(required=True)
    etag = fields.Char()
    version = fields.Integer(required=True)
    # Its user has deleted it, and it is still there for others.
    is_hidden = fields.Boolean()
    gone_date = fields.Date()

    _name_uniq = models.Constraint(
        "UNIQUE (collection_id, name)", "An address is that of one thing."
    )
    _version_index = models.Index("(collection_id, version)")

    @api.autovacuum
    def _gc_members(self):
        """Forget what was gone long ago. Who was away for longer reads it all."""
        self.flush_model()
        limit = fields.Date.today() - REMEMBERED
        self.env.cr.execute(
            """
            UPDATE caldav_collection c SET oldest = GREATEST(c.oldest, gone.version)
              FROM (SELECT collection_id, MAX(version) AS version FROM caldav_member
                     WHERE gone_date < %(limit)s AND is_hidden IS NOT TRUE
                  GROUP BY collection_id) gone
             WHERE gone.collection_id = c.id
            """,
            {"limit": limit},
        )
        self.env.cr.execute(
            "DELETE FROM caldav_member WHERE gone_date < %s AND is_hidden IS NOT TRUE",
            [limit],
        )
        self.env["caldav.collection"].invalidate_model(["oldest"])
