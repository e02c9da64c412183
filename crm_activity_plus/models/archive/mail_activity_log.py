# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class MailActivityLog(models.Model):
    """The ledger's rows of plans that ended long ago go into files."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.log"

    @api.model
    def _read_all_of_runs(self, runs, activity_refs=()):
        """Read what the ledger tells of runs, of their steps, and of the activities of
        these.

        :param activity_refs: ids of activities that a file tells of as theirs
        :returns: rows with all their columns, oldest first; JSON-able
        :rtype: list[dict]
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH own AS (
                    SELECT id, activity_ref
                      FROM mail_activity_log
                     WHERE run_id = ANY(%(run_ids)s)
                ), activity AS (
                    SELECT activity_ref FROM own WHERE activity_ref <> 0
                     UNION
                    SELECT unnest(%(activity_refs)s::int[])
                )
                SELECT to_jsonb(log)
                  FROM mail_activity_log AS log
                  JOIN (
                        SELECT id FROM own
                         UNION
                        SELECT other.id
                          FROM activity
                          JOIN mail_activity_log AS other USING (activity_ref)
                         WHERE other.run_id IS NULL
                       ) AS chosen USING (id)
              ORDER BY log.id
                """,
                run_ids=runs.ids,
                activity_refs=list(activity_refs),
            )
        )
        return [row for [row] in rows]

    @api.model
    def _move_into(self, archive):
        """Let rows leave the ledger that lie in an archive: what is read back from its
        file. There is no other way out.

        :param archive: one archive
        :raises UserError: its file isn't what was written, or one of its rows has left
            the ledger before
        """
        ids = [row["id"] for row in archive._read_rows()]
        self.flush_model()
        deleted = self.env.execute_query(
            SQL("DELETE FROM mail_activity_log WHERE id = ANY(%s) RETURNING id", ids)
        )
        if len(deleted) != len(ids):
            raise UserError(
                self.env._(
                    "“%(archive)s” has entries that are no longer in the history.",
                    archive=archive.name,
                )
            )
        self.invalidate_model(flush=False)
