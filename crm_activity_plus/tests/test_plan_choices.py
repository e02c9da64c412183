# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import CrmActivityPlusCommon


class ChoicesCommon(CrmActivityPlusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group_system = cls.env.ref("base.group_system")
        cls.free = cls._create_action("Free")
        cls.limited = cls._create_action("Limited", group_ids=cls.group_system.ids)
        cls.webhook = cls._create_action(
            "Webhook", state="webhook", webhook_url="https://test.example.com"
        )
        cls.scheduled = (
            cls.env["ir.cron"]
            .create(
                {
                    "name": "Scheduled",
                    "model_id": cls.env["ir.model"]._get_id("crm.lead"),
                    "state": "code",
                    "code": "pass",
                }
            )
            .ir_actions_server_id
        )
        cls.foreign = cls._create_action("Foreign", model="res.partner")
        cls.multi = cls._create_multi(cls._create_multi(cls._create_action("Part")))
        cls.multi_limited = cls._create_multi(
            cls._create_multi(cls._create_action("P"))
        )
        part = cls.multi_limited.child_ids.child_ids
        part.group_ids = cls.group_system
        cls.multi_webhook = cls._create_multi(
            cls._create_action("P", state="webhook", webhook_url="https://a.b")
        )
        cls.acting = cls._create_plan(
            "Acting", cls._act(cls.free), cls._step(cls.type_call, "Call")
        )

    @classmethod
    def _create_action(cls, name, model="crm.lead", **values):
        return cls.env["ir.actions.server"].create(
            {
                "name": name,
                "model_id": cls.env["ir.model"]._get_id(model),
                "state": "code",
                "code": f"records.write({{'referred': '{name}'}})",
                **values,
            }
        )

    @classmethod
    def _create_multi(cls, *actions):
        return cls._create_action(
            "Multi", state="multi", child_ids=[Command.set([a.id for a in actions])]
        )

    @classmethod
    def _act(cls, action, summary="Act", **values):
        return cls._step(
            cls.type_todo,
            summary,
            action_type="server_action",
            server_action_id=action.id,
            **values,
        )

    def _get_kept(self):
        """:returns: actions that a manager may not run by hand"""
        return (
            self.limited
            | self.webhook
            | self.scheduled
            | self.multi_limited
            | self.multi_webhook
        )

    def assertRefused(self, function, *args, **kwargs):
        with (
            self.assertRaises(UserError) as caught,
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            function(*args, **kwargs)
        self.env.invalidate_all()
        return str(caught.exception)


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


@tagged("crm_activity_plus", "post_install", "-at_install")
@freeze_time("2026-03-02 12:00:00")
class TestChosenActionsRun(ChoicesCommon, CronMixinCase):
    """An action runs on the authority of whoever chose it."""

    def _run_due(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_activity_plus.ir_cron_run_due_steps"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def _launch_acting(self, chooser, action, **values):
        self.env["mail.activity.plan.template"].with_user(chooser).create(
            {**self._act(action, "Do it", **values), "plan_id": self.plan.id}
        )
        run = self._launch()
        return run, run.line_ids[-1]

    def _act_on(self, chooser, action, **values):
        _run, line = self._launch_acting(chooser, action, **values)
        self._run_due()
        return line

    def test_responsible_need_not_be_in_the_group(self):
        line = self._act_on(self.user_system, self.limited)
        self.assertEqual(line.user_id, self.user_owner)
        self.assertEqual(line.chosen_by_id, self.user_system)
        self.assertEqual((line.state, self.lead.referred), ("done", "Limited"))

    def test_parts_of_an_action(self):
        self.limited.parent_id = False
        both = self._create_multi(self._create_action("P"))
        both.child_ids.group_ids = self.group_system
        line = self._act_on(self.user_system, both)
        self.assertEqual((line.state, self.lead.referred), ("done", "P"))

    def test_responsible_in_the_group_is_not_enough(self):
        """The manager gave the step to an administrator, by whatever way."""
        run, line = self._launch_acting(
            self.user_manager,
            self.free,
            responsible_type="other",
            responsible_id=self.user_system.id,
        )
        self.free.group_ids = self.group_system
        self._run_due()
        self.assertEqual((line.state, self.lead.referred), ("failed", False))
        self.assertIn("whoever chose it", line.reason)
        self.assertEqual(run.state, "running")

    def test_limited_part_that_came_later(self):
        _run, line = self._launch_acting(self.user_manager, self.multi)
        self.multi.child_ids.child_ids.group_ids = self.group_system
        self._run_due()
        self.assertEqual((line.state, self.lead.referred), ("failed", False))

    def test_webhook_that_came_later(self):
        _run, line = self._launch_acting(self.user_manager, self.free)
        self.free.write({"state": "webhook", "webhook_url": "https://a.b"})
        self._run_due()
        self.assertEqual(line.state, "failed")
        self.assertIn("administrators", line.reason)

    def test_action_that_became_a_scheduled_one(self):
        _run, line = self._launch_acting(self.user_manager, self.free)
        self.free.usage = "ir_cron"
        self._run_due()
        self.assertEqual(line.state, "failed")

    def test_raw_id_of_an_old_version(self):
        """Put there before it was checked."""
        _run, line = self._launch_acting(self.user_manager, self.free)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_activity_plan_run_line"
            " SET server_action_id = %s WHERE id = %s",
            [self.limited.id, line.id],
        )
        self.env.invalidate_all()
        self._run_due()
        self.assertEqual((line.state, self.lead.referred), ("failed", False))

    def test_deleted_chooser(self):
        """An action that is everybody's is still run, one that isn't is not."""
        for action, state in ((self.free, "done"), (self.limited, "failed")):
            plan = self._create_plan("Acting", self._act(self.free))
            plan.template_ids.with_user(self.user_system).server_action_id = action
            run = self._launch(self._create_lead("Desk"), plan=plan)
            run.line_ids.chosen_by_id = False
            self._run_due()
            self.assertEqual(run.line_ids.state, state)

    def test_manager_who_is_none_any_more(self):
        """It was right when it was chosen; the plan is the company's."""
        _run, line = self._launch_acting(self.user_manager, self.free)
        self.user_manager.write(
            {"group_ids": [Command.set(self.env.ref("base.group_user").ids)]}
        )
        self.user_manager.active = False
        self._run_due()
        self.assertEqual(line.state, "done")

    def test_group_of_the_chooser_alone(self):
        """Neither the superuser nor the responsible is in it."""
        group = self.env["res.groups"].create({"name": "Some"})
        self.user_manager.group_ids += group
        self.free.group_ids = group
        self.assertNotIn(group, self.env.ref("base.user_root").all_group_ids)
        line = self._act_on(self.user_manager, self.free)
        self.assertEqual((line.state, self.lead.referred), ("done", "Free"))
        plan = self._create_plan("Acting").with_user(self.user_manager)
        plan.template_ids = [Command.create(self._act(self.free))]
        run = self._launch(plan=plan)
        self.user_manager.group_ids -= group
        self._run_due()
        self.assertEqual(run.line_ids.state, "failed")

    def test_other_actions_are_not_run_on_that_authority(self):
        """What the action itself starts is asked for by Odoo as ever."""
        group = self.env["res.groups"].create({"name": "Some"})
        self.user_manager.group_ids += group
        other = self._create_action("Other", group_ids=group.ids)
        starting = self._create_action(
            "Starting",
            code=f"env['ir.actions.server'].browse({other.id}).with_context("
            "active_model='crm.lead', active_id=record.id).run()",
            group_ids=group.ids,
        )
        line = self._act_on(self.user_manager, starting)
        self.assertEqual((line.state, self.lead.referred), ("failed", False))

    def test_context_gives_no_authority(self):
        """A client may send any key, but nothing that only code can make."""
        action = self.limited.with_user(self.user_owner).with_context(
            active_model="crm.lead",
            active_id=self.lead.id,
            crm_activity_plus_allowed_actions=self.limited.ids,
        )
        with self.assertRaises(UserError):
            action.run()
