# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import defaultdict
from datetime import datetime, time, timedelta
from itertools import chain, islice

import psycopg2
import psycopg2.errors

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from odoo.addons.crm_activity_plus.engine.environment import by_engine
from odoo.addons.crm_activity_plus.engine.reasons import get_error_reason
from odoo.addons.crm_activity_plus.tools.errors import describe_error
from odoo.addons.crm_activity_plus.tools.reasons import Reason
from odoo.addons.crm_activity_plus.tools.savepoint import savepoint

from ...engine.series_launcher import SeriesLauncher, split_turns
from ...engine.visits import VisitFinder

_logger = logging.getLogger(__name__)

# So many series are compared with their visits at once.
BLOCK_SIZE = 500
# So many visits are planned in a transaction; more and more, as long as there are some.
FIRST_BATCH_SIZE = 100
MAX_BATCH_SIZE = 500
# What series have to have in common for their visits to be launched together.
LAUNCHED_ALIKE = ("plan_id", "user_id", "company_id", "daily_limit", "is_spread")


class MailActivityPlanRecurrence(models.Model):
    """What is missing of series is planned, in batches.

    Each batch is a transaction of its own, and each looks anew at what is missing: so
    it doesn't matter where an earlier call was interrupted, or who else does the same.
    """

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.recurrence"

    @api.model
    def _cron_plan_visits(self):
        """Look at all series, those first that were just started or stopped."""
        domain = self.env["mail.activity.background"]._hand_over(
            "recurrence", self, self._get_due_domain(), "date_next_check, id"
        )
        IrCron = self.env["ir.cron"]
        ids = self.search(domain, order="date_next_check, id").ids
        IrCron._commit_progress(remaining=len(ids))
        for block in split_every(BLOCK_SIZE, ids, list):
            if not by_engine(self.browse(block))._keep_up(domain):
                return
        self._tell_completed()

    def _work_recurrence(self):
        """Look at some of the series: see ``mail.activity.background``."""
        by_engine(self)._keep_up(self._get_due_domain())
        self._tell_completed()
        overdue = [
            *self._get_due_domain(),
            ("id", "in", self.ids),
            ("date_next_check", "<=", fields.Datetime.now()),
        ]
        return not self.search_count(overdue, limit=1)

    @api.model
    def _get_due_domain(self):
        return [
            ("date_next_check", "!=", False),
            ("state", "in", ("running", "stopped")),
        ]

    def _keep_up(self, domain):
        """Plan what is missing of the series, until nothing is or the time is over.

        :param domain: of those that are due
        :returns: whether there is time left
        """
        size, commit = FIRST_BATCH_SIZE, self.env["ir.cron"]._commit_progress
        left, finder = self, VisitFinder()
        while True:
            try:
                series = left.try_lock_for_update().filtered_domain(domain)
                gaps, is_complete = series._fill(finder, size)
                over = series if is_complete else series._filter_broken(gaps)
                over._complete(gaps)
                self.env.flush_all()
            except psycopg2.OperationalError:
                # Somebody else changed the same: the next call does it.
                _logger.info("Series %s were interrupted", self.ids, exc_info=True)
                self.env.cr.rollback()
                return bool(commit(len(self)))
            if is_complete:
                return bool(commit(len(self)))
            left -= over
            # The commit gives the locks back, and lets others in.
            if not commit(1, remaining=len(self)):
                return False
            size = min(2 * size, MAX_BATCH_SIZE)

    def _fill(self, finder, size):
        """Plan visits that are missing, and cancel those that are too many.

        :param VisitFinder finder: finds them
        :param int size: at most so many of each
        :returns: series -> its :class:`~...engine.visits.Gaps`; and whether nothing is
            left to do
        """
        gaps = finder.find(self)
        occurrences = by_engine(self.env["mail.activity.plan.recurrence.occurrence"])
        ids = chain.from_iterable(gap.leaving for gap in gaps.values())
        occurrences.browse(ids)._leave()
        leaving = occurrences.search(
            [("recurrence_id", "in", self.ids), ("state", "=", "leaving")],
            order="res_id, id",
            limit=size + 1,
        )
        leaving[:size]._cancel()
        missing = chain.from_iterable(gap.missing for gap in gaps.values())
        visits = list(islice(missing, size + 1))
        finder.note_tried(visits[:size])
        for example, same in self._group_visits(visits[:size]):
            self._plan_together(example, same, gaps)
        return gaps, len(leaving) <= size and len(visits) <= size

    def _filter_broken(self, gaps):
        """:returns: those that can't go on today, whichever record it is"""
        return self.filtered(lambda series: gaps[series].problem)

    def _group_visits(self, visits):
        """:returns: visits that can be launched together, each time with a series to
        act like"""
        series_by_id = {series.id: series for series in self}
        examples, groups = {}, defaultdict(list)
        for visit in visits:
            series = series_by_id[visit.series_id]
            alike = tuple(series[name] for name in LAUNCHED_ALIKE)
            groups[examples.setdefault(alike, series)].append(visit)
        for example, same in groups.items():
            # Where it counts what people have to do already, a record's next visit has
            # to wait for the one before.
            is_counted = example.daily_limit or example.is_spread
            for turn in split_turns(same) if is_counted else [same]:
                yield example, turn

    def _plan_together(self, example, visits, gaps):
        """:param example: one of the series, which all plan like"""
        try:
            launcher = SeriesLauncher.make(example)
            launcher.take_turn()
        except UserError as error:
            # Nothing can be launched, whichever record it is.
            for series in self.browse({visit.series_id for visit in visits}):
                gaps[series].problem = describe_error(error)
            return
        self._plan(launcher, visits)

    def _plan(self, launcher, visits):
        """Plan visits; where that fails, find the one that is to blame."""
        try:
            with savepoint(self.env.cr):
                self._note_visits(visits, *launcher.plan_visits(visits))
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            self.env.invalidate_all()
            if len(visits) > 1:
                half = len(visits) // 2
                fresh = launcher.renew()
                self._plan(fresh, visits[:half])
                self._plan(fresh.renew(), visits[half:])
            elif not isinstance(error, psycopg2.errors.UniqueViolation):
                self._note_failure(visits[0], error)

    def _note_failure(self, visit, error):
        if not isinstance(error, UserError):
            _logger.exception("The visit %s can't be planned", visit)
        reason = Reason("visit_failed", {"error": get_error_reason(error)})
        self._note_visits([visit], {}, {visit: reason})

    def _note_visits(self, visits, runs, reasons):
        """Note down what came of visits.

        :param dict runs: visit -> what was launched
        :param dict reasons: visit -> why nothing was
        """
        occurrences = by_engine(self.env["mail.activity.plan.recurrence.occurrence"])
        occurrences._forget_skipped(visits)
        occurrences.create(
            [
                {
                    **self._prepare_occurrence(visit, runs.get(visit)),
                    "reason": reasons.get(visit, False),
                }
                for visit in visits
            ]
        )

    def _prepare_occurrence(self, visit, run):
        event = run.line_ids.calendar_event_id[:1] if run else None
        return {
            "recurrence_id": visit.series_id,
            "res_model": self.browse(visit.series_id).res_model,
            "res_id": visit.res_id,
            "date": visit.day,
            "run_id": run.id if run else False,
            "calendar_event_id": event.id if event else False,
            "date_planned": event.start if event else False,
            "state": "planned" if run else "skipped",
            # There is nothing to tell of what isn't planned.
            "is_told": not event,
        }

    def _complete(self, gaps):
        """Nothing is missing for today: they are looked at again tomorrow, and those
        that are over are done."""
        tomorrow = fields.Date.today() + timedelta(days=1)
        running = self.filtered(lambda series: series.state == "running")
        (self - running).date_next_check = False
        over = running.filtered(lambda series: series._is_over(gaps[series]))
        over.write({"state": "done", "date_next_check": False})
        (running - over).date_next_check = datetime.combine(tomorrow, time(1))
        for series in running:
            if (series.problem or False) != gaps[series].problem:
                series.problem = gaps[series].problem

    def _is_over(self, gaps):
        self.ensure_one()
        if self.end_type == "forever" or gaps.problem or gaps.missing:
            return False
        return not self._find_days(is_first=True) and not self._get_coming()

    @api.model
    def _tell_completed(self):
        """Tell people about the visits of all series of which nothing is missing: each
        person once."""
        rows = self.env["mail.activity.plan.recurrence.occurrence"].search(
            [
                ("is_told", "=", False),
                ("state", "in", ("planned", "cancelled")),
                "|",
                ("recurrence_id.date_next_check", ">", fields.Datetime.now()),
                ("recurrence_id.date_next_check", "=", False),
            ]
        )
        try:
            by_engine(rows.try_lock_for_update())._tell()
        except psycopg2.OperationalError:
            _logger.info("Visits are told by the next call", exc_info=True)
            self.env.cr.rollback()
        self.env["ir.cron"]._commit_progress()
