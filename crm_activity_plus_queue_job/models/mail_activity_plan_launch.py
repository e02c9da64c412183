# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
import time

import psycopg2

from odoo import api, fields, models

from odoo.addons.crm_activity_plus.engine.launcher import LAUNCH_BATCH_SIZE

from .queue_job import WAITING

_logger = logging.getLogger(__name__)

# On so many records a job launches: as many as a transaction has at most. At the end
# there are smaller ones, so that workers end at about the same time.
LARGE_PART_SIZE = LAUNCH_BATCH_SIZE
PART_SIZE = 200
# Where others sum up at the same moment, it is tried again after so many seconds; then
# the scheduled action does.
SUM_PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4)


class MailActivityPlanLaunch(models.Model):
    """A launch in parts, which several workers do at the same time.

    There are parts only as long as jobs are at it: the scheduled action knows of none,
    and goes on with the launch as a whole.
    """

    _inherit = "mail.activity.plan.launch"

    part_ids = fields.One2many(
        "mail.activity.plan.launch.part",
        "launch_id",
        readonly=True,
        groups=fields.NO_ACCESS,
    )
    activity_job_ids = fields.One2many(
        "queue.job",
        "activity_launch_id",
        string="Jobs",
        readonly=True,
        groups="queue_job.group_queue_job_manager",
    )
    activity_job_count = fields.Integer(
        compute="_compute_activity_job_count",
        groups="queue_job.group_queue_job_manager",
    )

    def _compute_activity_job_count(self):
        counts = dict(
            self.env["queue.job"]._read_group(
                [("activity_launch_id", "in", self.ids)],
                ["activity_launch_id"],
                ["__count"],
            )
        )
        for launch in self:
            launch.activity_job_count = counts.get(launch, 0)

    def action_cancel(self):
        result = super().action_cancel()
        jobs = self.sudo().activity_job_ids
        jobs.filtered(lambda job: job.state in WAITING)._cancel(
            self.env._("The launch was cancelled.")
        )
        return result

    @api.readonly
    def action_view_activity_jobs(self):
        """:returns: an action that opens the jobs of the launch"""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "queue_job.action_queue_job"
        )
        return {
            **action,
            "context": {},
            "domain": [("activity_launch_id", "=", self.id)],
        }

    # ------------------------------------------------------------
    # In parts
    # ------------------------------------------------------------

    def _hand_over_parts(self, waiting, failed):
        """Make jobs of what is left of launches.

        :param set waiting: ids of parts that jobs wait for, or are at
        :param set failed: ids of parts whose jobs failed
        :returns: the ids of launches that jobs can't end
        """
        left = []
        for launch in self:
            try:
                if launch.try_lock_for_update(allow_referencing=True):
                    left += launch._hand_over_part(waiting, failed)
                self.env["ir.cron"]._commit_progress()
            except psycopg2.OperationalError:
                _logger.info("Jobs are at launch %s", launch.id, exc_info=True)
                self.env.cr.rollback()
        return left

    def _hand_over_part(self, waiting, failed):
        """The same for one launch, which nobody else changes."""
        if self.state not in ("pending", "running"):
            return []
        self._split()
        parts = self.part_ids.filtered(lambda part: not part._is_over())
        if failed.intersection(parts.ids) and not self._fold():
            return self.ids
        for part in parts:
            # As long as jobs are at other parts, one that failed would fail again.
            if part.id not in waiting | failed and not self._hand_over_one(part):
                break
        if not parts:
            self._write_sums()
        return []

    def _hand_over_one(self, part):
        """Make a job of a part; workers begin with it while others are made.

        :returns: whether the launch goes on
        """
        background = self.env["mail.activity.background"]
        background._delay("launch", part, part._describe())
        self.env["ir.cron"]._commit_progress()
        launch = self.try_lock_for_update(allow_referencing=True)
        return launch.state in ("pending", "running")

    def _split(self):
        """Make parts of what is left. What was launched already is one, too."""
        if self.part_ids:
            return
        done, count = self.processed_count, self.record_count
        ranges = [(0, done), *self._get_ranges(done, count)]
        parts = self.env["mail.activity.plan.launch.part"].create(
            [
                {"launch_id": self.id, "first": first, "record_count": size}
                for first, size in ranges
            ]
        )
        parts[0].write({"processed_count": done, "launched_count": self.launched_count})
        # To be handed over is no attempt.
        self.write({"state": "running", "try_count": 0})

    @api.model
    def _get_ranges(self, first, end):
        """:returns: for each part, its first place and on how many records it is"""
        ranges = []
        while first < end:
            left = end - first
            is_long = left > 2 * LARGE_PART_SIZE
            size = LARGE_PART_SIZE if is_long else min(PART_SIZE, left)
            ranges.append((first, size))
            first += size
        return ranges

    def _fold(self):
        """Make a whole of launches again: first what was launched on, then the rest.

        :returns: those that somebody is at, which stay in parts
        """
        busy = self.browse()
        for launch in self.filtered("part_ids"):
            try:
                with self.env.cr.savepoint():
                    is_free = launch._try_to_fold()
            except psycopg2.OperationalError:
                _logger.info("Jobs are at launch %s", launch.id, exc_info=True)
                is_free = False
            busy += launch if not is_free else self.browse()
        return busy

    def _try_to_fold(self):
        """:returns: whether nobody is at any part"""
        parts = self.part_ids.try_lock_for_update()
        if parts != self.part_ids:
            return False
        done, left = [], []
        for part in parts.sorted("first"):
            res_ids = part._get_res_ids()
            done += res_ids[: part.processed_count]
            left += res_ids[part.processed_count :]
        self.write(
            {
                "res_ids": done + left,
                "processed_count": len(done),
                "launched_count": sum(parts.mapped("launched_count")),
                "try_count": 0,
            }
        )
        parts.unlink()
        return True

    def _sum_up(self):
        """Tell how far launches came by now, and end those that are over."""
        for launch in self:
            for seconds in SUM_PAUSES:
                if launch._try_to_sum_up():
                    break
                time.sleep(seconds)
            else:
                self.env.ref("crm_activity_plus.ir_cron_launch_plans").sudo()._trigger()
                self.env["ir.cron"]._commit_progress()

    def _try_to_sum_up(self):
        """:returns: whether nobody else did so at this moment"""
        try:
            # What others have committed meanwhile is seen by a new transaction only.
            self.env.cr.rollback()
            launch = self.try_lock_for_update(allow_referencing=True)
            if not launch:
                return not self.exists()
            launch._write_sums()
            self.env["ir.cron"]._commit_progress()
        except psycopg2.OperationalError:
            _logger.info("Launch %s is summed up elsewhere", self.id, exc_info=True)
            self.env.cr.rollback()
            return False
        return True

    def _write_sums(self):
        parts = self.part_ids
        if not parts:
            return
        self.write(
            {
                "processed_count": sum(parts.mapped("processed_count")),
                "launched_count": sum(parts.mapped("launched_count")),
            }
        )
        if all(part._is_over() for part in parts):
            if self.state == "running":
                self._end("done")
            parts.unlink()
