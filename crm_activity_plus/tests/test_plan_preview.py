# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo.tests import freeze_time, tagged

from .plan_common import EXAMPLE_DATES, PlanCommon


@tagged("crm_activity_plus")
@freeze_time("2026-03-02 12:00:00")
class TestPlanPreview(PlanCommon):
    """Row Z10."""

    def test_preview_writes_nothing(self):
        with self.assertNothingWritten():
            self._preview()

    def test_preview_shows_dates_and_people(self):
        [record] = self._preview(
            plan_date="2026-03-10", responsible_id=self.user_manager.id
        )["records"]
        self.assertEqual(record["res_id"], self.lead.id)
        self.assertEqual(record["display_name"], "Ten desks")
        self.assertFalse(record["skip_reason"])
        self.assertEqual(
            {line["summary"]: line["date_deadline"] for line in record["lines"]},
            EXAMPLE_DATES,
        )
        self.assertEqual(
            {line["user_name"] for line in record["lines"]}, {self.user_manager.name}
        )

    def test_preview_is_what_is_launched(self):
        leads = self._create_leads(2)
        preview = self._preview(leads, plan_date="2026-03-10")
        runs = self._launch(leads, plan_date="2026-03-10")
        for record, run in zip(preview["records"], runs, strict=True):
            self.assertEqual(record["res_id"], run.res_id)
            self.assertEqual(
                [
                    (
                        line["code"],
                        line["activity_type_id"],
                        line["date_deadline"],
                        line["user_id"],
                        line["explanation"],
                    )
                    for line in record["lines"]
                ],
                [
                    (
                        line.code,
                        line.activity_type_id.id,
                        line.date_deadline,
                        line.user_id.id,
                        line.date_explanation,
                    )
                    for line in run.line_ids
                ],
            )

    def test_preview_says_what_is_skipped_and_why(self):
        self._launch()
        [record] = self._preview()["records"]
        self.assertIn("already running", record["skip_reason"])
        self.assertEqual(record["lines"], [])

    def test_preview_doesnt_name_records_that_may_not_be_read(self):
        hidden = self._create_lead("Secret", user_id=self.user_manager.id)
        [record] = self._preview(hidden)["records"]
        self.assertFalse(record["display_name"])
        self.assertNotIn("Secret", record["skip_reason"])

    def test_load_counts_planned_and_existing(self):
        self._schedule(date_deadline="2026-03-13")
        leads = self._create_leads(2)
        load = self._preview(leads, plan_date="2026-03-10")["load"]
        self.assertEqual(
            [(row["date"], row["planned"], row["existing"]) for row in load],
            [
                (date(2026, 3, 8), 2, 0),
                (date(2026, 3, 10), 2, 0),
                (date(2026, 3, 13), 4, 1),
                (date(2026, 3, 15), 2, 0),
            ],
        )
        self.assertEqual({row["user_id"] for row in load}, {self.user_owner.id})

    def test_load_leaves_out_skipped_records(self):
        self._launch()
        self.assertEqual(self._preview()["load"], [])

    def test_preview_refuses_what_launch_refuses(self):
        with self.assertRefused("is not a date"):
            self._preview(plan_date="2026-02-30")


@tagged("crm_activity_plus")
@freeze_time("2026-03-02 12:00:00")
class TestPlanOverrides(PlanCommon):
    def _launch_with(self, overrides, **kwargs):
        return self._launch(
            overrides={self.lead.id: overrides}, plan_date="2026-03-10", **kwargs
        )

    def test_date(self):
        run = self._launch_with({"meet": {"date_deadline": "2026-03-24"}})
        line = run.line_ids[1]
        self.assertEqual(line.activity_id.date_deadline, date(2026, 3, 24))
        self.assertEqual(line.date_explanation["base"], "chosen_at_launch")

    def test_user(self):
        run = self._launch_with({"meet": {"user_id": self.user_manager.id}})
        self.assertEqual(run.line_ids[1].activity_id.user_id, self.user_manager)
        self.assertEqual(run.line_ids[0].activity_id.user_id, self.user_owner)

    def test_skip(self):
        run = self._launch_with({"meet": {"skip": True}})
        line = run.line_ids[1]
        self.assertEqual(line.state, "skipped")
        self.assertTrue(line.reason)
        self.assertFalse(line.activity_id)
        self.assertEqual(run.progress, 0, "nothing was done")
        self.assertEqual(run.progress_text, "0 done, 1 skipped of 5")
        self.assertLedgerTellsState(run)

    def test_step_behind_a_skipped_one_starts_at_once(self):
        self.plan.template_ids[2].after_ids = self.plan.template_ids[1]
        run = self._launch_with({"meet": {"skip": True}})
        self.assertEqual(run.line_ids[2].state, "scheduled")

    def test_all_skipped_is_a_run_that_is_done(self):
        steps = self.plan.template_ids.mapped("code")
        run = self._launch_with({code: {"skip": True} for code in steps})
        self.assertEqual(run.state, "done")
        self.assertLedgerTellsState(run)

    def test_step_by_its_id(self):
        step_id = self.plan.template_ids[1].id
        run = self._launch_with({step_id: {"date_deadline": "2026-03-24"}})
        self.assertEqual(run.line_ids[1].date_deadline, date(2026, 3, 24))

    def test_keys_may_be_text(self):
        """JSON has no other keys."""
        run = self._launch(
            overrides={
                str(self.lead.id): {
                    str(self.plan.template_ids[1].id): {"date_deadline": "2026-03-24"}
                }
            }
        )
        self.assertEqual(run.line_ids[1].date_deadline, date(2026, 3, 24))

    def test_one_record_of_several(self):
        leads = self._create_leads(2)
        runs = self._launch(leads, overrides={leads[1].id: {"meet": {"skip": True}}})
        self.assertEqual(runs[0].line_ids[1].state, "scheduled")
        self.assertEqual(runs[1].line_ids[1].state, "skipped")

    def test_waiting_step_keeps_its_override(self):
        self.plan.template_ids[1].after_ids = self.plan.template_ids[0]
        run = self._launch_with(
            {"meet": {"date_deadline": "2026-03-24", "user_id": self.user_manager.id}}
        )
        run.line_ids[0].activity_id.action_done()
        activity = run.line_ids[1].activity_id
        self.assertEqual(activity.date_deadline, date(2026, 3, 24))
        self.assertEqual(activity.user_id, self.user_manager)

    def test_unknown_record_is_refused(self):
        with self.assertRefused("record 0, which the plan isn't launched on"):
            self._launch(overrides={0: {"meet": {"skip": True}}})

    def test_unknown_step_is_refused(self):
        with self.assertRefused("no step “dance” to override"):
            self._launch_with({"dance": {"skip": True}})

    def test_unknown_value_is_refused(self):
        with self.assertRefused("“summary” can't be overridden"):
            self._launch_with({"meet": {"summary": "Party"}})

    def test_impossible_date_is_refused(self):
        with self.assertRefused("2026-02-30.*is not a date"):
            self._launch_with({"meet": {"date_deadline": "2026-02-30"}})

    def test_archived_user_is_refused(self):
        self.user_colleague.active = False
        with self.assertRefused("“Carl Colleague” is archived"):
            self._launch_with({"meet": {"user_id": self.user_colleague.id}})

    def test_what_is_no_object_is_refused(self):
        for overrides in ("meet", ["meet"], {self.lead.id: "meet"}):
            with (
                self.subTest(overrides=overrides),
                self.assertRefused("has to be an object"),
            ):
                self._launch(overrides=overrides)
