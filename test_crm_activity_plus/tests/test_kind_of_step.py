# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .doors_common import DoorsCase


@tagged("post_install", "-at_install")
class TestKindOfStep(DoorsCase):
    """A step that another addon does, and that finishes later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_approval_plan()

    def _run_due(self, runs):
        """Do what is due of some runs, as the scheduled action does."""
        domain = [*self.lines._get_due_domain(), ("run_id", "in", runs.ids)]
        self.lines.search(domain)._run_actions()

    def _launch_pending(self, records=None):
        """:returns: a run of each document, and the approval that it waits for"""
        runs = self._launch(records or self.document, plan_date="2026-03-02")
        self._run_due(runs)
        return runs, self._get_approvals(runs)

    def assertStates(self, run, *states):
        self.assertEqual(run.line_ids.mapped("state"), list(states))
        self.assertLedgerTellsState(run)

    def test_it_stays_scheduled_until_it_is_finished(self):
        run, approval = self._launch_pending()
        self.assertStates(run, "scheduled", "waiting")
        self.assertTrue(run.line_ids[0].date_started)
        approval._answer(reason="Looks fine")
        self.assertStates(run, "done", "scheduled")
        self.assertEqual(run.line_ids[0].reason, "Looks fine")
        self.assertTrue(run.line_ids[1].activity_id)
        run.line_ids[1].activity_id.complete()
        self.assertEqual(run.state, "done")

    def test_it_is_begun_once(self):
        run, approval = self._launch_pending()
        for _call in range(2):
            self._run_due(run)
            run.line_ids[0]._run_actions()
        self.assertEqual(self._get_approvals(run), approval)
        self.assertStates(run, "scheduled", "waiting")

    def test_finished_twice(self):
        run, approval = self._launch_pending()
        approval._answer()
        activity = run.line_ids[1].activity_id
        rows = self._get_logs([("run_id", "=", run.id)])
        approval._answer()
        approval._refuse("Too late")
        self.assertStates(run, "done", "scheduled")
        self.assertEqual(run.line_ids[1].activity_id, activity)
        self.assertEqual(self._get_logs([("run_id", "=", run.id)]), rows)

    def test_several_at_once(self):
        documents = self.document + self._create_document("Tunnel")
        runs, approvals = self._launch_pending(documents)
        self.assertEqual(len(approvals), 2)
        approvals._answer()
        for run in runs:
            self.assertStates(run, "done", "scheduled")

    def test_it_fails(self):
        run, approval = self._launch_pending()
        approval._refuse("It is too dear.")
        self.assertStates(run, "failed", "scheduled")
        self.assertEqual(run.line_ids[0].reason, "It is too dear.")
        # Whoever was to do it is told.
        message = self.env["mail.message"].search(
            [
                ("model", "=", "test.activity.document"),
                ("res_id", "=", self.document.id),
                ("subject", "ilike", "failed"),
            ]
        )
        self.assertEqual(message.notified_partner_ids, self.user_owner.partner_id)

    def test_it_fails_without_a_word(self):
        run, approval = self._launch_pending()
        approval._refuse()
        self.assertStates(run, "failed", "scheduled")
        self.assertTrue(run.line_ids[0].reason)

    def test_it_cannot_begin(self):
        nobody = self._create_document("nobody's")
        runs, approvals = self._launch_pending(self.document + nobody)
        self.assertEqual(approvals.line_id.run_id, runs[0])
        self.assertStates(runs[0], "scheduled", "waiting")
        self.assertStates(runs[1], "failed", "scheduled")
        self.assertIn("Nobody can approve", runs[1].line_ids[0].reason)

    def test_it_is_finished_as_it_begins(self):
        run, _approval = self._launch_pending(self._create_document("done at once"))
        self.assertStates(run, "done", "scheduled")
        self.assertFalse(run.line_ids[0].date_started)

    # Outcomes

    def test_outcome(self):
        """By its code, its id, or itself."""
        outcome = self._create_outcome("Approved")
        self.plan.template_ids[1].after_outcome_ids = outcome
        for named in (outcome, outcome.id, outcome.code):
            with self.subTest(named=named):
                run, approval = self._launch_pending(self._create_document("One"))
                approval._answer(named)
                self.assertStates(run, "done", "scheduled")
                self.assertEqual(run.line_ids[0].outcome_id, outcome)
        run, approval = self._launch_pending(self._create_document("Other"))
        approval._answer()
        self.assertStates(run, "done", "skipped")

    def test_outcome_that_there_is_not(self):
        self._create_outcome(
            "Elsewhere", activity_type_ids=[Command.set(self.type_email.ids)]
        )
        run, approval = self._launch_pending()
        for outcome in ("nonsense", "elsewhere", 2**30, "\x00"):
            with self.subTest(outcome=outcome), self.assertRaises(UserError):
                approval._answer(outcome)
        self.assertStates(run, "scheduled", "waiting")

    def test_outcome_that_tries_it_again(self):
        outcome = self._create_outcome("Later", effect="retry", max_attempts=2)
        run, approval = self._launch_pending()
        line = run.line_ids[0]
        approval._answer(outcome)
        self.assertStates(run, "scheduled", "waiting")
        self.assertEqual((line.attempt, line.date_started), (2, False))
        self.assertGreater(line.date_deadline, run.plan_date)
        line.date_due = "2026-03-02 00:00:00"
        self._run_due(run)
        again = self._get_approvals(run) - approval
        self.assertEqual(len(again), 1)
        again._answer(outcome)
        self.assertStates(run, "done", "scheduled")

    def test_outcome_that_stops_the_plan(self):
        outcome = self._create_outcome("Never", effect="stop")
        run, approval = self._launch_pending()
        approval._answer(outcome)
        self.assertStates(run, "done", "cancelled")
        self.assertEqual((run.state, run.stop_reason), ("stopped", "outcome"))
        self.assertNothingOpen(run)

    # Stopped and paused runs

    def test_stopped_run(self):
        run, approval = self._launch_pending()
        run.action_stop()
        approval._answer()
        self.assertStates(run, "cancelled", "cancelled")
        self.assertEqual(run.state, "stopped")

    def test_paused_run(self):
        """It goes on once it is resumed."""
        run, approval = self._launch_pending()
        run.action_pause()
        self._run_due(run)
        approval._answer()
        self.assertStates(run, "done", "waiting")
        run.action_resume()
        self.assertStates(run, "done", "scheduled")
        self.assertTrue(run.line_ids[1].activity_id.active)

    def test_paused_run_that_is_not_finished(self):
        run, approval = self._launch_pending()
        run.action_pause()
        run.action_resume()
        self._run_due(run)
        self.assertEqual(self._get_approvals(run), approval)
        approval._answer()
        self.assertStates(run, "done", "scheduled")

    def test_restarted_run(self):
        """What the first one waits for says nothing to the second."""
        run, approval = self._launch_pending()
        run.action_restart()
        self.assertStates(run, "scheduled", "waiting")
        self.assertFalse(run.line_ids[0].date_started)
        run.line_ids[0].date_due = "2026-03-02 00:00:00"
        self._run_due(run)
        self.assertEqual(len(self._get_approvals(run)), 2)

    def test_skipped_and_put_off(self):
        run, approval = self._launch_pending()
        run.line_ids[0].action_snooze("2050-01-01")
        self._run_due(run)
        self.assertEqual(self._get_approvals(run), approval)
        run.line_ids[0].action_skip()
        approval._answer()
        self.assertStates(run, "skipped", "scheduled")

    def test_deleted_record(self):
        run, approval = self._launch_pending()
        self.document.unlink()
        approval._answer()
        self.assertEqual(run.stop_reason, "record_deleted")
        self.assertNothingOpen(run)

    # The addon is gone

    def _forget_kind(self, lines):
        """As after its addon was uninstalled."""
        self.env.flush_all()
        self.cr.execute(
            "UPDATE mail_activity_plan_run_line SET action_type = 'telepathy'"
            " WHERE id = ANY(%s)",
            [lines.ids],
        )
        self.env.invalidate_all()

    def test_kind_that_is_not_there(self):
        run = self._launch(self.document, plan_date="2026-03-02")
        self._forget_kind(run.line_ids[0])
        self._run_due(run)
        self.assertStates(run, "failed", "scheduled")
        self.assertIn("is not available", run.line_ids[0].reason)

    def test_kind_that_is_not_there_when_its_turn_comes(self):
        run, approval = self._launch_pending()
        self._forget_kind(run.line_ids[1])
        approval._answer()
        self._run_due(run)
        self.assertStates(run, "done", "failed")
        self.assertEqual(run.state, "done")

    def test_pending_step_of_a_kind_that_is_not_there(self):
        """Nobody would ever finish it."""
        run, _approval = self._launch_pending()
        self._forget_kind(run.line_ids[0])
        run._check_exits()
        self.assertStates(run, "failed", "scheduled")

    def test_kinds_are_no_way_to_call_methods(self):
        """Nobody can write a kind that there isn't."""
        with self.assertRaises(ValidationError):
            self.plan.template_ids[0].action_type = "telepathy"
