# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_activity_plus.engine.reasons import get_error_reason
from odoo.addons.crm_activity_plus.models.background.mail_activity_plan_launch import (
    MAX_TRIES,
)
from odoo.addons.crm_activity_plus.tools.reasons import Reason


class MailActivityPlanLaunchPart(models.Model):
    """Some of the records of a launch, which one worker launches on while others are
    at other parts.

    How far it came is committed along with what was launched: whoever goes on with it,
    and whenever, does nothing twice.
    """

    _name = "mail.activity.plan.launch.part"
    _inherit = ["mail.activity.engine.mixin"]
    _description = "Part of a Launch"
    _order = "first, id"

    launch_id = fields.Many2one(
        "mail.activity.plan.launch",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    first = fields.Integer(
        readonly=True, help="Place of its first record among those of the launch."
    )
    record_count = fields.Integer("Records", readonly=True)
    processed_count = fields.Integer("Processed", readonly=True)
    launched_count = fields.Integer("Launched", readonly=True)
    try_count = fields.Integer("Attempts", readonly=True)

    @api.model
    def _find_forsaken(self):
        """:returns: the parts of running launches that no job is at, nor waits for:
        somebody has ended it, or it has failed"""
        waiting, _failed = self.env["queue.job"]._find_handed_over("launch")
        parts = self.search(
            [("launch_id.state", "=", "running"), ("id", "not in", waiting)]
        )
        return parts.filtered(lambda part: not part._is_over())

    def _describe(self):
        """:returns: what the job of the part is called"""
        return self.env._(
            "Launch of “%(plan)s”: records %(first)s to %(last)s of %(count)s",
            plan=self.launch_id.plan_id.name,
            first=self.first + 1,
            last=self.first + self.record_count,
            count=self.launch_id.record_count,
        )

    def _is_over(self):
        return self.processed_count >= self.record_count

    def _is_left(self):
        return not self._is_over() and self.launch_id.state == "running"

    def _get_res_ids(self):
        """:returns: the ids of the records of the part"""
        return self.launch_id.res_ids[self.first : self.first + self.record_count]

    def _work_launch(self):
        """Launch on the records of the parts: see ``mail.activity.background``."""
        # The parts of a launch that is over are gone; another job may end it meanwhile.
        launches = self.exists().launch_id
        for part in self:
            part._work_off()
        launches._sum_up()
        return not any(part._is_left() for part in self.exists())

    def _work_off(self):
        """Go on with a part until it is over, its launch is, or there is no time left;
        in batches that are committed."""
        time_left = self._begin_try()
        while time_left and self._is_free():
            launch = self.launch_id
            plan = launch._get_plan()
            try:
                launch._check_launchable(plan)
            except UserError as error:
                launch._end("failed", get_error_reason(error))
            else:
                self._process_batch(plan)
            time_left = self.env["ir.cron"]._commit_progress()
            self.env.invalidate_all()

    def _begin_try(self):
        """Note down that the part is begun, before it is: whatever ends the server in
        the middle of a batch, the next one is smaller."""
        if self._is_free():
            self.try_count += 1
        return self.env["ir.cron"]._commit_progress()

    def _is_free(self):
        """:returns: whether something is left, and nobody else is at it"""
        part = self.try_lock_for_update()
        return bool(part) and part._is_left()

    def _process_batch(self, plan):
        launch = self.launch_id
        size = max(self.record_count >> max(self.try_count - 1, 0), 1)
        res_ids = self._get_res_ids()[self.processed_count :][:size]
        if self.try_count > MAX_TRIES:
            # Whatever ends the server here would do so again.
            result = launch._skip(res_ids, Reason("launch_interrupted"))
        else:
            chosen = launch.overrides or {}
            keys = map(str, res_ids)
            overrides = {key: chosen[key] for key in keys if key in chosen}
            result = launch._launch_on_all(plan, res_ids, overrides)
        self.write(
            {
                "processed_count": self.processed_count + len(res_ids),
                "launched_count": self.launched_count + len(result["run_ids"]),
                # A bit larger again, the next time.
                "try_count": max(self.try_count - 2, 0),
            }
        )
        launch._add_skipped(result["skipped"])
