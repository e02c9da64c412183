# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from time import monotonic

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.environment import by_engine
from ...engine.reasons import get_error_reason, reason_error
from ...engine.transitions import Transition
from ...tools.reasons import Reason
from ...tools.savepoint import savepoint
from ...tools.steps import PENDING

_logger = logging.getLogger(__name__)

# So many steps are done in one transaction; at first few, so that something is done
# also where they are slow.
DUE_BATCH_SIZE = 50
FIRST_DUE_BATCH_SIZE = 10
# As long as the transactions are this quick, they get larger.
QUICK_SECONDS = 5
# Whatever has ended the server so often would do so again.
MAX_TRIES = 3


class MailActivityPlanRunLine(models.Model):
    """What a step does when its turn has come: somebody has an activity to do, or the
    step does itself, by a method for each kind.

    A kind of step is a value of ``action_type``, and a method ``_run_action_<kind>``:

    .. code-block:: python

        def _run_action_sms(self, record):
            if not record.phone:
                raise UserError(self.env._("“%s” has no phone.", record.display_name))
            self._send_sms(record)

    It is called with the step's record once the step is due, as superuser. It returns
    values for the step, or nothing, and the step is done; it raises a ``UserError``,
    and the step fails with that reason; or it returns ``PENDING`` of ``tools.steps``:
    the step stays scheduled until :meth:`_finish_action`. What can be told without
    doing it belongs into ``_check_action_<kind>``, which is called before, and where a
    plan is tried.
    """

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    date_started = fields.Datetime(
        "Started on",
        readonly=True,
        help="When an automatic step began that takes a while.",
    )
    try_count = fields.Integer(
        "Interruptions",
        readonly=True,
        help="Number of times that the server was interrupted during the step.",
    )

    # ------------------------------------------------------------
    # Beginning and end of a step
    # ------------------------------------------------------------

    def _start(self, beginnings):
        """Begin scheduled steps: create the activities of those that somebody does, and
        have the others done on their date.

        :param Beginnings beginnings: tell of these steps, and maybe of others
        """
        self.user_id._lock_as_active()
        manual = self.filtered(lambda line: line.action_type == "activity")
        manual._start_activities(beginnings)
        beginnings.tell_rest()
        automatic = self - manual
        automatic._set_dates_due()
        automatic._trigger_due()

    def _set_dates_due(self):
        # Most of the steps of a launch are due at the same moment.
        by_date = self.grouped(lambda line: line._get_date_due())
        for date_due, lines in by_date.items():
            lines.date_due = date_due

    def _get_date_due(self):
        """Hook: when a step that does itself is done; in UTC."""
        self.ensure_one()
        return self._get_moment()

    def _trigger_due(self):
        """Have the steps that do themselves done on their date."""
        dates = {line.date_due for line in self if line.date_due}
        if dates:
            self.env.ref("crm_activity_plus.ir_cron_run_due_steps")._trigger(dates)

    def _run_action(self, record):
        """Do one step.

        :param record: its document, or none
        :returns: values of the step that is done by that, nothing, or ``PENDING``
        :raises UserError: it can't be done
        """
        self._check_action(record)
        record = record.with_company(self.run_id._get_working_company())
        return getattr(self, f"_run_action_{self.action_type}")(record)

    def _check_action(self, record):
        """Look whether a step can be done, without doing it. A kind of step may look at
        what it needs by a method ``_check_action_<kind>``.

        :param record: its document, or none
        :raises UserError: it can't be done
        """
        self.ensure_one()
        if not record:
            raise reason_error(self.env, Reason("record_gone"))
        if not self.user_id._filter_can_do_activities(record):
            raise reason_error(self.env, self._get_missing_responsible_reason())
        if not self._has_kind():
            raise reason_error(self.env, self._get_unknown_kind_reason())
        check = getattr(self, f"_check_action_{self.action_type}", None)
        if check:
            check(record.with_company(self.run_id._get_working_company()))

    def _get_doing_key(self):
        """Hook: what decides whether a step can be done on its record. Where a plan is
        tried, steps that have the same are looked at once.

        :rtype: tuple
        """
        self.ensure_one()
        return (
            self.action_type,
            self.user_id,
            self.mail_template_id,
            self.server_action_id,
            self.chosen_by_id,
        )

    def _has_kind(self):
        """:returns: whether the addon that brought the step's kind is there"""
        self.ensure_one()
        return self.action_type == "activity" or hasattr(
            self, f"_run_action_{self.action_type}"
        )

    def _get_unknown_kind_reason(self):
        self.ensure_one()
        return Reason("kind_missing", {"kind": self.action_type})

    def _finish_action(self, outcome=None, reason=None, failed=False):
        """Close steps whose action is ``PENDING``, and have their runs go on; those of
        a paused run once it is resumed. Steps that are closed by now stay as they are.

        :param outcome: a ``mail.activity.outcome``, its code or its id. What it says is
            done, as after an activity; the step is tried again, or its run stopped,
            where it says so. Nothing of that where the steps failed
        :param reason: why, for the history: a :class:`~...tools.reasons.Reason`, or a
            text in somebody's words
        :param bool failed: it couldn't be done; somebody who can help is told
        :raises UserError: there is no such outcome, or the steps can't end so
        """
        lines = by_engine(self)
        outcome = lines.env["mail.activity.outcome"]._read_outcome(outcome)
        for activity_type in lines.activity_type_id if outcome else ():
            if why_not := outcome._get_reason_not_applicable(activity_type):
                raise UserError(why_not)
        transition = Transition(lines.run_id)
        pending = lines._filter_automatic()
        if failed:
            reason = reason or Reason("action_failed")
            transition.fail(pending, reason, outcome_id=outcome.id)
        else:
            pending._end_actions(transition, outcome, reason)
        transition.advance()

    def _filter_automatic(self):
        """:returns: the scheduled steps that do themselves"""
        return self.filtered(
            lambda line: line.state == "scheduled" and line.action_type != "activity"
        )

    def _as_responsible(self, record):
        """:returns: a record, for what is done in the name of the step's responsible,
        who need not have the rights to do it"""
        user = self.user_id
        own = record.with_user(user).with_context(lang=user.lang, tz=user.tz)
        return own.sudo()

    # ------------------------------------------------------------
    # Doing those that are due
    # ------------------------------------------------------------

    @api.model
    def _cron_run_due(self):
        """Do the steps that are due. Several servers may do so at once: each takes what
        no other one holds. A step that can't be done fails, and the others go on.

        Where the server ended while it did some, nobody knows which of them was to
        blame: they come last, and each alone, so that they are in nobody's way.
        """
        domain = self.env["mail.activity.background"]._hand_over(
            "step", self, self._get_due_domain(), "date_due, id"
        )
        self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))
        self._do_due(domain)

    def _work_step(self):
        """Do those of the steps that are due: see ``mail.activity.background``."""
        domain = Domain("id", "in", self.ids) & Domain(self._get_due_domain())
        self._do_due(domain)
        return not self.search_count(domain, limit=1)

    @api.model
    def _do_due(self, domain):
        """:param domain: which steps to do"""
        time_left = True
        while time_left:
            done, time_left = self._run_due_once(domain & Domain("try_count", "=", 0))
            if not done:
                # Nothing that was done made others due.
                break
        if time_left:
            self._run_interrupted(domain & Domain("try_count", ">", 0))

    @api.model
    def _run_interrupted(self, domain):
        """Do each step in a transaction of its own, those first that were begun least
        often.

        :param domain: which these are
        """
        for line in self.search(domain, order="try_count, date_due, id"):
            line._run_due(domain)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _run_due_once(self, domain):
        """Go once through the steps that are due, in the order of their dates.

        :param domain: which these are
        :returns: how many were done, and whether there is time left
        """
        all_done, batch_size, after = 0, FIRST_DUE_BATCH_SIZE, Domain.TRUE
        while batch := self.search(
            domain & after, limit=min(batch_size, DUE_BATCH_SIZE), order="date_due, id"
        ):
            date_due, last_id = batch[-1].date_due, batch[-1].id
            after = Domain("date_due", ">", date_due) | (
                Domain("date_due", "=", date_due) & Domain("id", ">", last_id)
            )
            start = monotonic()
            done = batch._run_due(domain)
            all_done += done
            is_quick = monotonic() - start < QUICK_SECONDS
            batch_size = 2 * batch_size if is_quick else FIRST_DUE_BATCH_SIZE
            # Those that others hold take no time, and must not take that of the rest.
            if not self.env["ir.cron"]._commit_progress(len(batch)) and done:
                return all_done, False
        return all_done, True

    def _run_due(self, domain):
        """Do steps in one transaction; where that can't be, each in one of its own.

        :param domain: of those that are due
        :returns: how many were done
        """
        try:
            lines = self._begin_try(domain)
            lines._run_actions()
            self.env.flush_all()
        except Exception as error:
            # Somebody else changed the same at this moment, most likely: what isn't
            # done now is still due, and done by the next call.
            level = logging.INFO
            if not isinstance(error, psycopg2.OperationalError):
                level = logging.ERROR
            _logger.log(level, "Steps %s were interrupted", self.ids, exc_info=True)
            self.env.cr.rollback()
            # But not of what the other one is doing, which would be waited for.
            self.try_lock_for_update()._count_tries(SQL("0"))
            if len(self) == 1:
                return 0
        else:
            return len(lines.filtered(lambda line: line.state != "scheduled"))
        done = 0
        for line in self:
            done += line._run_due(domain)
            self.env["ir.cron"]._commit_progress()
        return done

    def _begin_try(self, domain):
        """Let it be known that the steps are about to be done, before they are: if the
        server ends meanwhile, that is what is left of it. Those that have ended it
        again and again fail.

        :param domain: of those that may be done
        :returns: those that nobody else holds
        """
        lines = self.try_lock_for_update().filtered_domain(domain)
        tired = lines.filtered(lambda line: line.try_count >= MAX_TRIES)
        if tired:
            transition = Transition(tired.run_id)
            transition.fail(tired, Reason("step_interrupted"))
            transition.try_to_advance()
            return tired
        if lines:
            lines._count_tries(SQL("COALESCE(try_count, 0) + 1"))
            self.env.cr.commit()  # pylint: disable=invalid-commit
        # The commit gave the locks back.
        return lines.try_lock_for_update().filtered_domain(self._get_due_domain())

    def _count_tries(self, number):
        """:param SQL number: how often the steps were begun by now. It is no change of
        theirs, which automation rules would have to hear of."""
        self.env.execute_query(
            SQL(
                "UPDATE mail_activity_plan_run_line SET try_count = %s"
                " WHERE id = ANY(%s) RETURNING id",
                number,
                self.ids,
            )
        )
        self.invalidate_recordset(["try_count"], flush=False)

    @api.model
    def _get_due_domain(self):
        return [
            ("state", "=", "scheduled"),
            ("date_due", "<=", fields.Datetime.now()),
            ("run_id.state", "=", "running"),
        ]

    def _run_actions(self):
        """Do steps, each by itself where one of them fails, and move their runs."""
        try:
            with savepoint(self.env.cr):
                transition = Transition(self.run_id)
                for line, record in zip(self, self._get_records(), strict=True):
                    line._do(record, transition)
                transition.advance()
        except Exception:
            # One bad record: find it.
            for line in self:
                line._try_action()
        self.env["mail.mail"]._send_soon()

    def _do(self, record, transition):
        """Do one step, unless it has begun already, or what was done just before ended
        or paused its run.

        :param record: its document, or none
        :raises UserError: it can't be done
        """
        is_due = self._filter_automatic() and not self.date_started
        if not is_due or self.run_id.state != "running":
            return
        values = self._run_action(record)
        if values is not PENDING:
            values = dict(values or {})
            outcome_id = values.pop("outcome_id", False)
            outcome = self.env["mail.activity.outcome"].browse(outcome_id or ())
            self._end_actions(transition, outcome, **values)
        elif self._filter_automatic():
            self.write({"date_due": False, "date_started": fields.Datetime.now()})

    def _try_action(self):
        try:
            with savepoint(self.env.cr):
                transition = Transition(self.run_id)
                self._do(*self._get_records(), transition)
                transition.advance()
        except psycopg2.OperationalError:
            # The transaction is lost: the whole batch is tried again later.
            raise
        except Exception as error:
            if not isinstance(error, UserError):
                _logger.warning("Step %s can't be done", self.id, exc_info=True)
            transition = Transition(self.run_id)
            transition.fail(self, get_error_reason(error))
            transition.try_to_advance()
