# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.queue_job.job import (
    CANCELLED,
    DONE,
    ENQUEUED,
    FAILED,
    PENDING,
    STARTED,
    WAIT_DEPENDENCIES,
)
from odoo.addons.queue_job.models import queue_job

_logger = logging.getLogger(__name__)

WAITING = (WAIT_DEPENDENCIES, PENDING, ENQUEUED)
UNFINISHED = (*WAITING, STARTED)
# Jobs that wait for so long while none is begun wait for something that doesn't come.
STUCK_AFTER = timedelta(minutes=5)


class QueueJob(models.Model):
    """What a job of activity plans deals with."""

    _inherit = "queue.job"
    # Scheduled actions go by them: whoever may change jobs may not change these.
    _protected_fields = (
        *queue_job.QueueJob._protected_fields,
        "activity_work",
        "activity_res_ids",
        "activity_launch_id",
    )

    activity_work = fields.Char(readonly=True)
    activity_res_ids = fields.Json(readonly=True)
    activity_launch_id = fields.Many2one(
        "mail.activity.plan.launch",
        string="Launch of a Plan",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _activity_unfinished_idx = models.Index(
        "(activity_work, state) WHERE activity_work IS NOT NULL"
        " AND state NOT IN ('done', 'cancelled')"
    )
    _activity_started_idx = models.Index(
        "(activity_work, date_started) WHERE activity_work IS NOT NULL"
    )

    # ------------------------------------------------------------
    # What waits
    # ------------------------------------------------------------

    @api.model
    def _find_unfinished_kinds(self):
        """:returns: the kinds of work that jobs wait for, or are at"""
        self.flush_model(["activity_work", "state"])
        query = SQL(
            "SELECT DISTINCT activity_work FROM queue_job"
            " WHERE activity_work IS NOT NULL AND state NOT IN %s AND state <> %s",
            (DONE, CANCELLED),
            FAILED,
        )
        return sorted(kind for [kind] in self.env.execute_query(query))

    @api.model
    def _find_handed_over(self, kind):
        """:returns: the ids that jobs wait for or are at, and those of failed jobs"""
        self.flush_model(["activity_work", "activity_res_ids", "state"])
        query = SQL(
            """
            SELECT job.state, res_id::int
              FROM queue_job AS job,
                   jsonb_array_elements_text(job.activity_res_ids) AS res_id
             WHERE job.activity_work = %s AND job.state NOT IN %s
            """,
            kind,
            (DONE, CANCELLED),
        )
        waiting, failed = set(), set()
        for state, res_id in self.env.execute_query(query):
            (failed if state == FAILED else waiting).add(res_id)
        return waiting, failed - waiting

    @api.model
    def _is_stuck(self, kind):
        """:returns: whether jobs wait although there is a runner: their channel is
        paused, other jobs have all the workers, or the runner reaches no server"""
        then = fields.Datetime.now() - STUCK_AFTER
        of_kind = [("activity_work", "=", kind)]
        waits = self.search_count(
            [
                *of_kind,
                ("state", "in", WAITING),
                ("date_created", "<", then),
                "|",
                ("eta", "=", False),
                ("eta", "<", then),
            ],
            limit=1,
        )
        moves = [*of_kind, ("date_started", ">=", then)]
        return bool(waits and not self.search_count(moves, limit=1))

    # ------------------------------------------------------------
    # What waits no longer
    # ------------------------------------------------------------

    @api.model
    def _take_back(self, kind):
        """Cancel the jobs that nobody is at: the scheduled action does their work. So
        they do nothing twice, should a runner come back."""
        jobs = self.search([("activity_work", "=", kind), ("state", "in", UNFINISHED)])
        started = jobs.filtered(lambda job: job.state == STARTED)
        dead = started._filter_dead()
        reason = self.env._("No job runner was there: the scheduled action did it.")
        (jobs - started + dead)._cancel(reason)

    def _filter_dead(self):
        """:returns: those of started jobs whose server has ended: see ``lock`` of
        queue_job's ``Job``"""
        query = SQL(
            "SELECT queue_job_id FROM queue_job_lock WHERE queue_job_id = ANY(%s)"
            " FOR NO KEY UPDATE SKIP LOCKED",
            self.ids,
        )
        return self.browse(res_id for [res_id] in self.env.execute_query(query))

    def _cancel(self, reason):
        """Cancel those that nobody begins at this moment.

        :param str reason: why
        :raises psycopg2.OperationalError: somebody else changes what the caller did
        """
        # What is in the way of that must not be taken for a job that is begun.
        self.env.flush_all()
        values = {
            "state": CANCELLED,
            "date_cancelled": fields.Datetime.now(),
            "result": reason,
        }
        try:
            with self.env.cr.savepoint():
                self.try_lock_for_update(allow_referencing=True).write(values)
        except psycopg2.OperationalError:
            # They find nothing left to do.
            _logger.info("Jobs %s are begun at this moment", self.ids, exc_info=True)

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == FAILED:
            # Their work isn't done by jobs any more.
            for kind in self.grouped("activity_work"):
                if kind:
                    self.env["mail.activity.background"]._trigger_cron(kind)
        return result

    def button_cancelled(self):
        """A launch whose job is cancelled is cancelled: its records would be handed
        over again."""
        waiting = self.filtered(lambda job: job.state in WAITING)
        launches = waiting.sudo().activity_launch_id
        result = super().button_cancelled()
        launches.filtered(
            lambda launch: launch.state in ("pending", "running")
        ).action_cancel()
        return result

    # ------------------------------------------------------------
    # Where a job leads
    # ------------------------------------------------------------

    @api.readonly
    def related_action_activity(self):
        """:returns: an action that opens what the job deals with: its launch, the
        running plans of its steps, or its records; with the user's own rights"""
        self.ensure_one()
        records = self.activity_launch_id or self._get_activity_records()
        if records._name == "mail.activity.plan.run.line":
            records = records.run_id
        if not records:
            return None
        action = {
            "type": "ir.actions.act_window",
            "name": self.env["ir.model"].sudo()._get(records._name).name,
            "res_model": records._name,
            "views": [(False, "form")],
            "res_id": records.id if len(records) == 1 else False,
        }
        if len(records) > 1:
            action["views"] = [(False, "list"), (False, "form")]
            action["domain"] = [("id", "in", records.ids)]
        return action

    def _get_activity_records(self):
        if not self.activity_work:
            return self.browse()
        model_name, ids = self.args
        if model_name not in self.env:
            return self.browse()
        return self.env[model_name].browse(ids).exists()
