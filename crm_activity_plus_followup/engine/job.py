# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The daily job: which customers have reached a level since the last time."""

import logging
from collections import defaultdict
from dataclasses import replace
from datetime import date

import psycopg2

from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from odoo.addons.crm_activity_plus.engine.environment import by_engine
from odoo.addons.crm_activity_plus.engine.launcher import Launcher
from odoo.addons.crm_activity_plus.engine.locks import take
from odoo.addons.crm_activity_plus.engine.planner import Planner
from odoo.addons.crm_activity_plus.engine.request import LaunchRequest, Occasion
from odoo.addons.crm_activity_plus.tools.errors import describe_error
from odoo.addons.crm_activity_plus.tools.savepoint import savepoint

from ..models.exits.res_partner import look_no_more
from ..tools.levels import find_first_level
from .email import FollowupEmail
from .open_items import OpenItems

_logger = logging.getLogger(__name__)

# So many customers reach a level in one transaction.
BATCH_SIZE = 500
# So many of them in one call, however late it is: to look for them takes as long as to
# launch on some hundreds.
LEAST_PER_CALL = 2000


class FollowupJob:
    """One call of the daily job, in one company.

    :param plans: the plans with levels that count there; each customer gets the first
        one that fits
    """

    def __init__(self, plans):
        self.plans = plans
        self.env = plans.env
        self.company = self.env.company
        self.items = OpenItems(self.env)
        self.cron = self.env["ir.cron"]
        self.positions = self.env["mail.activity.cron.position"]

    @property
    def today(self):
        return self.items.today

    @property
    def _position(self):
        return f"followup_{self.company.id}"

    def run(self):
        """:returns: whether there is time left for the next company"""
        return (
            self._refresh()
            and self._launch_all()
            # Who has paid meanwhile found no run to end.
            and self._refresh()
            and self._send_all()
        )

    # ------------------------------------------------------------
    # What has begun
    # ------------------------------------------------------------

    def _refresh(self):
        """End what is over, and date anew what counts from another day by now: what
        time alone, or something behind the ORM's back, has changed."""
        for ids in split_every(BATCH_SIZE, self._find_stale(), list):
            partners = self.env["res.partner"].browse(ids)
            done = self._try(partners._refresh_followups)
            if not done:
                for partner in partners:
                    self._try(partner._refresh_followups)
            if not self.cron._commit_progress(len(ids)):
                return False
        return True

    def _find_stale(self):
        """:returns: ids of customers whose run says something else than their items"""
        self._flush()
        totals = self.items.select_totals(
            SQL(
                "partner.commercial_partner_id IN (%s)",
                self._runs._select_open_followups(self.company),
            )
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT run.res_id FROM mail_activity_plan_run AS run
                  LEFT JOIN (%s) AS total ON total.partner_id = run.res_id
                 WHERE run.followup_is_open AND run.followup_company_id = %s
                   AND (COALESCE(total.amount_overdue, 0) <= 0
                        OR total.followup_oldest_date <> run.plan_date)
                 ORDER BY run.res_id
                """,
                totals,
                self.company.id,
            )
        )
        return [res_id for [res_id] in rows]

    # ------------------------------------------------------------
    # What begins
    # ------------------------------------------------------------

    def _launch_all(self):
        looked = _from_ordinal(self.positions._get(self._position))
        for plan in self.plans:
            if not self._launch(plan, looked):
                return False
        if self.plans:
            self.positions._set(self._position, self.today.toordinal())
        return bool(self.cron._commit_progress())

    def _launch(self, plan, looked):
        """:param date looked: when the job last came to its end, if ever
        :returns: whether there is time left"""
        try:
            planner = Planner(plan)
        except UserError as error:
            _logger.error("The follow-up plan “%s”: %s", plan.name, error)
            return True
        days = [level.delay_count for level in planner.steps]
        oldest = dict(self._find_candidates(days[0]))
        customers = defaultdict(list)
        for partner_id, day in oldest.items():
            first = find_first_level(days, day, self.today, looked)
            customers[first].append(partner_id)
        self.cron._commit_progress(remaining=len(oldest))
        count = 0
        for first, ids in sorted(customers.items()):
            for some in split_every(BATCH_SIZE, ids, list):
                self._launch_on(plan, first, oldest, some)
                count += len(some)
                has_time = self.cron._commit_progress(len(some))
                if not has_time and count >= LEAST_PER_CALL:
                    return False
        return True

    def _find_candidates(self, days):
        """:param int days: how long after the due date the first level is
        :returns: id and oldest due date of each customer who has reached it, and has no
            run yet"""
        self._flush()
        which = SQL(
            "partner.commercial_partner_id NOT IN (%s)",
            self._runs._select_open_followups(self.company),
        )
        query = SQL(
            """
            SELECT total.partner_id, total.followup_oldest_date FROM (%s) AS total
              JOIN res_partner AS customer ON customer.id = total.partner_id
             WHERE total.amount_overdue > 0 AND customer.active
               AND %s - total.followup_oldest_date >= %s
             ORDER BY total.partner_id
            """,
            self.items.select_totals(which),
            self.today,
            days,
        )
        return self.env.execute_query(query)

    def _launch_on(self, plan, first, oldest, ids):
        """Launch on customers in one transaction; where that fails because of one of
        them, halve them until that one is found.

        :param int first: the place of the level that they have reached
        :param dict oldest: id of a customer -> due date of the oldest overdue item
        """
        if self._try(lambda: self._do_launch(plan, first, oldest, ids), len(ids) == 1):
            return
        if len(ids) > 1:
            half = len(ids) // 2
            self._launch_on(plan, first, oldest, ids[:half])
            self._launch_on(plan, first, oldest, ids[half:])

    def _do_launch(self, plan, first, oldest, ids):
        planner = Planner(plan)
        planner.steps = _begin_with(planner.steps, first)
        request = LaunchRequest(
            tuple(ids),
            plan_date=self.today,
            responsible_id=False,
            occasions={id_: Occasion(oldest[id_], "") for id_ in ids},
        )
        skipped = Launcher(planner).launch_now(request)["skipped"]
        # It looks at all of them once all are launched.
        look_no_more(self.env.cr)
        for row in skipped:
            _logger.info("No follow-up of contact %(res_id)s: %(reason)s", row)

    # ------------------------------------------------------------
    # What is sent by itself
    # ------------------------------------------------------------

    def _send_all(self):
        """Send what levels send by themselves, each in a transaction of its own. What
        can't be sent is left to people: it isn't tried day by day.

        :returns: whether there is time left"""
        steps = self._find_sending()
        self.cron._commit_progress(remaining=len(steps))
        for step in steps:
            self._try(lambda step=step: self._send(step), is_last=True)
            if not self.cron._commit_progress(1):
                return False
        return True

    def _find_sending(self):
        """:returns: the steps of levels that were reached, and send an email by
        themselves"""
        return by_engine(self.env["mail.activity.plan.run.line"]).search(
            [
                ("followup_email_auto", "=", True),
                ("followup_auto_tried", "!=", True),
                # The administrator may have turned it off since the launch.
                ("template_id.followup_email_auto", "=", True),
                ("run_id.plan_id.active", "=", True),
                ("state", "=", "scheduled"),
                ("date_deadline", "<=", self.today),
                ("run_id.state", "=", "running"),
                ("run_id.followup_is_open", "=", True),
                ("run_id.followup_company_id", "=", self.company.id),
            ],
            order="id",
        )

    def _send(self, step):
        # Whoever does something with it at this moment is waited for.
        take(step.run_id)
        if step.state != "scheduled" or step.followup_auto_tried:
            return
        step.followup_auto_tried = True
        customer = self.env["res.partner"].browse(step.res_id)
        try:
            with savepoint(self.env.cr):
                FollowupEmail(customer).send()
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            self.env.invalidate_all(flush=False)
            if not isinstance(error, UserError):
                _logger.exception("The email to contact %s failed", step.res_id)
            why = self.env._(
                "The email of “%(level)s” couldn't be sent: %(reason)s",
                level=step.display_name,
                reason=describe_error(error),
            )
            customer._log_followups(lambda _customer: why)
            return
        if step._is_followup_done_by_email():
            step._finish_followup()

    # ------------------------------------------------------------

    def _try(self, function, is_last=False):
        """:param bool is_last: whether nothing else is tried
        :returns: whether something was done; nothing of it is left where it failed"""
        try:
            with savepoint(self.env.cr):
                function()
                self.env.flush_all()
        except psycopg2.OperationalError:
            # Somebody else changes the same at this moment: the next call sees it.
            _logger.info("The follow-up was interrupted", exc_info=True)
            self.env.cr.rollback()
            return is_last
        except Exception:
            self.env.invalidate_all(flush=False)
            if is_last:
                _logger.exception("A customer isn't followed up")
            return False
        return True

    @property
    def _runs(self):
        return by_engine(self.env["mail.activity.plan.run"])

    def _flush(self):
        self.items.flush()
        self._runs.flush_model()
        self.env["res.partner"].flush_model(["active"])


def _from_ordinal(number):
    return date.fromordinal(number) if number else None


def _begin_with(steps, first):
    """:returns: the steps from one on, which waits for nothing then"""
    return [replace(steps[first], after=()), *steps[first + 1 :]]
