# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .doors_common import DoorsCase


@tagged("post_install", "-at_install")
class TestStepKinds(DoorsCase):
    """What another addon says of its kind of step is what screens and checks know."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_approval_plan()
        cls.step = cls.plan.template_ids[0]

    def test_it_is_described(self):
        kinds = self.env["mail.activity.plan.template"]._get_step_kinds()
        self.assertEqual(
            kinds["approval"],
            {
                "label": "Approval by somebody outside",
                "icon": "fa-gavel",
                "fields": ["question"],
                "has_outcome": True,
            },
        )

    def test_what_it_needs_is_checked_when_it_is_saved(self):
        with self.assertRaisesRegex(ValidationError, "“Approve”: Fill in “Question”"):
            self.step.question = False
        manual = self.plan.template_ids[1]
        manual.question = False
        with self.assertRaisesRegex(ValidationError, "Fill in “Question”"):
            manual.action_type = "approval"
        manual.write({"action_type": "approval", "question": "And you?"})

    def test_the_graph_knows_it(self):
        graph = self.plan.get_graph()
        step = next(step for step in graph["steps"] if step["code"] == "approve")
        self.assertEqual(step["kind"], "approval")
        self.assertEqual(step["question"], "Do you agree?")
        step["question"] = False
        [problem] = self.plan.check_graph(graph)
        self.assertEqual(
            (problem["step"], problem["level"], problem["code"]),
            ("approve", "error", "action"),
        )
        self.assertIn("Question", problem["message"])
        step["question"] = "May we?"
        self.plan.apply_graph(graph)
        self.assertEqual(self.step.question, "May we?")

    def test_the_timeline_and_the_preview_know_it(self):
        run = self._launch(self.document)
        [timeline] = run.get_timeline()
        self.assertEqual(timeline["steps"][0]["action_type"], "approval")
        [record] = self.plan.preview(self._create_document("Other").ids)["records"]
        self.assertEqual(
            [line["is_automatic"] for line in record["lines"]], [True, False]
        )
