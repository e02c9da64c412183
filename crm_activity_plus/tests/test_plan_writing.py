# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from lxml import etree

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .plan_whole_common import PlanWholeCase

CSV = """Name,Model,Step,Code,Type,Kind,Template,Count,Unit,From,After,Outcomes
Chase,crm.lead,First call,call,Call,Manual activity,,0,days,After Plan Date,,
,,Send the offer,offer,Email,Email,{mail},1,days,After Previous Step,call,Keen
,,Second call,second_call,Call,Manual activity,,2,days,After Previous Step,offer,
,,Say good-bye,bye,To-Do,Manual activity,,3,days,After Previous Step,call,Cold
,,Meet,meet,Meeting,Meeting,,1,weeks,After Previous Step,second_call,
,,Minutes,minutes,To-Do,Manual activity,,0,days,After Previous Due Date,meet,
,,Contract,contract,To-Do,Manual activity,,2,days,After Previous Step,"minutes,bye",
,,Thank you,thanks,Letter,Manual activity,,1,months,After Previous Step,contract,
"""
CSV_FIELDS = [
    *("name", "res_model", "template_ids/summary", "template_ids/code"),
    *("template_ids/activity_type_id", "template_ids/action_type"),
    *("template_ids/mail_template_id", "template_ids/delay_count"),
    *("template_ids/delay_unit", "template_ids/delay_from"),
    *("template_ids/after_codes", "template_ids/after_outcome_ids"),
]


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanWriting(PlanWholeCase):
    """What a manager sees while writing a plan."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lead_model = cls.env["ir.model"]._get_id("crm.lead")
        cls.mail = cls.env["mail.template"].create(
            {"name": "Writing: the offer", "model_id": lead_model}
        )

    def _open_form(self, **context):
        plans = self.plans.with_context(default_res_model="crm.lead", **context)
        form = Form(plans, view="mail.mail_activity_plan_view_form_fixed_model")
        form.name = "Written"
        return form

    def _add(self, form, summary, activity_type=None, **values):
        with form.template_ids.new() as step:
            step.activity_type_id = activity_type or self.type_todo
            step.summary = summary
            for name, value in values.items():
                setattr(step, name, value)

    def _get_words(self, plan):
        return [step.when_text for step in plan.template_ids]

    def test_step_says_what_it_lacks(self):
        for kind, told in (
            ("email", "Choose the email template to send."),
            ("server_action", "Choose the server action to run."),
        ):
            form = self._open_form()
            with form.template_ids.new() as step:
                step.activity_type_id = self.type_todo
                step.action_type = kind
                self.assertEqual(step.problems[0]["message"], told)
                step.action_type = "activity"

    def test_new_step_proposes_the_plan_date(self):
        """Not “0 days before” it."""
        plan_form = self.plans.get_view(
            self.env.ref("mail.mail_activity_plan_view_form").id, "form"
        )["arch"]
        [node] = etree.fromstring(plan_form).xpath("//field[@name='template_ids']")
        self.assertIn("'default_delay_from': 'after_plan_date'", node.get("context"))
        form = self._open_form()
        with form.template_ids.new() as step:
            step.activity_type_id = self.type_todo
            self.assertEqual(step.delay_from, "after_plan_date")
            self.assertEqual(step.when_text, "On the plan date")
        self.assertEqual(form.save().template_ids.delay_from, "after_plan_date")

    # ------------------------------------------------------------
    # In words
    # ------------------------------------------------------------

    def test_when(self):
        plan = self._create_chain()
        self.assertEqual(
            self._get_words(plan),
            [
                "On the plan date",
                "1 day after “Offer” and “Bye”",
                "2 days after “Call”",
                "3 days after the due date of “Call”",
            ],
        )
        plan.deadline_policy = "working_days"
        self.assertEqual(plan.template_ids[2].when_text, "2 working days after “Call”")
        call, join, offer, _bye = plan.template_ids
        call.summary = "First call"
        self.assertEqual(offer.when_text, "2 working days after “First call”")
        join.after_mode = "any"
        self.assertEqual(join.when_text, "1 working day after “Offer” or “Bye”")
        offer.delay_count = 0
        self.assertEqual(offer.when_text, "Right after “First call”")

    def test_when_of_the_plan_date(self):
        plan = self._create_chain()
        offer = plan.template_ids[2]
        offer.write({"delay_from": "before_plan_date", "delay_unit": "weeks"})
        self.assertEqual(
            offer.when_text, "2 weeks before the plan date, once “Call” is done"
        )
        # A negative delay leads the other way.
        offer.delay_count = -1
        self.assertEqual(
            offer.when_text, "1 week after the plan date, once “Call” is done"
        )
        offer.write(
            {"action_type": "email", "mail_template_id": self.mail.id, "time_of_day": 8}
        )
        self.assertIn("once “Call” is done, at 8:00", offer.when_text)

    def test_who(self):
        plan = self._create_chain()
        call, bye = plan.template_ids[0], plan.template_ids[3]
        self.assertEqual(call.who_text, "Ask at launch")
        self.assertEqual(bye.who_text, "Same as previous")
        call.write({"responsible_type": "other", "responsible_id": self.user_owner.id})
        self.assertEqual(call.who_text, "Olga Owner")

    def test_only_if(self):
        offer = self._create_chain().template_ids[2]
        self.assertEqual(
            offer.only_if,
            {
                "outcomes": [{"name": "Keen", "kind": "neutral"}],
                "condition": "[('priority', '=', '0')]",
                "res_model": "crm.lead",
            },
        )

    def test_read_by_a_salesperson(self):
        plan = self._create_chain().with_user(self.user_owner)
        rows = plan.template_ids.read(["who_text", "when_text", "only_if", "problems"])
        self.assertEqual(len(rows), 4)

    # ------------------------------------------------------------
    # In a form
    # ------------------------------------------------------------

    def test_steps_open_in_a_form(self):
        """Also where another application's form would have them edited in place."""
        view = self.env.ref("mail.mail_activity_plan_view_form_fixed_model")
        arch = etree.fromstring(self.plans.get_view(view.id)["arch"])
        [lines] = arch.xpath("//field[@name='template_ids']/list")
        self.assertFalse(lines.get("editable"))

    def test_steps_that_are_not_saved_yet(self):
        form = self._open_form()
        self._add(form, "First call", self.type_call)
        self._add(form, "Write", delay_from="after_previous_done")
        self._add(form, "Ask", after_codes="first_call, write")
        self._add(form, "Thank", delay_count=1, after_codes="ask")
        plan = form.save()
        call, write, ask, thank = plan.template_ids
        self.assertEqual(write.after_ids, call)
        self.assertEqual(ask.after_ids, call + write)
        self.assertEqual(thank.after_ids, ask)

    def test_the_line_above_is_shown_before_it_is_saved(self):
        form = self._open_form()
        self._add(form, "One")
        self._add(form, "Two")
        with form.template_ids.new() as step:
            step.summary = "Three"
            self.assertFalse(step.after_codes)
            step.delay_from = "after_previous_done"
            self.assertEqual(step.after_codes, "two")
        plan = form.save()
        self.assertEqual(plan.template_ids[2].after_ids, plan.template_ids[1])

    def test_a_server_action_can_be_saved(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Writing: raise the priority",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "object_write",
                "update_path": "priority",
                "selection_value": self.env["ir.model.fields.selection"]
                .search(
                    [
                        ("field_id.model", "=", "crm.lead"),
                        ("field_id.name", "=", "priority"),
                        ("value", "=", "2"),
                    ]
                )
                .id,
            }
        )
        form = self._open_form()
        self._add(
            form, "Raise it", action_type="server_action", server_action_id=action
        )
        step = form.save().template_ids
        self.assertEqual(step.server_action_id, action)

    def test_possible_outcomes(self):
        only_calls, only_mails = self.env["mail.activity.outcome"].create(
            [
                {"name": "On the phone", "activity_type_ids": self.type_call.ids},
                {"name": "By mail", "activity_type_ids": self.type_email.ids},
            ]
        )
        offer = self._create_chain().template_ids[2]
        self.assertIn(only_calls, offer.possible_outcome_ids)
        self.assertIn(self.keen, offer.possible_outcome_ids)
        self.assertNotIn(only_mails, offer.possible_outcome_ids)

    # ------------------------------------------------------------
    # Problems
    # ------------------------------------------------------------

    def _get_problems(self, plan):
        """:returns: code -> level and message of a step's problems"""
        return {
            step.code: [(row["level"], row["message"]) for row in step.problems]
            for step in plan.template_ids
            if step.problems
        }

    def test_no_problems(self):
        self.assertFalse(self._get_problems(self._create_chain()))

    def test_problems_are_those_of_the_graph(self):
        plan = self._create_chain()
        self.keen.effect = "stop"
        self.cold.write({"effect": "retry", "max_attempts": 2})
        problems = self._get_problems(plan)
        self.assertEqual(set(problems), {"offer", "bye"})
        told = {
            problem["step"]: [(problem["level"], problem["message"])]
            for problem in plan.get_graph()["problems"]
        }
        self.assertEqual(told, problems)
        [(level, message)] = problems["offer"]
        self.assertEqual(level, "warning")
        self.assertIn("“Keen” stops the plan", message)
        self.assertIn("only after the last attempt", problems["bye"][0][1])

    def test_problems_before_it_is_saved(self):
        form = self._open_form()
        only_calls = self.env["mail.activity.outcome"].create(
            {"name": "On the phone", "activity_type_ids": self.type_call.ids}
        )
        self._add(form, "Write")
        with form.template_ids.new() as step:
            step.summary = "Answer"
            step.after_codes = "write"
            step.after_outcome_ids.add(only_calls)
            [problem] = step.problems
            self.assertEqual(problem["level"], "error")
            self.assertIn("no step before it can end so", problem["message"])
        with self.assertRaisesRegex(ValidationError, "no step before it can end so"):
            form.save()

    def test_problems_of_automatic_steps(self):
        form = self._open_form()
        with form.template_ids.new() as step:
            step.summary = "Send"
            step.action_type = "email"
            self.assertEqual(step.problems[0]["level"], "error")
            step.mail_template_id = self.mail
            self.assertFalse(step.problems)
        with self.assertRaisesRegex(ValidationError, "template"):
            self.plans.create(
                {
                    "name": "No template",
                    "res_model": "crm.lead",
                    "template_ids": [
                        Command.create(
                            self._step(self.type_email, "X", action_type="email")
                        )
                    ],
                }
            )

    def test_reference_to_a_step_that_is_gone(self):
        plan = self._create_chain()
        form = Form(plan, view="mail.mail_activity_plan_view_form_fixed_model")
        form.template_ids.remove(3)
        with form.template_ids.edit(1) as join:
            join.delay_count = 2
            [problem] = join.problems
            self.assertIn("“bye”, which is not a step of the plan", problem["message"])

    # ------------------------------------------------------------
    # Files, copies, trials
    # ------------------------------------------------------------

    def _import(self, text):
        """Import a file of plans, as the web client does."""
        importer = self.env["base_import.import"].with_user(self.user_manager)
        importer = importer.create(
            {
                "res_model": "mail.activity.plan",
                "file": text.encode(),
                "file_name": "plans.csv",
                "file_type": "text/csv",
            }
        )
        options = {"quoting": '"', "separator": ",", "has_headers": True}
        return importer.execute_import(CSV_FIELDS, [], options)

    def test_a_chain_from_a_csv_file(self):
        result = self._import(CSV.format(mail=self.mail.name))
        self.assertFalse(result["messages"])
        plan = self.plans.browse(result["ids"])
        self.assertEqual(
            {step.code: step.after_codes for step in plan.template_ids},
            {
                "call": "",
                "offer": "call",
                "second_call": "offer",
                "bye": "call",
                "meet": "second_call",
                "minutes": "meet",
                "contract": "minutes, bye",
                "thanks": "contract",
            },
        )
        self.assertEqual(plan.template_ids[1].mail_template_id, self.mail)
        run = self._launch(plan=plan)
        self.assertEqual(run.line_ids.mapped("state").count("waiting"), 7)

    def test_a_csv_file_with_mistakes(self):
        text = CSV.format(mail=self.mail.name)
        for change, told in (
            (("minutes,bye", "minutes,goodbye"), "no such step"),
            ((f",{self.mail.name},", ",,"), "email template"),
            (('"minutes,bye"', "contract"), "circle"),
        ):
            result = self._import(text.replace(*change))
            self.assertFalse(result["ids"])
            self.assertIn(told, result["messages"][0]["message"])
        self.assertFalse(self.plans.search([("name", "=", "Chase")]))

    def test_a_copy_has_the_chain(self):
        plan = self._create_chain()
        [copied] = self.plans.browse(plan.copy().ids)
        codes = ["", "offer, bye", "call", "call"]
        self.assertEqual(copied.template_ids.mapped("after_codes"), codes)
        self.assertEqual(copied.template_ids.after_ids.plan_id, copied)
        self.assertEqual(copied.name, "Chain (copy)")
        self.assertEqual(self._get_words(copied), self._get_words(plan))

    def test_try_on_a_record(self):
        plan = self._create_chain().with_user(self.user_manager)
        action = plan.action_try()
        self.assertEqual(action["params"], {"plan_id": plan.id})
        before = self.env["mail.activity.plan.run"].search_count([])
        trial = plan.get_trial()
        self.assertEqual(trial["record"]["id"], self.lead.id)
        told = plan.simulate(trial["record"]["id"])
        self.assertEqual(len(told["steps"]), 4)
        self.assertEqual(self.env["mail.activity.plan.run"].search_count([]), before)
