# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .plan_whole_common import PlanWholeCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanFiles(PlanWholeCase):
    """A plan with its chain from a file, and from a form."""

    def test_one_file(self):
        names = [
            *("name", "res_model", "template_ids/summary", "template_ids/code"),
            *("template_ids/activity_type_id", "template_ids/delay_from"),
            *("template_ids/after_codes", "template_ids/after_outcome_ids"),
        ]
        plan_date, done = "After Plan Date", "After Previous Step"
        rows = [
            ["File", "crm.lead", "Call", "call", "Call", plan_date, "", ""],
            ["", "", "Join", "", "To-Do", done, "offer,bye", ""],
            ["", "", "Offer", "offer", "To-Do", done, "call", "Keen"],
            ["", "", "Bye", "bye", "Email", done, "call", "Cold"],
        ]
        result = self.plans.load(names, rows)
        self.assertFalse(result["messages"])
        plan = self.plans.browse(result["ids"])
        self.assertEqual(
            [(step.code, step.after_codes) for step in plan.template_ids],
            [("call", ""), ("join", "offer, bye"), ("offer", "call"), ("bye", "call")],
        )
        rows[1][6] = "nowhere"
        rows[0][0] = "Bad"
        result = self.plans.load(names, rows)
        self.assertFalse(result["ids"])
        self.assertIn("“nowhere”", result["messages"][0]["message"])
        self.assertIn("“File” has no such step".replace("File", "Bad"), str(result))
        self.assertFalse(self.plans.search([("name", "=", "Bad")]))

    def test_warnings_are_told_after_the_import(self):
        """What can be saved, but is probably not meant so."""
        again = self.env["mail.activity.outcome"].create(
            {"name": "Try again", "code": "try_again", "effect": "retry"}
        )
        names = [
            *("name", "res_model", "template_ids/summary", "template_ids/code"),
            *("template_ids/activity_type_id", "template_ids/delay_from"),
            *("template_ids/after_codes", "template_ids/after_outcome_ids"),
        ]
        rows = [
            ["Odd", "crm.lead", "Call", "call", "Call", "After Plan Date", "", ""],
            ["", "", "Join", "", "To-Do", "After Previous Step", "call", again.name],
        ]
        with patch.object(self.registry["res.users"], "_bus_send") as send:
            result = self.plans.load(names, rows)
            self.assertFalse(result["messages"], "they would stop the import")
            self.assertTrue(result["ids"])
            [call] = send.call_args_list
            rows[0][0], rows[1][7] = "Fine", ""
            self.plans.load(names, rows)
            self.assertEqual(len(send.call_args_list), 1, "nothing to tell")
        kind, values = call.args
        self.assertEqual((kind, values["type"]), ("simple_notification", "warning"))
        self.assertIn("Odd: “Join” starts only after the last", values["message"])

    def test_one_file_of_steps(self):
        """Each row is a step; they name each other by external ids or by codes."""
        plan = self.plans.create({"name": "Empty", "res_model": "crm.lead"})
        names = ["id", "plan_id/.id", "summary", "activity_type_id", "delay_from"]
        done, name = "After Previous Step", "To-Do"
        rows = [
            ["s.one", str(plan.id), "One", name, "After Plan Date", "", ""],
            ["s.two", str(plan.id), "Two", name, done, "s.one", ""],
            ["s.three", str(plan.id), "Three", name, done, "", "four"],
            ["s.four", str(plan.id), "Four", name, done, "s.one,s.two", ""],
        ]
        result = self.steps.load([*names, "after_ids/id", "after_codes"], rows)
        self.assertFalse(result["messages"])
        self.assertEqual(
            [step.after_codes for step in plan.template_ids],
            ["", "one", "four", "one, two"],
        )
        # A circle that only the last row closes.
        rows = [
            ["s.a", str(plan.id), "A", name, done, "", "c"],
            ["s.b", str(plan.id), "B", name, done, "s.a", ""],
            ["s.c", str(plan.id), "C", name, done, "s.b", ""],
        ]
        result = self.steps.load([*names, "after_ids/id", "after_codes"], rows)
        self.assertFalse(result["ids"])
        self.assertIn("circle", result["messages"][0]["message"])
        self.assertEqual(len(plan.template_ids), 4)

    def test_file_that_names_steps(self):
        """In the column of the field itself, by code or by name, also later ones."""
        names = [
            *("name", "res_model", "template_ids/summary", "template_ids/code"),
            *("template_ids/activity_type_id", "template_ids/after_ids"),
        ]
        rows = [
            ["File", "crm.lead", "Ring them", "call", "Call", ""],
            ["", "", "Join", "", "To-Do", "offer,Say good-bye"],
            ["", "", "The offer", "offer", "To-Do", "Ring them"],
            ["", "", "Say good-bye", "bye", "Email", "call"],
            ["", "", "Twice", "one", "Email", ""],
            ["", "", "Twice", "two", "Email", "one"],
        ]
        result = self.plans.load(names, rows)
        self.assertFalse(result["messages"])
        self.assertEqual(
            self.plans.browse(result["ids"]).template_ids.mapped("after_codes"),
            ["", "offer, bye", "call", "call", "", "one"],
        )
        rows[0][0] = "Bad"
        rows[5][5] = "Twice"
        result = self.plans.load(names, rows)
        self.assertIn("no such step", result["messages"][0]["message"])

    def test_one_form(self):
        form = Form(self.plans.with_context(default_res_model="crm.lead"))
        form.name = "Form"
        for summary in ("One", "Two", "Three"):
            with form.template_ids.new() as line:
                line.activity_type_id = self.type_todo
                line.summary = summary
                if summary != "One":
                    line.delay_from = "after_previous_done"
                if summary == "Three":
                    line.responsible_type = "previous"
        plan = form.save()
        one, two, three = plan.template_ids
        self.assertFalse(one.after_ids)
        self.assertEqual((two.after_ids, three.after_ids), (one, two))

    def test_previous_is_the_line_above(self):
        """By the order of the lines, whatever order they are given in."""
        previous = {"delay_from": "after_previous_done"}
        plan = self.plans.create(
            {
                "name": "Lines",
                "res_model": "crm.lead",
                "template_ids": [
                    Command.create(
                        {**self._step(self.type_call, name), "sequence": seq, **values}
                    )
                    for seq, name, values in (
                        (30, "C", previous),
                        (10, "A", {}),
                        (20, "B", {"after_outcome_ids": self.keen.ids}),
                        (40, "D", {"responsible_type": "previous"}),
                        (50, "E", {**previous, "after_codes": "a"}),
                    )
                ],
            }
        )
        self.env.invalidate_all()
        self.assertEqual(
            [(step.summary, step.after_codes) for step in plan.template_ids],
            [("A", ""), ("B", "a"), ("C", "b"), ("D", "c"), ("E", "a")],
        )
        # Another order changes no link.
        for step, sequence in zip(plan.template_ids, (5, 4, 3, 2, 1), strict=True):
            step.sequence = sequence
        plan.write(
            {
                "template_ids": [
                    Command.update(step.id, {"sequence": 10 * step.sequence})
                    for step in plan.template_ids
                ]
            }
        )
        self.env.invalidate_all()
        self.assertEqual(
            {step.summary: step.after_codes for step in plan.template_ids},
            {"A": "", "B": "a", "C": "b", "D": "c", "E": "a"},
        )

    def test_first_line_has_no_previous(self):
        step = self._step(self.type_call, "First", 1, "after_previous_done")
        with self.assertRaisesRegex(ValidationError, "“First”.*the first one.*Waits"):
            self._create_plan("Bad", step)
        with self.assertRaisesRegex(ValidationError, "the first one"):
            self.plan.template_ids[0].delay_from = "after_previous_done"

    def test_cleared_previous_is_the_line_above(self):
        plan = self._create_chain()
        bye = plan.template_ids[3]
        bye.after_ids = False
        self.assertEqual(bye.after_ids, plan.template_ids[2])
