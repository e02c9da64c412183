# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .outcomes_common import OutcomesCase


@tagged("post_install", "-at_install")
class TestOutcomeEffects(OutcomesCase):
    """What an outcome does to the record: plans, actions, the stage."""

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
