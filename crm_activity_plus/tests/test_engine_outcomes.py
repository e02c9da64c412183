# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tests import tagged

from .outcomes_common import OutcomesCase


@tagged("post_install", "-at_install")
class TestEngineOutcomes(OutcomesCase):
    """Outcomes, with and without a plan."""

    def test_codes(self):
        self.assertEqual(self.yes.code, "yes")
        self.assertEqual(self.yes.copy().code, "yes_2")

    def test_branches(self):
        run = self._launch(plan=self.branching)
        call, proposal, goodbye, after, join = run.line_ids
        created = call.activity_id.with_user(self.user_owner).complete("no", "Too dear")
        self.assertEqual(created, goodbye.activity_id.ids)
        self.assertEqual(call.outcome_id, self.no)
        self.assertEqual(proposal.state, "skipped")
        self.assertTrue(proposal.reason)
        self.assertEqual(after.state, "skipped", "behind a branch that was not taken")
        self.assertEqual(join.state, "waiting")
        goodbye.activity_id.complete()
        self.assertEqual(join.state, "scheduled", "one of its branches was taken")
        join.activity_id.complete()
        self.assertEqual(run.state, "done")
        self.assertLedgerTellsState(run)

    def test_chatter_tells_the_outcome(self):
        self._schedule(summary="First try").complete("no", "Too dear")
        self.assertIn("No", self.lead.message_ids[0].preview)
        self.assertIn("<strong>No</strong>", self.lead.message_ids[0].body)
        self._schedule(summary="Second try").complete()
        self.assertNotIn("<strong>", self.lead.message_ids[0].body)

    def test_no_outcome_takes_no_branch(self):
        run = self._launch(plan=self.branching)
        run.line_ids[0].activity_id.action_feedback("Done")
        self.assertEqual(run.line_ids.mapped("state"), ["done"] + ["skipped"] * 4)
        self.assertEqual(run.state, "done")

    @freeze_time("2026-03-02 09:00:00")
    def test_retry_up_to_the_limit(self):
        run = self._launch(plan=self.branching)
        call = run.line_ids[0]
        first = call.activity_id
        created = first.complete("again")
        self.assertEqual(created, call.activity_id.ids)
        self.assertNotEqual(call.activity_id, first)
        self.assertEqual(call.state, "scheduled")
        self.assertEqual(call.attempt, 2)
        self.assertEqual(call.activity_id.attempt, 2)
        self.assertEqual(call.activity_id.date_deadline, Date.to_date("2026-03-04"))
        call.activity_id.complete("again")
        self.assertEqual(call.state, "done", "enough attempts")
        self.assertLedgerTellsState(run)

    def test_step_limits_attempts_too(self):
        self.again.max_attempts = 0
        self.branching.template_ids[0].max_attempts = 1
        run = self._launch(plan=self.branching)
        run.line_ids[0].activity_id.complete("again")
        self.assertEqual(run.line_ids[0].state, "done")

    def test_stop(self):
        run = self._launch(plan=self.branching)
        run.line_ids[0].activity_id.complete(self.end.id)
        self.assertEqual((run.state, run.stop_reason), ("stopped", "outcome"))
        self.assertEqual(run.line_ids[0].state, "done")
        self.assertNothingOpen(run)

    def test_without_a_plan(self):
        self.yes.next_type_id = self.type_meeting
        activity = self._schedule(summary="Cold call")
        created = activity.complete("yes")
        following = self.env["mail.activity"].browse(created)
        self.assertEqual(following.activity_type_id, self.type_meeting)
        self.assertEqual(following.user_id, self.user_owner)
        self.assertEqual(
            (following.res_model, following.res_id), ("crm.lead", self.lead.id)
        )

    def test_retry_without_a_plan(self):
        activity = self._schedule(summary="Cold call")
        again = self.env["mail.activity"].browse(activity.complete("again"))
        self.assertEqual((again.summary, again.attempt), ("Cold call", 2))
        self.assertFalse(again.complete("again"))

    def test_retry_and_core_trigger(self):
        """An outcome that leads elsewhere replaces what the type triggers."""
        self.type_call.triggered_next_type_id = self.type_todo
        activity = self._schedule()
        again = self.env["mail.activity"].browse(activity.complete("again"))
        self.assertEqual(again.activity_type_id, self.type_call)
        done = self.env["mail.activity"].browse(again.complete("yes"))
        self.assertEqual(done.activity_type_id, self.type_todo)

    def test_core_trigger_after_enough_attempts(self):
        """Without a plan it goes on, too, when it isn't tried again."""
        self.type_call.triggered_next_type_id = self.type_todo
        self.again.max_attempts = 1
        done = self.env["mail.activity"].browse(self._schedule().complete("again"))
        self.assertEqual(done.activity_type_id, self.type_todo)

    def test_retry_in_a_paused_run(self):
        """The next attempt is off the to-do lists, too, and comes back with the
        run."""
        run = self._launch(plan=self.branching)
        run.action_pause()
        call = run.line_ids[0]
        call.activity_id.complete("again")
        self.assertEqual(call.attempt, 2)
        self.assertFalse(call.activity_id.active)
        self.assertEqual(call.activity_id.status, "on_hold")
        run.action_resume()
        self.assertTrue(call.activity_id.active)
        self.assertEqual(call.activity_id.status, "new")
        self.assertLedgerTellsState(run)

    def test_retry_that_leaves_the_calendar(self):
        self.again.retry_delay_count = 99_999_999
        step = self._launch(plan=self.branching).line_ids[0]
        for activity in (self._schedule(), step.activity_id):
            with self.assertRaisesRegex(UserError, "leaves the calendar"):
                with self.cr.savepoint():
                    activity.complete("again")
            self.assertEqual(activity.status, "new")
            self.assertFalse(activity.outcome_id)
            previews = {row["outcome_id"]: row for row in activity.preview_complete()}
            self.assertIn("leaves the calendar", previews[self.again.id]["note"])
            self.assertNotIn("calendar", previews[self.yes.id]["note"] or "")

    def test_retry_of_a_deleted_type(self):
        """Its activities can be completed, with any of their outcomes."""
        activity_type = self._create_type("Survey")
        self.again.activity_type_ids += activity_type
        activity = self._schedule(activity_type_id=activity_type.id)
        activity_type.unlink()
        again = self.env["mail.activity"].browse(activity.complete("again"))
        self.assertEqual(again.activity_type_id, activity_type)

    def test_next_type_that_fits_no_more(self):
        leads_only = self._create_type(
            "Site visit", applies_to_ids=self._create_model_ids("crm.lead")
        )
        self.end.next_type_id = leads_only
        contact = self._schedule(self.partner)
        self.assertFalse(contact.preview_complete()[-1]["steps"])
        self.assertFalse(contact.complete("end"))
        visit = self.env["mail.activity"].browse(self._schedule().complete("end"))
        self.assertEqual(visit.activity_type_id, leads_only)
        leads_only.unlink()
        self.assertTrue(leads_only.deleted)
        self.assertFalse(self.end.next_type_id)
        self.assertFalse(self._schedule().complete("end"))

    def test_reopened_activity_has_no_outcome(self):
        activity = self._schedule()
        activity.complete("again")
        activity.active = True
        self.assertFalse(activity.outcome_id)
        self.assertFalse(activity.complete(), "it is not tried again a second time")

    def test_outcome_that_steps_depend_on(self):
        with self.assertRaisesRegex(UserError, "Branches.*Yes!"):
            self.yes.unlink()
        run = self._launch(plan=self.branching)
        self.branching.template_ids.after_outcome_ids = False
        with self.assertRaisesRegex(UserError, "Branches.*Yes!"):
            self.yes.unlink()
        run.action_stop()
        self.yes.unlink()
        self.assertFalse(self.yes.exists())

    def test_all_that_was_created_is_returned(self):
        """By the plan, by an action, and by the outcome itself; nothing else."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Remind the manager",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "next_activity",
                "activity_type_id": self.type_todo.id,
                "activity_summary": "Look at it",
            }
        )
        self.no.write(
            {
                "plan_id": self.plan.id,
                "server_action_id": action.id,
                "next_type_id": self.type_meeting.id,
            }
        )
        self.type_call.triggered_next_type_id = self.type_todo
        activity, before = self._schedule(), self._schedule(summary="Before")
        created = self.env["mail.activity"].browse(activity.complete("no"))
        self.assertEqual(created, self.lead.activity_ids.sorted("id") - before)
        steps = self.lead.plan_run_ids.line_ids.activity_id
        self.assertTrue(steps)
        self.assertLessEqual(steps, created)
        self.assertIn("Look at it", created.mapped("summary"))
        self.assertIn(self.type_meeting, created.activity_type_id)
        self.assertEqual(len(created), len(steps) + 3)

    def test_done_twice_does_nothing_twice(self):
        activity = self._schedule()
        activity.action_feedback("Once")
        messages = self.lead.message_ids
        activity.action_feedback("Twice")
        self.assertEqual(self.lead.message_ids, messages)
