# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Longer than the work queue takes to say that somebody is still there.
CLAIM_MINUTES = 5


class MailActivityClaim(models.Model):
    """Somebody has an activity open in the work queue, so that nobody else gets it.

    It is no change of the activity, and no row of the ledger: it only lasts while
    somebody looks at the activity. Its table is its own, so that looking never
    conflicts with changing.
    """

    _name = "mail.activity.claim"
    _inherit = ["mail.activity.engine.mixin"]
    _description = "Activity Claim"
    _rec_name = "activity_id"

    activity_id = fields.Many2one(
        "mail.activity", required=True, readonly=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date_end = fields.Datetime("Claimed Until", required=True, readonly=True)

    _activity_unique = models.UniqueIndex("(activity_id)")

    @api.model
    def _claim(self, activities):
        """Claim activities for the user, or go on claiming them.

        :returns: those that nobody else has
        """
        if not activities:
            return activities
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO mail_activity_claim AS claim
                       (activity_id, user_id, date_end,
                        create_uid, create_date, write_uid, write_date)
                SELECT id, %(uid)s, %(end)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM mail_activity
                 WHERE id = ANY(%(ids)s)
                    ON CONFLICT (activity_id) DO UPDATE
                   SET user_id = EXCLUDED.user_id,
                       date_end = EXCLUDED.date_end,
                       write_uid = EXCLUDED.write_uid,
                       write_date = EXCLUDED.write_date
                 WHERE claim.user_id = EXCLUDED.user_id OR claim.date_end < %(now)s
                RETURNING activity_id
                """,
                uid=self.env.uid,
                ids=activities.ids,
                now=now,
                end=now + timedelta(minutes=CLAIM_MINUTES),
            )
        )
        claimed = {activity_id for [activity_id] in rows}
        return activities.filtered(lambda a: a.id in claimed)

    @api.model
    def _release(self, activity_ids):
        """Give back what the user has claimed."""
        self.env.execute_query(
            SQL(
                """
                DELETE FROM mail_activity_claim
                 WHERE activity_id = ANY(%s) AND user_id = %s
                RETURNING id
                """,
                list(activity_ids),
                self.env.uid,
            )
        )

    @api.model
    def _get_taken_condition(self, alias):
        """:returns: SQL that tells whether somebody else has the activity of a row

        :param str alias: the activities' table in the query
        """
        return SQL(
            """
            EXISTS (
                SELECT FROM mail_activity_claim AS claim
                 WHERE claim.activity_id = %s
                   AND claim.user_id <> %s
                   AND claim.date_end >= %s
            )
            """,
            SQL.identifier(alias, "id"),
            self.env.uid,
            fields.Datetime.now(),
        )

    @api.autovacuum
    def _gc_over(self):
        self.search([("date_end", "<", fields.Datetime.now())]).unlink()
