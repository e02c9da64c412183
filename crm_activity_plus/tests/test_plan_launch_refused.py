# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .plan_common import PlanCommon


@tagged("crm_activity_plus")
@freeze_time("2026-03-02 12:00:00")
class TestPlanBadInput(PlanCommon):
    def test_plan_without_steps(self):
        empty = self._create_plan("Empty")
        with self.assertRefused("“Empty” has no steps"):
            self._launch(plan=empty)

    def test_archived_plan(self):
        self.plan.active = False
        with self.assertRefused("“High priority quotation” is archived"):
            self._launch()

    def test_plan_of_another_company(self):
        self.plan.company_id = self.other_company
        with self.assertRefused("belongs to the company “Other Company”"):
            self._launch()

    def test_records_of_another_model(self):
        with self.assertRefused("It can't be launched on “Contact”"):
            self.plan.launch(self.partner)

    def test_ids_that_are_none(self):
        for res_ids in ("1", [str(self.lead.id)], [None], None, {"id": 1}, True, [1.0]):
            with (
                self.subTest(res_ids=res_ids),
                self.assertRefused("have to be a list of ids"),
            ):
                self.plan.launch(res_ids)

    def test_record_that_doesnt_exist(self):
        gone = self._create_lead("Gone")
        gone.unlink()
        leads = gone + self.lead
        result = self.plan.with_user(self.user_owner).launch(leads.ids)
        self.assertSkipped(result, gone, f"no record with the id {gone.id}")
        self.assertEqual(len(result["run_ids"]), 1)

    def test_record_that_may_not_be_read(self):
        hidden = self._create_lead("Secret", user_id=self.user_manager.id)
        leads = hidden + self.lead
        result = self.plan.with_user(self.user_owner).launch(leads.ids)
        self.assertSkipped(result, hidden, "may not read this record")
        self.assertEqual(len(result["run_ids"]), 1)
        self.assertFalse(hidden.activity_ids)

    def test_record_that_may_not_be_changed(self):
        """Salespeople may look at all leads here, but change their own only."""
        self.env["ir.rule"].search([("model_id.model", "=", "crm.lead")]).write(
            {"perm_read": False}
        )
        hidden = self._create_lead("Look only", user_id=self.user_manager.id)
        leads = hidden + self.lead
        result = self.plan.with_user(self.user_owner).launch(leads.ids)
        self.assertSkipped(result, hidden, "may not change “Look only”")
        self.assertEqual(len(result["run_ids"]), 1)

    def test_record_of_another_company_than_the_plan(self):
        self.plan.company_id = self.company_main
        foreign = self._create_lead(
            "Foreign", company_id=self.other_company.id, user_id=False, team_id=False
        )
        plan = self.plan.with_context(
            allowed_company_ids=(self.company_main + self.other_company).ids
        )
        result = plan.launch((foreign + self.lead).ids)
        self.assertSkipped(result, foreign, "“Other Company”, the plan to “")
        self.assertEqual(len(result["run_ids"]), 1)

    def test_record_of_a_company_where_the_responsible_doesnt_work(self):
        foreign = self._create_lead(
            "Foreign", company_id=self.other_company.id, user_id=False, team_id=False
        )
        result = self.plan.launch(
            (foreign + self.lead).ids, responsible_id=self.user_owner.id
        )
        self.assertSkipped(result, foreign, "“Olga Owner” doesn't work in the company")
        self.assertEqual(len(result["run_ids"]), 1)

    def test_impossible_date(self):
        for plan_date in ("2026-02-30", "tomorrow", "2026-13-01", 20260301, ["2026"]):
            with self.subTest(plan_date=plan_date), self.assertRefused("is not a date"):
                self._launch(plan_date=plan_date)

    def test_date_at_the_end_of_the_calendar(self):
        with self.assertRefused(
            "“Create quotation”.*leaves the calendar", ValidationError
        ):
            self._launch(plan_date="9999-12-31")

    def test_date_at_the_start_of_the_calendar(self):
        with self.assertRefused("“Send e-mail”.*leaves the calendar", ValidationError):
            self._launch(plan_date="0001-01-01")

    def test_archived_responsible(self):
        self.user_colleague.active = False
        with self.assertRefused("“Carl Colleague” is archived"):
            self._launch(responsible_id=self.user_colleague.id)

    def test_portal_responsible(self):
        with self.assertRefused("“Paul Portal” is not an internal user"):
            self._launch(responsible_id=self.user_portal.id)

    def test_responsible_who_doesnt_exist(self):
        with self.assertRefused("no user with the id 999999999"):
            self._launch(responsible_id=999999999)

    def test_responsible_who_is_no_id(self):
        for responsible in ("admin", True, [1], 1.5):
            with (
                self.subTest(responsible=responsible),
                self.assertRefused("is not the id of a user"),
            ):
                self._launch(responsible_id=responsible)

    def test_archived_default_user(self):
        self.plan.template_ids[1].write(
            {"responsible_type": "other", "responsible_id": self.user_colleague.id}
        )
        self.user_colleague.active = False
        with self.assertRefused("“Meet”.*“Carl Colleague” is archived"):
            self._launch()

    def test_type_that_no_longer_applies(self):
        """It was changed behind the plan's back, as an import does."""
        custom = self._create_type("Visit")
        plan = self._create_plan("Visits", self._step(custom, "Look"))
        self.env.cr.execute(
            "INSERT INTO mail_activity_type_applies_to_rel VALUES (%s, %s)",
            [custom.id, self.env["ir.model"]._get_id("res.partner")],
        )
        custom.invalidate_recordset()
        with self.assertRefused(
            "“Look” of the plan “Visits”.*“Visit” can't be used here"
        ):
            self._launch(plan=plan)

    def test_error_while_launching_leaves_nothing_behind(self):
        """Also when the last of several records fails."""
        leads = self._create_leads(2)
        with self.assertNothingWritten(), self.assertRaises(UserError):
            with self.env.cr.savepoint():
                self._launch(leads)
                self._launch(plan_date="no date")

    def test_portal_user(self):
        with self.assertRaises(AccessError):
            self._launch(user=self.user_portal)

    def test_public_user(self):
        with self.assertRaises(AccessError):
            self._launch(user=self.user_public)
