# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import tagged

from .choices_common import ChoicesCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanChoices(ChoicesCommon):
    """Whoever chooses what a step does must be allowed to do it."""

    def setUp(self):
        super().setUp()
        self.manager_plan = self.acting.with_user(self.user_manager)
        self.step = self.manager_plan.template_ids[0]
        self.call = self.manager_plan.template_ids[1]

    def test_every_way_to_save(self):
        plans = self.env["mail.activity.plan"].with_user(self.user_manager)
        steps = self.env["mail.activity.plan.template"].with_user(self.user_manager)
        values = {"name": "New", "res_model": "crm.lead"}
        for action in self._get_kept():
            act = self._act(action)
            chosen = {"server_action_id": action.id}
            both = {**chosen, "action_type": "server_action"}
            for save in (
                lambda chosen=chosen: self.step.write(chosen),
                lambda both=both: self.call.write(both),
                # Not used yet; but its name would be told.
                lambda chosen=chosen: self.call.write(chosen),
                lambda act=act: steps.create({**act, "plan_id": self.acting.id}),
                lambda act=act: plans.create(
                    {**values, "template_ids": [Command.create(act)]}
                ),
                lambda chosen=chosen: self.manager_plan.write(
                    {"template_ids": [Command.update(self.step.id, chosen)]}
                ),
                lambda chosen=chosen: self.step.copy(chosen),
                lambda act=act: self.manager_plan.copy(
                    {"template_ids": [Command.create(act)]}
                ),
                lambda chosen=chosen: steps.with_context(
                    **{f"default_{name}": value for name, value in chosen.items()}
                ).create(
                    {**self._step(self.type_todo, "x"), "plan_id": self.acting.id}
                ),
                lambda chosen=chosen: self.step.web_save(
                    chosen, {"server_action_id": {}}
                ),
            ):
                self.assertRefused(save)
            rows = [["New", "crm.lead", "todo", "server_action", str(action.id)]]
            names = ["name", "res_model"]
            names += ["template_ids/activity_type_id", "template_ids/action_type"]
            names.append("template_ids/server_action_id/.id")
            rows[0][2] = self.type_todo.name
            result = plans.load(names, rows)
            self.assertFalse(result["ids"], action.name)
        for action in self.free | self.multi:
            self.step.server_action_id = action
            self.assertEqual(self.step.chosen_by_id, self.user_manager)

    def test_action_that_does_not_fit(self):
        for user in (self.user_manager, self.user_system, self.env.user):
            step = self.step.with_user(user)
            self.assertRefused(step.write, {"server_action_id": self.foreign.id})
            self.assertRefused(step.write, {"server_action_id": self.scheduled.id})
            self.assertRefused(step.write, {"server_action_id": False})

    def test_action_of_a_group_that_nobody_is_in(self):
        """Not even the superuser, as when Odoo runs an action."""
        group = self.env["res.groups"].create({"name": "Nobody"})
        action = self._create_action("Theirs", group_ids=group.ids)
        for user in (self.env.user, self.user_system, self.user_manager):
            self.assertRefused(
                self.step.with_user(user).write, {"server_action_id": action.id}
            )
        implied = self.env["res.groups"].create(
            {"name": "More", "implied_ids": group.ids}
        )
        self.user_manager.group_ids += implied
        self.step.server_action_id = action

    def test_action_with_a_warning(self):
        """Odoo wouldn't run it."""
        action = self._create_action(
            "Bad",
            state="object_write",
            update_path="expected_revenue",
            evaluation_type="sequence",
        )
        self.assertTrue(action.warning)
        self.assertRefused(self.step.write, {"server_action_id": action.id})

    def test_administrators_choose_what_is_kept_for_them(self):
        step = self.step.with_user(self.user_system)
        for action in self.limited | self.webhook | self.multi_limited:
            step.server_action_id = action

    def test_who_chose_it_can_not_be_given(self):
        system = self.user_system.id
        self.step.write({"chosen_by_id": system})
        self.assertEqual(self.step.chosen_by_id, self.env.user)
        self.step.write({"server_action_id": self.multi.id, "chosen_by_id": system})
        self.assertEqual(self.step.chosen_by_id, self.user_manager)
        steps = self.step.browse()
        for given in (steps, steps.with_context(default_chosen_by_id=system)):
            created = given.create(
                {
                    **self._act(self.free, chosen_by_id=system),
                    "plan_id": self.acting.id,
                }
            )
            self.assertEqual(created.chosen_by_id, self.user_manager)
        self.assertEqual(
            self.manager_plan.copy().template_ids.chosen_by_id, self.user_manager
        )

    def test_changes_of_what_somebody_else_chose(self):
        """When, on which records and in whose name it is done takes the same right."""
        self.step.with_user(self.user_system).server_action_id = self.limited
        for values in (
            {"condition_domain": "[('priority', '=', '0')]"},
            {"delay_count": 5},
            {"responsible_type": "salesperson"},
            {"responsible_type": "other", "responsible_id": self.user_system.id},
            {"after_ids": [Command.set(self.call.ids)]},
            {"after_codes": self.call.code},
            {"time_of_day": 7},
            {"action_type": "activity"},
        ):
            self.assertRefused(self.step.write, values)
        for values in (
            {"domain": "[]"},
            {"team_ids": self.sales_team_1.ids},
            {"company_id": self.company_main.id},
        ):
            self.assertRefused(self.manager_plan.write, values)
        self.assertRefused(self.manager_plan.copy)
        self.assertRefused(self.step.copy)
        self.manager_plan.active = False
        self.assertRefused(self.manager_plan.write, {"active": True})
        self.acting.active = True
        # The rest of the plan is theirs.
        self.step.write({"summary": "Another", "note": "Text", "sequence": 5})
        self.call.write({"delay_count": 2})
        self.manager_plan.write({"name": "Other", "description": "Text"})
        self.assertEqual(self.step.chosen_by_id, self.user_system)
        self.step.write({"server_action_id": self.free.id})
        self.manager_plan.copy()

    def test_limited_afterwards(self):
        self.step.server_action_id = self.multi
        self.multi.child_ids.group_ids = self.group_system
        self.assertRefused(self.step.write, {"delay_count": 5})
        self.assertRefused(self.manager_plan.copy)
        self.assertRefused(self.manager_plan.write, {"domain": "[]"})

    def test_plan_of_people_who_may_use_no_actions(self):
        """Other applications let their managers make plans, too."""
        user = self._create_user("Hanna Hire", "base.group_user")
        for model in ("mail.activity.plan", "mail.activity.plan.template"):
            self.env["ir.model.access"].create(
                {
                    "name": model,
                    "model_id": self.env["ir.model"]._get_id(model),
                    "group_id": self.env.ref("base.group_user").id,
                    **{f"perm_{p}": True for p in ("read", "write", "create")},
                }
            )
        self.env["ir.rule"].search(
            [("model_id.model", "like", "activity.plan")]
        ).unlink()
        plan = self.acting.with_user(user).create(
            {
                "name": "Hires",
                "res_model": "res.partner",
                "template_ids": [Command.create(self._step(self.type_todo, "Do"))],
            }
        )
        self.assertRefused(
            plan.template_ids.write,
            {"action_type": "server_action", "server_action_id": self.foreign.id},
        )

    # ------------------------------------------------------------
    # E-mail templates and outcomes
    # ------------------------------------------------------------

    def test_email_template(self):
        templates = self.env["mail.template"].create(
            [
                {"name": name, "model_id": self.env["ir.model"]._get_id(model)}
                for name, model in (
                    ("Hello", "crm.lead"),
                    ("Secret", "crm.lead"),
                    ("Partner", "res.partner"),
                )
            ]
        )
        hello, secret, foreign = templates
        self.env["ir.rule"].create(
            {
                "name": "no secrets",
                "model_id": self.env["ir.model"]._get_id("mail.template"),
                "groups": self.env.ref("sales_team.group_sale_manager").ids,
                "domain_force": repr([("id", "!=", secret.id)]),
            }
        )
        self.env["ir.rule"].create(
            {
                "name": "all",
                "model_id": self.env["ir.model"]._get_id("mail.template"),
                "groups": self.group_system.ids,
                "domain_force": "[(1, '=', 1)]",
            }
        )
        email = {"action_type": "email"}
        for template in (secret, foreign):
            chosen = {"mail_template_id": template.id}
            self.assertRefused(self.call.write, {**email, **chosen})
            self.assertRefused(
                self.call.create,
                {**self.call.copy_data()[0], **email, **chosen, "code": False},
            )
        self.assertRefused(self.call.write, {"mail_template_id": secret.id})
        self.call.write({**email, "mail_template_id": hello.id})
        system = self.call.with_user(self.user_system)
        system.mail_template_id = secret
        self.assertRefused(system.write, {"mail_template_id": foreign.id})
        self.assertRefused(self.call.write, {"delay_count": 3})

    def test_outcome(self):
        Outcome = self.env["mail.activity.outcome"].with_user(self.user_manager)
        outcome = Outcome.create({"name": "Keen", "server_action_id": self.free.id})
        for action in self._get_kept():
            chosen = {"server_action_id": action.id}
            self.assertRefused(outcome.write, chosen)
            self.assertRefused(Outcome.create, {"name": "New", **chosen})
            self.assertRefused(
                Outcome.with_context(default_server_action_id=action.id).create,
                {"name": "New"},
            )
            self.assertRefused(outcome.copy, chosen)
        outcome.with_user(self.user_system).server_action_id = self.limited
        self.assertRefused(outcome.copy)
        outcome.name = "Another name"

    def test_outcome_with_a_plan_that_may_not_be_read(self):
        self.env["ir.rule"].create(
            {
                "name": "own company",
                "model_id": self.env["ir.model"]._get_id("mail.activity.plan"),
                "domain_force": "[('company_id', 'in', [False] + company_ids)]",
            }
        )
        foreign = self._create_plan("Foreign", company_id=self.other_company.id)
        outcome = self.env["mail.activity.outcome"].with_user(self.user_manager)
        outcome = outcome.create({"name": "Keen", "plan_id": self.plan.id})
        message = self.assertRefused(outcome.write, {"plan_id": foreign.id})
        self.assertNotIn("Foreign", message)

    def test_outcome_that_no_step_before_can_have(self):
        Outcome = self.env["mail.activity.outcome"]
        held = Outcome.create(
            {"name": "Held", "activity_type_ids": self.type_meeting.ids}
        )
        keen = Outcome.create({"name": "Keen"})
        called = Outcome.create({"name": "On", "activity_type_ids": self.type_call.ids})
        plan = self._create_plan(
            "Branches",
            self._step(self.type_call, "Call"),
            self._step(self.type_todo, "Offer"),
        ).with_user(self.user_manager)
        call, offer = plan.template_ids
        for outcomes in (held, held + called):
            message = self.assertRefused(
                offer.write,
                {"after_ids": call.ids, "after_outcome_ids": outcomes.ids},
            )
            self.assertIn("“Held”", message)
        offer.write({"after_ids": call.ids, "after_outcome_ids": (keen + called).ids})
        self.assertRefused(call.write, {"activity_type_id": self.type_todo.id})
        keen.active = False
        offer.after_mode = "any"
        self.assertRefused(
            offer.write, {"after_outcome_ids": [Command.unlink(called.id)]}
        )

    def test_archived_outcomes_still_count(self):
        """Otherwise the step would be taken after any outcome."""
        keen, other = self.env["mail.activity.outcome"].create(
            [{"name": "Keen"}, {"name": "Other"}]
        )
        plan = self._create_plan(
            "Branches",
            self._step(self.type_call, "Call"),
            self._step(self.type_todo, "Offer"),
        )
        plan.template_ids[1].write(
            {"after_ids": plan.template_ids[0], "after_outcome_ids": keen}
        )
        keen.active = False
        self.env.invalidate_all()
        run = self._launch(plan=plan)
        self.assertEqual(run.line_ids[1].after_outcome_ids, keen)
        run.line_ids[0].activity_id.complete(other.id)
        self.assertEqual(run.line_ids[1].state, "skipped")
