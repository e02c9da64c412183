# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from time import monotonic

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.environment import by_engine
from ...engine.launcher import LAUNCH_BATCH_SIZE as BATCH_SIZE
from ...engine.launcher import Launcher
from ...engine.planner import Planner
from ...engine.reasons import get_error_reason, name_of, reason_error
from ...tools.reasons import Reason
from ...tools.savepoint import savepoint

_logger = logging.getLogger(__name__)

# It begins with so many records in a transaction: they are done soon also where the
# server is slow. As long as that is quick, there are more of them the next time.
FIRST_BATCH_SIZE = 50
QUICK_SECONDS = 5
SLOW_SECONDS = 20

# After so many tries in a row that came to nothing, a record is passed over.
MAX_TRIES = 12


class MailActivityPlanLaunch(models.Model):
    """Launches in the background are done in batches, each in a transaction of its own.

    What was launched stays so, and a launch that was interrupted goes on where it was.
    """

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.launch"

    @api.model
    def _cron_launch(self):
        domain = self.env["mail.activity.background"]._hand_over(
            "launch", self, [("state", "in", ("pending", "running"))]
        )
        IrCron = self.env["ir.cron"]
        launches = self.search(domain, order="id")
        launches[:1]._count_try()
        # Counted in records: a launch whose time is over goes on at once, not with the
        # next poll of the scheduler.
        IrCron._commit_progress(
            remaining=sum(
                launch.record_count - launch.processed_count for launch in launches
            )
        )
        for launch in launches:
            if launch != launches[0]:
                launch._count_try()
                IrCron._commit_progress()
            try:
                launch = launch.try_lock_for_update().filtered_domain(domain)
                time_left = not launch or launch._process()
            except psycopg2.OperationalError:
                # Somebody else changed the same: that batch is done by the next call.
                _logger.info("Launch %s was interrupted", launch.id, exc_info=True)
                self.env.cr.rollback()
                continue
            except Exception as error:
                _logger.exception("Launch %s failed", launch.id)
                self.env.cr.rollback()
                launch._fail(error)
                time_left = IrCron._commit_progress(1)
            if not time_left:
                break

    def _count_try(self):
        """Note down that a launch is begun, before it is: whatever ends the process in
        the middle of a batch, the next try is with a smaller one."""
        try:
            for launch in self.try_lock_for_update():
                launch.try_count += 1
            self.flush_recordset(["try_count"])
        except psycopg2.OperationalError:
            # Another server does.
            _logger.info("Launch %s is begun elsewhere", self.id, exc_info=True)
            self.env.cr.rollback()

    def _process(self):
        """Go on with a launch until it ends or the time is over.

        :returns: whether there is time left
        """
        self.state = "running"
        # What may be long is read once: a commit forgets everything.
        res_ids, overrides = self.res_ids, self.overrides or {}
        size = self._get_first_size()
        while batch := res_ids[self.processed_count :][:size]:
            start = monotonic()
            plan = self._get_plan()
            try:
                self._check_launchable(plan)
            except UserError as error:
                self._end("failed", get_error_reason(error))
            else:
                self._process_batch(plan, batch, overrides)
                if self.processed_count >= self.record_count:
                    self._end("done")
            time_left = self.env["ir.cron"]._commit_progress(len(batch))
            # The commit gave the lock back, and let others in.
            self.invalidate_recordset()
            if not self.try_lock_for_update() or self.state != "running":
                return bool(time_left)
            if not time_left:
                return False
            size = self._get_next_size(size, monotonic() - start)
        self._end("done")
        return True

    def _get_first_size(self):
        """:returns: on how many records to launch first: few, and fewer after each try
        that came to nothing"""
        halvings = max(self.try_count - 1, 0)
        return max(min(FIRST_BATCH_SIZE, BATCH_SIZE) >> halvings, 1)

    @api.model
    def _get_next_size(self, size, seconds):
        """:param int size: on how many records it was launched last
        :param float seconds: how long that took
        :returns: on how many to launch next
        """
        if seconds < QUICK_SECONDS:
            return min(2 * size, BATCH_SIZE)
        if seconds > SLOW_SECONDS:
            return max(size // 2, 1)
        return size

    def _get_plan(self):
        """:returns: the plan, with the rights and the companies of whoever launches"""
        user = self.user_id
        # In those of them that the user still works in.
        companies = self.company_id | (self.company_ids & user.company_ids)
        return (
            self.plan_id.with_user(user)
            .with_context(
                allowed_company_ids=companies.ids,
                lang=user.lang,
                tz=user.tz,
            )
            .sudo(False)
        )

    def _check_launchable(self, plan):
        """:raises UserError: nothing can be launched any more, on whichever record"""
        values = {"user": name_of(self.user_id)}
        if not self.user_id.active and not self.user_id._is_superuser():
            raise reason_error(self.env, Reason("launcher_archived", values))
        if self.company_id not in self.user_id.company_ids:
            values["company"] = name_of(self.company_id)
            raise reason_error(self.env, Reason("launcher_elsewhere", values))
        Planner(plan).reader.read_responsible(self._get_responsible_id())

    def _get_responsible_id(self):
        """:returns: who was chosen at the launch, or False: then it is whoever launched
        it, who may be Odoo itself"""
        chosen = self.responsible_id
        return chosen != self.user_id and chosen.id

    def _process_batch(self, plan, res_ids, overrides):
        """Launch on records, on each by itself where that fails for one of them."""
        overrides = {
            str(res_id): overrides[str(res_id)]
            for res_id in res_ids
            if str(res_id) in overrides
        }
        if self.try_count > MAX_TRIES:
            # Whatever ends the process here would do so again.
            result = self._skip(res_ids, Reason("launch_interrupted"))
        else:
            result = self._launch_on_all(plan, res_ids, overrides)
        self.write(
            {
                "processed_count": self.processed_count + len(res_ids),
                "launched_count": self.launched_count + len(result["run_ids"]),
                # A bit larger again, the next time.
                "try_count": max(self.try_count - 2, 0),
            }
        )
        self._add_skipped(result["skipped"])

    @api.model
    def _skip(self, res_ids, reason):
        """:returns: the result of a launch that skips records"""
        skipped = [{"res_id": res_id, "reason": reason} for res_id in res_ids]
        return {"run_ids": [], "skipped": skipped}

    def _add_skipped(self, rows):
        """There may be many already: they are neither read nor written again."""
        by_engine(self.env["mail.activity.plan.launch.skip"]).create(
            [{"launch_id": self.id, **row} for row in rows]
        )

    def _launch_on_all(self, plan, res_ids, overrides):
        try:
            return self._launch_on(plan, res_ids, overrides)
        except psycopg2.OperationalError:
            # The transaction is lost: this batch is done again in the next one.
            raise
        except Exception:
            # One bad record: find it.
            result = {"run_ids": [], "skipped": []}
            for res_id in res_ids:
                for key, rows in self._try_launch_on(plan, res_id, overrides).items():
                    result[key] += rows
            return result

    def _launch_on(self, plan, res_ids, overrides):
        """:param dict overrides: those of the records. They are read again: people may
        have left, and steps may be gone, since they were stored."""
        with savepoint(self.env.cr):
            planner = Planner(plan)
            request = planner.reader.parse(
                res_ids,
                self.plan_date,
                self._get_responsible_id(),
                overrides,
                origin=self.request_key or "",
                launch_id=self.id,
            )
            return Launcher(planner).launch_now(request)

    def _try_launch_on(self, plan, res_id, overrides):
        own = {key: values for key, values in overrides.items() if key == str(res_id)}
        try:
            return self._launch_on(plan, [res_id], own)
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            if not isinstance(error, UserError):
                _logger.exception(
                    "Launch %s: the record %s can't be launched on", self.id, res_id
                )
            return self._skip([res_id], get_error_reason(error))

    def _fail(self, error):
        """End a launch that can't go on for a reason that nobody thought of."""
        try:
            with self.env.cr.savepoint():
                self._end("failed", get_error_reason(error))
        except Exception:
            # Not even telling it works; the others are to go on.
            _logger.exception("Launch %s: nobody could be told", self.id)
            self.write(
                {
                    "state": "failed",
                    "error": get_error_reason(error),
                    "date_end": fields.Datetime.now(),
                }
            )

    def _end(self, state, error=False):
        """Tell whoever launched it what came of it.

        :param str state: ``done`` or ``failed``
        :param error: why it failed
        """
        self.write({"state": state, "error": error, "date_end": fields.Datetime.now()})
        launch = self.with_context(lang=self.user_id.lang)
        body = launch.env["ir.qweb"]._render(
            "crm_activity_plus.message_plan_launch_done",
            {"launch": launch, "reasons": (launch.skipped_reasons or "").splitlines()},
            minimal_qcontext=True,
        )
        subject = launch.env._(
            "“%(plan)s” was launched on %(count)s records",
            plan=launch.plan_id.name,
            count=self.launched_count,
        )
        self.env["mail.thread"].message_notify(
            partner_ids=self.user_id.partner_id.ids, subject=subject, body=body
        )
        # Whoever has messages by email only sees it in the web client, too.
        self.user_id._bus_send(
            "simple_notification",
            {
                "type": "success" if state == "done" else "danger",
                "sticky": True,
                "message": subject,
            },
        )
        self.env["mail.mail"]._send_soon()
