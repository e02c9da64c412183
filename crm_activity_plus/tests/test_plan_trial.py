# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .plan_common import PlanCommon


class TrialCase(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.email = "deco@test.example.com"
        cls.keen, cls.again, cls.lost = cls.env["mail.activity.outcome"].create(
            [
                {"name": "Keen", "code": "t_keen"},
                {
                    "name": "No one",
                    "code": "t_again",
                    "effect": "retry",
                    "retry_delay_count": 2,
                    "retry_asks_date": True,
                    "max_attempts": 2,
                },
                {"name": "Lost", "code": "t_lost", "effect": "stop"},
            ]
        )
        cls.mail = cls.env["mail.template"].create(
            {
                "name": "Offer",
                "model_id": cls.env["ir.model"]._get_id("crm.lead"),
                "subject": "About {{ object.name }}",
                "body_html": "<p>Dear <t t-out='object.partner_id.name'/></p>",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        cls.chain = cls._create_chain()

    @classmethod
    def _create_chain(cls):
        return cls._create_plan(
            "Chain",
            cls._step(cls.type_call, "Call", code="call"),
            cls._step(
                cls.type_email,
                "Offer",
                1,
                "after_previous_done",
                code="offer",
                after_codes="call",
                after_outcome_ids=[Command.set(cls.keen.ids)],
                action_type="email",
                mail_template_id=cls.mail.id,
                time_of_day=9.5,
            ),
            cls._step(
                cls.type_todo,
                "Ask",
                2,
                "after_previous_done",
                code="ask",
                after_codes="offer",
                condition_domain="[('priority', '=', '0')]",
            ),
            cls._step(cls.type_todo, "Forget", 1, code="forget", after_codes="call"),
        )

    def _try(self, *choices, record=None, user=None, **kwargs):
        plan = self.chain.with_user(user or self.user_manager)
        choices = [
            {"step": choice} if isinstance(choice, str) else choice
            for choice in choices
        ]
        return plan.simulate((record or self.lead).id, choices=choices, **kwargs)

    @staticmethod
    def _states(told):
        return {step["code"]: step["state"] for step in told["steps"]}

    @staticmethod
    def _step_of(told, code):
        return next(step for step in told["steps"] if step["code"] == code)

    def _done(self, step="call", outcome="t_keen", **values):
        return {"step": step, "outcome": outcome, **values}


@tagged("crm_activity_plus", "post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestPlanTrial(TrialCase):
    """A plan is tried on a record."""

    def test_launch(self):
        with self.assertNothingWritten():
            told = self._try()
        self.assertEqual(told["display_name"], "Ten desks")
        self.assertEqual((told["state"], told["next"]), ("running", "call"))
        self.assertEqual(
            self._states(told),
            {
                "call": "scheduled",
                "offer": "waiting",
                "ask": "waiting",
                "forget": "waiting",
            },
        )
        call = self._step_of(told, "call")
        self.assertEqual(call["date_deadline"], date(2026, 3, 2))
        self.assertEqual(call["user_name"], "Martin Manager")
        self.assertEqual(call["actions"], ["done", "skip", "cancel"])
        self.assertIn("t_keen", [outcome["code"] for outcome in call["outcomes"]])
        self.assertEqual(self._step_of(told, "offer")["actions"], ["skip"])

    def test_outcome_on_a_day(self):
        told = self._try(self._done(date="2026-03-05"))
        self.assertEqual(told["date"], date(2026, 3, 5))
        self.assertEqual(told["next"], "forget", "it is due since Tuesday")
        offer = self._step_of(told, "offer")
        self.assertEqual(offer["date_deadline"], date(2026, 3, 6))
        self.assertEqual(offer["explanation"]["base"], "previous_done")
        self.assertEqual(offer["time"], 9.5)
        self.assertEqual(
            [(change["code"], change["state"]) for change in told["changes"]],
            [("call", "done"), ("offer", "scheduled"), ("forget", "scheduled")],
        )

    def test_branch_not_taken(self):
        told = self._try("call")
        offer = self._step_of(told, "offer")
        self.assertEqual(
            (offer["state"], offer["date_done"]), ("skipped", date(2026, 3, 2))
        )
        self.assertIn("leads to another step", offer["reason"])
        self.assertEqual(self._states(told)["ask"], "skipped")

    def test_email_as_the_customer_gets_it(self):
        offer = self._step_of(self._try(self._done()), "offer")
        self.assertEqual(offer["actions"], ["done", "fail", "skip"])
        self.assertFalse(offer["problem"])
        email = offer["email"]
        self.assertEqual(email["subject"], "About Ten desks")
        self.assertIn("Dear Deco Addict", email["body"])
        self.assertEqual(
            email["recipients"],
            [{"name": "Deco Addict", "email": "deco@test.example.com"}],
        )
        self.assertIn("Martin Manager", email["email_from"])

    def test_what_a_template_writes_is_undone(self):
        """As Odoo's own do, which make tokens for their links."""
        self.mail.subject = "{{ object.write({'name': 'A token'}) and object.name }}"
        # Odoo renders it when it is saved.
        self.lead.name = "Ten desks"
        self.env.flush_all()
        told = self._try(self._done())
        offer = self._step_of(told, "offer")
        self.assertEqual(offer["email"]["subject"], "A token")
        self.assertEqual(self._states(told)["offer"], "scheduled")
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.lead.name, "Ten desks")

    def test_email_is_sent_before_what_comes_later(self):
        told = self._try(self._done(), {"step": "forget", "date": "2026-03-09"})
        self.assertEqual(self._states(told)["offer"], "done")
        ask = self._step_of(told, "ask")
        self.assertEqual(ask["date_deadline"], date(2026, 3, 5), "two days after it")

    def test_no_address(self):
        self.partner.email = False
        self.lead.email_from = False
        told = self._try(self._done())
        self.assertIn("no valid email address", self._step_of(told, "offer")["problem"])
        told = self._try(self._done(), "offer")
        offer = self._step_of(told, "offer")
        self.assertEqual(offer["state"], "failed")
        self.assertIn("no valid email address", offer["reason"])
        self.assertEqual(self._states(told)["ask"], "scheduled", "the rest goes on")

    def test_let_it_fail(self):
        told = self._try(self._done(), {"step": "offer", "action": "fail"})
        self.assertEqual(self._states(told)["offer"], "failed")

    def test_condition(self):
        self.lead.priority = "1"
        ask = self._step_of(self._try(self._done(), "offer"), "ask")
        self.assertEqual(ask["state"], "skipped")
        self.assertIn("doesn't meet its condition", ask["reason"])

    def test_retry(self):
        again = self._done(outcome="t_again")
        call = self._step_of(self._try(again), "call")
        self.assertEqual((call["state"], call["attempt"]), ("scheduled", 2))
        self.assertEqual(call["date_deadline"], date(2026, 3, 4))
        agreed = {**again, "retry_date": "2026-03-12"}
        call = self._step_of(self._try(agreed), "call")
        self.assertEqual(call["date_deadline"], date(2026, 3, 12))
        call = self._step_of(self._try(again, again), "call")
        self.assertEqual((call["state"], call["outcome"]), ("done", "No one"))

    def test_outcome_ends_the_plan(self):
        told = self._try(self._done(outcome="t_lost"))
        self.assertEqual(told["state"], "stopped")
        self.assertIn("Stopped by an outcome", told["end_reason"])
        self.assertEqual(set(self._states(told).values()), {"done", "cancelled"})
        self.assertFalse(told["next"])

    def test_outcome_wins_the_lead(self):
        won = self.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        self.keen.stage_id = won
        told = self._try(self._done())
        self.assertEqual((told["state"], told["end_reason"]), ("stopped", "Won"))
        [outcome] = [
            outcome
            for outcome in self._step_of(self._try(), "call")["outcomes"]
            if outcome["code"] == "t_keen"
        ]
        self.assertEqual(outcome["effects"], [f"move it to the stage “{won.name}”"])

    def test_to_its_end(self):
        told = self._try("call", "forget")
        self.assertEqual(told["state"], "done")
        self.assertEqual(self._states(told)["forget"], "done")

    def test_no_turn_is_taken(self):
        self.chain.template_ids[0].responsible_type = "round_robin"
        self.chain.template_ids[3].responsible_type = "round_robin"
        first = self._try("call")
        persons = [self._step_of(first, code)["user_id"] for code in ("call", "forget")]
        self.assertEqual(len(set(persons)), 2, "the next one is another's")
        self.assertEqual(self._try("call"), first)

    def test_skipped_days(self):
        self.chain.deadline_policy = "working_days"
        told = self._try(self._done(date="2026-03-06"))
        offer = self._step_of(told, "offer")
        self.assertEqual(offer["date_deadline"], date(2026, 3, 9))
        [period] = offer["explanation"]["skipped"]
        self.assertEqual(period["count"], 2)

    def test_in_a_read_only_transaction(self):
        self.env.flush_all()
        graph = self.chain.get_graph()
        self.env.cr.execute("SAVEPOINT looking")
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        self._try()
        choices = [self._done(outcome="t_again"), self._done(), "offer", "ask"]
        told = self._try(*choices, {"step": "forget", "action": "cancel"}, graph=graph)
        self.assertEqual(told["state"], "done")
        self.env.flush_all()
        self.env.cr.execute("ROLLBACK TO SAVEPOINT looking")

    def test_what_is_not_saved(self):
        graph = self.chain.get_graph()
        graph["steps"].append({"code": "new", "type": "todo", "summary": "New"})
        graph["links"].append({"from": "forget", "to": "new", "outcomes": []})
        told = self._try("call", "forget", graph=graph)
        self.assertEqual(self._states(told)["new"], "scheduled")
        self.assertEqual(len(self.chain.template_ids), 4)


@tagged("crm_activity_plus", "post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestPlanTrialRefused(TrialCase):
    def test_record_that_may_not_be_read(self):
        told = self._try(record=self.lead, user=self.user_colleague)
        self.assertEqual(told["skip_reason"], "You may not read this record.")
        self.assertEqual((told["display_name"], told["steps"]), (False, []))

    def test_record_that_the_plan_is_not_for(self):
        self.chain.domain = "[('type', '=', 'lead')]"
        told = self._try()
        self.assertTrue(told["skip_reason"])
        self.assertFalse(told["state"])

    def test_what_it_begins_with(self):
        self._create_lead("Won", stage_id=self._find_won_stage().id)
        trial = self.chain.with_user(self.user_owner).get_trial()
        self.assertEqual(
            trial["record"], {"id": self.lead.id, "display_name": "Ten desks"}
        )
        self.assertEqual((trial["reason"], trial["domain"]), (False, []))
        self.assertTrue(trial["asks_responsible"])

    def test_there_is_no_record(self):
        self.chain.domain = "[('name', '=', 'Nothing like that')]"
        trial = self.chain.with_user(self.user_owner).get_trial()
        self.assertFalse(trial["record"])
        self.assertIn("that the plan can be launched on", trial["reason"])
        self.chain.domain = "[('name', '=', 'Ten desks')]"
        self._launch(plan=self.chain)
        trial = self.chain.with_user(self.user_owner).get_trial()
        self.assertEqual(trial["domain"], [["name", "=", "Ten desks"]])
        self.assertIn("already running", trial["reason"])

    def test_plan_that_cant_be_launched(self):
        self.chain.active = False
        trial = self.chain.with_user(self.user_owner).get_trial()
        self.assertIn("archived", trial["reason"])

    def _find_won_stage(self):
        return self.env["crm.stage"].search([("is_won", "=", True)], limit=1)

    def test_graph_takes_the_right_to_change_the_plan(self):
        graph = self.chain.get_graph()
        self._try(user=self.user_owner)
        with self.assertRaises(AccessError):
            self._try(user=self.user_owner, graph=graph)

    def test_choices(self):
        for choices, message in (
            (["dance"], "no step “dance”"),
            (["call", "call"], "closed already"),
            (["offer"], "“done” can't be chosen for “Offer” now"),
            ([{"step": "call", "action": "fail"}], "“fail” can't be chosen"),
            ([{"step": "call", "action": "x"}], "“x” can't be chosen"),
            ([{"step": "call", "day": 1}], "has no “day”"),
            ([self._done(outcome="nothing")], "no outcome “nothing”"),
            ([self._done(date="2026-03-01")], "nothing can be done on"),
            ([self._done(retry_date="2026-03-09")], "can't be chosen here"),
            (
                [self._done(outcome="t_again", retry_date="2026-03-01")],
                "nothing can be done on",
            ),
            ([self._done(outcome="t_lost"), "forget"], "has ended before “Forget”"),
            ([self._done(), self._done("offer")], "can't end with an outcome"),
            (["call"] * 1001, "Send at most 1000"),
        ):
            with self.subTest(message), self.assertRefused(message):
                self._try(*choices)
