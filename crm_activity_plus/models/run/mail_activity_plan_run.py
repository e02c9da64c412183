# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import defaultdict
from itertools import zip_longest

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.arguments import Arguments
from ...engine.deadlines import StepDater
from ...engine.environment import by_engine, is_uninstalling
from ...tools.states import OPEN_RUN_STATES
from ...tools.values import quote

_logger = logging.getLogger(__name__)

EXIT_BATCH_SIZE = 200
EXITS_POSITION = "exits"


class MailActivityPlanRun(models.Model):
    """A launched plan, which the engine moves forward.

    It keeps what it needs of the plan: changing the plan doesn't change what was
    launched. People change a run through its actions only, which need write access to
    the document.
    """

    _name = "mail.activity.plan.run"
    _inherit = [
        "mail.activity.document.mixin",
        "mail.activity.reason.mixin",
        "mail.activity.ledger.mixin",
    ]
    _description = "Running Plan"
    _order = "id DESC"

    _open_states = OPEN_RUN_STATES
    _reason_field = "stop_note"

    # None where the plan went with the application it was for. People can't delete it.
    plan_id = fields.Many2one(
        "mail.activity.plan", readonly=True, index=True, ondelete="set null"
    )
    name = fields.Char(required=True, readonly=True)
    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", required=True, readonly=True
    )
    res_name = fields.Char("Record", compute="_compute_res_name", compute_sudo=True)
    lead_id = fields.Many2one(
        "crm.lead",
        string="Opportunity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    company_id = fields.Many2one(
        "res.company",
        readonly=True,
        index=True,
        help="Company of the record. If it has none, everybody who can read the record"
        " can read its plans.",
    )
    working_company_id = fields.Many2one(
        "res.company",
        string="Working Days of",
        readonly=True,
        help="Company whose working days count if the record has none: the one in "
        "which the plan was launched.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Launched by",
        readonly=True,
        index=True,
        ondelete="set null",
    )
    responsible_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        readonly=True,
        ondelete="set null",
        help="User chosen at launch for the steps that ask for one.",
    )
    plan_date = fields.Date(required=True, readonly=True)
    state = fields.Selection(
        [
            ("running", "Running"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("stopped", "Stopped"),
        ],
        default="running",
        required=True,
        readonly=True,
        index=True,
    )
    stop_reason = fields.Selection(
        [
            ("manual", "Stopped manually"),
            ("won", "Won"),
            ("lost", "Lost"),
            ("reply", "The customer replied"),
            ("meeting", "A meeting was booked"),
            ("condition", "The exit condition was met"),
            ("merged", "Merged into another record"),
            ("outcome", "Stopped by an outcome"),
            ("record_deleted", "The record was deleted"),
            ("plan_deleted", "The plan was deleted"),
        ],
        readonly=True,
    )
    stop_note = fields.Char(compute="_compute_reason", search="_search_reason")
    stop_note_code = fields.Char(readonly=True)
    stop_note_values = fields.Json(readonly=True)
    stop_note_text = fields.Char(
        readonly=True, help="What a person typed, or an older version wrote."
    )
    date_start = fields.Datetime(
        "Started on", default=fields.Datetime.now, required=True, readonly=True
    )
    date_end = fields.Datetime("Ended on", readonly=True)
    date_paused = fields.Datetime("Paused on", readonly=True)
    exit_on_won = fields.Boolean(readonly=True)
    exit_on_lost = fields.Boolean(readonly=True)
    exit_on_reply = fields.Boolean(readonly=True)
    exit_on_meeting = fields.Boolean(readonly=True)
    exit_domain = fields.Char(readonly=True)
    line_ids = fields.One2many(
        "mail.activity.plan.run.line", "run_id", string="Steps", readonly=True
    )
    progress = fields.Float(
        compute="_compute_progress",
        store=True,
        aggregator="avg",
        help="Share of steps that are closed, in percent.",
    )
    next_deadline = fields.Date(
        "Next Due Date", compute="_compute_progress", store=True, index=True
    )
    deadline_policy = fields.Selection(
        selection=lambda self: self.env["mail.activity.plan"]
        ._fields["deadline_policy"]
        ._description_selection(self.env),
        default="calendar",
        required=True,
        readonly=True,
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar", readonly=True, ondelete="set null"
    )
    launch_key = fields.Char(readonly=True, default="")
    action_depth = fields.Integer(
        readonly=True,
        help="Number of server actions that triggered one another before this plan was"
        " launched.",
    )

    # Two launches at the same moment give one run.
    _launched_once = models.UniqueIndex(
        "(plan_id, res_model, res_id, launch_key) WHERE state IN ('running', 'paused')",
        "This plan is already running on this record.",
    )
    _document_index = models.Index("(res_model, res_id)")
    # For the check of the exits, which goes through them in this order.
    _under_way_index = models.Index("(id) WHERE state IN ('running', 'paused')")

    @api.ondelete(at_uninstall=True)
    def _unlink_never(self):
        """Its history hangs on it."""
        if is_uninstalling(self.env):
            return
        raise UserError(
            self.env._(
                "“%(runs)s” can't be deleted: its history tells what was done for the "
                "customer. Stop it instead.",
                runs=", ".join(self[:6].mapped("display_name")),
            )
        )

    @api.depends("name", "res_model", "res_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            run.display_name = (
                f"{run.name} – {run.res_name}" if run.res_name else run.name
            )

    @api.depends("res_model", "res_id")
    @api.depends_context("lang")
    def _compute_res_name(self):
        self.res_name = False
        for res_model, runs in self.grouped("res_model").items():
            if res_model not in self.env:
                continue
            existing = self.env[res_model].browse(runs.mapped("res_id")).exists()
            names = {record.id: record.display_name for record in existing}
            for run in runs:
                run.res_name = names.get(run.res_id, False)

    @api.depends("line_ids.state", "line_ids.date_deadline")
    def _compute_progress(self):
        for run in self:
            run.update(run.line_ids._sum_up(run.line_ids))

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_stop(self, reason="manual", note=None):
        """Stop the runs and close their open activities.

        :param str reason: one of the values of ``stop_reason``
        :param str note: more about why, for people
        :raises UserError: the reason is unknown
        :raises AccessError: the user may not change the document
        """
        note = Arguments(self.env).text(note, "note")
        if reason not in self._fields["stop_reason"].get_values(self.env):
            raise UserError(
                self.env._(
                    "“%(reason)s” is no reason to stop a plan. Choose one of these: "
                    "%(reasons)s.",
                    reason=quote(reason),
                    reasons=", ".join(self._fields["stop_reason"].get_values(self.env)),
                )
            )
        self._check_may_drive()
        by_engine(self)._stop(reason, note)
        return True

    def action_pause(self):
        """Pause running runs: their activities are off the to-do lists.

        :raises UserError: one of them isn't running
        :raises AccessError: the user may not change the document
        """
        self._check_may_drive()
        self._check_state(
            "running", self.env._("is not running, so that it can't be paused")
        )
        by_engine(self)._pause()
        return True

    def action_resume(self):
        """Go on with paused runs. Open steps move by the days that the pause took:
        working days under the policy of working days.

        :raises UserError: one of them isn't paused
        :raises AccessError: the user may not change the document
        """
        self._check_may_drive()
        self._check_state(
            "paused", self.env._("is not paused, so that there is nothing to resume")
        )
        by_engine(self)._resume()
        return True

    def action_restart(self):
        """Begin the runs again with their first steps, as they were launched; what is
        open is cancelled.

        :raises UserError: the plan couldn't be launched on the record now either: it is
            archived, under way there in another run, or the record is won, lost,
            archived or not one that the plan is for
        :raises AccessError: the user may not change the document
        """
        self._check_may_drive()
        by_engine(self)._restart()
        return True

    def _check_state(self, state, reason):
        for run in self:
            if run.state != state:
                raise UserError(
                    self.env._(
                        "“%(run)s” %(reason)s.", run=run.display_name, reason=reason
                    )
                )

    def action_open_document(self):
        """:raises UserError: the document is gone"""
        Arguments(self.env).check_single(self)
        if self._filter_without_document_left():
            raise UserError(
                self.env._("The record of “%(run)s” was deleted.", run=self.name)
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def _check_may_drive(self):
        """Whoever may change the document drives its runs, though nobody may write on a
        run itself."""
        self.check_access("read")
        forbidden = self._filter_document_forbidden("write")
        if forbidden:
            raise forbidden._make_document_access_error("write")

    # ------------------------------------------------------------
    # Engine. Everything below runs as superuser.
    # ------------------------------------------------------------

    def _launch(self, steps_by_run):
        """Give new runs their steps, and schedule those that wait for nothing.

        :param steps_by_run: for each run, the :class:`PlannedStep` of its proposal
        """
        lines = self.line_ids._create_steps(self, steps_by_run)
        self.env["mail.activity.log"]._add(
            [
                {
                    **run._prepare_log_values("launched", False),
                    "values": {
                        "plan_id": run.plan_id.id,
                        **run._get_logged_values(),
                    },
                }
                for run in self
            ]
        )
        scheduled = lines.filtered(lambda line: line.state == "scheduled")
        scheduled._start()
        lines._log(dict.fromkeys(lines, False))
        lines.filtered(lambda line: line.state == "failed")._notify_failed()
        self._post_launch_notes()
        # What comes behind steps that were left out or failed, and runs without any
        # open step.
        (lines - lines._filter_open()).run_id._advance()

    def _touch_documents(self):
        """Have whoever changes or deletes one of the records at this moment, and can't
        see its run yet, begin anew: what a change would have ended doesn't go on.

        A lock alone would let the other one go on behind it. So the row is updated,
        without changing it: PostgreSQL then refuses the other one's update, and Odoo
        repeats it; or this transaction is repeated, where the other one was first.
        """
        for res_model, runs in self.grouped("res_model").items():
            self._touch(self.env[res_model].browse(runs.mapped("res_id")))

    @api.model
    def _touch(self, records):
        """See :meth:`_touch_documents`."""
        if records and records._auto:
            self._lock(records)
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET id = id WHERE id = ANY(%s)",
                    SQL.identifier(records._table),
                    records.ids,
                )
            )

    @api.model
    def _lock(self, records):
        """Lock rows that are about to be updated, in one order, so that two who do so
        don't wait for each other. Where somebody else has updated one of them since
        this transaction began, it is repeated."""
        if records and records._auto:
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id"
                    " FOR NO KEY UPDATE",
                    SQL.identifier(records._table),
                    records.ids,
                )
            )

    def _get_action_depth(self):
        """:returns: how many actions led here today, for the next one; a plan that
        launches another one on a later day doesn't go round without end"""
        self.ensure_one()
        is_todays = self.date_start.date() == fields.Date.today()
        return self.action_depth if is_todays else 0

    def _get_dater(self, policy=None):
        """:param str policy: instead of the run's own"""
        return StepDater(
            self.env, policy or self.deadline_policy, self.resource_calendar_id
        )

    def _advance(self):
        """Schedule and skip the waiting steps whose turn has come, and end the runs
        that have no open step left."""
        under_way = self.filtered(lambda run: run.state in OPEN_RUN_STATES)
        orphans = under_way._filter_without_document_left()
        orphans._stop("record_deleted")
        under_way -= orphans
        running = under_way.filtered(lambda run: run.state == "running")
        while running:
            starting, dead = running.line_ids._split_by_turn()
            if not starting and not dead:
                break
            dead._close(
                "skipped",
                reason=self.env._("The outcome before it leads to another step."),
                branch_taken=False,
            )
            starting._schedule()
        # Paused ones, too: their activities can be closed all the same.
        under_way.filtered(
            lambda run: all(run.line_ids.mapped("is_closed"))
        )._set_state("done", {"date_end": fields.Datetime.now(), "date_paused": False})

    def _filter_without_document_left(self):
        """:returns: the runs whose document is gone"""
        gone = self.browse()
        for res_model, runs in self.grouped("res_model").items():
            existing = set()
            if res_model in self.env:
                records = self.env[res_model].browse(set(runs.mapped("res_id")))
                existing.update(records.exists()._ids)
            gone += runs.filtered(lambda run, ids=existing: run.res_id not in ids)
        return gone

    def _stop(self, reason, note=None):
        """End open runs before they are done; see :meth:`action_stop`."""
        runs = self.filtered(lambda run: run.state in OPEN_RUN_STATES)
        if not runs:
            return
        label = dict(self._fields["stop_reason"]._description_selection(self.env))[
            reason
        ]
        text = f"{label}: {note}" if note else label
        open_lines = runs.line_ids._filter_open()
        activities = open_lines.activity_id
        runs._set_state(
            "stopped",
            {
                "date_end": fields.Datetime.now(),
                "date_paused": False,
                "stop_note": note,
                "stop_reason": reason,
            },
            reason=text,
        )
        open_lines._close("cancelled", reason=text)
        activities._cancel(reason=text)
        if reason != "record_deleted":
            runs._post_notes(
                {
                    run: self.env._(
                        "The plan “%(plan)s” was stopped. %(reason)s",
                        plan=run.name,
                        reason=text,
                    )
                    for run in runs
                }
            )

    def _pause(self):
        self._set_state("paused", {"date_paused": fields.Datetime.now()})
        activities = self.line_ids._filter_open().activity_id.filtered("active")
        activities._hold_for_pause()

    def _resume(self):
        since = {
            run: fields.Datetime.context_timestamp(run, run.date_paused).date()
            for run in self
        }
        self._set_state("running", {"date_paused": False}, event="resumed")
        lines = self.line_ids._filter_open()
        lines.activity_id.filtered("held_by_pause").action_resume()
        self._shift(since, fields.Date.context_today(self))
        lines.activity_id._filter_hold_over()._end_hold()
        # They may have become due in between.
        lines._trigger_due()
        self._advance()

    def _shift(self, since, today):
        """Move the runs and their open steps by what lies between two days.

        :param dict since: for each run, the first of them
        :param date today: the second of them
        """
        daters, dates, plan_dates = {}, {}, {}
        for run in self:
            dater = daters.setdefault(
                (run.deadline_policy, run.resource_calendar_id), run._get_dater()
            )
            span = (since[run], today)
            for line in run.line_ids._filter_open().filtered("date_deadline"):
                moved = run._shift_day(line.date_deadline, line.user_id, span, dater)
                if moved:
                    dates[line] = moved
            moved = run._shift_day(run.plan_date, run.responsible_id, span, dater)
            if moved:
                plan_dates[run] = {"plan_date": moved.date}
        self._write_each(plan_dates)
        self.line_ids._reschedule(dates, "pause")

    def _shift_day(self, day, user, span, dater):
        """:param date day: what to move
        :param user: whose working days count
        :param tuple span: the two days; see :meth:`_shift`
        :returns: where to, and why, or None where nothing lies between the days
        """
        self.ensure_one()
        company = self._get_working_company()
        days = dater.count_days(*span, user, company)
        if not days:
            return None
        return dater.shift(day, days, "days", "after", user, company, "pause")

    def _restart(self):
        self._check_restartable()
        self._touch_documents()
        self._stop("manual", self.env._("Restarted"))
        launches = self.env["mail.activity.log"].search(
            [("run_id", "in", self.ids), ("event", "=", "launched")]
        )
        today = fields.Date.context_today(self)
        delays, plan_dates = {}, {}
        for launch in launches:
            run = launch.run_id
            launched_on = fields.Datetime.context_timestamp(self, launch.date).date()
            delays[run] = today - launched_on
            # Pauses and restarts have moved it since.
            plan_date = fields.Date.to_date(launch.values["plan_date"])
            plan_date = run._get_dater().move(plan_date, delays[run])
            plan_dates[run] = {"plan_date": plan_date}
        self._write_each(plan_dates)
        self._set_state(
            "running",
            {
                "date_start": fields.Datetime.now(),
                "date_end": False,
                "action_depth": self.env["ir.actions.server"]._get_depth(),
                "stop_note": False,
                "stop_reason": False,
            },
            event="restarted",
        )
        self.line_ids._reset(delays)
        self._advance()

    def _check_restartable(self):
        """:raises UserError: one of the runs can't begin again, or not all of them"""
        for reason in self._get_restart_refusals().values():
            raise UserError(reason)
        for runs in self.grouped(lambda run: run._get_launched_once_key()).values():
            if len(runs) > 1:
                raise UserError(runs.plan_id._get_running_reason())

    def _get_restart_refusals(self):
        """Say which runs can't begin again: where the plan isn't launched either.

        :returns: run -> a sentence
        :rtype: dict
        """
        refusals = {
            run: self.env._(
                "“%(run)s” can't be restarted: its record was deleted.",
                run=run.display_name,
            )
            for run in self._filter_without_document_left()
        }
        refusals |= {
            run: self.env._(
                "“%(run)s” can't be restarted: its plan was deleted.",
                run=run.display_name,
            )
            for run in self
            if not run.plan_id and run not in refusals
        }
        left = self.filtered(lambda run: run not in refusals)
        # Runs that look at their records alike.
        for runs in left.grouped(lambda run: run._get_launch_rules()).values():
            refusals |= runs._get_unfit_refusals()
        left = left.filtered(lambda run: run not in refusals)
        others = self.search(
            [
                ("plan_id", "in", left.plan_id.ids),
                ("res_id", "in", left.mapped("res_id")),
                ("state", "in", OPEN_RUN_STATES),
            ]
        )
        by_key = {run._get_launched_once_key(): run for run in others}
        for run in left:
            if by_key.get(run._get_launched_once_key(), run) != run:
                refusals[run] = run.plan_id._get_running_reason()
        return refusals

    def _get_launch_rules(self):
        """:returns: what decides on which records the run's plan is launched"""
        self.ensure_one()
        return (
            self.plan_id,
            self.res_model,
            self.responsible_id,
            *(self[name] for name in ("exit_on_won", "exit_on_lost", "exit_domain")),
        )

    def _get_unfit_refusals(self):
        """:returns: the runs whose plan can't be launched on their record, and why; for
        runs with the same rules"""
        plan = self.plan_id
        reason = plan._get_unavailable_reason()
        if reason:
            return dict.fromkeys(self, reason)
        records = self.env[self[0].res_model].browse(set(self.mapped("res_id")))
        try:
            reasons = plan._get_unfit_reasons(
                records.with_context(active_test=False), self.responsible_id, self[0]
            )
        except UserError as error:
            # The plan's own condition can't be evaluated.
            return dict.fromkeys(self, error.args[0])
        return {run: reasons[run.res_id] for run in self if run.res_id in reasons}

    def _get_launched_once_key(self):
        """:returns: what only one run under way can have"""
        return self.plan_id, self.res_model, self.res_id, self.launch_key

    @api.model
    def _cron_check_exits(self):
        """Stop what no hook could: records that were deleted behind the ORM's back,
        exit conditions that time alone made true, what happened at the same moment as
        the launch. A call goes on where the time of the last one was over."""
        domain = Domain("state", "in", OPEN_RUN_STATES)
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
            for run in self:
                run._try_transaction(run._check_exits_of_free)
                self.env["ir.cron"]._commit_progress()
            self._try_transaction(lambda: positions._set(EXITS_POSITION, last_id))

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
        by_state["archived"]._stop("lost", self._get_archived_note())

    @api.model
    def _get_archived_note(self):
        return self.env._("The record was archived.")

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

    def _close_lost_steps(self):
        """Go on behind steps whose activity was deleted behind the ORM's back."""
        lost = self.line_ids.search(
            [
                ("run_id", "in", self.ids),
                ("state", "=", "scheduled"),
                ("action_type", "=", "activity"),
                ("activity_id", "=", False),
            ]
        )
        lost._close("cancelled", reason=self.env._("The activity was deleted."))
        lost.run_id._advance()

    def _set_state(self, state, values=None, event=None, reason=False):
        """Give the runs another state, and tell the ledger."""
        if not self:
            return
        old_states = {run: run.state for run in self}
        old_values = self._get_logged_values_by_record()
        self.write({"state": state, **(values or {})})
        self.env["mail.activity.log"]._add(
            [
                {
                    **run._prepare_log_values(event or state, old_states[run]),
                    "reason": reason,
                    "values": run._get_logged_changes(old_values[run]) or None,
                }
                for run in self
            ]
        )

    def _forget_plans(self):
        """The plans of these are about to be deleted along with their templates and
        actions. PostgreSQL would clear one of these keys of a step after the other, and
        stumble over the next, where the step itself was changed just before."""
        self.plan_id = False
        self.line_ids.write(
            {"mail_template_id": False, "server_action_id": False, "template_id": False}
        )

    @api.model
    def _get_logged_fields(self):
        return ("company_id", "plan_date", "responsible_id")

    @api.model
    def _get_lead_id(self, record):
        return record._name == "crm.lead" and record.id

    def _merge_into(self, record):
        """Have the runs of merged records go on with the one that stays. Of two runs of
        one plan, the one that is further goes on.

        :param record: the one that stays
        """
        # A plan may be launched on it at this moment.
        self._touch(record)
        under_way = self.filtered(lambda run: run.state in OPEN_RUN_STATES)
        for same in under_way.grouped(
            lambda run: (run.plan_id, run.launch_key)
        ).values():
            furthest = max(
                same, key=lambda run: (run.progress, run.res_id == record.id)
            )
            (same - furthest)._stop("merged")
        # A run has to be stopped before another one takes its place.
        self.flush_recordset()
        self.filtered(lambda run: run.res_id != record.id)._move_to(record)

    def _move_to(self, record):
        """Let the runs go on with another record of the same model.

        :param record: where to
        """
        rows = [
            {
                **run._prepare_log_values("moved", run.state),
                "values": {"res_id": [run.res_id, record.id]},
            }
            for run in self
        ]
        partner = record.sudo()._mail_get_partners()[record.id][:1]
        self.write(
            {
                "res_id": record.id,
                "lead_id": self._get_lead_id(record),
                "partner_id": partner.id,
            }
        )
        self.line_ids.write({"res_id": record.id})
        self.env["mail.activity.log"]._add(
            [{**row, "res_id": record.id} for row in rows]
        )
        self._follow_documents()

    def _prepare_log_values(self, event, old_state):
        """Hook: the values of a ledger row about the run itself."""
        self.ensure_one()
        return {
            "res_model": self.res_model,
            "res_id": self.res_id,
            "run_id": self.id,
            "event": event,
            "old_status": old_state,
            "new_status": self.state,
        }

    # ------------------------------------------------------------
    # Chatter
    # ------------------------------------------------------------

    def _post_launch_notes(self):
        """Post one note on each document, with the plan's details."""
        notes = {}
        # Most of the runs of a launch have the same steps, people and dates.
        known = {}
        for run in self:
            key = (run.name, *(line._get_description_key() for line in run.line_ids))
            if key not in known:
                known[key] = run._describe()
            notes[run] = known[key]
        self._post_notes(notes)

    def _describe(self):
        """:returns: the run and its steps, for the note of the launch"""
        self.ensure_one()
        return Markup("%s<ul>%s</ul>") % (
            self.env._(
                'The plan "%(plan_name)s" has been started', plan_name=self.name
            ),
            Markup().join(
                Markup("<li>%s</li>") % line._describe() for line in self.line_ids
            ),
        )

    def _post_notes(self, notes):
        """Log a note on the runs' documents, as the current user.

        :param dict notes: run -> text or HTML
        """
        for res_model, runs in self.grouped("res_model").items():
            if res_model not in self.env:
                continue
            records = self.env[res_model].browse(runs.mapped("res_id")).exists()
            if not hasattr(records, "_message_log_batch"):
                continue
            ids = set(records._ids)
            by_record = runs.filtered(lambda run, ids=ids: run.res_id in ids)
            # Several runs may be on one record; a batch has one note for each.
            for turn in zip_longest(*by_record.grouped("res_id").values()):
                bodies = {run.res_id: notes[run] for run in turn if run}
                records.browse(bodies)._message_log_batch(bodies=bodies)
