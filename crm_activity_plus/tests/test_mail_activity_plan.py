# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .plan_common import PlanCommon


@tagged("crm_activity_plus")
class TestPlanDefinition(PlanCommon):
    """Row A8."""

    def test_manager_makes_a_plan(self):
        plan = (
            self.env["mail.activity.plan"]
            .with_user(self.user_manager)
            .create(
                {
                    "name": "Onboarding",
                    "res_model": "crm.lead",
                    "template_ids": [
                        Command.create(self._step(self.type_call, "Call"))
                    ],
                }
            )
        )
        self.assertEqual(plan.code, "onboarding")

    def test_salesperson_makes_no_plan(self):
        with self.assertRaises(AccessError):
            self.env["mail.activity.plan"].with_user(self.user_owner).create(
                {"name": "Mine", "res_model": "crm.lead"}
            )

    def test_salesperson_changes_no_plan(self):
        with self.assertRaises(AccessError):
            self.plan.with_user(self.user_owner).name = "Mine"

    def test_empty_summary_becomes_that_of_the_type(self):
        custom = self._create_type("Visit", summary="Visit the site")
        step = self._step(custom, "")
        del step["summary"]
        run = self._launch(plan=self._create_plan("Visits", step))
        self.assertEqual(run.line_ids.activity_id.summary, "Visit the site")

    def test_own_summary_leaves_that_of_the_type_alone(self):
        custom = self._create_type("Visit", summary="Visit the site")
        run = self._launch(plan=self._create_plan("Visits", self._step(custom, "Look")))
        self.assertEqual(run.line_ids.activity_id.summary, "Look")
        self.assertEqual(custom.summary, "Visit the site")

    def test_note_of_the_step_goes_into_the_activity(self):
        step = self._step(self.type_call, "Call", note="<p>Ask for the budget</p>")
        run = self._launch(plan=self._create_plan("Calls", step))
        self.assertIn("Ask for the budget", run.line_ids.activity_id.note)

    def test_default_user_needs_a_user(self):
        with self.assertRaisesRegex(ValidationError, "must specify a responsible"):
            self._create_plan(
                "Bad", self._step(self.type_call, "Call", responsible_type="other")
            )

    def test_weeks_and_months(self):
        plan = self._create_plan(
            "Long",
            self._step(self.type_call, "Weeks", 2, delay_unit="weeks"),
            self._step(self.type_call, "Months", 1, delay_unit="months"),
            self._step(
                self.type_call, "Before", 1, "before_plan_date", delay_unit="months"
            ),
        )
        run = self._launch(plan=plan, plan_date="2026-03-31")
        self.assertEqual(
            run.line_ids.mapped("date_deadline"),
            [date(2026, 4, 14), date(2026, 4, 30), date(2026, 2, 28)],
        )

    def test_codes_of_steps_are_made_from_summaries(self):
        self.assertEqual(
            self.plan.template_ids.mapped("code"),
            ["send_e_mail", "meet", "create_quotation", "upload_document", "follow_up"],
        )

    def test_steps_of_one_summary_get_different_codes(self):
        plan = self._create_plan(
            "Twice",
            self._step(self.type_call, "Call"),
            self._step(self.type_call, "Call"),
        )
        self.assertEqual(plan.template_ids.mapped("code"), ["call", "call_2"])

    def test_two_steps_with_one_code_are_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._create_plan(
                "Twice",
                self._step(self.type_call, "One", code="same"),
                self._step(self.type_call, "Two", code="same"),
            )

    def test_two_plans_with_one_code_are_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._create_plan("Other", code=self.plan.code)

    def test_cycle_of_steps_cant_be_saved(self):
        first, second = self.plan.template_ids[:2]
        first.after_ids = second
        with self.assertRaisesRegex(
            ValidationError, "Send e-mail.*Meet|Meet.*Send e-mail"
        ):
            second.after_ids = first

    def test_step_cant_wait_for_a_step_of_another_plan(self):
        other = self._create_plan("Other", self._step(self.type_call, "Call"))
        with self.assertRaisesRegex(ValidationError, "another plan"):
            self.plan.template_ids[0].after_ids = other.template_ids

    def test_step_cant_leave_those_that_wait_for_it(self):
        self.plan.template_ids[1].after_ids = self.plan.template_ids[0]
        other = self.plan.copy()
        with self.assertRaisesRegex(ValidationError, "another plan"):
            self.plan.template_ids[0].plan_id = other

    def test_deleted_step_whose_outcome_decides(self):
        """What comes after an outcome of it would start at the launch."""
        first, second = self.plan.template_ids[:2]
        outcome = self.env["mail.activity.outcome"].create({"name": "Keen"})
        second.write({"after_ids": first, "after_outcome_ids": outcome})
        with self.assertRaisesRegex(ValidationError, second.display_name):
            first.unlink()

    def test_copied_steps_wait_for_each_other(self):
        self.plan.template_ids[1].after_ids = self.plan.template_ids[0]
        copied = self.plan.copy()
        self.assertEqual(copied.template_ids[1].after_ids, copied.template_ids[0])

    def test_launched_plan_cant_be_deleted(self):
        self._launch()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.plan.unlink()
