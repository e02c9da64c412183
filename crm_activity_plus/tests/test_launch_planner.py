# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import json_default

from ..engine.planner import Planner
from .common import CrmActivityPlusCommon
from .concurrency import ConcurrencyCase

PLAN_DATE = "2026-03-10"


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlannerWritesNothing(ConcurrencyCase):
    """PostgreSQL itself would refuse it."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self.team_id = self._create_team(env).id
            env["crm.lead"].browse(self.lead_ids).team_id = self.team_id
            plan = env["mail.activity.plan"].browse(self.plan_id)
            plan.deadline_policy = "working_days"
            plan.template_ids.responsible_type = "round_robin"
            plan.template_ids.copy({"plan_id": plan.id, "condition_domain": "[]"})

    def _create_team(self, env):
        team = env["crm.team"].create({"name": "Read Only", "company_id": False})
        user = env.ref("base.user_admin")
        env["crm.team.member"].create({"crm_team_id": team.id, "user_id": user.id})
        return team

    def _delete_everything(self):
        super()._delete_everything()
        with self._transaction() as env:
            env["crm.team"].browse(self.team_id).unlink()

    @contextmanager
    def _read_only(self):
        with self._transaction() as env:
            env.cr.execute("SET TRANSACTION READ ONLY")
            yield env

    def test_preview(self):
        with self._read_only() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            preview = plan.preview(self.lead_ids, plan_date=PLAN_DATE)
            self.assertEqual(len(preview["records"]), 3)
            for row in preview["records"]:
                self.assertTrue(all(line["user_id"] for line in row["lines"]))

    def test_preview_of_the_pop_up(self):
        with self._read_only() as env:
            overrides = {"all": {}, "records": {str(self.lead_ids[0]): {}}}
            preview = env["mail.activity.schedule"].preview_launch(
                self.plan_id, self.lead_ids, plan_date=PLAN_DATE, overrides=overrides
            )
            self.assertFalse(preview["error"])
            self.assertEqual(preview["record_count"], 3)

    def test_pop_up(self):
        with self._read_only() as env:
            schedule = env["mail.activity.schedule"].with_context(
                active_model="crm.lead", active_ids=self.lead_ids
            )
            popup = Form(schedule)
            popup.plan_id = env["mail.activity.plan"].browse(self.plan_id)
            popup.plan_date = PLAN_DATE
            self.assertFalse(popup.has_error)
            self.assertEqual(popup.launch_count, 3)

    def test_turns_are_those_of_the_preview(self):
        """They are taken by the launch, and given back where it is rolled back."""
        with self._transaction() as env:
            turns = env["mail.activity.round.robin"].search(
                [("team_ref", "=", self.team_id)]
            )
            self.assertFalse(turns)
            savepoint = env.cr.savepoint()
            env["mail.activity.plan"].browse(self.plan_id).launch(self.lead_ids)
            self.assertEqual(
                turns.search([("team_ref", "=", self.team_id)]).position, 6
            )
            savepoint.rollback()
            self.assertFalse(turns.search([("team_ref", "=", self.team_id)]))


@tagged("crm_activity_plus")
@freeze_time("2026-03-02 12:00:00")
class TestOneComputation(CrmActivityPlusCommon):
    """The pop-up computes a launch once for each change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.plan.template_ids[0]
        cls.Schedule = cls.env["mail.activity.schedule"].with_user(cls.user_owner)
        cls.leads = cls._create_leads(25)

    def _open(self):
        popup = Form(
            self.Schedule.with_context(
                active_model="crm.lead", active_ids=self.leads.ids
            )
        )
        popup.plan_id = self.plan
        return popup

    @contextmanager
    def _counted(self, count):
        propose = Planner.propose
        with patch.object(
            Planner, "propose", autospec=True, side_effect=propose
        ) as proposing:
            yield
        self.assertEqual(proposing.call_count, count)

    def test_each_change(self):
        popup = self._open()
        for name, value in (
            ("plan_date", PLAN_DATE),
            ("plan_on_demand_user_id", self.user_manager),
        ):
            with self._counted(1):
                popup[name] = value
        with self._counted(1):
            popup.plan_id = self._create_plan("Short", self._step(self.type_call, "A"))

    def test_each_role_is_asked_once(self):
        self.first.responsible_type = "salesperson"
        popup = self._open()
        roles = type(self.env["mail.activity.plan.template"])
        asked = []
        determine = roles._determine_responsible

        def count(template, responsible, record):
            if template.responsible_type == "salesperson":
                asked.append(record.id)
            return determine(template, responsible, record)

        with patch.object(roles, "_determine_responsible", count):
            popup.plan_date = PLAN_DATE
        self.assertEqual(asked, self.leads.ids)

    def test_preview_comes_along(self):
        """It is what the client would be told on the first page."""
        popup = self._open()
        popup.plan_date = PLAN_DATE
        answer = self.Schedule.preview_launch(
            self.plan.id,
            self.leads.ids,
            plan_date=PLAN_DATE,
            responsible_id=self.user_owner.id,
        )
        answer = json.loads(json.dumps(answer, default=json_default))
        self.assertEqual(popup.plan_preview, answer)
        self.assertEqual(len(answer["records"]), 20)

    def test_preview_of_what_is_left_out(self):
        popup = self._open().save()
        popup.plan_left_out = {str(self.plan.id): self.leads.ids}
        self.assertIn("All records are skipped", popup.error)
        self.assertFalse(popup.plan_preview["error"])
        self.assertEqual(popup.plan_preview["left_out_count"], 25)

    def test_preview_that_can_not_be(self):
        popup = self._open().save()
        self.plan.active = False
        self.assertIn("archived", popup.error)
        self.assertIn("archived", popup.plan_preview["error"])

    def test_no_plan_no_preview(self):
        popup = self._open()
        popup.plan_id = self.env["mail.activity.plan"]
        self.assertFalse(popup.plan_preview)

    def test_nobody_to_ask_is_an_error_and_has_a_preview(self):
        popup = self._open()
        popup.plan_on_demand_user_id = self.env["res.users"]
        self.assertIn("No responsible specified", popup.error)
        self.assertEqual(popup.plan_preview["record_count"], 25)
        with self.assertRaises(UserError):
            popup.save()

    def test_persons_are_those_of_the_preview(self):
        """As long as nobody else launches in between."""
        self.plan.template_ids[:2].responsible_type = "round_robin"
        plan = self.plan.with_user(self.user_manager)
        plan.launch(self._create_leads(1).ids)
        seen = plan.preview(self.leads.ids)["records"]
        result = plan.launch(self.leads.ids)
        runs = self.env["mail.activity.plan.run"].browse(result["run_ids"])
        self.assertEqual(
            [[line.user_id.id for line in run.line_ids] for run in runs],
            [[line["user_id"] for line in row["lines"]] for row in seen],
        )

    def test_reasons_are_codes(self):
        """Each reader gets the sentence in their own language."""
        self.sales_team_1.user_id = False
        first, second, third, *_others = self.plan.template_ids
        first.responsible_type = "team_leader"
        second.condition_domain = "[('priority', '=', '3')]"
        overrides = {self.lead.id: {third.code: {"skip": True}}}
        [line] = self.plan.preview(self.lead.ids)["records"][0]["lines"][:1]
        self.assertIn("has no active user as", line["skip_reason"])
        run = self._launch(user=self.user_manager, overrides=overrides)
        lines = run.line_ids[:3]
        self.assertEqual(lines.mapped("state"), ["failed", "skipped", "skipped"])
        codes = ["role_vacant", "condition_unmet", "left_out"]
        self.assertEqual(lines.mapped("reason_code"), codes)
        rows = self._get_logs([("run_line_id", "in", lines.ids)])
        self.assertEqual([row.values["reason_code"] for row in rows], codes)
        self.assertEqual(lines[0].reason, line["skip_reason"])
