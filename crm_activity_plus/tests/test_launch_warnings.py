# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import CrmActivityPlusCommon

PLAN_DATE = "2026-03-10"


@tagged("crm_activity_plus")
@freeze_time("2026-03-02 12:00:00")
class TestLaunchWarnings(CrmActivityPlusCommon):
    """What is wrong with a launch is told by step and reason, with what can be done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Schedule = cls.env["mail.activity.schedule"].with_user(cls.user_manager)
        cls.roles_plan = cls._create_plan(
            "Roles",
            cls._step(cls.type_call, "Call", 0, responsible_type="salesperson"),
            cls._step(cls.type_todo, "Brief", 1, responsible_type="salesperson"),
            cls._step(cls.type_todo, "Check", 2, responsible_type="team_leader"),
        )
        cls.first = cls.roles_plan.template_ids[0]
        cls.roles_plan.template_ids[2].after_ids = cls.roles_plan.template_ids[1]
        cls.vacant = cls._create_leads(3, user_id=False)
        cls.leads = cls._create_leads(2) + cls.vacant

    def _preview(self, plan=None, leads=None, **kwargs):
        plan, leads = plan or self.roles_plan, leads or self.leads
        return self.Schedule.preview_launch(
            plan.id, leads.ids, **{"plan_date": PLAN_DATE, **kwargs}
        )

    def _open(self, leads=None, **context):
        leads = leads or self.leads
        return Form(
            self.Schedule.with_context(
                active_model=leads._name, active_ids=leads.ids, **context
            )
        )

    def test_one_for_all_records_and_steps(self):
        preview = self._preview()
        [warning] = preview["warnings"]
        self.assertEqual(
            warning["text"],
            "3 leads have no salesperson: “Call” and “Brief” can't be assigned, and "
            "the plan isn't launched there.",
        )
        self.assertEqual(warning["res_ids"], self.vacant.ids)
        self.assertEqual(
            warning["steps"], self.roles_plan.template_ids[:2].mapped("code")
        )
        self.assertTrue(warning["is_skipped"])
        self.assertTrue(warning["can_assign"])
        self.assertEqual(preview["skipped_count"], 3)

    def test_rows_say_it_in_short(self):
        """What the warning tells in full isn't told again on each row."""
        preview = self._preview()
        rows = [row for row in preview["records"] if row["skip_reason"]]
        self.assertEqual([row["skip_label"] for row in rows], ["No salesperson"] * 3)
        labels = {step["code"]: step["label"] for step in rows[0]["steps"]}
        call, brief, check = self.roles_plan.template_ids.mapped("code")
        self.assertEqual((labels[call], labels[brief]), ("No salesperson",) * 2)
        self.assertFalse(labels[check], "its turn comes later")
        done = [row for row in preview["records"] if not row["skip_reason"]]
        self.assertFalse(any(row["skip_label"] for row in done))
        self._launch(self.leads[0], self.roles_plan)
        row = self._preview(leads=self.leads[0])["records"][0]
        self.assertEqual(row["skip_label"], "Already running")

    def test_the_popup(self):
        popup = self._open()
        popup.plan_id = self.roles_plan
        popup.plan_date = PLAN_DATE
        self.assertTrue(popup.has_warning)
        self.assertEqual(popup.warning.count("<li>"), 1)
        self.assertIn("3 leads have no salesperson", popup.warning)
        self.assertTrue(popup.is_told_in_preview)
        self.assertEqual(popup.launch_count, 2)
        action = popup.save().action_schedule_plan()
        self.assertEqual(
            action["params"]["message"],
            "“Roles” was launched on 2 leads; 3 skipped.\n3 leads have no salesperson.",
        )
        self.assertFalse(self.vacant.plan_run_ids)

    def test_on_all_of_them(self):
        popup = self._open(self.vacant)
        popup.plan_id = self.roles_plan
        self.assertTrue(popup.has_error)
        self.assertTrue(popup.is_told_in_preview)
        self.assertEqual(popup.launch_count, 0)
        # Somebody can still be chosen for the steps.
        steps = popup.plan_preview["steps"]
        self.assertEqual(len(steps), 3)
        self.assertEqual(steps[2]["user_name"], self.sales_team_1.user_id.name)

    def test_records_of_a_warning(self):
        [warning] = self._preview()["warnings"]
        page = self._preview(warning=warning["key"])
        self.assertEqual([row["res_id"] for row in page["records"]], self.vacant.ids)
        self.assertEqual(page["row_count"], 3)
        self.assertEqual(len(page["records"][0]["steps"]), 3)
        self.assertFalse(self._preview(warning="nothing")["records"])

    def test_left_out(self):
        preview = self._preview(left_out=self.vacant.ids)
        self.assertFalse(preview["warnings"])
        self.assertEqual(preview["left_out_count"], 3)

    def test_somebody_is_chosen(self):
        [warning] = self._preview()["warnings"]
        chosen = {code: {"user_id": self.user_member.id} for code in warning["steps"]}
        records = {str(res_id): chosen for res_id in warning["res_ids"]}
        preview = self._preview(overrides={"records": records})
        self.assertFalse(preview["warnings"])
        self.assertFalse(preview["skipped_count"])

    def test_some_steps_can_be_done(self):
        step = self._step(
            self.type_todo,
            "Look",
            responsible_type="other",
            responsible_id=self.user_member.id,
        )
        self.roles_plan.template_ids = [Command.create(step)]
        [warning] = self._preview()["warnings"]
        self.assertEqual(
            warning["text"],
            "3 leads have no salesperson: “Call” and “Brief” can't be assigned.",
        )
        self.assertFalse(warning["is_skipped"])

    def test_one_record_is_named(self):
        [warning] = self._preview(leads=self.vacant[:1])["warnings"]
        self.assertIn(f"“{self.vacant[0].name}” has no salesperson", warning["text"])

    def test_team_leader(self):
        self.sales_team_1.user_id = False
        texts = [warning["text"] for warning in self._preview()["warnings"]]
        self.assertIn("2 leads have no team leader: “Check” can't be assigned.", texts)

    def test_skipped_records(self):
        leads = self.leads[:2]
        self._launch(leads)
        leads[0].copy()
        others = self._create_leads(2)
        others.action_set_won()
        warnings = self._preview(self.plan, leads + others + self.lead)["warnings"]
        self.assertEqual(
            {warning["text"] for warning in warnings},
            {
                "The plan is already running on 2 leads.",
                "2 leads are won, and the plan stops when that happens.",
            },
        )
        self.assertFalse(any(warning["can_assign"] for warning in warnings))

    def test_on_other_models(self):
        plan = self._create_plan(
            "For contacts", self._step(self.type_call, "Call"), res_model="res.partner"
        )
        partners = self.env["res.partner"].create([{"name": "A"}, {"name": "B"}])
        plan.allow_parallel = False
        plan.launch(partners.ids)
        [warning] = self._preview(plan, partners)["warnings"]
        self.assertEqual(warning["text"], "The plan is already running on 2 records.")

    def test_first_step_in_the_past(self):
        [warning] = self._preview(self.plan, self.lead, plan_date="2026-03-03")[
            "warnings"
        ]
        self.assertEqual(
            warning["text"],
            "The plan date puts “Send e-mail” into the past. Choose a later plan date.",
        )
        self.assertFalse(warning["can_assign"])
        self.assertFalse(self._preview(self.plan, self.lead)["warnings"])

    def test_names_with_signs(self):
        self.first.summary = "100%s %(steps)s"
        self.vacant[0].name = "%(records)s 5%"
        for leads in (self.leads, self.vacant[:1]):
            [warning] = self._preview(leads=leads)["warnings"]
            self.assertIn("100%s %(steps)s", warning["text"])

    # Which plan is chosen beforehand

    def test_no_plan_is_chosen_beforehand(self):
        popup = self._open(self.lead, plan_mode=True)
        self.assertFalse(popup.plan_id)
        self.assertFalse(popup.activity_type_id)
        popup.activity_type_id = self.type_call
        self.assertFalse(popup.has_error)

    def test_the_last_one_is(self):
        popup = self._open(self.lead, plan_mode=True)
        popup.plan_id = self.plan
        popup.plan_date = date(2026, 3, 10)
        popup.save().action_schedule_plan()
        other = self._create_lead("Other")
        self.assertEqual(self._open(other, plan_mode=True).plan_id, self.plan)
        self.assertFalse(self._open(other).plan_id)
        partner = self.env["res.partner"].create({"name": "A"})
        self.assertFalse(self._open(partner, plan_mode=True).plan_id)
        self.Schedule = self.Schedule.with_user(self.user_member)
        self.assertFalse(self._open(other, plan_mode=True).plan_id)
        self.Schedule = self.Schedule.with_user(self.user_manager)
        self.plan.active = False
        self.assertFalse(self._open(other, plan_mode=True).plan_id)
