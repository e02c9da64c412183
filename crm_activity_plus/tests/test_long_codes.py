# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import random
import string

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..tools.codes import MAX_LENGTH, is_code, make_code
from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestLongCodes(CrmActivityPlusCommon):
    """PostgreSQL can't index what is longer than some 2,700 bytes, and codes are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # It would store one character, repeated, in no space at all.
        letters = random.Random(0).choices(string.ascii_lowercase, k=20_000)
        cls.long = "".join(letters)
        cls.values = {
            "mail.activity.outcome": {"name": "Long"},
            "mail.activity.plan": {"name": "Long", "res_model": "crm.lead"},
            "mail.activity.plan.template": {
                "plan_id": cls.plan.id,
                "activity_type_id": cls.type_todo.id,
            },
            "mail.activity.type": {"name": "Long"},
        }

    def test_code_of_a_long_name(self):
        for model, values in self.values.items():
            name = self.env[model]._rec_name
            name = "summary" if model == "mail.activity.plan.template" else name
            with self.subTest(model):
                records = self.env[model].create(
                    [{**values, name: self.long}, {**values, name: self.long}]
                )
                self.env.flush_all()
                self.assertEqual(records[0][name], self.long)
                first, second = records.mapped("code")
                self.assertEqual(second, f"{first}_2")
                self.assertTrue(is_code(second))

    def test_long_code(self):
        for model, values in self.values.items():
            record = self.env[model].create(values)
            with self.subTest(model):
                with self.assertRaisesRegex(ValidationError, "at most 128 characters"):
                    self.env[model].create({**values, "code": self.long})
                with self.assertRaisesRegex(ValidationError, "at most 128 characters"):
                    record.write({"code": self.long})

    def test_longest_code(self):
        code = self.long[:MAX_LENGTH]
        outcome = self.env["mail.activity.outcome"].create(
            {"name": "Long", "code": code}
        )
        self.assertEqual(outcome.code, code)
        self.assertFalse(is_code(f"{code}a"))

    def test_long_code_in_a_graph(self):
        graph = self.plan.get_graph()
        graph["steps"].append({"code": self.long, "type": "todo"})
        problem = self.plan.check_graph(graph)[0]
        self.assertEqual(problem["code"], "code")
        self.assertIn("at most 128 characters", problem["message"])

    def test_steps_that_a_type_triggers(self):
        """Their codes are made of others."""
        code = self.long[:MAX_LENGTH]
        following = self._create_type("Following", code=code)
        self.type_call.write(
            {"chaining_type": "trigger", "triggered_next_type_id": following.id}
        )
        plan = self._create_plan("Long", self._step(self.type_call, "A", code=code))
        codes = self._launch(plan=plan).line_ids.mapped("code")
        self.assertEqual(len(set(codes)), 2)
        self.assertTrue(all(map(is_code, codes)))

    def test_cut_between_words(self):
        name = f"{'a' * 99} b"
        self.assertEqual(make_code(name), "a" * 99)
        self.assertEqual(make_code(make_code(name)), "a" * 99)
