# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..engine.request import RequestReader
from .plan_whole_common import PlanWholeCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanSavedAsAWhole(PlanWholeCase):
    """Steps refer to each other, and are saved in one go all the same."""

    def assertIsChain(self, plan):
        """It is the one of :meth:`_get_chain`, and all in itself."""
        self.env.invalidate_all()
        steps = {step.code: step for step in plan.template_ids}
        self.assertEqual(list(steps), ["call", "join", "offer", "bye"])
        for code, after in (
            ("call", ""),
            ("join", "offer, bye"),
            ("offer", "call"),
            ("bye", "call"),
        ):
            expected = [steps[other] for other in after.split(", ") if other]
            self.assertEqual(list(steps[code].after_ids), expected)
            self.assertEqual(steps[code].after_codes, after)
        self.assertEqual(steps["offer"].after_outcome_ids, self.keen)
        self.assertEqual(steps["offer"].condition_domain, "[('priority', '=', '0')]")
        self.assertEqual(steps["bye"].after_outcome_ids, self.cold)
        self.assertEqual(steps["bye"].responsible_type, "previous")
        self.assertEqual(steps["bye"].after_mode, "any")
        self.assertEqual(steps["bye"].delay_from, "after_previous_deadline")

    def test_one_call(self):
        plan = self._create_chain()
        self.assertIsChain(plan)
        run = self._launch(plan=plan)
        run.line_ids[0].activity_id.complete("cold")
        self.assertEqual(
            run.line_ids.mapped("state"), ["done", "waiting", "skipped", "scheduled"]
        )

    def test_one_call_for_several_plans(self):
        values = {"res_model": "crm.lead"}
        lines = [Command.create(step) for step in self._get_chain()]
        plans = self.plans.create(
            [{**values, "name": name, "template_ids": lines} for name in ("A", "B")]
        )
        for plan in plans:
            self.assertIsChain(plan)

    def test_steps_in_one_call(self):
        plan = self.plans.create({"name": "Empty", "res_model": "crm.lead"})
        self.steps.create([{**step, "plan_id": plan.id} for step in self._get_chain()])
        self.assertIsChain(plan)

    def test_lines_in_one_write(self):
        plan = self.plans.create({"name": "Empty", "res_model": "crm.lead"})
        plan.write({"template_ids": [Command.create(s) for s in self._get_chain()]})
        self.assertIsChain(plan)

    def test_copied_plan(self):
        plan = self._create_chain()
        copied = plan.copy()
        self.assertIsChain(copied)
        self.assertIsChain(plan)
        self.assertEqual(copied.version, 1)
        twice = (plan | copied).copy()
        for plan in twice:
            self.assertIsChain(plan)

    def test_copied_plan_in_another_order(self):
        """Copies are made in the order of ids."""
        plan = self._create_chain()
        for sequence, step in enumerate(reversed(plan.template_ids)):
            step.sequence = sequence
        self.env.invalidate_all()
        copied = plan.copy()
        self.assertEqual(
            {step.code: step.after_codes for step in copied.template_ids},
            {step.code: step.after_codes for step in plan.template_ids},
        )
        for step in copied.template_ids:
            self.assertEqual(step.after_ids.plan_id, copied & step.after_ids.plan_id)

    def test_cycles(self):
        both = {"call": "bye", "bye": "call"}
        for codes in ({"call": "join"}, {"call": "call"}, both):
            steps = self._get_chain()
            for step in steps:
                if step.get("code") in codes:
                    step["after_codes"] = codes[step["code"]]
            with self.assertRaisesRegex(ValidationError, "circle"):
                self.plans.create(
                    {
                        "name": "Bad",
                        "res_model": "crm.lead",
                        "template_ids": [Command.create(step) for step in steps],
                    }
                )

    def test_links_that_are_wrong_only_in_between(self):
        """What counts is what is there in the end."""
        plan = self._create_chain()
        call, join, offer, bye = plan.template_ids
        plan.write(
            {
                "template_ids": [
                    Command.update(call.id, {"after_ids": [Command.set(join.ids)]}),
                    Command.update(
                        join.id,
                        {
                            "delay_from": "after_plan_date",
                            "after_ids": [Command.clear()],
                        },
                    ),
                ]
            }
        )
        self.assertEqual(call.after_ids, join)
        self.assertEqual((offer + bye).after_ids, call)

    def test_codes(self):
        plan = self._create_chain()
        call, join, offer, bye = plan.template_ids
        join.after_codes = " call ,, bye,"
        self.assertEqual(join.after_ids, call + bye)
        join.write({"after_codes": "offer", "after_ids": [Command.set(bye.ids)]})
        self.assertEqual(join.after_ids, offer)
        join.write({"after_codes": False, "delay_from": "after_plan_date"})
        self.assertFalse(join.after_ids)
        other = self._create_chain()
        for codes in ("nowhere", "call, nowhere", "call; bye", "'", "\u200b", "%"):
            with self.assertRaisesRegex(ValidationError, "call, join, offer, bye"):
                join.after_codes = codes
        with self.assertRaisesRegex(ValidationError, "another plan"):
            join.after_ids = other.template_ids[0]

    def test_codes_made_from_summaries(self):
        """They are known as soon as all steps are there."""
        plan = self.plans.create(
            {
                "name": "Summaries",
                "res_model": "crm.lead",
                "template_ids": [
                    Command.create(
                        self._step(self.type_call, "Last", after_codes="the_offer")
                    ),
                    Command.create(self._step(self.type_todo, "The Offer")),
                ],
            }
        )
        self.assertEqual(plan.template_ids[0].after_ids, plan.template_ids[1])

    def test_copied_step(self):
        """In the same plan, it has a code of its own and waits for the same."""
        plan = self._create_chain()
        call, _join, offer, bye = plan.template_ids
        copied = offer.copy()
        self.assertEqual(copied.plan_id, plan)
        self.assertNotIn(copied.code, (call + offer + bye).mapped("code"))
        self.assertEqual(copied.after_ids, call)
        self.assertEqual(copied.after_outcome_ids, self.keen)
        both = (call + bye).copy()
        self.assertEqual(len(set(plan.template_ids.mapped("code"))), 7)
        self.assertEqual(both[1].after_ids, call)

    def test_step_copied_into_another_plan(self):
        plan = self._create_chain()
        offer = plan.template_ids[2]
        copied = offer.copy({"plan_id": self.plan.id})
        self.env.invalidate_all()
        lines = list(self.plan.template_ids)
        self.assertEqual(copied.after_ids, lines[lines.index(copied) - 1])

    def test_deleted_and_moved_steps(self):
        plan = self._create_chain()
        call, join, offer, bye = plan.template_ids
        with self.assertRaisesRegex(ValidationError, "Change that step first"):
            call.unlink()
        with (
            self.assertRaisesRegex(ValidationError, "another plan"),
            self.env.cr.savepoint(),
        ):
            call.plan_id = self.plan
        alone = {"after_outcome_ids": False, "delay_from": "after_plan_date"}
        (offer + bye).write(alone)
        bye.responsible_type = "on_demand"
        call.unlink()
        self.assertFalse((offer + bye).after_ids)
        # Together they can be moved.
        (join + offer + bye).plan_id = self.plan
        self.assertEqual(join.after_ids, offer + bye)

    def test_deleted_and_changed_at_once(self):
        """As a form saves them: the deleted line first, and then what came after it."""
        plan = self._create_chain()
        call, join, offer, bye = plan.template_ids
        with self.assertRaisesRegex(ValidationError, "“Bye” comes after “Call”"):
            plan.write(
                {
                    "template_ids": [
                        Command.delete(call.id),
                        Command.update(offer.id, {"after_codes": "bye"}),
                    ]
                }
            )
        self.env.invalidate_all()
        alone = {
            "after_outcome_ids": [Command.clear()],
            "delay_from": "after_plan_date",
            "responsible_type": "on_demand",
        }
        plan.write(
            {
                "template_ids": [
                    Command.delete(call.id),
                    Command.update(offer.id, {"after_codes": "bye"}),
                    Command.update(bye.id, alone),
                ]
            }
        )
        self.env.invalidate_all()
        self.assertEqual(plan.template_ids, join + offer + bye)
        self.assertEqual(
            plan.template_ids.mapped("after_codes"), ["offer, bye", "bye", ""]
        )
        plan.write({"template_ids": [Command.clear()]})
        self.assertFalse(plan.template_ids)

    def test_version_counts_changes(self):
        plan = self._create_chain()
        self.assertEqual(plan.version, 1)
        for change in (
            lambda: plan.template_ids[0].write({"summary": "Ring"}),
            lambda: plan.template_ids[0].copy(),
            lambda: plan.template_ids[-1].unlink(),
            lambda: plan.write(
                {"template_ids": [Command.create(self._step(self.type_call, "New"))]}
            ),
        ):
            before = plan.version
            change()
            self.assertEqual(plan.version, before + 1)
        plan.write({"name": "Other", "version": 50})
        self.assertEqual(plan.version, before + 1)
        given = self.plans.with_context(default_version=50)
        self.assertFalse(
            given.create({"name": "x", "res_model": "crm.lead", "version": 7}).version
        )

    # ------------------------------------------------------------
    # What a plan is for
    # ------------------------------------------------------------

    def test_launched_plan_stays_for_its_records(self):
        plan = self.plan
        plan.res_model = "res.partner"
        plan.res_model = "crm.lead"
        run = self._launch()
        for stop in (False, True):
            if stop:
                run.action_stop()
            with self.assertRaisesRegex(UserError, "can.t be used for other"):
                plan.res_model = "res.partner"
            plan.write({"res_model": "crm.lead", "name": "Other"})
        plan.copy({"res_model": "res.partner"})

    def test_plan_that_is_about_to_be_launched(self):
        request = RequestReader(self.plan, ()).parse(self.lead.ids)
        launch = self.env["mail.activity.plan.launch"]._enqueue(self.plan, request)
        with self.assertRaisesRegex(UserError, "can.t be used for other"):
            self.plan.res_model = "res.partner"
        launch.action_cancel()
        self.plan.res_model = "res.partner"

    def test_plan_that_an_action_launches(self):
        self.env["ir.actions.server"].create(
            {
                "name": "Go",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "launch_plan",
                "activity_plan_id": self.plan.id,
            }
        )
        with self.assertRaisesRegex(UserError, "launched by the action “Go"):
            self.plan.res_model = "res.partner"
