# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .choices_common import ChoicesCommon


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
