# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .doors_common import DoorsCase

STEPS = "odoo.addons.crm_activity_plus.models.steps.outcome"


@tagged("post_install", "-at_install")
class TestOutcomesOfKinds(DoorsCase):
    """What an outcome brings, where a step ends with it that another addon does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage = cls.env["crm.stage"].create({"name": "Agreed", "sequence": 98})
        cls.approval_plan = cls._create_chain(
            cls._step(
                cls.type_todo,
                "Approve",
                code="approve",
                action_type="approval",
                responsible_type="salesperson",
            ),
            cls._step(cls.type_call, "Tell", code="tell"),
            exit_on_won=True,
        )

    def _launch_pending(self, leads=None, user=None):
        """:returns: a run of each lead, and the approvals that they wait for"""
        runs = self._launch(
            leads or self.lead,
            self.approval_plan,
            user=user or self.user_manager,
            plan_date="2026-03-02",
        )
        runs.line_ids.filtered("date_due")._run_actions()
        approvals = self.env["test.activity.approval"]
        return runs, approvals.search([("line_id.run_id", "in", runs.ids)])

    def _create_action(self, code, **values):
        return self.env["ir.actions.server"].create(
            {
                "name": "Note it",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": code,
                **values,
            }
        )

    def _find_told(self, line):
        """:returns: what the history says wasn't done after a step"""
        rows = self._get_logs([("run_line_id", "=", line.id), ("reason", "!=", False)])
        return rows.filtered(
            lambda row: row.reason_code in ("effects_failed", "effects_refused")
        )

    def test_stage(self):
        outcome = self._create_outcome("Agreed", stage_id=self.stage.id)
        run, approval = self._launch_pending()
        approval._answer(outcome)
        self.assertEqual(self.lead.stage_id, self.stage)
        self.assertEqual(run.line_ids.mapped("state"), ["done", "scheduled"])
        self.assertFalse(self._find_told(run.line_ids[0]))
        self.assertLedgerTellsState(run)

    def test_stage_that_wins_ends_the_run(self):
        self.stage.is_won = True
        outcome = self._create_outcome("Agreed", stage_id=self.stage.id)
        run, approval = self._launch_pending()
        approval._answer(outcome)
        self.assertEqual((run.state, run.stop_reason), ("stopped", "won"))
        self.assertEqual(run.line_ids.mapped("state"), ["done", "cancelled"])
        self.assertNothingOpen(run)
        self.assertLedgerTellsState(run)

    def test_plan(self):
        """It is launched by the step's responsible, who has its steps."""
        outcome = self._create_outcome("Agreed", plan_id=self.plan.id)
        run, approval = self._launch_pending()
        approval.with_user(self.user_portal).sudo()._answer(outcome)
        launched = self.lead.plan_run_ids - run
        self.assertEqual(launched.plan_id, self.plan)
        self.assertEqual(launched.user_id, self.user_owner)
        self.assertEqual(launched.line_ids.user_id, self.user_owner)
        approval._answer(outcome)
        self.assertEqual(self.lead.plan_run_ids, run + launched, "once")

    def test_server_action(self):
        """It works as the step's responsible."""
        action = self._create_action(
            "record.message_post(body='%s of %s' % (env.user.name, len(records)))"
        )
        outcome = self._create_outcome("Agreed", server_action_id=action.id)
        leads = self.lead + self._create_lead("Chairs", user_id=self.user_member.id)
        runs, approvals = self._launch_pending(leads)
        approvals._answer(outcome)
        for lead, user in zip(leads, self.user_owner + self.user_member, strict=True):
            bodies = lead.message_ids.mapped("body")
            self.assertTrue(any(f"{user.name} of 1" in body for body in bodies))
        self.assertEqual(runs.mapped("state"), ["running", "running"])

    def test_context_of_whoever_ends_it_says_nothing(self):
        action = self._create_action(
            "record.message_post(body='%s %s' % (sorted(k for k in env.context if k"
            " in ('default_name', 'mail_notrack', 'crm_activity_plus_engine')),"
            " env.context.get('tz')))"
        )
        outcome = self._create_outcome("Agreed", server_action_id=action.id)
        _run, approval = self._launch_pending()
        approval.with_context(
            default_name="Mallory", mail_notrack=True, tz="Asia/Tokyo"
        )._answer(outcome)
        self.assertIn("[] Europe/Brussels", self.lead.message_ids[0].body)

    def test_action_for_others(self):
        """Its groups are those of whoever the step is done for."""
        action = self._create_action(
            "record.write({'description': 'Done'})",
            group_ids=[Command.link(self.env.ref("base.group_system").id)],
        )
        outcome = self._create_outcome(
            "Agreed", server_action_id=action.id, stage_id=self.stage.id
        )
        run, approval = self._launch_pending()
        approval._answer(outcome)
        self.assertFalse(self.lead.description)
        self.assertEqual(self.lead.stage_id, self.stage)
        [told] = self._find_told(run.line_ids[0])
        self.assertEqual(told.reason_code, "effects_refused")
        self.assertIn("“Agreed” should run “Note it”, but Olga Owner may", told.reason)
        self.assertIn(told.reason, self.lead.message_ids.mapped("body")[0])
        self.lead.user_id = self.user_system
        run.action_restart()
        run.line_ids[0].date_due = "2026-03-02 00:00:00"
        run.line_ids[0]._run_actions()
        self.env["test.activity.approval"].search(
            [("line_id.run_id", "=", run.id)], order="id DESC", limit=1
        )._answer(outcome)
        self.assertIn("Done", self.lead.description)

    @mute_logger(STEPS)
    def test_what_fails_keeps_nothing_else_from_being_done(self):
        """Neither the step from ending, nor other steps, nor the stage."""
        action = self._create_action(
            "if record.name == 'Ten desks':\n"
            "    raise UserError('No paper')\n"
            "record.write({'description': 'Done'})"
        )
        outcome = self._create_outcome(
            "Agreed", server_action_id=action.id, stage_id=self.stage.id
        )
        leads = self.lead + self._create_lead("Chairs")
        runs, approvals = self._launch_pending(leads)
        approvals._answer(outcome)
        self.assertEqual(leads.stage_id, self.stage)
        self.assertEqual(
            leads.mapped(lambda lead: bool(lead.description)), [False, True]
        )
        [told] = self._find_told(runs[0].line_ids[0])
        self.assertIn("“Agreed” should run “Note it”, but that failed", told.reason)
        self.assertIn("No paper", told.reason)
        self.assertFalse(self._find_told(runs[1].line_ids[0]))
        for run in runs:
            self.assertEqual(run.line_ids.mapped("state"), ["done", "scheduled"])
            self.assertLedgerTellsState(run)

    def test_each_attempt_brings_it(self):
        """As it does where somebody marks an activity as done."""
        outcome = self._create_outcome(
            "Later", effect="retry", max_attempts=2, stage_id=self.stage.id
        )
        run, approval = self._launch_pending()
        approval._answer(outcome)
        self.assertEqual(run.line_ids[0].state, "scheduled")
        self.assertEqual(self.lead.stage_id, self.stage)

    def test_steps_that_fail_bring_nothing(self):
        outcome = self._create_outcome("Agreed", stage_id=self.stage.id)
        run, approval = self._launch_pending()
        run.line_ids[0]._finish_action(outcome, failed=True)
        self.assertEqual(run.line_ids[0].state, "failed")
        self.assertNotEqual(self.lead.stage_id, self.stage)
        approval._answer(outcome)
        self.assertNotEqual(self.lead.stage_id, self.stage)

    def test_next_activity_is_the_plans(self):
        outcome = self._create_outcome("Agreed", next_type_id=self.type_meeting.id)
        run, approval = self._launch_pending()
        approval._answer(outcome)
        self.assertEqual(self.lead.activity_ids, run.line_ids[1].activity_id)

    def test_step_that_ends_as_it_begins(self):
        """The kind's method returns the outcome."""
        outcome = self._create_outcome("Agreed", stage_id=self.stage.id)
        lines = type(self.lines)
        with patch.object(
            lines,
            "_run_action_approval",
            lambda line, record: {"outcome_id": outcome.id, "reason": "At once"},
        ):
            run, _approval = self._launch_pending()
        line = run.line_ids[0]
        self.assertEqual((line.state, line.reason), ("done", "At once"))
        self.assertEqual(line.outcome_id, outcome)
        self.assertEqual(self.lead.stage_id, self.stage)

    def test_plan_that_launches_itself(self):
        """It is cut off, and doesn't go on for ever."""
        self.approval_plan.allow_parallel = True
        outcome = self._create_outcome("Again", plan_id=self.approval_plan.id)
        lines, day = type(self.lines), [2]

        def launch_another(outcome, ended):
            day[0] += 1
            plan = outcome.plan_id.sudo()
            plan.launch(ended.mapped("res_id"), plan_date=f"2026-03-{day[0]:02}")
            return outcome.env["mail.activity"]

        with (
            patch.object(
                lines,
                "_run_action_approval",
                lambda line, record: {"outcome_id": outcome.id},
            ),
            patch.object(type(outcome), "_apply_plan", launch_another),
            mute_logger(STEPS),
        ):
            self._launch_pending()
            for _call in range(10):
                self.lead.plan_run_ids.line_ids.filtered("date_due")._run_actions()
        self.assertEqual(len(self.lead.plan_run_ids), 6)

    def test_responsible_who_has_left(self):
        """Then it is as whoever launched the plan."""
        outcome = self._create_outcome("Agreed", plan_id=self.plan.id)
        run, approval = self._launch_pending()
        self.env.flush_all()
        self.cr.execute(
            "UPDATE res_users SET active = false WHERE id = %s", [self.user_owner.id]
        )
        self.env.invalidate_all()
        approval._answer(outcome)
        self.assertEqual((self.lead.plan_run_ids - run).user_id, self.user_manager)

    def test_record_that_is_gone(self):
        outcome = self._create_outcome("Agreed", stage_id=self.stage.id)
        run, approval = self._launch_pending()
        self.env.flush_all()
        self.cr.execute("DELETE FROM crm_lead WHERE id = %s", [self.lead.id])
        self.env.invalidate_all()
        approval._answer(outcome)
        self.assertEqual(run.stop_reason, "record_deleted")

    def test_outcome_that_there_is_not(self):
        run, approval = self._launch_pending()
        with self.assertRaises(UserError):
            approval._answer("nonsense")
        self.assertEqual(run.line_ids[0].state, "scheduled")
