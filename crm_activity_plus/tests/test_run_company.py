# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..engine.request import LaunchRequest
from .test_run_follow import RunFollowCase

ENGINE = "odoo.addons.crm_activity_plus.engine"
MIGRATIONS = Path(__file__).parents[1] / "migrations"


class RunCompanyCase(RunFollowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        both = cls.company_main + cls.other_company
        cls.user_both = cls._create_user(
            "Bea Both",
            "sales_team.group_sale_manager",
            company_ids=[Command.set(both.ids)],
        )
        cls.seller_there = cls._create_user(
            "Theo There",
            "sales_team.group_sale_salesman",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )

    def _move(self, lead, **values):
        """Give a lead to the other company, which takes somebody who works there."""
        lead.with_user(self.user_both).with_context(
            allowed_company_ids=self.user_both.company_ids.ids
        ).write({"company_id": self.other_company.id, **values})


@tagged("crm_activity_plus", "post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestRunCompany(RunCompanyCase):
    """A run belongs to the company of its record."""

    def test_record_without_a_company(self):
        """It is everybody's who may read the record: the run, its steps, its ledger."""
        run = self._launch(
            self.partner,
            plan=self._create_plan(
                "Contact", self._step(self.type_call, "Call"), res_model="res.partner"
            ),
            user=self.user_manager,
        )
        self.assertFalse(run.company_id)
        self.assertEqual(run.working_company_id, self.company_main)
        run.invalidate_recordset()
        for user in (self.user_manager, self.user_other_company, self.user_both):
            theirs = run.with_user(user)
            self.assertEqual(theirs.line_ids.summary, "Call")
            self.assertTrue(theirs.search([("id", "=", run.id)]))
            self.assertTrue(theirs.line_ids.search([("run_id", "=", run.id)], limit=1))
            self.assertEqual(theirs.get_timeline()[0]["id"], run.id)
        run.with_user(self.user_other_company).action_stop()
        self.assertEqual(run.state, "stopped")

    def test_lead_without_a_company(self):
        self.lead.write({"company_id": False, "user_id": False, "team_id": False})
        self.assertFalse(self.lead.company_id)
        run = self._launch(user=self.user_manager)
        self.assertFalse(run.company_id)
        self.assertEqual(
            run.with_user(self.user_other_company).line_ids.mapped("state"),
            ["scheduled"] * 5,
        )

    def test_plan_of_a_company_on_a_record_without(self):
        self.plan.company_id = self.company_main
        self.lead.write({"company_id": False, "user_id": False, "team_id": False})
        run = self._launch(user=self.user_manager)
        self.assertFalse(run.company_id)
        self.assertEqual(run.working_company_id, self.company_main)

    def test_working_days_without_a_company(self):
        """Those of the company that it was launched in, later too."""
        week = self.env["resource.calendar"].create(
            {"name": "Main", "company_id": self.company_main.id, "tz": "UTC"}
        )
        week.attendance_ids.filtered(lambda a: a.dayofweek == "1").unlink()
        self.company_main.resource_calendar_id = week
        plan = self._create_plan(
            "Days",
            self._step(self.type_call, "Call", 1, code="call"),
            self._step(self.type_call, "Next", 1, code="next"),
            deadline_policy="working_days",
        )
        first, second = plan.template_ids
        second.write({"after_ids": first.ids, "delay_from": "after_previous_done"})
        self.lead.write({"company_id": False, "user_id": False, "team_id": False})
        run = self._launch(plan=plan, user=self.user_manager, plan_date="2026-03-02")
        self.assertFalse(run.company_id)
        # Nobody works on Tuesdays.
        self.assertEqual(run.line_ids[0].date_deadline, date(2026, 3, 4))
        run.with_user(self.user_other_company).sudo().line_ids[
            0
        ].activity_id.action_feedback()
        self.assertEqual(run.line_ids[1].date_deadline, date(2026, 3, 4))

    def test_record_of_another_company(self):
        run = self._launch()
        self.assertEqual(run.company_id, self.company_main)
        with self.assertRaises(AccessError):
            run.with_user(self.user_other_company).read(["name"])

    def test_moves_along(self):
        """With the steps, to who works there; and both are told."""
        run, lines = self._launch_roles()
        since = self._get_last_message_id()
        self._move(self.lead, user_id=self.seller_there.id, team_id=False)
        self.assertEqual(run.company_id, self.other_company)
        self.assertEqual(run.working_company_id, self.other_company)
        self.assertEqual(run.responsible_id, self.seller_there)
        self.assertAssigned(
            lines,
            **dict.fromkeys(
                ("sell", "lead", "ask", "other", "later"), self.seller_there
            ),
        )
        for user in (
            self.seller_there,
            self.user_owner,
            self.leader,
            self.user_manager,
            self.user_colleague,
        ):
            self.assertEqual(len(self._get_messages_to(user, since)), 1, user.name)
        self.assertReplayed(run)
        [row] = self._get_logs(
            [
                ("run_id", "=", run.id),
                ("run_line_id", "=", False),
                ("event", "=", "changed"),
            ]
        )
        self.assertEqual(
            row.values["company_id"], [self.company_main.id, self.other_company.id]
        )
        self.assertEqual(row.user_id, self.user_both)
        run.invalidate_recordset()
        self.assertEqual(run.with_user(self.seller_there).line_ids, run.line_ids)
        with self.assertRaises(AccessError):
            run.with_user(self.user_manager).read(["name"])
        # What comes later is theirs, too.
        lines["sell"].activity_id.with_user(self.seller_there).action_feedback()
        self.assertAssigned(lines, later=self.seller_there)
        self.assertEqual(lines["later"].state, "scheduled")

    def test_whoever_works_in_both_stays(self):
        run, lines = self._launch_roles(
            overrides={self.lead.id: {"ask": {"user_id": self.user_both.id}}},
        )
        self._move(self.lead, user_id=self.seller_there.id, team_id=False)
        self.assertAssigned(lines, ask=self.user_both, other=self.seller_there)
        self.assertReplayed(run)

    def test_nobody_there(self):
        """Then they are unassigned, and shown so, and whoever had them is told."""
        run, lines = self._launch_roles()
        since = self._get_last_message_id()
        self._move(self.lead, user_id=False, team_id=False)
        nobody = self.env["res.users"]
        self.assertAssigned(lines, sell=nobody, lead=nobody, ask=nobody, other=nobody)
        self.assertFalse(run.responsible_id)
        self.assertEqual(run.state, "running")
        for user in (self.user_owner, self.user_manager, self.user_colleague):
            [message] = self._get_messages_to(user, since)
            self.assertIn("unassigned", message.body)
        self.assertReplayed(run)

    def test_held_paused_and_automatic_steps(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Act",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "record.write({'referred': env.company.name})",
            }
        )
        plan = self._create_plan(
            "Mixed",
            self._step(self.type_call, "Call", 1, code="call"),
            self._step(
                self.type_todo,
                "Act",
                2,
                code="act",
                action_type="server_action",
                server_action_id=action.id,
            ),
        )
        run = self._launch(plan=plan, plan_date="2026-03-02")
        lines = {line.code: line for line in run.line_ids}
        lines["call"].activity_id.action_hold("2026-03-20")
        run.action_pause()
        self._move(self.lead, user_id=self.seller_there.id, team_id=False)
        self.assertAssigned(lines, call=self.seller_there, act=self.seller_there)
        self.assertEqual(lines["call"].activity_id.status, "on_hold")
        self.assertReplayed(run)
        run.action_resume()
        with freeze_time("2026-03-05 12:00:00"):
            lines["act"]._run_actions()
        self.assertEqual(lines["act"].state, "done", lines["act"].reason)
        self.assertEqual(self.lead.referred, self.other_company.name)

    def test_closed_runs_move_along(self):
        run = self._launch()
        run.action_stop()
        users = run.line_ids.user_id
        self._move(self.lead, user_id=self.seller_there.id, team_id=False)
        self.assertEqual(run.company_id, self.other_company)
        self.assertEqual(run.line_ids.user_id, users)
        self.assertLedgerTellsState(run)

    def test_loses_its_company(self):
        run = self._launch()
        self.lead.write({"user_id": False, "team_id": False, "company_id": False})
        self.assertFalse(run.company_id)
        self.assertEqual(run.working_company_id, self.company_main)
        self.assertEqual(run.line_ids.user_id, self.user_owner)

    def test_computed_company(self):
        """The company of a lead follows from that of its team."""
        team = self.env["crm.team"].create(
            {
                "name": "There",
                "company_id": self.other_company.id,
                "user_id": self.user_other_company.id,
            }
        )
        run, lines = self._launch_roles()
        self.lead.write({"user_id": False, "team_id": team.id})
        self.env.flush_all()
        self.assertEqual(self.lead.company_id, self.other_company)
        self.assertEqual(run.company_id, self.other_company)
        self.assertAssigned(lines, lead=self.user_other_company)

    def test_plan_of_the_old_company_goes_on(self):
        self.plan.company_id = self.company_main
        run = self._launch()
        self._move(self.lead, user_id=self.seller_there.id, team_id=False)
        self.assertEqual(run.state, "running")
        self.assertEqual(run.line_ids.user_id, self.seller_there)


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestLaunchCompany(RunCompanyCase):
    """A launch in the background tells only whoever may know it."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch(f"{ENGINE}.launcher.LAUNCH_BATCH_SIZE", 2))
        self.leads = self._create_leads(2) + self._create_lead(
            "Secret plan", user_id=False
        )
        self.leads[2].action_set_won()

    def _enqueue(self, user, leads=None, **context):
        result = (
            self.plan.with_user(user)
            .with_context(**context)
            .launch((leads or self.leads).ids)
        )
        launch = self.env["mail.activity.plan.launch"].browse(result["launch_id"])
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_activity_plus.ir_cron_launch_plans"
            ).method_direct_trigger()
        self.env.invalidate_all()
        return launch

    def test_other_company(self):
        launch = self._enqueue(self.user_manager)
        self.assertIn("Secret plan", launch.skipped_reasons)
        launch.state = "running"
        for user in (self.user_other_company, self.seller_there):
            theirs = launch.with_user(user)
            self.assertFalse(theirs.search([("id", "=", launch.id)]))
            with self.assertRaises(AccessError):
                theirs.read(["skipped"])
            with self.assertRaises(AccessError):
                theirs.action_cancel()
        self.assertEqual(launch.state, "running")
        launch.with_user(self.user_both).action_cancel()
        self.assertEqual(launch.state, "cancelled")

    def test_other_company_that_was_active_too(self):
        """Whoever works in one of two companies gets no names of the other's."""
        there = self._create_lead(
            "Secret there",
            company_id=self.other_company.id,
            user_id=self.seller_there.id,
            team_id=False,
        )
        there.action_set_won()
        launch = self._enqueue(
            self.user_both,
            self.leads + there,
            allowed_company_ids=[self.company_main.id, self.other_company.id],
        )
        mine = launch.with_user(self.user_both)
        self.assertIn("Secret there", mine.skipped_reasons)
        self.assertIn("Secret plan", mine.skipped_reasons)
        theirs = launch.with_user(self.user_manager)
        self.assertEqual(len(theirs.skipped), 2)
        self.assertEqual(theirs.skipped_count, 2)
        self.assertIn("Secret plan", theirs.skipped_reasons)
        self.assertNotIn("Secret there", str(theirs.read()))
        with self.assertRaises(AccessError):
            theirs.read(["skipped_rows"])
        with self.assertRaises(AccessError):
            theirs.search([("skipped_rows", "ilike", "Secret")])

    def test_whoever_launched(self):
        """Also where the record was given to somebody else meanwhile."""
        leads = self.leads
        leads.user_id = self.user_owner
        launch = self._enqueue(self.user_owner)
        leads.user_id = self.user_colleague
        self.assertIn("Secret plan", launch.with_user(self.user_owner).skipped_reasons)
        with self.assertRaises(AccessError):
            launch.with_user(self.user_colleague).read(["skipped"])


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestRunCompanyMigration(RunCompanyCase):
    def _migrate(self, name):
        path = MIGRATIONS / "19.0.1.1.0" / f"{name}.py"
        spec = spec_from_file_location("migration", path)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        self.env.flush_all()
        module.migrate(self.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_runs_on_records_without_a_company(self):
        without = self._create_lead("Without", user_id=False, team_id=False)
        without.company_id = False
        stay = self._launch(self.lead)
        old = self._launch(without, user=self.user_manager)
        contact = self._launch(
            self.partner,
            plan=self._create_plan(
                "Contact", self._step(self.type_call, "Call"), res_model="res.partner"
            ),
            user=self.user_manager,
        )
        # As they were before.
        (stay + old + contact).write(
            {"company_id": self.company_main.id, "working_company_id": False}
        )
        for _twice in range(2):
            self._migrate("end-run-company")
            self.assertEqual(stay.company_id, self.company_main)
            self.assertFalse(old.company_id)
            self.assertFalse(contact.company_id)
            self.assertEqual(
                (stay + old + contact).working_company_id, self.company_main
            )

    def test_runs_on_records_that_were_moved(self):
        """What is over moves; what is under way does so with its people, by the check
        of the exits."""
        over = self._launch()
        over.action_stop()
        run = self._launch()
        self._move(self.lead, user_id=self.seller_there.id, team_id=False)
        self.env.flush_all()
        (over + run).company_id = self.company_main
        run.line_ids.user_id = self.user_owner
        run.line_ids.activity_id.user_id = self.user_owner
        self._migrate("end-run-company")
        self.assertEqual(over.company_id, self.other_company)
        self.assertEqual(run.company_id, self.company_main)
        run._check_exits()
        self.assertEqual(run.company_id, self.other_company)
        self.assertEqual(run.line_ids.user_id, self.seller_there)
        self.assertEqual(run.line_ids.activity_id.user_id, self.seller_there)

    def test_steps_that_were_given_away_by_hand(self):
        run, lines = self._launch_roles()
        lines["sell"].activity_id.user_id = self.user_colleague
        self.leader.action_archive()
        self.assertAssigned(lines, sell=self.user_colleague, lead=self.user_owner)
        run.line_ids.is_reassigned = False
        self._migrate("end-run-company")
        self.assertTrue(lines["sell"].is_reassigned)
        self.assertFalse(lines["lead"].is_reassigned)
        self.assertFalse(lines["ask"].is_reassigned)

    @mute_logger("odoo.schema")
    def test_skipped_records_of_launches(self):
        rows = [{"res_id": 2**30, "reason": "Gone"}, {"res_id": 7, "reason": "Won"}]
        launches = self.env["mail.activity.plan.launch"]
        launch, other = (
            launches._enqueue(
                self.plan, LaunchRequest((1,), date(2026, 3, 10), self.user_owner.id)
            )
            for _number in range(2)
        )
        self.env.flush_all()
        self.cr.execute(
            "ALTER TABLE mail_activity_plan_launch ADD COLUMN skipped jsonb"
        )
        self.cr.execute(
            "UPDATE mail_activity_plan_launch SET skipped = %s WHERE id = %s",
            [json.dumps(rows), launch.id],
        )
        for _twice in range(2):
            self._migrate("post-launch-skipped")
            self.assertEqual(launch.skipped, rows)
            self.assertFalse(other.skipped)
