# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Date
from odoo.tests import Form, tagged

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.addons.mail.tools.discuss import Store

from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestEngineOutcomes(CrmActivityPlusCommon):
    """Outcomes, with and without a plan."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Outcome = cls.env["mail.activity.outcome"]
        cls.yes = Outcome.create(
            {"name": "Yes!", "activity_type_ids": cls.type_call.ids, "kind": "success"}
        )
        cls.no = Outcome.create(
            {"name": "No", "activity_type_ids": cls.type_call.ids, "kind": "failure"}
        )
        cls.again = Outcome.create(
            {
                "name": "Again",
                "activity_type_ids": cls.type_call.ids,
                "effect": "retry",
                "retry_delay_count": 2,
                "max_attempts": 2,
            }
        )
        cls.end = Outcome.create({"name": "End", "effect": "stop"})
        cls.branching = cls._create_plan(
            "Branches",
            cls._step(cls.type_call, "Call"),
            cls._step(cls.type_todo, "Proposal"),
            cls._step(cls.type_email, "Goodbye"),
            cls._step(cls.type_todo, "After the proposal"),
            cls._step(cls.type_todo, "In any case"),
        )
        call, proposal, goodbye, after, join = cls.branching.template_ids
        proposal.write({"after_ids": call, "after_outcome_ids": cls.yes})
        goodbye.write({"after_ids": call, "after_outcome_ids": cls.no})
        after.after_ids = proposal
        join.after_ids = after + goodbye

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

    def test_effects_on_the_lead(self):
        stage = self.env["crm.stage"].create({"name": "Proposal sent"})
        self.no.write({"stage_id": stage.id, "plan_id": self.plan.id})
        self._schedule().complete("no")
        self.assertEqual(self.lead.stage_id, stage)
        self.assertEqual(self.lead.active_plan_run_id.plan_id, self.plan)

    def test_effects_without_access_to_the_record(self):
        """Whoever was assigned an activity can end it in any way that is offered; but
        nobody changes a record by that who could not do so otherwise."""
        stage = self.env["crm.stage"].create({"name": "Proposal sent"})
        before = self.lead.stage_id
        self.no.write(
            {
                "stage_id": stage.id,
                "plan_id": self.plan.id,
                "next_type_id": self.type_meeting.id,
            }
        )
        helper = self._create_user("Hanna Helper", "base.group_user")
        activity = self._schedule(user_id=helper.id).with_user(helper)
        self.assertFalse(self.lead.with_user(helper).has_access("read"))
        self.assertFalse(activity.complete("no"))
        self.assertEqual((activity.status, activity.outcome_id), ("done", self.no))
        self.assertEqual(self.lead.stage_id, before)
        self.assertFalse(self.lead.plan_run_ids)

    def test_effects_of_a_step_without_access_to_the_record(self):
        """The plan goes on, whoever does the step."""
        stage = self.env["crm.stage"].create({"name": "Proposal sent"})
        self.yes.write({"stage_id": stage.id, "plan_id": self.plan.id})
        helper = self._create_user("Hanna Helper", "base.group_user")
        run = self._launch(plan=self.branching)
        activity = run.line_ids[0].activity_id
        activity.user_id = helper
        activity.with_user(helper).complete("yes")
        self.assertEqual(self.lead.stage_id, stage)
        self.assertIn(self.plan, self.lead.plan_run_ids.plan_id)

    def test_plan_that_can_not_be_launched_any_more(self):
        """Nobody who completes an activity can mend that."""
        self.no.plan_id = self.plan
        self.plan.active = False
        activity = self._schedule()
        self.assertFalse(activity.complete("no"))
        self.plan.write({"active": True, "company_id": self.other_company.id})
        self.assertFalse(self._schedule().complete("no"))
        self.assertFalse(self.lead.plan_run_ids)

    def test_server_action(self):
        self.yes.server_action_id = self.env["ir.actions.server"].create(
            {
                "name": "Mark",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "records.write({'priority': '3'})",
            }
        )
        self._schedule().complete("yes")
        self.assertEqual(self.lead.priority, "3")

    def test_server_action_of_another_application(self):
        """An outcome of all types ends activities of all applications."""
        self.end.server_action_id = self.env["ir.actions.server"].create(
            {
                "name": "Mark",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "state": "code",
                "code": "record.write({'color': 3})",
            }
        )
        self._schedule().complete("end")
        self._schedule(self.partner).with_user(self.user_system).complete("end")
        self.assertEqual(self.partner.color, 3)

    def test_bad_values(self):
        """Whatever programs send, they are told what is wrong."""
        activity = self._schedule()
        for outcome in (True, 1.5, ["yes"], {"code": "yes"}, 2**70):
            with self.assertRaisesRegex(UserError, "There is no outcome"):
                activity.complete(outcome)
        for feedback in (True, 5, ["Done"], {"text": "Done"}):
            with self.assertRaisesRegex(UserError, "feedback"):
                activity.complete("yes", feedback)
        for attachment_ids in ("1", [True], ["1"], {"id": 1}):
            with self.assertRaisesRegex(UserError, "attachment_ids"):
                activity.complete("yes", attachment_ids=attachment_ids)
        self.assertEqual(activity.status, "new")
        self.assertFalse(activity.outcome_id)

    def test_bad_input(self):
        meeting = self._schedule(activity_type_id=self.type_meeting.id)
        with self.assertRaisesRegex(ValidationError, "Yes!"):
            meeting.complete("yes")
        with self.assertRaisesRegex(UserError, "nonsense"):
            meeting.complete("nonsense")
        with self.assertRaisesRegex(UserError, "123456"):
            meeting.complete(123456)
        meeting.complete()
        with self.assertRaisesRegex(UserError, "closed"):
            meeting.complete()

    def test_done_twice_does_nothing_twice(self):
        activity = self._schedule()
        activity.action_feedback("Once")
        messages = self.lead.message_ids
        activity.action_feedback("Twice")
        self.assertEqual(self.lead.message_ids, messages)

    def test_server_action_states(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Launch it",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "launch_plan",
                "activity_plan_id": self.branching.id,
            }
        )
        action.with_context(
            active_model="crm.lead", active_ids=self.lead.ids, active_id=self.lead.id
        ).run()
        run = self.lead.active_plan_run_id
        self.assertEqual(run.plan_id, self.branching)
        complete = self.env["ir.actions.server"].create(
            {
                "name": "Complete it",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "complete_activity",
                "activity_outcome_id": self.yes.id,
            }
        )
        complete.with_context(
            active_model="crm.lead", active_ids=self.lead.ids, active_id=self.lead.id
        ).run()
        self.assertEqual(run.line_ids[0].outcome_id, self.yes)
        with self.assertRaises(ValidationError):
            action.model_id = self.env["ir.model"]._get("res.partner")

    def test_launching_action_on_many_records(self):
        """It launches on all of them at once."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Launch it",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "launch_plan",
                "activity_plan_id": self.branching.id,
            }
        )
        counts = []
        for leads in (self._create_leads(3), self._create_leads(30)):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            action.with_user(self.user_manager).with_context(
                active_model="crm.lead", active_ids=leads.ids, active_id=leads[0].id
            ).run()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(len(leads.plan_run_ids), len(leads))
        self.assertLess(counts[1], 1.5 * counts[0])

    def test_recursion_is_cut_off(self):
        """The outcome of a step runs an action that completes the next step, and so
        on."""
        self.again.max_attempts = 0
        self.again.server_action_id = self.env["ir.actions.server"].create(
            {
                "name": "For ever",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "complete_activity",
                "activity_outcome_id": self.again.id,
            }
        )
        self._schedule()
        run = self._launch(plan=self.branching)
        with self.assertLogs("odoo.addons.crm_activity_plus", "ERROR") as logs:
            run.line_ids[0].activity_id.complete("again")
        self.assertIn("again and again", logs.output[0])
        self.assertEqual(run.line_ids[0].state, "scheduled")
        self.assertLedgerTellsState(run)

    def test_depth_outlasts_flushes(self):
        """What Odoo tracks is flushed in between, and so is each savepoint."""
        actions = self.env["ir.actions.server"]
        with actions._at_depth(3):
            self.env.cr.precommit.add(self.env.flush_all)
            with self.env.cr.savepoint():
                self.assertEqual(actions._get_depth(), 3)
        self.assertEqual(actions._get_depth(), 0)

    def _get_client_data(self, activities):
        """:returns: what the web client gets, by activity"""
        data = Store().add(activities.with_user(self.user_owner)).get_result()
        return {row["id"]: row for row in data["mail.activity"]}

    def test_client_offers_outcomes(self):
        archived = self.yes.copy({"name": "Old"})
        archived.active = False
        call = self._schedule()
        todo = self._schedule(activity_type_id=self.type_todo.id)
        data = self._get_client_data(call + todo)
        offered = data[call.id]["outcomes"]
        self.assertIn(
            {"id": self.yes.id, "name": "Yes!", "code": "yes", "kind": "success"},
            offered,
        )
        self.assertNotIn(archived.id, [row["id"] for row in offered])
        todo_ids = [row["id"] for row in data[todo.id]["outcomes"]]
        self.assertIn(self.end.id, todo_ids)
        self.assertNotIn(self.yes.id, todo_ids)
        self.assertEqual(data[todo.id]["status"], "new")
        self.assertFalse(data[todo.id]["plan_step"])

    def test_client_shows_step(self):
        run = self._launch(plan=self.branching)
        activity = run.line_ids[0].activity_id
        self.assertEqual(
            self._get_client_data(activity)[activity.id]["plan_step"],
            {
                "run_id": run.id,
                "plan": "Branches",
                "name": "Call",
                "number": 1,
                "count": 5,
            },
        )

    def test_client_data_queries(self):
        """They don't grow with the activities."""
        runs = self._launch(self._create_leads(10), plan=self.branching)
        activities = runs.line_ids.activity_id
        self._get_client_data(activities)
        counts = []
        for some in (activities[:2], activities):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._get_client_data(self.env["mail.activity"].browse(some.ids))
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(len(activities), 10)
        self.assertLessEqual(counts[1], counts[0])

    def test_outcomes_of_deleted_type(self):
        """They go on to be that type's alone."""
        activity_type = self._create_type("Survey")
        outcome = self.yes.copy(
            {"name": "Filled In", "activity_type_ids": activity_type.ids}
        )
        survey = self._schedule(activity_type_id=activity_type.id)
        call = self._schedule()
        activity_type.unlink()
        self.assertTrue(activity_type.deleted)
        data = self._get_client_data(survey + call)
        self.assertIn(outcome.id, [row["id"] for row in data[survey.id]["outcomes"]])
        self.assertNotIn(outcome.id, [row["id"] for row in data[call.id]["outcomes"]])
        with self.assertRaisesRegex(UserError, "is no outcome of the activity type"):
            call.complete(outcome.code)
        survey.complete(outcome.code)
        self.assertEqual(survey.outcome_id, outcome)

    def test_outcomes_of_a_type(self):
        """The other side of the outcome's types."""
        self.assertEqual(self.type_call.outcome_ids & self.yes, self.yes)
        self.assertNotIn(self.end, self.type_call.outcome_ids, "of all types")
        visit = self._create_type("Visit", outcome_ids=self.yes.ids)
        self.assertEqual(self.yes.activity_type_ids, self.type_call + visit)
        visit.with_user(self.user_system).write(
            {
                "outcome_ids": [
                    Command.create({"name": "Seen"}),
                    Command.link(self.no.id),
                ]
            }
        )
        seen = visit.outcome_ids.filtered(lambda outcome: outcome.name == "Seen")
        self.assertEqual(seen.activity_type_ids, visit)
        self.assertEqual(visit.copy().outcome_ids, visit.outcome_ids)
        with self.assertRaises(AccessError):
            visit.with_user(self.user_manager).outcome_ids = self.no
        self.no.with_user(self.user_manager).activity_type_ids = visit
        self.assertIn(self.no, visit.outcome_ids)
        self.assertNotIn(self.no, self.type_call.outcome_ids)
        names = visit.with_user(self.user_owner).outcome_ids.mapped("name")
        self.assertIn("Seen", names)

    def test_outcomes_of_a_type_on_its_form(self):
        form = Form(self.type_call.with_user(self.user_system))
        form.outcome_ids.add(self.end)
        form.save()
        self.assertEqual(self.end.activity_type_ids, self.type_call)

    def test_unused_type_whose_outcomes_are_its_own(self):
        """They don't become outcomes of all types."""
        visit, other = self._create_type("Visit"), self._create_type("Other")
        seen = self.yes.copy({"name": "Seen", "activity_type_ids": visit.ids})
        shared = self.yes.copy({"activity_type_ids": (other + self.type_call).ids})
        (visit + other).unlink()
        self.assertTrue(visit.deleted)
        self.assertFalse(other.exists())
        self.assertFalse(seen._is_applicable(self.type_call))
        self.assertEqual(shared.activity_type_ids, self.type_call)

    def test_outcomes_of_a_type_of_an_addon_that_goes(self):
        """Its activities become to-dos, and so do they."""
        visit = self._create_type("Visit")
        seen = self.yes.copy({"name": "Seen", "activity_type_ids": visit.ids})
        self.yes.activity_type_ids += visit
        group = self.env["res.groups"].create({"name": "Nobody here"})
        action = self.env["ir.actions.server"].create(
            {
                "name": "Mark",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
            }
        )
        plan = self._create_plan(
            "Visits",
            self._step(visit, "Visit", code="visit"),
            self._step(
                visit,
                "Seen",
                after_codes="visit",
                after_outcome_ids=[Command.set((seen + self.yes).ids)],
                action_type="server_action",
                server_action_id=action.id,
            ),
        )
        action.group_ids = group
        with patch.object(self.registry, "ready", False):
            visit.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()
        self.assertFalse(visit.exists())
        self.assertEqual(seen.activity_type_ids, self.type_todo)
        self.assertEqual(self.yes.activity_type_ids, self.type_call + self.type_todo)
        self.assertEqual(plan.template_ids.activity_type_id, self.type_todo)
