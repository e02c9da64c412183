# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus")
class TestActivityPreview(CrmActivityPlusCommon):
    """What ``preview_complete`` says is what ``complete`` does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls._create_type("Preview Call")
        # Outcomes of the type alone: others have some that an administrator may change.
        cls.interested, cls.not_now, cls.no_answer, cls.over = cls.env[
            "mail.activity.outcome"
        ].create(
            [
                {"name": "Hot", "activity_type_ids": cls.type.ids},
                {"name": "Cold", "activity_type_ids": cls.type.ids},
                {
                    "name": "Nobody",
                    "effect": "retry",
                    "retry_delay_count": 2,
                    "max_attempts": 2,
                    "activity_type_ids": cls.type.ids,
                },
                {"name": "Over", "effect": "stop", "activity_type_ids": cls.type.ids},
            ]
        )
        cls.branches = cls._create_plan(
            "Branches",
            cls._step(cls.type, "Call them"),
            cls._step(cls.type_email, "Send the offer", 3),
            cls._step(cls.type_todo, "Say goodbye", 7),
            cls._step(cls.type_todo, "Close the file", 9),
        )
        call, offer, goodbye, close = cls.branches.template_ids
        previous = {"responsible_type": "previous"}
        offer.write(
            {"after_ids": call, "after_outcome_ids": cls.interested, **previous}
        )
        goodbye.write({"after_ids": call, "after_outcome_ids": cls.not_now, **previous})
        close.write({"after_ids": goodbye, **previous})

    def _preview(self, activity, outcome=None):
        """:returns: what is said of one outcome, or of none"""
        rows = activity.with_user(self.user_owner).preview_complete()
        [row] = [
            r for r in rows if r["outcome_id"] == (outcome and outcome.id or False)
        ]
        return row

    def _get_steps(self, row):
        return [
            (step["kind"], step["name"], step["date_deadline"], step["user_name"])
            for step in row["steps"]
        ]

    def _complete(self, activity, outcome=None):
        """:returns: what is open afterwards, as :meth:`_get_steps` tells it"""
        created = activity.with_user(self.user_owner).complete(outcome and outcome.id)
        return [
            (a.summary, a.date_deadline.isoformat(), a.user_id.name)
            for a in self.env["mail.activity"].browse(created)
        ]

    def _start_branches(self):
        [run] = self._launch(plan=self.branches)
        return run.line_ids[0].activity_id

    def test_branch_of_the_outcome(self):
        for outcome, name in (
            (self.interested, "Send the offer"),
            (self.not_now, "Say goodbye"),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                activity = self._start_branches()
                row = self._preview(activity, outcome)
                self.assertEqual([step["name"] for step in row["steps"]], [name])
                self.assertFalse(row["note"])
                told = [step[1:] for step in self._get_steps(row)]
                self.assertEqual(self._complete(activity, outcome), told)
                savepoint.rollback()

    def test_each_outcome_is_told_apart(self):
        """One outcome's future leaves nothing behind for the next one."""
        activity = self._start_branches()
        first = activity.preview_complete()
        self.assertEqual(first, activity.preview_complete())
        names = [[step["name"] for step in row["steps"]] for row in first]
        self.assertEqual(
            names, [[], ["Send the offer"], ["Say goodbye"], ["Call them"], []]
        )

    def test_nothing_is_written(self):
        activity = self._start_branches()
        lines = activity.run_line_id.run_id.line_ids
        before = lines.read(["state", "outcome_id", "date_done", "branch_taken"])
        logs = self._get_logs([])
        activity.with_user(self.user_owner).preview_complete()
        lines.env.flush_all()
        lines.invalidate_recordset()
        self.assertEqual(
            lines.read(["state", "outcome_id", "date_done", "branch_taken"]), before
        )
        self.assertEqual(self._get_logs([]), logs)
        self.assertEqual(activity.status, "new")

    def test_retry_up_to_the_limit(self):
        activity = self._start_branches()
        row = self._preview(activity, self.no_answer)
        [(kind, *told)] = self._get_steps(row)
        self.assertEqual(kind, "retry")
        self.assertEqual(self._complete(activity, self.no_answer), [tuple(told)])
        again = self.lead.activity_ids
        row = self._preview(again, self.no_answer)
        self.assertFalse(row["steps"])
        self.assertIn("finished", row["note"])

    def test_stop(self):
        row = self._preview(self._start_branches(), self.over)
        self.assertFalse(row["steps"])
        self.assertIn("ends", row["note"])

    def test_won_stage_ends_the_plan(self):
        self.interested.stage_id = self.env["crm.stage"].create(
            {"name": "Won here", "is_won": True}
        )
        activity = self._start_branches()
        self.assertIn("won", self._preview(activity, self.interested)["note"])
        self.assertFalse(self._complete(activity, self.interested))

    def test_last_step_says_so(self):
        plan = self._create_plan("Short", self._step(self.type_todo, "Only one"))
        [run] = self._launch(plan=plan)
        row = self._preview(run.line_ids.activity_id)
        self.assertIn("finished", row["note"])

    def test_other_open_steps_are_named(self):
        plan = self._create_plan(
            "Two at once",
            self._step(self.type_todo, "One"),
            self._step(self.type_todo, "Two"),
        )
        [run] = self._launch(plan=plan)
        self.assertIn("Two", self._preview(run.line_ids[0].activity_id)["note"])

    def test_steps_that_do_themselves(self):
        template = self.env["mail.template"].create(
            {"name": "Hello", "model_id": self.env["ir.model"]._get_id("crm.lead")}
        )
        plan = self._create_plan(
            "With e-mail",
            self._step(self.type_todo, "One"),
            self._step(
                self.type_email,
                "Thank them",
                1,
                action_type="email",
                mail_template_id=template.id,
                responsible_type="salesperson",
            ),
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        [run] = self._launch(plan=plan)
        [step] = self._preview(run.line_ids[0].activity_id)["steps"]
        self.assertEqual((step["name"], step["action_type"]), ("Thank them", "email"))

    def test_step_whose_condition_isnt_met_is_passed_over(self):
        plan = self._create_plan(
            "Conditions",
            self._step(self.type_todo, "One"),
            self._step(self.type_todo, "Two", condition_domain="[('id', '=', 0)]"),
            self._step(self.type_todo, "Three", responsible_type="salesperson"),
        )
        one, two, three = plan.template_ids
        two.after_ids = one
        three.after_ids = two
        [run] = self._launch(plan=plan)
        row = self._preview(run.line_ids[0].activity_id)
        self.assertEqual([step["name"] for step in row["steps"]], ["Three"])

    def test_paused_plan(self):
        activity = self._start_branches()
        activity.run_id.with_user(self.user_owner).action_pause()
        self.assertIn("paused", self._preview(activity, self.interested)["note"])

    def test_working_days(self):
        with freeze_time("2026-11-20 09:00:00"):
            self.branches.deadline_policy = "working_days"
            activity = self._start_branches()
            [step] = self._preview(activity, self.interested)["steps"]
            self.assertEqual(step["date_deadline"], "2026-11-25")

    def test_what_an_outcome_schedules_outside_of_plans(self):
        self.interested.next_type_id = self.type_email
        self.type_email.summary = "Thank them"
        activity = self._schedule(activity_type_id=self.type.id)
        row = self._preview(activity, self.interested)
        [(kind, *told)] = self._get_steps(row)
        self.assertEqual(kind, "following")
        self.assertEqual(self._complete(activity, self.interested), [tuple(told)])

    def test_retry_outside_of_plans(self):
        activity = self._schedule(activity_type_id=self.type.id, summary="Ring")
        [(kind, *told)] = self._get_steps(self._preview(activity, self.no_answer))
        self.assertEqual(kind, "retry")
        self.assertEqual(self._complete(activity, self.no_answer), [tuple(told)])

    def test_trigger_of_the_type(self):
        self.type.write(
            {"chaining_type": "trigger", "triggered_next_type_id": self.type_todo.id}
        )
        self.type_todo.write({"summary": "Write it down", "delay_count": 4})
        activity = self._schedule(activity_type_id=self.type.id)
        [(kind, *told)] = self._get_steps(self._preview(activity))
        self.assertEqual(kind, "triggered")
        self.assertFalse(self._preview(activity, self.over)["steps"])
        self.assertEqual(self._complete(activity), [tuple(told)])

    def test_suggestions_of_the_type(self):
        self.type.suggested_next_type_ids = self.type_todo + self.type_email
        activity = self._schedule(activity_type_id=self.type.id)
        row = self._preview(activity)
        self.assertEqual(
            [(step["kind"], step["type"]) for step in row["steps"]],
            [
                ("suggested", self.type_todo.name),
                ("suggested", self.type_email.name),
            ][:: 1 if self.type_todo.sequence < self.type_email.sequence else -1],
        )

    def test_plan_that_the_outcome_launches(self):
        self.interested.plan_id = self.plan
        activity = self._schedule(activity_type_id=self.type.id)
        [step] = self._preview(activity, self.interested)["steps"]
        self.assertEqual(step, {"kind": "plan", "name": self.plan.name})

    def test_closed_activity(self):
        activity = self._schedule()
        activity.with_user(self.user_manager).action_done()
        with self.assertRaisesRegex(UserError, self.user_manager.name):
            activity.preview_complete()

    def test_not_for_everybody(self):
        activity = self._start_branches()
        with self.assertRaises(AccessError):
            activity.with_user(self.user_colleague).preview_complete()

    def test_queries_dont_grow_with_the_steps(self):
        counts = []
        for size in (2, 12):
            plan = self._create_plan(
                f"Of {size}",
                *[
                    self._step(self.type_todo, f"Step {number}")
                    for number in range(size)
                ],
            )
            first = plan.template_ids[0]
            plan.template_ids[1:].write({"after_ids": [Command.set(first.ids)]})
            [run] = self._launch(plan=plan)
            activity = run.line_ids[0].activity_id.with_user(self.user_owner)
            activity.preview_complete()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            row = activity.preview_complete()[0]
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(len(row["steps"]), size - 1)
        self.assertLessEqual(counts[1], counts[0])

    def test_deadline_is_a_date(self):
        [step] = self._preview(self._start_branches(), self.interested)["steps"]
        self.assertTrue(date.fromisoformat(step["date_deadline"]))
