# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from contextlib import suppress

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .concurrency import ConcurrencyCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanConcurrency(ConcurrencyCase):
    """Two people change a plan at the same moment. Each looks whether the steps fit
    together, without seeing what the other one does."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            self.todo_id = plan.template_ids.activity_type_id.id
            plan.template_ids = [
                Command.clear(),
                *(Command.create(self._get_step(code)) for code in ("a", "b", "c")),
            ]
            self.steps = dict(
                zip(
                    plan.template_ids.mapped("code"), plan.template_ids.ids, strict=True
                )
            )

    def _get_step(self, code, **values):
        return {
            "activity_type_id": self.todo_id,
            "summary": code.upper(),
            "code": code,
            **values,
        }

    def _write(self, code, **values):
        """:returns: function that writes on a step, and says why it is refused"""

        def write(env):
            step = env["mail.activity.plan.template"].browse(self.steps[code])
            return self._try(env, lambda: step.exists().write(values))

        return write

    def _try(self, env, function):
        try:
            with env.cr.savepoint():
                function()
                return False
        except UserError as error:
            return str(error)

    def _after(self, *codes):
        return [Command.set([self.steps[code] for code in codes])]

    def _get_links(self):
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            return {step.code: step.after_codes for step in plan.template_ids}

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_steps_that_wait_for_each_other(self):
        for link in (lambda code: {"after_ids": self._after(code)}, None):
            link = link or (lambda code: {"after_codes": code})
            with self._transaction() as env:
                env["mail.activity.plan"].browse(
                    self.plan_id
                ).template_ids.after_ids = False
            results = self._run_together(
                self._write("a", **link("b")), self._write("b", **link("a"))
            )
            self.assertEqual(len(list(filter(None, results))), 1)
            self.assertIn("circle", "".join(filter(None, results)))
            links = self._get_links()
            self.assertEqual(
                sorted(links.values()), sorted(["", "", "a" if links["b"] else "b"])
            )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_longer_circle(self):
        results = self._run_together(
            self._write("a", after_ids=self._after("b")),
            self._write("b", after_ids=self._after("c")),
            self._write("c", after_ids=self._after("a")),
        )
        self.assertEqual(len(list(filter(None, results))), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_changes_that_fit_together_are_both_made(self):
        def rename(env):
            env["mail.activity.plan"].browse(self.plan_id).name = "Other"

        with self._transaction() as env:
            before = env["mail.activity.plan"].browse(self.plan_id).version
        results = self._run_together(
            self._write("b", after_ids=self._after("a")),
            self._write("c", after_ids=self._after("b")),
            self._write("a", summary="First"),
            rename,
        )
        self.assertFalse(any(results))
        self.assertEqual(self._get_links(), {"a": "", "b": "a", "c": "b"})
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            self.assertEqual((plan.version, plan.name), (before + 3, "Other"))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_deleted_while_another_counts_from_it(self):
        def delete(env):
            step = env["mail.activity.plan.template"].browse(self.steps["a"])
            return self._try(env, step.unlink)

        values = {"after_ids": self._after("a"), "delay_from": "after_previous_done"}
        # Whoever comes second is told, by PostgreSQL or by the plan.
        with suppress(UserError):
            self._run_together(self._write("c", **values), delete)
        with self._transaction() as env:
            step = env["mail.activity.plan.template"].browse(self.steps["c"])
            if step.delay_from == "after_previous_done":
                self.assertTrue(step.after_ids, "its base is gone")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_moved_while_another_waits_for_it(self):
        with self._transaction() as env:
            other = self._create_plan(env)
            other_id = other.id

        def delete():
            with self._transaction() as env:
                env["mail.activity.plan"].browse(other_id).unlink()

        self.addCleanup(delete)
        results = self._run_together(
            self._write("a", plan_id=other_id),
            self._write("b", after_ids=self._after("a")),
        )
        self.assertEqual(len(list(filter(None, results))), 1)
        with self._transaction() as env:
            for step in env["mail.activity.plan.template"].search([]):
                self.assertLessEqual(step.after_ids.plan_id, step.plan_id)

    def _create_type(self, env):
        activity_type = env["mail.activity.type"].create({"name": "Racing"})

        def delete():
            with self._transaction() as env:
                env["mail.activity.plan.template"].search(
                    [("activity_type_id", "=", activity_type.id)]
                ).unlink()
                env.cr.execute(
                    "DELETE FROM mail_activity_type WHERE id = %s", [activity_type.id]
                )

        self.addCleanup(delete)
        return activity_type.id

    def _add_step(self, type_id):
        def add(env):
            return self._try(
                env,
                lambda: env["mail.activity.plan.template"].create(
                    {"activity_type_id": type_id, "plan_id": self.plan_id}
                ),
            )

        return add

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_type_limited_while_a_step_takes_it(self):
        with self._transaction() as env:
            type_id = self._create_type(env)
            partner = env["ir.model"]._get_id("res.partner")

        def limit(env):
            activity_type = env["mail.activity.type"].browse(type_id)
            return self._try(
                env,
                lambda: activity_type.write(
                    {"applies_to_ids": [Command.set([partner])]}
                ),
            )

        results = self._run_together(limit, self._add_step(type_id))
        self.assertEqual(len(list(filter(None, results))), 1, results)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_type_deleted_while_a_step_takes_it(self):
        with self._transaction() as env:
            type_id = self._create_type(env)

        def delete(env):
            return self._try(env, env["mail.activity.type"].browse(type_id).unlink)

        self._run_together(delete, self._add_step(type_id))
        with self._transaction() as env:
            activity_type = env["mail.activity.type"].browse(type_id).exists()
            steps = env["mail.activity.plan.template"].search(
                [("activity_type_id", "=", type_id)]
            )
            self.assertTrue(activity_type or not steps)
            self.assertTrue(not steps or activity_type.deleted)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_other_model_while_a_step_is_added(self):
        def change(env):
            plan = env["mail.activity.plan"].browse(self.plan_id)
            return self._try(env, lambda: plan.write({"res_model": "res.partner"}))

        def add(env):
            step = env["mail.activity.plan.template"].browse(self.steps["a"])
            condition = "[('expected_revenue', '>', 5)]"
            return self._try(env, lambda: step.write({"condition_domain": condition}))

        results = self._run_together(change, add)
        self.assertEqual(len(list(filter(None, results))), 1, results)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_launch_does_not_wait_for_changes(self):
        """Nor are steps that go on kept by them."""
        with self._transaction() as env:
            step = env["mail.activity.plan.template"].browse(self.steps["a"])
            step.summary = "Held"
            env.flush_all()
            with self._transaction() as other:
                result = self._launch(self.lead_ids[:1])(other)
                self.assertTrue(result["run_ids"])

    def test_circle_is_seen_by_the_one_who_comes_second(self):
        with self._transaction() as env:
            step = env["mail.activity.plan.template"].browse(self.steps["a"])
            step.after_ids = self._after("b")
        with self._transaction() as env, self.assertRaises(ValidationError):
            step = env["mail.activity.plan.template"].browse(self.steps["b"])
            step.after_ids = self._after("a")


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanFilesTogether(ConcurrencyCase):
    def _delete_everything(self):
        super()._delete_everything()
        with self._transaction() as env:
            for model in ("mail.activity.plan", "mail.activity.outcome"):
                env[model].search([("code", "=like", "at_once%")]).unlink()

    def test_the_same_file(self):
        """Whoever comes second finds what the first one has created."""
        with self._transaction() as env:
            text = env["mail.activity.plan"].browse(self.plan_id).export_file()
        document = json.loads(text)
        document["plans"][0]["code"] = "at_once"
        document["outcomes"] = [{"code": "at_once", "name": "At once"}]

        def read(env):
            return env["mail.activity.plan"].import_file(document)["plan_ids"]

        plan_ids = sum(self._run_together(read, read), [])
        with self._transaction() as env:
            plans = env["mail.activity.plan"].browse(plan_ids)
            self.assertEqual(sorted(plans.mapped("code")), ["at_once", "at_once_2"])
