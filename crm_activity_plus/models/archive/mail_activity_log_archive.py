# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.arguments import Arguments
from ...engine.environment import is_uninstalling
from ...tools.history_file import (
    BrokenFileError,
    get_checksum,
    group_by_run,
    pack,
    unpack,
)
from ...tools.replay import BrokenHistoryError, replay


class MailActivityLogArchive(models.Model):
    """A file with all that the ledger told of plans that ended long ago.

    It is written once, in the transaction in which the rows leave the ledger. Together
    with what the ledger still has, replaying it gives the present state.
    """

    _name = "mail.activity.log.archive"
    _inherit = ["mail.activity.engine.mixin"]
    _description = "Archived Activity History"
    _order = "id DESC"

    name = fields.Char("File Name", required=True, readonly=True)
    file = fields.Binary(required=True, readonly=True, attachment=True)
    checksum = fields.Char("SHA-256", required=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, ondelete="restrict")
    date_first = fields.Datetime("From", required=True, readonly=True)
    date_last = fields.Datetime("To", required=True, readonly=True)
    row_count = fields.Integer("Entries", required=True, readonly=True)
    run_count = fields.Integer("Plans", required=True, readonly=True)
    run_ids = fields.One2many(
        "mail.activity.plan.run", "log_archive_id", "Running Plans", readonly=True
    )

    def write(self, vals):  # pylint: disable=method-required-super
        raise self._make_write_once_error()

    @api.ondelete(at_uninstall=True)
    def _unlink_never(self):
        if not is_uninstalling(self.env):
            raise self._make_write_once_error()

    def _make_write_once_error(self):
        return UserError(
            self.env._(
                "The archived activity history can't be changed or deleted: it tells "
                "what happened. Download the file to keep a copy elsewhere."
            )
        )

    # ------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------

    @api.model
    def _archive(self, runs):
        """Move what the ledger tells of runs into a file. All of it happens in the
        present transaction, or nothing.

        What doesn't tell the state of its run stays where it is: somebody has to look
        into that first.

        :param runs: runs of one company that are over; the caller holds their locks
        :returns: the archive, or none
        """
        log = self.env["mail.activity.log"]
        rows_by_run = group_by_run(log._read_all_of_runs(runs))
        told = runs.filtered(lambda run: run._is_told_by(rows_by_run.get(run.id, ())))
        if not told:
            return self
        rows = [row for run in told for row in rows_by_run[run.id]]
        rows.sort(key=lambda row: row["id"])
        archive = self.create(self._prepare_archive_values(told, rows))
        log._move_into(archive)
        told.log_archive_id = archive
        return archive

    @api.model
    def _prepare_archive_values(self, runs, rows):
        data = pack(rows)
        dates = [row["date"][:19].replace("T", " ") for row in rows]
        return {
            "name": f"activity-history-{rows[0]['id']}-{rows[-1]['id']}.jsonl.gz",
            "file": base64.b64encode(data),
            "checksum": get_checksum(data),
            "company_id": runs.company_id.id,
            "date_first": min(dates),
            "date_last": max(dates),
            "row_count": len(rows),
            "run_count": len(runs),
        }

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    def _read_rows(self):
        """:returns: the rows of the file, oldest first
        :raises UserError: the file is missing, or isn't what was written
        """
        self.ensure_one()
        # A client that wants to know sizes gets them instead of the content.
        whole = self.sudo().with_context(bin_size=False, bin_size_file=False)
        whole.invalidate_recordset(["file"], flush=False)
        try:
            rows = unpack(base64.b64decode(whole.file or b""), self.sudo().checksum)
        except BrokenFileError as error:
            raise self._make_broken_error() from error
        if len(rows) != self.sudo().row_count:
            raise self._make_broken_error()
        return rows

    def _make_broken_error(self):
        return UserError(
            self.env._(
                "“%(file)s” is missing or was changed: its SHA-256 isn't %(checksum)s. "
                "Restore the file from a backup of the filestore.",
                file=self.sudo().name,
                checksum=self.sudo().checksum,
            )
        )

    @api.readonly
    def replay(self):
        """Check the file, and replay what it and the ledger tell of its plans.

        :returns: ``runs``, ``steps`` and ``activities``: id -> ``status``, and the
            values that each has
        :rtype: dict
        :raises UserError: the file is missing or was changed, or what it tells doesn't
            fit together, or isn't how things are now
        """
        Arguments(self.env).check_single(self)
        self.check_access("read")
        # Whoever may read the file finds all of that in it.
        runs, rows = self.sudo().run_ids, self._read_rows()
        refs = {row["activity_ref"] for row in rows} - {None, 0}
        rows += self.env["mail.activity.log"].sudo()._read_all_of_runs(runs, refs)
        rows.sort(key=lambda row: row["id"])
        try:
            told = replay(rows)
        except BrokenHistoryError as error:
            raise self._make_untrue_error() from error
        rows_by_run = group_by_run(rows)
        if any(not run._is_told_by(rows_by_run.get(run.id, ())) for run in runs):
            raise self._make_untrue_error()
        return told

    def _make_untrue_error(self):
        return UserError(
            self.env._(
                "Replaying “%(file)s” doesn't give the state that its plans have now. "
                "Somebody has changed the database behind Odoo's back.",
                file=self.sudo().name,
            )
        )

    @api.readonly
    def action_verify(self):
        """:meth:`replay`, and say that all is well.

        :returns: action: a notification
        """
        self.replay()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "The file is as it was written. Its %(rows)s entries tell the "
                    "present state of %(runs)s plans.",
                    rows=self.row_count,
                    runs=self.run_count,
                ),
            },
        }
