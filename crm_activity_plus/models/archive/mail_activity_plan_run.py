# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_datetime

from ...engine.environment import by_engine
from ...tools.replay import BrokenHistoryError, replay
from ...tools.states import OPEN_RUN_STATES

_logger = logging.getLogger(__name__)

# So many runs are in a file.
BATCH_SIZE = 500
# The history of runs stays at hand for so long after their end.
DEFAULT_MONTHS = 24
MONTHS_PARAMETER = "crm_activity_plus.history_archive_months"


class MailActivityPlanRun(models.Model):
    """The history of runs that ended long ago goes into files: the ledger stays as long
    as what people look at."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    log_archive_id = fields.Many2one(
        "mail.activity.log.archive",
        "Archived History",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_system",
    )
    archive_note = fields.Char("History", compute="_compute_archive_note")

    _to_archive_index = models.Index(
        "(date_end, id) WHERE log_archive_id IS NULL AND date_end IS NOT NULL"
    )

    @api.depends("log_archive_id")
    @api.depends_context("lang", "tz")
    def _compute_archive_note(self):
        for run in self:
            # When it was archived is said to whoever may read the run.
            archive = run.sudo().log_archive_id
            run.archive_note = bool(archive) and self.env._(
                "Archived on %(date)s. Administrators find it under Archived History.",
                date=format_datetime(self.env, archive.create_date, dt_format="short"),
            )

    # ------------------------------------------------------------
    # The scheduled action
    # ------------------------------------------------------------

    @api.model
    def _cron_archive_history(self):
        """Archive the history of runs that ended long ago, in batches, each in a
        transaction of its own: whatever ends the process, each row is either in the
        ledger or in a file."""
        runs, IrCron = by_engine(self), self.env["ir.cron"]
        domain = self._get_to_archive_domain()
        IrCron._commit_progress(remaining=runs.search_count(domain))
        later = Domain.TRUE
        while batch := runs.search(
            domain & later, order="date_end, id", limit=BATCH_SIZE
        ):
            date_end, last_id = batch[-1].date_end, batch[-1].id
            later = Domain("date_end", ">", date_end)
            later |= Domain("date_end", "=", date_end) & Domain("id", ">", last_id)
            is_last = len(batch) < BATCH_SIZE
            batch._archive_history_of_each()
            time_left = IrCron._commit_progress(
                len(batch), remaining=0 if is_last else None
            )
            if is_last or not time_left:
                break

    @api.model
    def _get_to_archive_domain(self):
        """:returns: the runs whose history may be archived now"""
        before = fields.Datetime.subtract(
            fields.Datetime.now(), months=self._get_archive_months()
        )
        return (
            Domain("log_archive_id", "=", False)
            & Domain("date_end", "!=", False)
            & Domain("date_end", "<", before)
            & Domain("state", "not in", OPEN_RUN_STATES)
        )

    @api.model
    def _get_archive_months(self):
        """:returns: how long the history stays at hand; what is no number of months
        counts as if nobody had said anything"""
        value = self.env["ir.config_parameter"].sudo().get_param(MONTHS_PARAMETER)
        try:
            months = int(value)
        except (TypeError, ValueError):
            return DEFAULT_MONTHS
        return months if 1 <= months <= 1200 else DEFAULT_MONTHS

    def _archive_history_of_each(self):
        """Archive the runs together; where that fails, each by itself."""
        if self._try_archive_history():
            return
        for run in self:
            run._try_archive_history()
            self.env["ir.cron"]._commit_progress()

    def _try_archive_history(self):
        """:returns: whether nothing was in the way; otherwise, nothing was done"""
        try:
            self._archive_history()
            self.env.flush_all()
        except psycopg2.OperationalError:
            _logger.info("Runs %s were interrupted", self.ids, exc_info=True)
        except Exception:
            _logger.exception("The history of runs %s can't be archived", self.ids)
        else:
            return True
        self.env.cr.rollback()
        return False

    def _archive_history(self):
        """Archive what nobody else holds: whoever wants to begin a run again meanwhile
        has to look once more, and sees that its history is gone."""
        free = self.try_lock_for_update().filtered_domain(self._get_to_archive_domain())
        for runs in free.grouped("company_id").values():
            self.env["mail.activity.log.archive"]._archive(runs)

    def _is_told_by(self, rows):
        """Look whether the history gives the present state, and whether it is over.

        :param rows: what the ledger has, and an archive, of this run; oldest first
        """
        self.ensure_one()
        try:
            told = replay(rows)
        except BrokenHistoryError as error:
            _logger.warning("The history of run %s doesn't add up: %s", self.id, error)
            return False
        states = {line.id: line.state for line in self.line_ids}
        is_told = (
            told["runs"].get(self.id, {}).get("status") == self.state
            and {id_: step["status"] for id_, step in told["steps"].items()} == states
        )
        if not is_told:
            _logger.warning("The history of run %s isn't how it ended", self.id)
        return is_told and not self.line_ids._get_open_activity()
