# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo.tests import freeze_time, tagged

from .plan_common import EXAMPLE_DATES, PlanCommon


@tagged("crm_activity_plus")
@freeze_time("2026-03-02 12:00:00")
class TestPlanLaunch(PlanCommon):
    """Rows A9, A10, A12 and Z1."""

    def test_example_of_the_handbook(self):
        run = self._launch(plan_date="2026-03-10")
        activities = run.line_ids.activity_id
        self.assertEqual(
            {activity.summary: activity.date_deadline for activity in activities},
            EXAMPLE_DATES,
        )
        self.assertEqual(
            {activity.summary: activity.activity_type_id for activity in activities},
            {
                "Send e-mail": self.type_email,
                "Meet": self.type_meeting,
                "Create quotation": self.type_todo,
                "Upload document": self.type_upload,
                "Follow up": self.type_call,
            },
        )
        self.assertEqual(activities, self.lead.activity_ids.sorted("id"))

    def test_run_tells_who_what_and_when(self):
        run = self._launch(plan_date="2026-03-10", responsible_id=self.user_manager.id)
        self.assertEqual(run.plan_id, self.plan)
        self.assertEqual(run.name, "High priority quotation")
        self.assertEqual(run.lead_id, self.lead)
        self.assertEqual((run.res_model, run.res_id), ("crm.lead", self.lead.id))
        self.assertEqual(run.partner_id, self.partner)
        self.assertEqual(run.company_id, self.company_main)
        self.assertEqual(run.user_id, self.user_owner)
        self.assertEqual(run.responsible_id, self.user_manager)
        self.assertEqual(run.plan_date, date(2026, 3, 10))
        self.assertEqual(run.state, "running")
        self.assertEqual(str(run.date_start), "2026-03-02 12:00:00")
        self.assertEqual(run.progress, 0)
        self.assertEqual(run.next_deadline, date(2026, 3, 8))

    def test_lead_shows_its_run(self):
        run = self._launch()
        self.assertEqual(self.lead.plan_run_ids, run)
        self.assertEqual(self.lead.active_plan_run_id, run)
        self.assertEqual(self.lead.plan_progress, 0)
        run.line_ids[0].activity_id.action_done()
        self.assertEqual(self.lead.plan_progress, 20)

    def test_default_date_is_today(self):
        self.assertEqual(self._launch().plan_date, date(2026, 3, 2))

    @freeze_time("2026-03-02 23:30:00")
    def test_today_is_that_of_the_user(self):
        plan = self.plan.with_context(tz="Europe/Brussels")
        self.assertEqual(self._launch(plan=plan).plan_date, date(2026, 3, 3))

    def test_default_responsible_is_whoever_launches(self):
        """And not the salesperson of the lead."""
        run = self._launch(user=self.user_manager)
        self.assertEqual(run.line_ids.activity_id.user_id, self.user_manager)

    def test_responsible_takes_the_steps_that_ask(self):
        self.plan.template_ids[1].write(
            {"responsible_type": "other", "responsible_id": self.user_colleague.id}
        )
        run = self._launch(responsible_id=self.user_manager.id)
        self.assertEqual(
            run.line_ids.mapped(lambda line: line.activity_id.user_id.id),
            [
                self.user_manager.id,
                self.user_colleague.id,
                *(self.user_manager.ids * 3),
            ],
        )

    def test_chatter_gets_one_note_with_the_details(self):
        messages = self.lead.message_ids
        self._launch(plan_date="2026-03-10")
        note = self.lead.message_ids - messages
        self.assertEqual(len(note), 1)
        self.assertIn('The plan "High priority quotation" has been started', note.body)
        for summary in EXAMPLE_DATES:
            self.assertIn(summary, note.body)
        self.assertIn("Olga Owner", note.body)
        self.assertIn("due on the 03/10/2026", note.body)
        self.assertEqual(note.author_id, self.user_owner.partner_id)

    def test_note_lists_waiting_steps_in_their_place(self):
        self.plan.template_ids[0].after_ids = self.plan.template_ids[1]
        self._launch()
        body = self.lead.message_ids[0].body
        self.assertIn("Send e-mail, after Meet", body)
        self.assertLess(
            body.index("Send e-mail, after"), body.index("Meet, assigned to")
        )

    def test_activities_say_who_planned_them(self):
        run = self._launch()
        self.assertEqual(run.line_ids.activity_id.run_id, run)
        self.assertEqual(
            run.line_ids.mapped("activity_id.run_line_id").sorted("id"),
            run.line_ids.sorted("id"),
        )

    def test_ledger_tells_launch_and_steps(self):
        run = self._launch(plan_date="2026-03-10")
        rows = self._get_logs([("run_id", "=", run.id)])
        self.assertEqual(rows.mapped("event"), ["launched"] + ["scheduled"] * 5)
        self.assertEqual(rows.user_id, self.user_owner)
        self.assertEqual(rows[0].values["plan_date"], "2026-03-10")
        self.assertLedgerTellsState(run)

    def test_every_date_is_explained(self):
        """Row Z9."""
        line = self._launch(plan_date="2026-03-10").line_ids[0]
        self.assertEqual(line.date_explanation["base"], "plan_date")
        self.assertEqual(line.date_explanation["base_date"], "2026-03-10")
        self.assertEqual(line.date_explanation["count"], 2)
        self.assertEqual(line.date_explanation["direction"], "before")
        self.assertEqual(line.date_explanation["date"], "2026-03-08")

    def test_run_doesnt_read_the_plan_again(self):
        self.plan.template_ids[1].after_ids = self.plan.template_ids[0]
        run = self._launch(plan_date="2026-03-10")
        self.plan.name = "Renamed"
        self.plan.template_ids[1].write({"summary": "Renamed", "delay_count": 100})
        self.plan.template_ids[2].unlink()
        run.line_ids[0].activity_id.action_done()
        self.assertEqual(run.name, "High priority quotation")
        self.assertEqual(len(run.line_ids), 5)
        self.assertEqual(run.line_ids[1].activity_id.summary, "Meet")
        self.assertEqual(run.line_ids[1].activity_id.date_deadline, date(2026, 3, 10))

    def test_several_leads_at_once(self):
        leads = self._create_leads(3)
        result = self.plan.with_user(self.user_owner).launch(leads.ids)
        runs = self.env["mail.activity.plan.run"].browse(result["run_ids"])
        self.assertEqual(runs.lead_id, leads)
        self.assertEqual(result["skipped"], [])
        for lead in leads:
            self.assertEqual(len(lead.activity_ids), 5)

    def test_one_id_by_itself(self):
        result = self.plan.with_user(self.user_owner).launch(self.lead.id)
        self.assertEqual(len(result["run_ids"]), 1)

    def test_the_same_id_twice_is_one_run(self):
        result = self.plan.with_user(self.user_owner).launch(self.lead.ids * 2)
        self.assertEqual(len(result["run_ids"]), 1)
        self.assertEqual(result["skipped"], [])

    def test_no_ids_launch_nothing(self):
        self.assertEqual(self.plan.launch([]), {"run_ids": [], "skipped": []})

    def test_plan_of_another_model(self):
        plan = self._create_plan(
            "Visit", self._step(self.type_call, "Call"), res_model="res.partner"
        )
        run = self._launch(self.partner, plan, self.user_manager)
        self.assertFalse(run.lead_id)
        self.assertEqual(run.partner_id, self.partner)
        self.assertEqual(run.line_ids.activity_id, self.partner.activity_ids)

    def test_assigned_users_get_one_message_for_a_run(self):
        """Row C2."""
        with self.mock_mail_gateway():
            self._launch(responsible_id=self.user_manager.id)
        messages = self.env["mail.message"].search(
            [("notified_partner_ids", "in", self.user_manager.partner_id.ids)],
            order="id DESC",
        )
        self.assertEqual(
            len(
                messages.filtered(lambda m: "were assigned to you" in (m.subject or ""))
            ),
            1,
        )


@tagged("crm_activity_plus")
@freeze_time("2026-03-02 12:00:00")
class TestPlanTwice(PlanCommon):
    """Row Z8."""

    def test_second_launch_launches_nothing(self):
        self._launch()
        with self.assertNothingWritten():
            result = self.plan.with_user(self.user_owner).launch(self.lead.ids)
        self.assertEqual(result["run_ids"], [])
        self.assertSkipped(result, self.lead, "already running")

    def test_another_date_is_still_the_same_plan(self):
        self._launch()
        result = self.plan.launch(self.lead.ids, plan_date="2026-06-01")
        self.assertSkipped(result, self.lead, "already running")

    def test_the_others_are_launched(self):
        self._launch()
        leads = self.lead + self._create_leads(2)
        result = self.plan.with_user(self.user_owner).launch(leads.ids)
        self.assertEqual(len(result["run_ids"]), 2)
        self.assertSkipped(result, self.lead, "already running")

    def test_another_plan_can_be_launched_beside(self):
        other = self._create_plan("Other", self._step(self.type_call, "Call"))
        self.assertEqual(len(self._launch() + self._launch(plan=other)), 2)

    def test_after_the_end_it_can_be_launched_again(self):
        self._launch().action_stop()
        self.assertEqual(len(self._launch()), 1)

    def test_plan_for_leads_isnt_parallel_by_default(self):
        self.assertFalse(self.plan.allow_parallel)

    def test_parallel_plan_runs_twice_with_another_date(self):
        self.plan.allow_parallel = True
        runs = self._launch() + self._launch(plan_date="2026-06-01")
        self.assertEqual(runs.mapped("state"), ["running", "running"])

    def test_parallel_plan_runs_twice_with_another_responsible(self):
        self.plan.allow_parallel = True
        runs = self._launch() + self._launch(responsible_id=self.user_manager.id)
        self.assertEqual(len(runs), 2)

    def test_repeated_request_for_a_parallel_plan_launches_nothing(self):
        self.plan.allow_parallel = True
        self._launch()
        with self.assertNothingWritten():
            result = self.plan.with_user(self.user_owner).launch(self.lead.ids)
        self.assertSkipped(result, self.lead, "same date and assigned user")
