# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.hold.mail_activity import MailActivity
from ..models.run.mail_activity_plan_run import MailActivityPlanRun
from .crons_common import ENGINE, MODELS, EngineCronsCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestEngineCrons(EngineCronsCase):
    """One bad record never stops the others, and what was done is committed."""

    @mute_logger(f"{MODELS}.activity.mail_activity")
    def test_end_of_holds(self):
        with freeze_time("2026-03-02 08:00:00"):
            activities = self._launch(
                self.leads, plan=self.short_plan
            ).line_ids.activity_id
            activities.action_hold("2026-03-05")
        with (
            freeze_time("2026-03-05 08:00:00"),
            self._fail_on(MailActivity, "_end_hold", activities[1]),
        ):
            progress = self._run_cron("ir_cron_end_holds")
        self.assertEqual(activities.mapped("status"), ["new", "on_hold", "new"])
        self.assertEqual(progress, [0, 1, 1, 1])
        with freeze_time("2026-03-05 09:00:00"):
            self._run_cron("ir_cron_end_holds")
        self.assertEqual(activities.mapped("status"), ["new"] * 3)

    @mute_logger(f"{MODELS}.exits.mail_activity_plan_run")
    def test_check_of_exits(self):
        self.short_plan.exit_domain = "[('priority', '=', '3')]"
        runs = self._launch(self.leads, plan=self.short_plan)
        self.cr.execute(
            "UPDATE crm_lead SET priority = '3' WHERE id = ANY(%s)",
            [self.leads[:2].ids],
        )
        # Behind the back of the ORM, too.
        self.cr.execute("DELETE FROM crm_lead WHERE id = %s", [self.leads[2].id])
        self.env.invalidate_all()
        with self._fail_on(MailActivityPlanRun, "_stop", runs[0]):
            progress = self._run_cron("ir_cron_stop_orphans")
        self.assertEqual(runs.mapped("state"), ["running", "stopped", "stopped"])
        self.assertEqual(
            runs.mapped("stop_reason"), [False, "condition", "record_deleted"]
        )
        self.assertGreaterEqual(sum(progress), 3)
        self._run_cron("ir_cron_stop_orphans")
        self.assertEqual(runs[0].stop_reason, "condition")
        self.assertNothingOpen(runs)

    def test_check_of_exits_is_committed_batch_by_batch(self):
        self._launch(self.leads, plan=self.short_plan)
        under_way = self.env["mail.activity.plan.run"].search_count(
            [("state", "in", ("running", "paused"))]
        )
        with patch(f"{MODELS}.exits.mail_activity_plan_run.EXIT_BATCH_SIZE", 2):
            progress = self._run_cron("ir_cron_stop_orphans")
        self.assertEqual(sum(progress), under_way)
        self.assertLessEqual(max(progress), 2)

    @mute_logger(f"{MODELS}.steps.mail_activity_plan_run_line", f"{ENGINE}.transitions")
    def test_due_steps_of_a_run_that_can_not_go_on(self):
        """The step fails that can't be followed by another one."""
        runs = self._launch_automatic(self.leads)
        with self._fail_on(
            MailActivityPlanRun, "_filter_without_document_left", runs[1]
        ):
            self._run_cron("ir_cron_run_due_steps")
        self.assertEqual(
            [run.line_ids[0].state for run in runs], ["done", "failed", "done"]
        )
        self.assertEqual(runs[1].line_ids[0].reason, "Broken")
        self.assertEqual(self.leads.mapped("referred"), ["Done", False, "Done"])
        self.assertEqual(
            [run.line_ids[1].state for run in runs],
            ["scheduled", "waiting", "scheduled"],
        )

    @mute_logger(f"{ENGINE}.notifier")
    def test_due_step_that_nobody_can_be_told_about(self):
        self.short_plan.template_ids.write(
            {
                "action_type": "server_action",
                "server_action_id": self._make_failing().id,
            }
        )
        runs = self._launch(self.leads, plan=self.short_plan, plan_date="2026-03-02")
        with patch(f"{ENGINE}.notifier._notify", side_effect=ValueError):
            self._run_cron("ir_cron_run_due_steps")
        self.assertEqual(runs.line_ids.mapped("state"), ["failed"] * 3)

    def _make_failing(self):
        return self.env["ir.actions.server"].create(
            {
                "name": "Failing",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "raise UserError('Broken')",
            }
        )

    def test_due_step_of_a_run_that_was_just_stopped(self):
        """By the step before it, in the same batch."""
        plan = self._create_plan(
            "Automatic",
            self._automatic_step("record.action_set_won()"),
            self._automatic_step("record.write({'referred': 'Done'})"),
        )
        run = self._launch(self.leads[0], plan=plan, plan_date="2026-03-02")
        self._run_cron("ir_cron_run_due_steps")
        self.assertEqual((run.state, run.stop_reason), ("stopped", "won"))
        self.assertEqual(run.line_ids[1].state, "cancelled")
        self.assertFalse(self.leads[0].referred)
        self.assertNothingOpen(run)

    def test_due_steps_are_committed_batch_by_batch(self):
        runs = self._launch_automatic(self.leads)
        with patch(f"{MODELS}.steps.mail_activity_plan_run_line.DUE_BATCH_SIZE", 2):
            progress = self._run_cron("ir_cron_run_due_steps")
        self.assertEqual(progress, [0, 2, 1])
        self.assertEqual(
            [run.line_ids[0].state for run in runs], ["done", "done", "done"]
        )
