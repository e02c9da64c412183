# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Date
from odoo.tests import tagged

from ..models.versions import mail_activity_plan as versions
from .crons_common import EngineCronsCase
from .graph_common import GraphCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanVersions(EngineCronsCase, GraphCase):
    """Running plans go on by the plan as it was changed."""

    def setUp(self):
        super().setUp()
        clock = freeze_time("2026-03-10 09:00:00")
        clock.start()
        self.addCleanup(clock.stop)
        self.steps_plan = self._create_plan(
            "Steps",
            self._step(self.type_call, "First", 1, code="first"),
            self._step(
                self.type_todo, "Second", 2, "after_previous_done", code="second"
            ),
            self._step(self.type_todo, "Third", 9, code="third", after_codes="second"),
        ).with_user(self.user_manager)
        self.run_ = self._launch(plan=self.steps_plan, user=self.user_manager)

    def _line(self, code, run=None):
        return (run or self.run_).line_ids.filtered(lambda line: line.code == code)

    def _template(self, code):
        return self.steps_plan.template_ids.filtered(lambda step: step.code == code)

    def _preview(self, **kwargs):
        """:returns: code -> what changes in the run"""
        told = self.steps_plan.preview_version(self.run_.ids, **kwargs)
        return {step["code"]: step for step in told["runs"][0]["steps"]}

    def _apply(self, runs=None):
        result = self.steps_plan.apply_version(runs and runs.ids)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertLedgerTellsState(runs or self.run_)
        return result

    def test_nothing_to_do(self):
        self.assertEqual(self.steps_plan.outdated_count, 0)
        told = self.steps_plan.preview_version()
        self.assertEqual((told["run_count"], told["runs"]), (0, []))
        self.assertEqual(self.steps_plan.apply_version()["applied"], [])
        [row] = self.steps_plan.preview_version(self.run_.ids)["left_out"]
        self.assertEqual(row["run_id"], self.run_.id)

    def test_waiting_steps_change(self):
        before = self._line("third").date_deadline
        self._template("third").write(
            {
                "summary": "Last",
                "delay_count": 12,
                "responsible_type": "salesperson",
                "activity_type_id": self.type_email.id,
            }
        )
        self.env.flush_all()
        self.assertEqual(self.steps_plan.outdated_count, 1)
        told = self._preview()
        self.assertEqual(set(told), {"third"})
        third = told["third"]
        self.assertEqual(third["change"], "changed")
        self.assertEqual(third["date_deadline"], [Date.to_string(before), "2026-03-22"])
        self.assertEqual(third["user"], ["Martin Manager", "Olga Owner"])
        self.assertIn("Activity Type", third["fields"])
        self.assertFalse(third["starts"])
        self.assertEqual(self._line("third").summary, "Third", "nothing is written")
        old = self.run_.plan_version
        self.assertEqual(self._apply()["applied"], self.run_.ids)
        line = self._line("third")
        self.assertEqual(line.summary, "Last")
        self.assertEqual(line.activity_type_id, self.type_email)
        self.assertEqual(line.user_id, self.user_owner)
        self.assertEqual(line.date_deadline, Date.to_date("2026-03-22"))
        self.assertEqual(self.run_.plan_version, self.steps_plan.version)
        row = self._get_logs(
            [("run_id", "=", self.run_.id), ("run_line_id", "=", False)]
        )[-1]
        self.assertEqual(row.event, "changed")
        self.assertEqual(row.values["plan_version"], [old, self.steps_plan.version])
        self.assertEqual(self.steps_plan.outdated_count, 0)

    def test_open_and_closed_steps_stay(self):
        self._line("first").activity_id.complete()
        activity = self._line("second").activity_id
        self.assertTrue(activity)
        for code in ("first", "second"):
            self._template(code).write({"summary": "Other", "delay_count": 7})
        rows = self._get_logs([("run_line_id", "!=", False)])
        self._apply()
        self.assertEqual(self._line("first").summary, "First")
        self.assertEqual(self._line("second").activity_id, activity)
        self.assertEqual(activity.summary, "Second")
        self.assertEqual(self._get_logs([("run_line_id", "!=", False)]), rows)

    def test_a_step_is_removed(self):
        """Those that wait for it wait for what the plan says now."""
        self._template("third").after_ids = self._template("first")
        self._template("second").unlink()
        self.assertEqual(
            {code: step["change"] for code, step in self._preview().items()},
            {"second": "removed", "third": "changed"},
        )
        self._apply()
        second, third = self._line("second"), self._line("third")
        self.assertEqual(second.state, "skipped")
        self.assertEqual(second.reason, "The step was removed from the plan.")
        self.assertEqual(third.after_ids, self._line("first"))
        self._line("first").activity_id.complete()
        self.assertEqual(third.state, "scheduled")

    def test_a_step_begins_where_all_before_it_are_closed(self):
        self._line("first").activity_id.complete()
        self.steps_plan.template_ids = [
            Command.create(
                self._step(self.type_call, "Soon", 0, code="soon", after_codes="first")
            ),
            Command.create(self._step(self.type_call, "Now", 0, code="now")),
            Command.create(
                self._step(
                    self.type_call, "Later", 0, code="later", after_codes="third"
                )
            ),
        ]
        told = self._preview()
        self.assertEqual(
            {code: (step["change"], step["starts"]) for code, step in told.items()},
            {
                "soon": ("added", True),
                "now": ("added", True),
                "later": ("added", False),
            },
        )
        self._apply()
        for code in ("soon", "now"):
            self.assertEqual(self._line(code).state, "scheduled")
            self.assertTrue(self._line(code).activity_id)
        self.assertEqual(self._line("later").state, "waiting")
        self.assertEqual(self._apply()["applied"], [], "once more changes nothing")

    def test_a_step_comes_back(self):
        step = self._template("third")
        values = step.copy_data()[0]
        step.unlink()
        self._apply()
        self.assertEqual(self._line("third").state, "skipped")
        self.steps_plan.template_ids = [
            Command.create({**values, "code": "third", "summary": "Again"})
        ]
        self.assertEqual(self._preview()["third"]["change"], "added")
        self._apply()
        self.assertEqual(self._line("third").state, "waiting")
        self.assertEqual(self._line("third").summary, "Again")
        self.run_.with_user(self.user_manager).action_restart()
        self.assertEqual(self._line("third").state, "waiting")

    def test_a_removed_step_stays_away_after_a_restart(self):
        self._template("third").unlink()
        self._apply()
        self.run_.with_user(self.user_manager).action_restart()
        self.assertEqual(self._line("third").state, "skipped")

    def test_codes_that_change(self):
        """A step is the same by itself, whatever its code."""
        self._template("second").code = "renamed"
        self._template("third").code = "second"
        self._apply()
        lines = self.run_.line_ids
        self.assertEqual(len(lines), 3)
        self.assertEqual(
            set(lines.mapped("template_id.code")),
            {
                "first",
                "renamed",
                "second",
            },
        )
        self.steps_plan.template_ids[0].summary = "Once more"
        self._apply()
        self.assertEqual(len(self.run_.line_ids), 3)

    def test_everything_is_removed_but_what_is_done(self):
        activity = self._line("first").activity_id
        self.run_.with_user(self.user_manager).action_pause()
        activity.complete()
        self.assertEqual(self.run_.state, "paused")
        (self._template("third") + self._template("second")).unlink()
        self._apply()
        self.assertEqual(self.run_.state, "done")
        self.steps_plan.template_ids.unlink()
        with self.assertRaisesRegex(UserError, "has no steps"):
            self.steps_plan.apply_version()

    def test_what_was_chosen_stays(self):
        """At the launch, or by assigning."""
        plan, lead = self.steps_plan, self._create_lead("Chosen")
        chosen = {
            str(lead.id): {
                "second": {"user_id": self.user_colleague.id},
                "third": {"date_deadline": "2026-05-05"},
            }
        }
        run = self._launch(lead, plan, self.user_manager, overrides=chosen)
        for code in ("second", "third"):
            self._template(code).write(
                {"responsible_type": "salesperson", "delay_count": 30}
            )
        self._apply(run)
        self.assertEqual(self._line("second", run).user_id, self.user_colleague)
        self.assertEqual(self._line("second", run).responsible_type, "other")
        self.assertEqual(
            self._line("third", run).date_deadline, Date.to_date("2026-05-05")
        )
        self.assertEqual(self._line("third", run).user_id, self.user_owner)

    def test_the_default_user_changes(self):
        step = self._template("third")
        step.write({"responsible_type": "other", "responsible_id": self.user_member.id})
        self._apply()
        self.assertEqual(self._line("third").user_id, self.user_member)
        step.responsible_type = "salesperson"
        self._apply()
        self.assertEqual(self._line("third").user_id, self.user_owner)
        self.assertEqual(self._line("third").responsible_type, "salesperson")

    def test_paused_runs(self):
        self.run_.with_user(self.user_manager).action_pause()
        self.steps_plan.template_ids = [
            Command.create(self._step(self.type_call, "Now", 0, code="now"))
        ]
        self.assertFalse(self._preview()["now"]["starts"])
        self._apply()
        self.assertEqual(self._line("now").state, "waiting")
        self.run_.with_user(self.user_manager).action_resume()
        self.assertEqual(self._line("now").state, "scheduled")

    def test_links_never_go_round(self):
        """A step that was begun before another one comes after it now."""
        self._line("second").with_user(self.user_manager).action_skip()
        self._template("third").after_ids = False
        self._template("first").after_ids = self._template("third")
        self._template("second").write(
            {"delay_from": "after_plan_date", "after_ids": False}
        )
        self._apply()
        self.run_.with_user(self.user_manager).action_restart()
        self.assertIn("scheduled", self.run_.line_ids.mapped("state"))

    def test_runs_that_ended(self):
        self._template("third").summary = "Other"
        self.run_.with_user(self.user_manager).action_stop()
        told = self.steps_plan.preview_version(self.run_.ids)
        self.assertEqual((told["run_count"], told["left_out_count"]), (0, 1))
        self.assertEqual(self._apply(self.run_)["applied"], [])

    def test_rights(self):
        self._template("third").summary = "Other"
        for method in ("preview_version", "apply_version"):
            with self.assertRaises(AccessError):
                getattr(self.steps_plan.with_user(self.user_owner), method)()
        with patch.object(
            type(self.run_),
            "_filter_document_forbidden",
            lambda runs, operation: runs if operation == "write" else runs.browse(),
        ):
            result = self.steps_plan.apply_version()
        self.assertEqual(result["applied"], [])
        self.assertEqual(
            result["left_out"],
            [{"run_id": self.run_.id, "reason": "You may not change the record."}],
        )
        self.assertEqual(self._line("third").summary, "Third")

    def test_how_many_are_running(self):
        """Whoever can't change the plan counts what they may read."""
        self._template("third").summary = "Other"
        own = self._create_lead("Own", user_id=self.user_colleague.id)
        self._launch(own, self.steps_plan, self.user_manager)
        for user, running, outdated in (
            (self.user_manager, 2, 1),
            (self.user_colleague, 1, 0),
        ):
            plan = self.steps_plan.with_user(user)
            self.assertEqual(
                (plan.running_count, plan.outdated_count), (running, outdated)
            )

    def test_another_company(self):
        """Whoever can't see a record moves nothing on it."""
        lead = self._create_lead(
            "Elsewhere",
            company_id=self.other_company.id,
            team_id=False,
            user_id=self.user_other_company.id,
        )
        run = self._launch(lead, self.steps_plan, self.user_other_company)
        self._template("third").summary = "Other"
        result = self._apply()
        self.assertEqual(result["applied"], self.run_.ids)
        self.assertEqual([row["run_id"] for row in result["left_out"]], run.ids)
        self.assertEqual(self._line("third", run).summary, "Third")

    def test_a_run_that_cannot_be_moved_stops_no_other(self):
        other = self._launch(
            self._create_lead("Far"),
            self.steps_plan,
            self.user_manager,
            plan_date="9998-12-20",
        )
        self._template("third").delay_count = 10
        self.assertFalse(self._preview()["third"]["starts"])
        self._template("third").delay_count = 400
        told = self.steps_plan.preview_version(other.ids)
        self.assertTrue(told["runs"][0]["reason"])
        result = self._apply()
        self.assertEqual(result["applied"], self.run_.ids)
        self.assertEqual([row["run_id"] for row in result["left_out"]], other.ids)

    def test_in_the_background(self):
        other = self._launch(
            self._create_lead("Other"), self.steps_plan, self.user_manager
        )
        self._template("third").summary = "Other"
        with patch.object(versions, "BATCH_SIZE", 1):
            result = self.steps_plan.apply_version()
        self.assertEqual((result["applied"], result["background_count"]), ([], 2))
        self.assertEqual((self.run_ + other).version_user_id, self.user_manager)
        self.assertEqual(self._line("third").summary, "Third")
        self._run_cron("ir_cron_apply_versions")
        self.env.invalidate_all()
        for run in self.run_ + other:
            self.assertEqual(self._line("third", run).summary, "Other")
            self.assertFalse(run.version_user_id)
        self.assertLedgerTellsState(self.run_ + other)

    def test_in_the_background_after_the_plan_has_gone(self):
        """The addon that brought it was uninstalled; other plans are still applied."""
        gone = self._create_plan("Gone", self._step(self.type_call, "First"))
        gone = gone.with_user(self.user_manager)
        run = self._launch(plan=gone, user=self.user_manager)
        runs = run + self.run_
        self._template("third").summary = "Other"
        gone.template_ids.summary = "Other"
        with patch.object(versions, "BATCH_SIZE", 0):
            gone.apply_version()
            self.steps_plan.apply_version()
        self.assertEqual(runs.version_user_id, self.user_manager)
        run.with_user(self.user_manager).action_stop()
        run.sudo().plan_id = False
        self._run_cron("ir_cron_apply_versions")
        self.assertFalse(runs.version_user_id)
        self.assertEqual(self._line("third").summary, "Other")

    def test_queries(self):
        """Their number doesn't grow with that of the runs."""

        def count(leads):
            self._launch(leads, self.steps_plan, self.user_manager)
            self._template("third").delay_count += 1
            self.steps_plan.template_ids = [
                Command.create(
                    self._step(self.type_call, "New", code=f"new_{len(leads)}")
                )
            ]
            self._template("second").copy()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            applied = self.steps_plan.apply_version()["applied"]
            self.env.flush_all()
            return len(applied), self.env.cr.sql_log_count - before

        few, few_queries = count(self._create_leads(5))
        many, many_queries = count(self._create_leads(40))
        self.assertEqual((few, many), (6, 46))
        self.assertLess(many_queries, few_queries + 15)
