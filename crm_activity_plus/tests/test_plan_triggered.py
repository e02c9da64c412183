# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo.tests import freeze_time, tagged

from .plan_common import PlanCommon


@tagged("crm_activity_plus")
class TestPlanTriggered(PlanCommon):
    """Row A11: what the types of a plan trigger is a part of the run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_after = cls._create_type("Thank", summary="Say thanks", delay_count=3)
        cls.type_first = cls._create_type(
            "Ask", triggered_next_type_id=cls.type_after.id
        )
        cls.plan_chain = cls._create_plan(
            "Chain",
            cls._step(cls.type_first, "Ask", 1),
            cls._step(cls.type_call, "Call"),
        )

    @freeze_time("2026-03-02 12:00:00")
    def test_preview_shows_triggered_activities(self):
        [record] = self._preview(plan=self.plan_chain, plan_date="2026-03-10")[
            "records"
        ]
        self.assertEqual(
            [
                (line["summary"], line["date_deadline"], line["waits"])
                for line in record["lines"]
            ],
            [
                ("Ask", date(2026, 3, 11), False),
                ("Say thanks", date(2026, 3, 14), True),
                ("Call", date(2026, 3, 10), False),
            ],
        )

    @freeze_time("2026-03-02 12:00:00")
    def test_summary_of_the_popup_shows_triggered_activities(self):
        popup = self.env["mail.activity.schedule"].create(
            {
                "res_model": "crm.lead",
                "res_ids": str(self.lead.ids),
                "plan_id": self.plan_chain.id,
                "plan_date": "2026-03-10",
            }
        )
        self.assertEqual(
            popup.plan_schedule_line_ids.mapped(
                lambda line: (line.line_description, line.line_date_deadline)
            ),
            [
                ("Ask", date(2026, 3, 11)),
                ("Say thanks", date(2026, 3, 14)),
                ("Call", date(2026, 3, 10)),
            ],
        )

    def test_triggered_step_waits(self):
        run = self._launch(plan=self.plan_chain)
        self.assertEqual(
            run.line_ids.mapped("state"), ["scheduled", "waiting", "scheduled"]
        )
        self.assertEqual(len(self.lead.activity_ids), 2)

    def test_triggered_step_is_scheduled_when_its_turn_comes(self):
        run = self._launch(plan=self.plan_chain)
        asked, thanked, _called = run.line_ids
        asked.activity_id.with_user(self.user_owner).action_feedback()
        self.assertEqual(thanked.state, "scheduled")
        self.assertEqual(thanked.activity_id.activity_type_id, self.type_after)
        self.assertEqual(thanked.activity_id.summary, "Say thanks")

    def test_triggered_activity_is_created_once(self):
        """Core doesn't create it once more."""
        run = self._launch(plan=self.plan_chain)
        run.line_ids[0].activity_id.with_user(self.user_owner).action_feedback()
        thanks = self.lead.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.type_after
        )
        self.assertEqual(len(thanks), 1)

    @freeze_time("2026-03-02 12:00:00")
    def test_triggered_step_counts_from_the_previous_deadline(self):
        run = self._launch(plan=self.plan_chain, plan_date="2026-03-10")
        run.line_ids[0].activity_id.action_done()
        self.assertEqual(run.line_ids[1].date_deadline, date(2026, 3, 14))

    @freeze_time("2026-03-02 12:00:00")
    def test_triggered_step_can_count_from_the_completion(self):
        self.type_after.delay_from = "current_date"
        run = self._launch(plan=self.plan_chain, plan_date="2026-03-10")
        run.line_ids[0].activity_id.action_done()
        self.assertEqual(run.line_ids[1].date_deadline, date(2026, 3, 5))

    def test_chain_of_triggered_types(self):
        last = self._create_type("Last")
        self.type_after.triggered_next_type_id = last
        run = self._launch(plan=self.plan_chain)
        self.assertEqual(
            run.line_ids.mapped("activity_type_id"),
            self.type_first + self.type_after + last + self.type_call,
        )

    def test_types_that_trigger_each_other_end(self):
        self.type_after.triggered_next_type_id = self.type_first
        run = self._launch(plan=self.plan_chain)
        self.assertEqual(len(run.line_ids), 3)
