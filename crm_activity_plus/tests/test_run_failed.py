# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import runpy

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, file_path

from ..tools.progress import get_end, get_progress
from .common import CrmActivityPlusCommon

SCRIPT = "crm_activity_plus/migrations/19.0.1.2.0/end-failed-runs.py"


@tagged("crm_activity_plus")
class TestProgress(CrmActivityPlusCommon):
    """Progress counts what was done, and says the rest in words."""

    def test_share_of_what_was_wanted(self):
        for states, progress in (
            ([], 0),
            (["skipped", "skipped"], 0),
            (["failed", "failed"], 0),
            (["done", "skipped"], 100),
            (["done", "failed"], 50),
            (["done", "cancelled", "waiting", "scheduled"], 25),
        ):
            with self.subTest(states):
                self.assertEqual(get_progress(states), progress)

    def test_end(self):
        for states, state in (
            (["done", "failed"], "done"),
            (["skipped", "skipped"], "done"),
            (["cancelled"], "done"),
            (["failed", "failed"], "failed"),
            (["failed", "skipped", "cancelled"], "failed"),
        ):
            with self.subTest(states):
                self.assertEqual(get_end(states), state)

    def test_in_words(self):
        run = self._launch()
        self.assertEqual(run.progress_text, "0 done of 5")
        first, second, third, *_others = run.line_ids
        first.activity_id.action_feedback()
        (second + third).action_skip()
        self.assertEqual(run.progress_text, "1 done, 2 skipped of 5")
        self.assertAlmostEqual(run.progress, 100 / 3, delta=0.01)
        self.assertEqual(self.lead.plan_progress_text, "1 done, 2 skipped of 5")
        run.action_stop()
        self.assertEqual(run.progress_text, "1 done, 2 skipped, 2 cancelled of 5")
        self.assertAlmostEqual(run.progress, 100 / 3, delta=0.01)
        [row] = run.get_timeline()
        self.assertEqual(row["progress_text"], run.progress_text)

    def test_same_queries_for_any_number(self):
        runs = self._launch(self._create_leads(4))
        self.env.flush_all()
        for several in (runs[:1], runs):
            self.env.invalidate_all()
            several.mapped("line_ids.user_id")
            with self.assertQueryCount(4):
                several.mapped("progress_text")
                several.mapped("next_step_id")

    def test_next_step(self):
        self.plan.template_ids[0].responsible_type = "salesperson"
        run = self._launch()
        self.assertEqual(run.next_step_id.summary, "Send e-mail")
        self.assertEqual(run.next_user_id, self.user_owner)
        self.assertEqual(run.next_step_id.date_deadline, run.next_deadline)
        run.line_ids[0].activity_id.action_feedback()
        self.assertEqual(run.next_step_id.summary, "Meet")
        run.action_stop()
        self.assertFalse(run.next_step_id)
        self.assertFalse(run.next_user_id)


@tagged("crm_activity_plus")
class TestFailedRuns(CrmActivityPlusCommon):
    """A run in which nothing was done, and something failed, has failed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.action = cls.env["ir.actions.server"].create(
            {
                "name": "Can't be done",
                "model_id": cls.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "raise UserError('No.')",
            }
        )
        cls.bad_plan = cls._create_plan(
            "Bad",
            cls._step(
                cls.type_todo,
                "Fails",
                0,
                action_type="server_action",
                server_action_id=cls.action.id,
            ),
        )

    def _fail(self, records=None):
        run = self._launch(records, plan=self.bad_plan)
        run.line_ids[:1]._run_actions()
        return run

    def test_state(self):
        run = self._fail()
        self.assertEqual(run.line_ids.state, "failed")
        self.assertRecordValues(
            run,
            [
                {
                    "state": "failed",
                    "progress": 0,
                    "progress_text": "0 done, 1 failed of 1",
                    "stop_reason": False,
                }
            ],
        )
        self.assertTrue(run.date_end)
        self.assertLedgerTellsState(run)
        self.assertFalse(self.lead.active_plan_run_id)

    def test_it_can_be_launched_and_restarted(self):
        run = self._fail()
        other = self._launch(plan=self.bad_plan)
        self.assertTrue(other, "a run that failed isn't in the way")
        other.action_stop()
        self.action.code = "record.write({'priority': '1'})"
        run.with_user(self.user_owner).action_restart()
        self.assertEqual(run.state, "running")
        run.line_ids[:1]._run_actions()
        self.assertEqual((run.state, run.progress), ("done", 100))
        self.assertLedgerTellsState(run)

    def test_something_was_done(self):
        step = self._step(self.type_call, "Call", 0)
        self.bad_plan.template_ids = [Command.create(step)]
        run = self._fail()
        self.assertEqual(run.state, "running")
        run.line_ids[1].activity_id.action_feedback()
        self.assertEqual((run.state, run.progress), ("done", 50))

    def test_timeline(self):
        run = self._fail().with_user(self.user_owner)
        [row] = run.get_timeline()
        self.assertEqual(row["state"], "failed")
        self.assertEqual(row["actions"], ["restart"])

    def test_list_of_closed_ones(self):
        run = self._fail()
        arch = self.env.ref("crm_activity_plus.mail_activity_plan_run_view_search").arch
        self.assertIn("('done', 'stopped', 'failed')", arch)
        self.assertIn(run, run.search([("state", "=", "failed")]))

    def test_migration(self):
        failed, mixed = self._fail(), self._launch(self._create_lead("Other"))
        mixed.line_ids[0].activity_id.action_feedback()
        mixed.line_ids[1].action_skip()
        self.env.flush_all()
        # As the version before left it.
        self.env.cr.execute(
            SQL(
                "DELETE FROM mail_activity_log WHERE run_id = %s AND event = 'failed'"
                " AND run_line_id IS NULL",
                failed.id,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE mail_activity_plan_run SET progress = 100,"
                " state = CASE id WHEN %s THEN 'done' ELSE state END"
                " WHERE id IN %s",
                failed.id,
                (failed + mixed)._ids,
            )
        )
        self.env["mail.activity.log"]._add(
            [
                {
                    **failed._prepare_log_values("done", "running"),
                    "new_status": "done",
                }
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        for _turn in range(2):
            runpy.run_path(file_path(SCRIPT))["migrate"](self.env.cr, "19.0.1.1.0")
            self.env.invalidate_all()
            self.assertEqual((failed.state, failed.progress), ("failed", 0))
            self.assertEqual((mixed.state, mixed.progress), ("running", 25))
        self.assertLedgerTellsState(failed)


@tagged("crm_activity_plus")
class TestRefusedLaunches(CrmActivityPlusCommon):
    """No run that never was: where nobody can do the first steps, none is launched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second, *_others = cls.plan.template_ids
        cls.roles_plan = cls._create_plan(
            "Roles",
            cls._step(cls.type_call, "Call", 0, responsible_type="salesperson"),
            cls._step(cls.type_todo, "Brief", 1, responsible_type="team_leader"),
        )
        cls.roles_plan.template_ids[1].after_ids = cls.roles_plan.template_ids[0]
        cls.vacant = cls._create_lead("Vacant", user_id=False)

    def test_refused(self):
        leads = self.lead + self.vacant
        result = self.roles_plan.launch(leads.ids)
        run = self.env["mail.activity.plan.run"].browse(result["run_ids"])
        self.assertEqual(run.lead_id, self.lead)
        [row] = result["skipped"]
        self.assertEqual(row["res_id"], self.vacant.id)
        self.assertIn("has no active user as Salesperson", row["reason"])
        self.assertIn("Choose somebody for the first step", row["reason"])
        self.assertFalse(self.vacant.activity_ids)
        self.assertFalse(self.vacant.plan_run_ids)

    def test_somebody_was_chosen(self):
        code = self.roles_plan.template_ids[0].code
        choice = {self.vacant.id: {code: {"user_id": self.user_colleague.id}}}
        result = self.roles_plan.launch(self.vacant.ids, overrides=choice)
        self.assertFalse(result["skipped"])
        self.assertEqual(self.vacant.activity_ids.user_id, self.user_colleague)

    def test_the_step_was_left_out(self):
        code = self.roles_plan.template_ids[0].code
        choice = {self.vacant.id: {code: {"skip": True}}}
        self.assertTrue(
            self.roles_plan.launch(self.vacant.ids, overrides=choice)["run_ids"]
        )

    def test_somebody_can_begin(self):
        step = self._step(self.type_todo, "Look", 0)
        self.roles_plan.template_ids = [Command.create(step)]
        [run_id] = self.roles_plan.launch(self.vacant.ids)["run_ids"]
        run = self.env["mail.activity.plan.run"].browse(run_id)
        self.assertEqual(
            run.line_ids.mapped("state"), ["failed", "scheduled", "scheduled"]
        )
        self.assertEqual(run.state, "running")

    def test_the_preview_says_so(self):
        preview = self.roles_plan.preview(self.vacant.ids)
        [record] = preview["records"]
        self.assertIn("Choose somebody", record["skip_reason"])
        self.assertFalse(record["lines"])
        self.assertFalse(preview["load"])
