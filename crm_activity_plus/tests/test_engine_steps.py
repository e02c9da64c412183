# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Command, Date
from odoo.tests import tagged

from ..models.launch.mail_activity_round_robin import MailActivityRoundRobin
from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestEngineSteps(CrmActivityPlusCommon):
    """Steps that wait for other steps."""

    def _create_chain(self, **values):
        """A call; then a quotation two days after it; then a follow-up."""
        plan = self._create_plan(
            "Chain",
            self._step(self.type_call, "Call"),
            self._step(self.type_todo, "Quotation", 2),
            self._step(self.type_call, "Follow up", 1),
            **values,
        )
        call, quotation, follow_up = plan.template_ids
        quotation.write(
            {"after_ids": [Command.set(call.ids)], "delay_from": "after_previous_done"}
        )
        follow_up.write(
            {
                "after_ids": [Command.set(quotation.ids)],
                "delay_from": "after_previous_deadline",
            }
        )
        return plan

    @freeze_time("2026-03-02 09:00:00")
    def test_waits_until_previous_is_done(self):
        run = self._launch(plan=self._create_chain())
        call, quotation, _follow_up = run.line_ids
        self.assertEqual(
            run.line_ids.mapped("state"), ["scheduled", "waiting", "waiting"]
        )
        self.assertFalse(quotation.activity_id)
        with freeze_time("2026-03-05 09:00:00"):
            call.activity_id.with_user(self.user_owner).action_feedback()
        self.assertEqual(run.line_ids.mapped("state"), ["done", "scheduled", "waiting"])
        self.assertEqual(
            quotation.activity_id.date_deadline, Date.to_date("2026-03-07")
        )
        self.assertEqual(quotation.date_explanation["base"], "previous_done")
        self.assertLedgerTellsState(run)

    @freeze_time("2026-03-02 09:00:00")
    def test_delay_from_deadline(self):
        run = self._launch(plan=self._create_chain())
        call, quotation, follow_up = run.line_ids
        call.activity_id.action_feedback()
        with freeze_time("2026-03-20 09:00:00"):
            quotation.activity_id.action_feedback()
        self.assertEqual(follow_up.date_deadline, Date.to_date("2026-03-05"))
        follow_up.activity_id.action_feedback()
        self.assertEqual(run.state, "done")
        self.assertEqual(run.progress, 100)
        self.assertNothingOpen(run)

    def test_cancelled_step_lets_the_next_go(self):
        run = self._launch(plan=self._create_chain())
        run.line_ids[0].activity_id.unlink()
        self.assertEqual(
            run.line_ids.mapped("state"), ["cancelled", "scheduled", "waiting"]
        )

    def test_editing_the_plan_does_not_change_the_run(self):
        plan = self._create_chain()
        run = self._launch(plan=plan)
        plan.template_ids[1].write({"summary": "Other", "delay_count": 50})
        plan.template_ids[2].unlink()
        for line in run.line_ids:
            line.activity_id.action_feedback()
        self.assertEqual(
            run.line_ids.mapped("summary"), ["Call", "Quotation", "Follow up"]
        )
        self.assertEqual(run.state, "done")

    def test_joins(self):
        """``all`` waits for both, ``any`` for the first."""
        for mode, after_first, after_second in (
            ("all", "waiting", "scheduled"),
            ("any", "scheduled", "scheduled"),
        ):
            with self.subTest(mode=mode):
                plan = self._create_plan(
                    f"Join {mode}",
                    self._step(self.type_call, "A"),
                    self._step(self.type_call, "B"),
                    self._step(self.type_todo, "C"),
                )
                first, second, third = plan.template_ids
                third.write(
                    {
                        "after_ids": [Command.set((first + second).ids)],
                        "after_mode": mode,
                    }
                )
                run = self._launch(plan=plan)
                joined = run.line_ids[2]
                run.line_ids[0].activity_id.action_feedback()
                self.assertEqual(joined.state, after_first)
                activity = joined.activity_id
                run.line_ids[1].activity_id.action_feedback()
                self.assertEqual(joined.state, after_second)
                if activity:
                    self.assertEqual(joined.activity_id, activity, "scheduled once")

    def test_condition_is_looked_at_when_the_turn_comes(self):
        plan = self._create_chain()
        plan.template_ids[1].condition_domain = "[('expected_revenue', '>', 100)]"
        run = self._launch(plan=plan)
        run.line_ids[0].activity_id.action_feedback()
        self.assertEqual(run.line_ids[1].state, "skipped")
        self.assertTrue(run.line_ids[1].reason)
        self.assertEqual(run.line_ids[2].state, "scheduled", "what follows goes on")
        rich = self._create_lead("Rich", expected_revenue=500)
        run = self._launch(rich, plan=plan)
        run.line_ids[0].activity_id.action_feedback()
        self.assertEqual(run.line_ids[1].state, "scheduled")

    def test_condition_of_a_first_step(self):
        """Its turn is the launch: preview and launch say so, and nobody is asked."""
        plan = self._create_plan(
            "Conditions",
            self._step(
                self.type_call,
                "Rich",
                responsible_type="round_robin",
                condition_domain="[('expected_revenue', '>', 100)]",
            ),
            self._step(self.type_todo, "Behind it"),
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        leads = self._create_leads(2)
        leads[1].expected_revenue = 500
        reasons = [
            [line["skip_reason"] for line in row["lines"]]
            for row in plan.preview(leads.ids)["records"]
        ]
        self.assertEqual(
            reasons,
            [["The record doesn't meet its condition.", False], [False, False]],
        )
        draw = MailActivityRoundRobin._draw
        with patch.object(
            MailActivityRoundRobin, "_draw", autospec=True, side_effect=draw
        ) as draw:
            poor, rich = self._launch(
                leads,
                plan=plan,
                user=self.user_manager,
                overrides={leads[0].id: {"rich": {"user_id": self.user_owner.id}}},
            )
        self.assertEqual(list(draw.call_args.args[1].values()), [1])
        self.assertEqual(poor.line_ids.mapped("state"), ["skipped", "scheduled"])
        self.assertIn("condition", poor.line_ids[0].reason)
        self.assertFalse(poor.line_ids[0].activity_id)
        self.assertEqual(rich.line_ids.mapped("state"), ["scheduled", "waiting"])
        self.assertLedgerTellsState(poor + rich)

    def test_condition_that_fails_on_the_record(self):
        """It could be saved, being well formed."""
        plan = self._create_chain()
        for step in plan.template_ids[:2]:
            step.condition_domain = "[('name', '>', 5)]"
        run = self._launch(plan=plan)
        self.assertEqual(run.line_ids[0].state, "failed")
        self.assertIn("can't be evaluated", run.line_ids[0].reason)
        self.assertEqual(run.line_ids[1].state, "failed")
        self.assertEqual(run.line_ids[2].state, "scheduled", "what follows goes on")
        self.assertLedgerTellsState(run)

    def test_exit_condition_that_fails_on_the_record(self):
        """Whoever saves the record can't mend it."""
        run = self._launch(plan=self._create_chain())
        run.exit_domain = "[('name', '>', 5)]"
        with self.assertLogs("odoo.addons.crm_activity_plus", "WARNING") as logs:
            run._stop_where_met()
        self.assertIn("can't be evaluated", logs.output[0])
        self.assertEqual(run.state, "running")

    def test_cycles_are_refused_with_names(self):
        plan = self._create_chain()
        with self.assertRaisesRegex(ValidationError, "Call.*Quotation|Quotation.*Call"):
            plan.template_ids[0].after_ids = plan.template_ids[1]

    def test_condition_that_cannot_be_evaluated(self):
        plan = self._create_chain()
        for domain in ("[('nonsense', '=', 1)]", "[('name', '=',", "1/0"):
            with self.assertRaisesRegex(ValidationError, "Quotation"):
                plan.template_ids[1].condition_domain = domain

    def test_previous_responsible(self):
        plan = self._create_chain()
        plan.template_ids[1].responsible_type = "previous"
        run = self._launch(plan=plan)
        run.line_ids[0].activity_id.user_id = self.user_manager
        run.line_ids[0].activity_id.action_feedback()
        self.assertEqual(run.line_ids[1].activity_id.user_id, self.user_manager)

    def _join_by_previous(self, mode):
        """:returns: a run; its third step comes after the first, which is the owner's,
        and the second, which is the manager's"""
        plan = self._create_plan(
            "Join",
            self._step(self.type_call, "A"),
            self._step(
                self.type_call,
                "B",
                responsible_type="other",
                responsible_id=self.user_manager.id,
            ),
            self._step(self.type_call, "C"),
        )
        first, second, third = plan.template_ids
        third.write(
            {
                "after_ids": [Command.set((first + second).ids)],
                "after_mode": mode,
                "responsible_type": "previous",
            }
        )
        return self._launch(plan=plan)

    def test_previous_responsible_of_any(self):
        """Whoever did the one step that was closed."""
        run = self._join_by_previous("any")
        run.line_ids[1].activity_id.action_feedback()
        self.assertEqual(run.line_ids[2].user_id, self.user_manager)

    def test_previous_responsible_of_all(self):
        """Whoever did the last of them."""
        for order in ((0, 1), (1, 0)):
            run = self._join_by_previous("all")
            for hour, number in enumerate(order, 10):
                with freeze_time(f"2026-03-02 {hour}:00:00"):
                    run.line_ids[number].activity_id.action_feedback()
            self.assertEqual(
                run.line_ids[2].user_id, run.line_ids[order[-1]].user_id, order
            )
            run.action_stop()

    def test_roles(self):
        plan = self._create_plan(
            "Roles",
            self._step(self.type_call, "A", responsible_type="salesperson"),
            self._step(self.type_call, "B", responsible_type="team_leader"),
            self._step(self.type_call, "C", responsible_type="creator"),
        )
        lead = self._create_lead("By manager")
        run = self._launch(lead, plan=plan, user=self.user_manager)
        self.assertEqual(
            run.line_ids.mapped("user_id.id"),
            [self.user_owner.id, self.sales_team_1.user_id.id, self.env.uid],
        )

    def test_nobody_has_the_role(self):
        plan = self._create_plan(
            "Roles",
            self._step(self.type_call, "A", responsible_type="salesperson"),
            self._step(self.type_call, "B"),
        )
        lead = self._create_lead("Nobody's", user_id=False)
        run = self._launch(lead, plan=plan, user=self.user_manager)
        self.assertEqual(run.line_ids.mapped("state"), ["failed", "scheduled"])
        self.assertIn("Nobody", run.line_ids[0].reason)
        self.assertEqual(run.state, "running")
        self.assertLedgerTellsState(run)

    def test_round_robin_is_fair(self):
        members = self.sales_team_1.crm_team_member_ids.user_id
        self.assertGreater(len(members), 1)
        plan = self._create_plan(
            "Turns", self._step(self.type_call, "A", responsible_type="round_robin")
        )
        leads = self._create_leads(4 * len(members))
        runs = self._launch(leads, plan=plan, user=self.user_manager)
        counts = [
            len(runs.line_ids.filtered(lambda line, user=user: line.user_id == user))
            for user in members
        ]
        self.assertEqual(counts, [4] * len(members))

    def test_round_robin_of_a_team_of_several_companies(self):
        """Only who works in the company of the record; and fair in each of them."""
        team = self.env["crm.team"].create({"name": "Shared", "company_id": False})
        there = self.user_owner + self.user_colleague
        self.env["crm.team.member"].create(
            [
                {"crm_team_id": team.id, "user_id": user.id}
                for user in there + self.user_other_company
            ]
        )
        plan = self._create_plan(
            "Turns", self._step(self.type_call, "A", responsible_type="round_robin")
        )
        found = []
        for _number in range(4):
            lead = self._create_lead("Here", team_id=team.id)
            run = self._launch(lead, plan=plan, user=self.user_manager)
            found.append(run.line_ids.user_id)
            lead = self._create_lead(
                "There",
                team_id=team.id,
                user_id=False,
                company_id=self.other_company.id,
            )
            run = self._launch(lead, plan=plan, user=self.user_other_company)
            self.assertEqual(run.line_ids.user_id, self.user_other_company)
        self.assertEqual(found, [*there.sorted("id")] * 2)

    def test_round_robin_where_nobody_works_in_the_company(self):
        team = self.env["crm.team"].create({"name": "Shared", "company_id": False})
        self.env["crm.team.member"].create(
            {"crm_team_id": team.id, "user_id": self.user_other_company.id}
        )
        plan = self._create_plan(
            "Turns", self._step(self.type_call, "A", responsible_type="round_robin")
        )
        self.lead.team_id = team
        self.assertFalse(self._launch(plan=plan), "nobody could begin")
        step = self._step(self.type_call, "B")
        plan.template_ids = [Command.create(step)]
        run = self._launch(plan=plan)
        self.assertEqual(run.line_ids[0].state, "failed")
        self.assertTrue(run.line_ids[0].reason)

    def test_round_robin_of_skipped_records(self):
        """Only who gets a step has had a turn; each step of a record is a turn."""
        plan = self._create_plan(
            "Turns",
            self._step(self.type_call, "A", responsible_type="round_robin"),
            self._step(self.type_call, "B", responsible_type="round_robin"),
        )
        leads = self._create_leads(3)
        self._launch(leads[1], plan=plan, user=self.user_manager)
        expected = plan.preview(leads[0].ids)["records"][0]["lines"]
        runs = self._launch(leads[:2], plan=plan, user=self.user_manager)
        self.assertEqual(
            [line.user_id.id for line in runs.line_ids],
            [line["user_id"] for line in expected],
        )
        members = self.sales_team_1.crm_team_member_ids.user_id.sorted("id")
        run = self._launch(leads[2], plan=plan, user=self.user_manager)
        users = [line.user_id.id for line in run.line_ids]
        after = members.ids.index(expected[-1]["user_id"]) + 1
        self.assertEqual(
            users, [members.ids[(after + n) % len(members)] for n in range(2)]
        )

    def test_round_robin_of_steps_that_waited(self):
        """Their turns are taken at once; who is skipped has none."""
        plan = self._create_plan(
            "Turns",
            self._step(self.type_call, "A"),
            self._step(self.type_call, "B", responsible_type="round_robin"),
        )
        plan.template_ids[1].write(
            {
                "after_ids": [Command.set(plan.template_ids[0].ids)],
                "condition_domain": "[('priority', '=', '0')]",
            }
        )
        members = self.sales_team_1.crm_team_member_ids.user_id
        leads = self._create_leads(2 * len(members) + 1)
        leads[0].priority = "1"
        runs = self._launch(leads, plan=plan, user=self.user_manager)
        draw = MailActivityRoundRobin._draw
        with patch.object(
            MailActivityRoundRobin, "_draw", autospec=True, side_effect=draw
        ) as draw:
            runs.line_ids.activity_id.action_done()
        self.assertEqual(draw.call_count, 1)
        second = runs.line_ids.filtered("after_ids")
        skipped = second.filtered(lambda line: line.state == "skipped")
        self.assertEqual(skipped.run_id.lead_id, leads[0])
        counts = [
            len(
                (second - skipped).filtered(
                    lambda line, user=user: line.user_id == user
                )
            )
            for user in members
        ]
        self.assertEqual(counts, [2] * len(members))

    def test_preview_takes_no_turn(self):
        plan = self._create_plan(
            "Turns", self._step(self.type_call, "A", responsible_type="round_robin")
        )
        preview = plan.preview(self.lead.ids)
        self.assertEqual(preview, plan.preview(self.lead.ids))
        run = self._launch(plan=plan)
        self.assertEqual(
            run.line_ids.user_id.id, preview["records"][0]["lines"][0]["user_id"]
        )
