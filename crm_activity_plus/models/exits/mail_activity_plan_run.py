# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import defaultdict

import psycopg2

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...engine.environment import by_engine
from ...engine.transitions import Transition
from ...tools.reasons import Reason
from ...tools.states import OPEN_RUN_STATES
from ..plan.mail_activity_plan import WATCHED_EXITS

_logger = logging.getLogger(__name__)

EXIT_BATCH_SIZE = 200
EXITS_POSITION = "exits"


class MailActivityPlanRun(models.Model):
    """What ends a run before it is done."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    # ------------------------------------------------------------
    # What has just happened
    # ------------------------------------------------------------

    @api.model
    def _exit(self, records, what, note=None):
        """Stop the runs on some records that end when something happens there.

        :param records: what it happened to: records of one model
        :param str what: what happened, as in the name of the field ``exit_on_<what>``;
            a value of ``stop_reason``, too
        :param note: more about it, for people: a :class:`~...tools.reasons.Reason`, or
            a text in somebody's words
        """
        self._find_exiting(records, what)._stop(what, note)

    @api.model
    def _find_exiting(self, records, what):
        """:returns: the runs that :meth:`_exit` stops, for the engine"""
        return by_engine(self).search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("state", "in", OPEN_RUN_STATES),
                (f"exit_on_{what}", "=", True),
            ]
        )

    def _stop_where_met(self):
        """Stop the runs whose record meets their exit condition by now."""
        same = self.grouped(
            lambda run: (run.plan_id, run.res_model, run.exit_domain, run.user_id)
        )
        for (plan, res_model, exit_domain, user), runs in same.items():
            records = self.env[res_model].browse(runs.mapped("res_id")).exists()
            try:
                met = plan._filter_records(records, exit_domain, runs[0].name, user)
            except ValidationError as error:
                # Nobody who saves a record can mend the plan: the runs go on.
                _logger.warning("Runs %s: %s", runs.ids, error.args[0])
                continue
            ids = set(met._ids)
            runs.filtered(lambda run, ids=ids: run.res_id in ids)._stop("condition")

    def _watch_again(self):
        """What begins again may ask for exits, and have steps, that no plan has any
        more: have the hooks look at its records."""
        asking = {what: self.filtered(what) for what in WATCHED_EXITS}
        automatic = self.line_ids.filtered(lambda line: line.action_type != "activity")
        asking["automatic_steps"] = automatic.run_id
        plans = self.env["mail.activity.plan"]
        for what, runs in asking.items():
            if {*runs.mapped("res_model")} - plans._get_watched_models(what):
                self.env.registry.clear_cache()

    # ------------------------------------------------------------
    # What no hook has seen
    # ------------------------------------------------------------

    @api.model
    def _cron_check_exits(self):
        """Stop what no hook could: records that were deleted behind the ORM's back,
        exit conditions that time alone made true, what happened at the same moment as
        the launch. A call goes on where the time of the last one was over."""
        domain = self.env["mail.activity.background"]._hand_over(
            "exit", self, [("state", "in", OPEN_RUN_STATES)]
        )
        IrCron, positions = self.env["ir.cron"], self.env["mail.activity.cron.position"]
        last_id, count = positions._find_start(EXITS_POSITION, self, domain)
        IrCron._commit_progress(remaining=count)
        while batch := self.search(
            domain & Domain("id", ">", last_id), order="id", limit=EXIT_BATCH_SIZE
        ):
            is_last = len(batch) < EXIT_BATCH_SIZE
            last_id = 0 if is_last else batch[-1].id
            batch._check_exits_up_to(last_id)
            # Of those that somebody else holds, nothing remains to be done here.
            time_left = IrCron._commit_progress(
                len(batch), remaining=0 if is_last else None
            )
            if is_last or not time_left:
                break

    def _work_exit(self):
        """Look at the runs: see ``mail.activity.background``."""
        if not self._try_transaction(self._check_exits_of_free):
            self._check_each()
        return True

    def _check_exits_up_to(self, last_id):
        """Look at runs in one transaction; where somebody else changed the same at this
        moment, at each of them in a transaction of its own.

        :param int last_id: how far the scheduled action comes by that
        """
        positions = self.env["mail.activity.cron.position"]
        if not self._try_transaction(
            lambda: (
                self._check_exits_of_free(),
                positions._set(EXITS_POSITION, last_id),
            )
        ):
            self._check_each()
            self._try_transaction(lambda: positions._set(EXITS_POSITION, last_id))

    def _check_each(self):
        """Look at each of the runs in a transaction of its own."""
        for run in self:
            run._try_transaction(run._check_exits_of_free)
            self.env["ir.cron"]._commit_progress()

    def _try_transaction(self, function):
        """:returns: whether nobody was in the way of what a function does"""
        try:
            function()
            self.env.flush_all()
        except psycopg2.OperationalError:
            _logger.info("Runs %s were interrupted", self.ids, exc_info=True)
            self.env.cr.rollback()
            return False
        return True

    def _check_exits_of_free(self):
        """Those that nobody else holds."""
        domain = [("state", "in", OPEN_RUN_STATES)]
        self.try_lock_for_update().filtered_domain(domain)._check_exits()

    def _check_exits(self):
        """Look at each run by itself where that fails for one of them."""
        try:
            with self.env.cr.savepoint():
                self._stop_where_over()
        except Exception:
            # One bad record: find it.
            for run in self:
                run._try_check_exits()

    def _try_check_exits(self):
        try:
            with self.env.cr.savepoint():
                self._stop_where_over()
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("The exits of run %s can't be checked", self.id)

    def _stop_where_over(self):
        gone = self._filter_without_document_left()
        gone._stop("record_deleted")
        left = self - gone
        left._stop_where_closed()
        left.filtered("exit_domain")._stop_where_met()
        left._close_lost_steps()
        left._follow_documents()

    def _stop_where_closed(self):
        """Stop the runs whose record is won, lost or archived by now."""
        by_state = defaultdict(self.browse)
        for run, record in self._get_documents().items():
            by_state[run.plan_id._get_closed_state(record, run)] += run
        by_state["won"]._stop("won")
        by_state["lost"]._stop("lost")
        by_state["archived"]._stop("lost", Reason("record_archived"))

    def _close_lost_steps(self):
        """Go on behind steps that nobody can finish any more: their activity was
        deleted behind the ORM's back, or what they do went with an addon."""
        scheduled = self.line_ids.search(
            [("run_id", "in", self.ids), ("state", "=", "scheduled")]
        )
        lost = scheduled.filtered(
            lambda line: line.action_type == "activity" and not line.activity_id
        )
        unknown = scheduled.filtered(lambda line: not line._has_kind())
        if lost or unknown:
            transition = Transition((lost + unknown).run_id)
            transition.close(lost, "cancelled", Reason("activity_deleted"))
            for line in unknown:
                transition.fail(line, line._get_unknown_kind_reason())
            transition.advance()
