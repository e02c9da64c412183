# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestLaunchRules(CrmActivityPlusCommon):
    """Rules that do something to a run as soon as it is there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chain = cls._create_plan(
            "Chain",
            cls._step(cls.type_call, "One", responsible_type="salesperson"),
            cls._step(cls.type_todo, "Two"),
        )
        cls.chain.template_ids[1].after_ids = cls.chain.template_ids[0]

    def _create_run_rule(self, model_name, trigger, code):
        """Have a rule run code on runs or their steps."""
        model = self.env["ir.model"]._get(model_name)
        rule = self.env["base.automation"].create(
            {"name": code, "model_id": model.id, "trigger": trigger}
        )
        self.env["ir.actions.server"].create(
            {
                "name": code,
                "model_id": model.id,
                "state": "code",
                "code": code,
                "base_automation_id": rule.id,
                "usage": "base_automation",
            }
        )

    def _get_events(self, run):
        """:returns: what the ledger tells of a run itself, oldest first"""
        rows = self._get_logs([("run_id", "=", run.id), ("run_line_id", "=", False)])
        return rows.mapped(
            lambda row: (row.event, row.old_status or "", row.new_status)
        )

    def test_it_is_launched_before_it_is_stopped(self):
        self._create_run_rule(
            "mail.activity.plan.run", "on_create", "record.action_stop()"
        )
        runs = self._launch(self._create_leads(2), self.chain)
        for run in runs:
            self.assertEqual(
                self._get_events(run),
                [("launched", "", "running"), ("stopped", "running", "stopped")],
            )
            self.assertFalse(run.line_ids)
            self.assertLedgerTellsState(run)

    def test_steps_that_are_cancelled_as_they_are_created(self):
        self._create_run_rule(
            "mail.activity.plan.run.line", "on_create", "record.run_id.action_stop()"
        )
        runs = self._launch(self._create_leads(2), self.chain)
        for run in runs:
            self.assertEqual(run.state, "stopped")
            self.assertEqual(run.line_ids.mapped("state"), ["cancelled"] * 2)
            rows = self._get_logs([("run_line_id", "in", run.line_ids.ids)])
            self.assertEqual(rows.mapped("event"), ["cancelled"] * 2)
            self.assertLedgerTellsState(run)
            self.assertNothingOpen(run)

    def test_steps_that_are_skipped_as_they_are_created(self):
        """What comes after them waits until it is linked to them."""
        self.chain.template_ids = [
            Command.create(self._step(self.type_todo, "Three", sequence=3))
        ]
        one, two, three = self.chain.template_ids
        three.after_ids = two
        self.assertEqual(two.after_ids, one)
        self._create_run_rule(
            "mail.activity.plan.run.line",
            "on_create",
            "if record.code == 'one':\n    record.action_skip()",
        )
        runs = self._launch(self._create_leads(2), self.chain)
        for run in runs:
            self.assertEqual(
                run.line_ids.mapped("state"), ["skipped", "scheduled", "waiting"]
            )
            self.assertLedgerTellsState(run)

    def test_no_note_says_that_it_has_begun_after_its_end(self):
        self._create_run_rule(
            "mail.activity.plan.run", "on_create", "record.action_stop()"
        )
        leads = self._create_leads(1)
        self._launch(leads, self.chain)
        bodies = [str(body) for body in leads.message_ids.mapped("body")]
        self.assertEqual(len([b for b in bodies if "was stopped" in b]), 1)
        self.assertFalse([b for b in bodies if "has been started" in b])

    def test_it_is_launched_before_it_is_paused(self):
        self._create_run_rule(
            "mail.activity.plan.run", "on_create", "record.action_pause()"
        )
        run = self._launch(self._create_leads(1), self.chain)
        self.assertEqual(
            self._get_events(run),
            [("launched", "", "running"), ("paused", "running", "paused")],
        )
        self.assertLedgerTellsState(run)

    # What becomes of activities as soon as they are there

    def _launch_ruled(self, code):
        """Launch with a rule that runs code on each new activity."""
        self._create_run_rule("mail.activity", "on_create", code)
        runs = self._launch(self._create_leads(2), self.chain)
        self.assertEqual(len(runs), 2)
        for run in runs:
            self.assertLedgerTellsState(run)
            for line in run.line_ids:
                self.assertChain(self._get_logs([("run_line_id", "=", line.id)]))
        return runs

    def assertOver(self, runs, *states):
        for run in runs:
            self.assertEqual(run.line_ids.mapped("state"), list(states))
            self.assertNothingOpen(run)

    def test_plan_that_is_stopped_by_its_first_activity(self):
        runs = self._launch_ruled(
            "if record.run_id.state == 'running':\n    record.run_id.action_stop()"
        )
        self.assertEqual(set(runs.mapped("state")), {"stopped"})
        self.assertOver(runs, "cancelled", "cancelled")

    def test_plan_that_is_paused_by_its_first_activity(self):
        runs = self._launch_ruled(
            "if record.run_id.state == 'running':\n    record.run_id.action_pause()"
        )
        self.assertEqual(set(runs.mapped("state")), {"paused"})
        activities = runs.line_ids.activity_id
        self.assertEqual(activities.mapped("status"), ["on_hold"] * 2)

    def test_steps_that_are_skipped_by_their_activities(self):
        runs = self._launch_ruled("record.run_line_id.action_skip()")
        self.assertOver(runs, "skipped", "skipped")

    def test_activities_that_are_done_at_once(self):
        runs = self._launch_ruled("record.action_done()")
        self.assertOver(runs, "done", "done")
        self.assertEqual(set(runs.mapped("state")), {"done"})

    def test_activities_that_are_deleted_at_once(self):
        runs = self._launch_ruled("record.unlink()")
        self.assertOver(runs, "cancelled", "cancelled")
        self.assertFalse(runs.line_ids.activity_id)
