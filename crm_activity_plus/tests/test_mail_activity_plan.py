# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager
from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import CrmActivityPlusCommon

EXAMPLE_DATES = {
    "Send e-mail": date(2026, 3, 8),
    "Meet": date(2026, 3, 10),
    "Create quotation": date(2026, 3, 13),
    "Upload document": date(2026, 3, 13),
    "Follow up": date(2026, 3, 15),
}


class PlanCommon(CrmActivityPlusCommon):
    def _preview(self, records=None, plan=None, user=None, **kwargs):
        plan = (plan or self.plan).with_user(user or self.user_owner)
        return plan.preview((records or self.lead).ids, **kwargs)

    def _count_everything(self):
        """:returns: how much there is of all that a launch writes"""
        return {
            name: self.env[name].with_context(active_test=False).search_count([])
            for name in (
                "mail.activity",
                "mail.activity.log",
                "mail.activity.plan.run",
                "mail.activity.plan.run.line",
                "mail.message",
            )
        }

    @contextmanager
    def assertNothingWritten(self):
        before = self._count_everything()
        yield
        self.env.flush_all()
        self.assertEqual(self._count_everything(), before)

    @contextmanager
    def assertRefused(self, message, error=UserError):
        """A clear message, and nothing half written."""
        with self.assertNothingWritten(), self.assertRaisesRegex(error, message):
            yield

    def assertSkipped(self, result, record, message):
        """That record alone is left out, with the reason."""
        [skipped] = result["skipped"]
        self.assertEqual(skipped["res_id"], record.id)
        self.assertRegex(skipped["reason"], message)


@tagged("crm_activity_plus")
class TestPlanDefinition(PlanCommon):
    """Row A8."""

    def test_manager_makes_a_plan(self):
        plan = (
            self.env["mail.activity.plan"]
            .with_user(self.user_manager)
            .create(
                {
                    "name": "Onboarding",
                    "res_model": "crm.lead",
                    "template_ids": [
                        Command.create(self._step(self.type_call, "Call"))
                    ],
                }
            )
        )
        self.assertEqual(plan.code, "onboarding")

    def test_salesperson_makes_no_plan(self):
        with self.assertRaises(AccessError):
            self.env["mail.activity.plan"].with_user(self.user_owner).create(
                {"name": "Mine", "res_model": "crm.lead"}
            )

    def test_salesperson_changes_no_plan(self):
        with self.assertRaises(AccessError):
            self.plan.with_user(self.user_owner).name = "Mine"

    def test_empty_summary_becomes_that_of_the_type(self):
        custom = self._create_type("Visit", summary="Visit the site")
        step = self._step(custom, "")
        del step["summary"]
        run = self._launch(plan=self._create_plan("Visits", step))
        self.assertEqual(run.line_ids.activity_id.summary, "Visit the site")

    def test_own_summary_leaves_that_of_the_type_alone(self):
        custom = self._create_type("Visit", summary="Visit the site")
        run = self._launch(plan=self._create_plan("Visits", self._step(custom, "Look")))
        self.assertEqual(run.line_ids.activity_id.summary, "Look")
        self.assertEqual(custom.summary, "Visit the site")

    def test_note_of_the_step_goes_into_the_activity(self):
        step = self._step(self.type_call, "Call", note="<p>Ask for the budget</p>")
        run = self._launch(plan=self._create_plan("Calls", step))
        self.assertIn("Ask for the budget", run.line_ids.activity_id.note)

    def test_default_user_needs_a_user(self):
        with self.assertRaisesRegex(ValidationError, "must specify a responsible"):
            self._create_plan(
                "Bad", self._step(self.type_call, "Call", responsible_type="other")
            )

    def test_weeks_and_months(self):
        plan = self._create_plan(
            "Long",
            self._step(self.type_call, "Weeks", 2, delay_unit="weeks"),
            self._step(self.type_call, "Months", 1, delay_unit="months"),
            self._step(
                self.type_call, "Before", 1, "before_plan_date", delay_unit="months"
            ),
        )
        run = self._launch(plan=plan, plan_date="2026-03-31")
        self.assertEqual(
            run.line_ids.mapped("date_deadline"),
            [date(2026, 4, 14), date(2026, 4, 30), date(2026, 2, 28)],
        )

    def test_codes_of_steps_are_made_from_summaries(self):
        self.assertEqual(
            self.plan.template_ids.mapped("code"),
            ["send_e_mail", "meet", "create_quotation", "upload_document", "follow_up"],
        )

    def test_steps_of_one_summary_get_different_codes(self):
        plan = self._create_plan(
            "Twice",
            self._step(self.type_call, "Call"),
            self._step(self.type_call, "Call"),
        )
        self.assertEqual(plan.template_ids.mapped("code"), ["call", "call_2"])

    def test_two_steps_with_one_code_are_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._create_plan(
                "Twice",
                self._step(self.type_call, "One", code="same"),
                self._step(self.type_call, "Two", code="same"),
            )

    def test_two_plans_with_one_code_are_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._create_plan("Other", code=self.plan.code)

    def test_cycle_of_steps_cant_be_saved(self):
        first, second = self.plan.template_ids[:2]
        first.after_ids = second
        with self.assertRaisesRegex(
            ValidationError, "Send e-mail.*Meet|Meet.*Send e-mail"
        ):
            second.after_ids = first

    def test_step_cant_wait_for_a_step_of_another_plan(self):
        other = self._create_plan("Other", self._step(self.type_call, "Call"))
        with self.assertRaisesRegex(ValidationError, "another plan"):
            self.plan.template_ids[0].after_ids = other.template_ids

    def test_step_cant_leave_those_that_wait_for_it(self):
        self.plan.template_ids[1].after_ids = self.plan.template_ids[0]
        other = self.plan.copy()
        with self.assertRaisesRegex(ValidationError, "another plan"):
            self.plan.template_ids[0].plan_id = other

    def test_deleted_step_whose_outcome_decides(self):
        """What comes after an outcome of it would start at the launch."""
        first, second = self.plan.template_ids[:2]
        outcome = self.env["mail.activity.outcome"].create({"name": "Keen"})
        second.write({"after_ids": first, "after_outcome_ids": outcome})
        with self.assertRaisesRegex(ValidationError, second.display_name):
            first.unlink()

    def test_copied_steps_wait_for_each_other(self):
        self.plan.template_ids[1].after_ids = self.plan.template_ids[0]
        copied = self.plan.copy()
        self.assertEqual(copied.template_ids[1].after_ids, copied.template_ids[0])

    def test_launched_plan_cant_be_deleted(self):
        self._launch()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.plan.unlink()


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
        self.assertIn("03/10/2026", note.body)
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
        with self.assertRefused("is no date"):
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
        self.assertEqual(run.progress, 20)
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
        with self.assertRefused("2026-02-30.*is no date"):
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
            with self.subTest(plan_date=plan_date), self.assertRefused("is no date"):
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
                self.assertRefused("is no id of a user"),
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
