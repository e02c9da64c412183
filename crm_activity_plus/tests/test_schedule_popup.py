# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo.tests import Form, freeze_time, tagged

from .plan_common import EXAMPLE_DATES, PlanCommon


@tagged("crm_activity_plus")
@freeze_time("2026-03-02 12:00:00")
class TestSchedulePopup(PlanCommon):
    """Row A9: the Schedule Activity pop-up launches through the same code."""

    def _open(self, records):
        return Form(
            self.env["mail.activity.schedule"]
            .with_user(self.user_owner)
            .with_context(
                active_model=records._name,
                active_id=records[0].id,
                active_ids=records.ids,
            )
        )

    def _get_summary(self, popup):
        return {
            line["line_description"]: line["line_date_deadline"]
            for line in popup.plan_schedule_line_ids._records
        }

    def test_popup_offers_the_plan(self):
        popup = self._open(self.lead).save()
        self.assertIn(self.plan, popup.plan_available_ids)

    def test_popup_offers_no_empty_plan(self):
        empty = self._create_plan("Empty")
        self.assertNotIn(empty, self._open(self.lead).save().plan_available_ids)

    def test_summary_follows_the_due_date(self):
        popup = self._open(self.lead)
        popup.plan_id = self.plan
        popup.plan_date = "2026-03-10"
        dates = [str(day) for day in EXAMPLE_DATES.values()]
        self.assertEqual([str(day) for day in self._get_summary(popup).values()], dates)
        popup.plan_date = "2026-03-11"
        self.assertEqual(str(self._get_summary(popup)["Meet"]), "2026-03-11")

    def test_responsible_takes_the_lines(self):
        popup = self._open(self.lead)
        popup.plan_id = self.plan
        popup.plan_on_demand_user_id = self.user_manager
        popup.save().action_schedule_plan()
        self.assertEqual(self.lead.activity_ids.user_id, self.user_manager)

    def test_schedule_makes_a_run(self):
        popup = self._open(self.lead)
        popup.plan_id = self.plan
        popup.plan_date = "2026-03-10"
        popup.save().action_schedule_plan()
        run = self.lead.plan_run_ids
        self.assertEqual(run.plan_date, date(2026, 3, 10))
        self.assertEqual(
            {line.summary: line.date_deadline for line in run.line_ids}, EXAMPLE_DATES
        )

    def test_selection_of_leads(self):
        leads = self._create_leads(3)
        popup = self._open(leads)
        popup.plan_id = self.plan
        popup.save().action_schedule_plan()
        self.assertEqual(leads.plan_run_ids.lead_id, leads)

    def test_plan_under_way_is_told_before_the_launch(self):
        self._launch()
        popup = self._open(self.lead)
        popup.plan_id = self.plan
        self.assertTrue(popup.has_error)
        self.assertIn("already running", popup.error)

    def test_skipped_records_are_told_before_and_after_the_launch(self):
        self._launch()
        others = self._create_leads(2)
        popup = self._open(self.lead + others)
        popup.plan_id = self.plan
        self.assertTrue(popup.has_warning)
        self.assertIn("already running", popup.warning)
        action = popup.save().action_schedule_plan()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("already running", action["params"]["message"])
        launched = action["params"]["next"]["domain"]
        self.assertEqual(self.env["crm.lead"].search(launched), others.sorted())
