# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestAutomationRules(CrmActivityPlusCommon):
    """Rules that launch plans and complete activities."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chain = cls._create_plan(
            "Chain",
            cls._step(cls.type_call, "One", responsible_type="salesperson"),
            cls._step(cls.type_todo, "Two"),
        )
        cls.chain.template_ids[1].after_ids = cls.chain.template_ids[0]
        cls.model_lead = cls.env["ir.model"]._get("crm.lead")

    @classmethod
    def _create_action(cls, state, **values):
        return cls.env["ir.actions.server"].create(
            {"name": state, "model_id": cls.model_lead.id, "state": state, **values}
        )

    def _create_rule(self, trigger, state, rule_values=None, **values):
        rule = self.env["base.automation"].create(
            {
                "name": f"{trigger}: {state}",
                "model_id": self.model_lead.id,
                "trigger": trigger,
                **(rule_values or {}),
            }
        )
        self._create_action(
            state, base_automation_id=rule.id, usage="base_automation", **values
        )
        return rule

    def _create_leads_as_owner(self, count):
        return (
            self.env["crm.lead"]
            .with_user(self.user_owner)
            .create(
                [
                    {"name": f"Lead {number}", "type": "opportunity"}
                    for number in range(count)
                ]
            )
        )

    def test_launch_on_new_leads(self):
        for trigger in ("on_create", "on_create_or_write"):
            with self.subTest(trigger):
                rule = self._create_rule(
                    trigger, "launch_plan", activity_plan_id=self.chain.id
                )
                leads = self._create_leads_as_owner(3)
                self.env.flush_all()
                for lead in leads:
                    run = lead.plan_run_ids
                    self.assertEqual(len(run), 1)
                    self.assertEqual(run.user_id, self.user_owner)
                    self.assertEqual(run.line_ids[0].user_id, self.user_owner)
                    self.assertIn(self.user_owner.partner_id, lead.message_partner_ids)
                leads.write({"priority": "2"})
                self.env.flush_all()
                self.assertEqual(len(leads.plan_run_ids), 3, "launched once")
                rule.active = False

    def _create_run_rule(self, model_name, trigger, code, **rule_values):
        """:returns: a rule on runs or their steps, that runs code"""
        model = self.env["ir.model"]._get(model_name)
        return self._create_rule(
            trigger,
            "code",
            {"model_id": model.id, **rule_values},
            model_id=model.id,
            code=code,
        )

    def test_rules_on_new_runs_and_steps(self):
        """They are inserted all at once, and rules run all the same, for each one."""
        self._create_run_rule(
            "mail.activity.plan.run",
            "on_create",
            "env['crm.lead'].browse(record.res_id).write({'referred': record.name})",
        )
        self._create_run_rule(
            "mail.activity.plan.run.line",
            "on_create_or_write",
            "env['res.partner'].create({'name': f'{record.id} {record.state}'})",
            filter_domain="[('state', '!=', 'waiting')]",
        )
        leads = self._create_leads(2)
        runs = self._launch(leads, self.chain)
        self.assertEqual(leads.mapped("referred"), ["Chain", "Chain"])
        scheduled = runs.line_ids.filtered(lambda line: line.state == "scheduled")
        self.assertEqual(len(scheduled), 2)
        told = self.env["res.partner"].search([("name", "ilike", "scheduled")])
        for line in scheduled:
            self.assertIn(f"{line.id} scheduled", told.mapped("name"))
        self.assertLedgerTellsState(runs)

    def test_rules_on_what_runs_do(self):
        self._create_run_rule(
            "mail.activity.plan.run",
            "on_create_or_write",
            "env['crm.lead'].browse(record.res_id).write({'referred': record.state})",
            filter_domain="[('state', '=', 'done')]",
        )
        self._create_run_rule(
            "mail.activity.plan.run.line",
            "on_create_or_write",
            "env['crm.lead'].browse(record.res_id).write({'priority': '3'})",
            filter_domain="[('state', '=', 'skipped')]",
        )
        run = self._launch(plan=self.chain)
        run.line_ids[0].activity_id.complete()
        self.assertFalse(self.lead.referred)
        self.assertNotEqual(self.lead.priority, "3")
        run.line_ids[1].action_skip()
        self.assertEqual((self.lead.referred, self.lead.priority), ("done", "3"))

    def test_rule_that_ends_what_it_sees_begin(self):
        """The run is over before it has any steps: it gets none."""
        self._create_run_rule(
            "mail.activity.plan.run", "on_create", "record.action_stop()"
        )
        runs = self._launch(self._create_leads(2), self.chain)
        self.assertEqual(runs.mapped("state"), ["stopped", "stopped"])
        self.assertNothingOpen(runs)

    def test_rule_that_ends_the_run_of_a_new_step(self):
        self._create_run_rule(
            "mail.activity.plan.run.line", "on_create", "record.run_id.action_stop()"
        )
        runs = self._launch(self._create_leads(2), self.chain)
        self.assertEqual(runs.mapped("state"), ["stopped", "stopped"])
        self.assertNothingOpen(runs)

    def test_complete_in_a_stage(self):
        stage = self.env["crm.stage"].create({"name": "Called", "sequence": 99})
        self._create_rule(
            "on_stage_set", "complete_activity", {"trg_field_ref": stage.id}
        )
        run = self._launch(plan=self.chain)
        self.lead.with_user(self.user_owner).stage_id = stage
        self.assertEqual(run.line_ids.mapped("state"), ["done", "scheduled"])
        self.assertEqual(run.line_ids[0].done_by_id, self.user_owner)

    def test_rule_that_starts_itself_one_time_after_the_other(self):
        """What is computed late makes the rule run without knowing that it was the rule
        itself that changed the lead."""
        outcome = self.env["mail.activity.outcome"].create(
            {
                "name": "For Ever",
                "effect": "retry",
                "max_attempts": 0,
                "server_action_id": self._create_action(
                    "code",
                    code="record.write({'probability': record.probability % 90 + 1})",
                ).id,
            }
        )
        self._create_rule(
            "on_create_or_write", "complete_activity", activity_outcome_id=outcome.id
        )
        run = self._launch(plan=self.chain)
        with self.assertLogs("odoo.addons.crm_activity_plus", "ERROR") as logs:
            self.lead.priority = "1"
            self.env.flush_all()
        self.assertIn("again and again", logs.output[0])
        self.assertLess(run.line_ids[0].attempt, 30)
        self.assertEqual(run.line_ids[0].state, "scheduled")
        self.assertLedgerTellsState(run)

    def test_outcome_moves_a_lead_once(self):
        """Rules on the stage don't run where it stays."""
        stage = self.env["crm.stage"].create({"name": "Called", "sequence": 99})
        outcome = self.env["mail.activity.outcome"].create(
            {"name": "Reached", "stage_id": stage.id}
        )
        self._create_rule(
            "on_create_or_write",
            "code",
            code="record.message_post(body='Written')",
        )
        self.lead.stage_id = stage
        self.env.flush_all()
        posted = self.lead.message_ids.filtered(lambda m: "Written" in m.body)
        self.assertTrue(posted)
        self._schedule().complete(outcome.id)
        self.env.flush_all()
        self.assertEqual(
            self.lead.message_ids.filtered(lambda m: "Written" in m.body), posted
        )

    def test_plan_that_was_given_to_another_application(self):
        """The action would launch it on what has the same number there."""
        self._create_action("launch_plan", activity_plan_id=self.chain.id)
        self.chain.template_ids.unlink()
        with self.assertRaisesRegex(UserError, "can.t be used for other records"):
            self.chain.res_model = "res.partner"
        self.assertFalse(self.chain.run_ids)
