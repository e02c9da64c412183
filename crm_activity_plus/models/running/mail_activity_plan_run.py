# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import format_list


class MailActivityPlanRun(models.Model):
    """How far runs are, and what comes next: what lists of them show."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    progress_text = fields.Char(
        "Steps Done",
        compute="_compute_progress_text",
        help="Number of steps done, skipped, cancelled and failed.",
    )
    next_step_id = fields.Many2one(
        "mail.activity.plan.run.line",
        string="Next Step",
        compute="_compute_next_step_id",
        help="The scheduled step that is due first.",
    )
    next_user_id = fields.Many2one(
        "res.users",
        string="Next Step Assigned to",
        compute="_compute_next_step_id",
    )

    @api.depends("line_ids.state")
    @api.depends_context("lang")
    def _compute_progress_text(self):
        counts = self._count_steps()
        for run in self:
            run.progress_text = self._tell_progress(counts[run.id])

    def _count_steps(self):
        """:returns: id of a run -> state -> number of its steps
        :rtype: dict[int, dict[str, int]]"""
        steps = self.env["mail.activity.plan.run.line"].sudo()
        counts = defaultdict(dict)
        for run, state, count in steps._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        ):
            counts[run.id][state] = count
        return counts

    @api.model
    def _tell_progress(self, counts):
        """:param dict counts: state -> number of steps
        :returns: how far a run is, such as “1 done, 2 skipped, 1 failed of 5”
        """
        if not counts:
            return ""
        told = [self.env._("%s done", counts.get("done", 0))]
        if counts.get("skipped"):
            told.append(self.env._("%s skipped", counts["skipped"]))
        if counts.get("cancelled"):
            told.append(self.env._("%s cancelled", counts["cancelled"]))
        if counts.get("failed"):
            told.append(self.env._("%s failed", counts["failed"]))
        return self.env._(
            "%(steps)s of %(count)s",
            steps=format_list(self.env, told, "unit"),
            count=sum(counts.values()),
        )

    @api.depends("line_ids.state", "line_ids.date_deadline", "line_ids.user_id")
    def _compute_next_step_id(self):
        steps = (
            self.env["mail.activity.plan.run.line"]
            .sudo()
            .search(
                [("run_id", "in", self.ids), ("state", "=", "scheduled")],
                order="date_deadline, sequence, id",
            )
        )
        by_run = steps.grouped("run_id")
        for run in self:
            step = by_run.get(run, steps.browse())[:1]
            run.next_step_id = step
            run.next_user_id = step.user_id
