# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from freezegun import freeze_time

from odoo import sql_db
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .launch_dialog_common import PLAN_DATE, LaunchDialogCase


@tagged("crm_activity_plus")
@freeze_time("2026-03-02 12:00:00")
class TestLaunchDialog(LaunchDialogCase):
    """Rows A9 and A11: what the launch would do is seen, and changed, before it."""

    # Preview

    def test_steps(self):
        self.third.after_ids = self.second
        preview = self._preview()
        self.assertFalse(preview["error"])
        self.assertEqual(preview["record_count"], 1)
        self.assertEqual(
            [step["summary"] for step in preview["steps"]],
            ["Send e-mail", "Meet", "Create quotation", "Upload document", "Follow up"],
        )
        step = preview["steps"][0]
        self.assertEqual(step["date_deadline"], date(2026, 3, 8))
        self.assertEqual(step["user_name"], "Olga Owner")
        self.assertEqual(step["explanation"]["base"], "plan_date")
        waiting = preview["steps"][2]
        self.assertEqual(waiting["state"], "waiting")
        self.assertEqual(waiting["after"], ["Meet"])

    def test_dates_and_persons_that_vary(self):
        leads = self._create_leads(2)
        leads[1].user_id = self.user_colleague
        self.first.responsible_type = "salesperson"
        preview = self._preview(
            leads,
            user=self.user_manager,
            overrides={
                "records": {
                    str(leads[1].id): {
                        self.second.code: {"date_deadline": "2026-04-01"}
                    }
                }
            },
        )
        first, second, third, *_others = preview["steps"]
        self.assertEqual((first["user_id"], first["user_count"]), (False, 2))
        self.assertEqual(second["date_deadline"], date(2026, 3, 10))
        self.assertEqual(second["date_last"], date(2026, 4, 1))
        self.assertFalse(third["date_last"])

    def test_records_with_reasons(self):
        leads = self._create_leads(3)
        self._launch(leads[0])
        deleted = leads[2]
        ids = leads.ids
        deleted.unlink()
        preview = self.Schedule.preview_launch(self.plan.id, ids, plan_date=PLAN_DATE)
        self.assertEqual(preview["record_count"], 3)
        self.assertEqual(preview["skipped_count"], 2)
        running, launched, gone = preview["records"]
        self.assertIn("already running", running["skip_reason"])
        self.assertEqual(running["display_name"], leads[0].name)
        self.assertFalse(launched["skip_reason"])
        self.assertEqual(len(launched["steps"]), 5)
        self.assertIn("deleted", gone["skip_reason"])
        self.assertFalse(gone["display_name"])

    def test_only_the_skipped_ones(self):
        leads = self._create_leads(3)
        self._launch(leads[1])
        preview = self._preview(leads, only_skipped=True)
        self.assertEqual(preview["row_count"], 1)
        self.assertEqual([r["res_id"] for r in preview["records"]], leads[1].ids)

    def test_pages(self):
        leads = self._create_leads(5)
        preview = self._preview(leads, offset=2, limit=2)
        self.assertEqual([row["res_id"] for row in preview["records"]], leads[2:4].ids)
        self.assertEqual(preview["row_count"], 5)

    def test_what_may_not_be_read_is_not_told(self):
        secret = self._create_lead("Secret", user_id=self.user_colleague.id)
        [row] = self._preview(secret)["records"]
        self.assertFalse(row["display_name"])
        self.assertNotIn("Secret", row["skip_reason"])

    def test_nobody_to_do_it(self):
        self.sales_team_1.user_id = False
        self.first.responsible_type = "team_leader"
        step = self._preview()["steps"][0]
        self.assertEqual(step["state"], "failed")
        self.assertTrue(step["reason"])
        overrides = {"all": {self.first.code: {"user_id": self.user_colleague.id}}}
        step = self._preview(overrides=overrides)["steps"][0]
        self.assertEqual(step["state"], "scheduled")
        self.assertEqual(step["user_name"], "Carl Colleague")

    def test_plan_that_is_gone(self):
        plan = self._create_plan("Soon gone", self._step(self.type_call, "Call"))
        plan_id = plan.id
        plan.unlink()
        preview = self.Schedule.preview_launch(plan_id, self.lead.ids)
        self.assertIn("deleted", preview["error"])

    def test_plan_that_was_archived(self):
        self.plan.active = False
        self.assertIn("archived", self._preview()["error"])

    def test_bad_overrides(self):
        code = self.first.code
        lead = str(self.lead.id)
        for overrides in (
            "all",
            {"all": ["x"]},
            {"all": {code: "x"}},
            {"all": {code: {"user_id": "x"}}},
            {"all": {code: {"colour": "x"}}},
            {"records": {lead: ["x"]}},
            {"records": {lead: {code: ["x"]}}},
        ):
            with self.subTest(overrides):
                self.assertTrue(self._preview(overrides=overrides)["error"])

    def test_portal_users(self):
        with self.assertRaises(AccessError):
            self.Schedule.with_user(self.user_portal).preview_launch(
                self.plan.id, self.lead.ids
            )

    def test_nothing_is_written(self):
        rows = self._get_logs([])
        self._preview()
        self.assertFalse(self.lead.activity_ids)
        self.assertEqual(self._get_logs([]), rows)

    # Workload

    def test_load_counts_what_there_is(self):
        self.env["ir.config_parameter"].set_param(
            "crm_activity_plus.daily_activity_limit", 2
        )
        self._schedule(date_deadline="2026-03-10")
        self._schedule(date_deadline="2026-03-10")
        self._schedule(date_deadline="2026-03-15")
        preview = self._preview()
        self.assertEqual(preview["daily_limit"], 2)
        self.assertEqual(preview["overload_count"], 1)
        overloaded, *others = preview["load"]
        self.assertEqual(overloaded["date"], date(2026, 3, 10))
        self.assertEqual(
            (overloaded["existing"], overloaded["planned"], overloaded["total"]),
            (2, 1, 3),
        )
        self.assertTrue(overloaded["is_overload"])
        self.assertFalse(any(row["is_overload"] for row in others))

    def test_load_follows_the_changes(self):
        skip = {step.code: {"skip": True} for step in self.plan.template_ids}
        self.assertFalse(self._preview(overrides={"all": skip})["load"])

    def test_no_limit(self):
        for value in ("0", False, "many"):
            self.env["ir.config_parameter"].set_param(
                "crm_activity_plus.daily_activity_limit", value
            )
            self.assertFalse(self._preview()["overload_count"])

    def test_default_limit(self):
        self.assertEqual(self._preview()["daily_limit"], 20)

    def test_limit_in_the_settings(self):
        settings = self.env["res.config.settings"].create({"daily_activity_limit": 7})
        settings.execute()
        self.assertEqual(self._preview()["daily_limit"], 7)

    # Launch

    def test_changes_are_launched(self):
        popup = self._open_on().save()
        popup.plan_overrides = self._override(
            all={
                self.first.code: {"skip": True},
                self.second.code: {"date_deadline": "2026-04-01"},
                self.third.code: {"user_id": self.user_colleague.id},
            }
        )
        popup.action_schedule_plan()
        first, second, third, *_others = self.lead.plan_run_ids.line_ids
        self.assertEqual(first.state, "skipped")
        self.assertEqual(second.activity_id.date_deadline, date(2026, 4, 1))
        self.assertEqual(third.activity_id.user_id, self.user_colleague)

    def test_changes_of_a_record_win(self):
        leads = self._create_leads(2)
        popup = self._open_on(leads).save()
        popup.plan_overrides = self._override(
            all={self.first.code: {"skip": True, "date_deadline": "2026-04-01"}},
            records={str(leads[0].id): {self.first.code: {"skip": False}}},
        )
        popup.action_schedule_plan()
        kept, left_out = (lead.plan_run_ids.line_ids[0] for lead in leads)
        self.assertEqual(kept.state, "scheduled")
        self.assertEqual(kept.date_deadline, date(2026, 4, 1))
        self.assertEqual(left_out.state, "skipped")

    def test_changes_of_another_plan(self):
        popup = self._open_on().save()
        popup.plan_overrides = {"0": {"all": {self.first.code: {"skip": True}}}}
        popup.action_schedule_plan()
        self.assertEqual(self.lead.plan_run_ids.line_ids[0].state, "scheduled")

    def test_changes_of_a_step_that_is_gone(self):
        popup = self._open_on().save()
        popup.plan_overrides = self._override(all={self.first.code: {"skip": True}})
        self.first.unlink()
        popup.action_schedule_plan()
        self.assertEqual(len(self.lead.plan_run_ids.line_ids), 4)

    def test_a_changed_step_needs_nobody_else(self):
        """What a person decided in the pop-up counts for its own check, too."""
        self.sales_team_1.user_id = False
        self.first.responsible_type = "team_leader"
        changes = {self.first.code: {"user_id": self.user_colleague.id}}
        popup = self.Schedule.create(
            {
                "res_model": "crm.lead",
                "res_ids": str(self.lead.ids),
                "plan_id": self.plan.id,
                "plan_overrides": self._override(all=changes),
            }
        )
        self.assertFalse(popup.has_error)
        popup.action_schedule_plan()
        line = self.lead.plan_run_ids.line_ids[0]
        self.assertEqual(line.activity_id.user_id, self.user_colleague)

    def test_launched_once(self):
        popup = self._open_on().save()
        popup.action_schedule_plan()
        with self.assertRaises(UserError):
            popup.action_schedule_plan()
        self.assertEqual(len(self.lead.plan_run_ids), 1)

    def test_changes_in_the_background(self):
        leads = self._create_leads(501)
        popup = self._open_on(leads).save()
        popup.plan_overrides = self._override(
            all={self.first.code: {"skip": True}},
            records={str(leads[-1].id): {self.first.code: {"skip": False}}},
        )
        action = popup.action_schedule_plan()
        launch = self.env["mail.activity.plan.launch"].browse(action["res_id"])
        self.assertEqual(launch.record_count, 501)
        self.assertEqual(len(launch.overrides), 501)
        self.assertTrue(launch.overrides[str(leads[0].id)][self.first.code]["skip"])
        self.assertFalse(launch.overrides[str(leads[-1].id)][self.first.code]["skip"])

    def test_background_is_told_before(self):
        leads = self._create_leads(501)
        preview = self._preview(leads)
        self.assertTrue(preview["is_background"])
        self.assertEqual(preview["selected_count"], 501)
        self.assertEqual(preview["record_count"], 500)

    def test_message_stays_short(self):
        leads = self._create_leads(10)
        self._launch(leads[:9])
        popup = self._open_on(leads)
        self.assertTrue(popup.has_warning)
        self.assertEqual(popup.warning.count("<li>"), 6)
        self.assertIn("4 more", popup.warning)

    def test_count_follows_what_is_changed_by_hand(self):
        leads = self._create_leads(2)
        # Its date lies beyond the calendar, unless another one is chosen.
        self.first.write({"delay_count": 999_999_999, "delay_from": "after_plan_date"})
        chosen = {self.first.code: {"date_deadline": PLAN_DATE}}
        popup = self.Schedule.with_context(
            active_model="crm.lead", active_ids=leads.ids
        ).create(
            {
                "plan_id": self.plan.id,
                "plan_overrides": self._override(records={str(leads[0].id): chosen}),
            }
        )
        self.assertTrue(popup.has_warning)
        self.assertEqual(popup.launch_count, 1)
        popup.plan_overrides = self._override(all=chosen)
        self.assertFalse(popup.has_warning)
        self.assertEqual(popup.launch_count, 2)
        popup.plan_overrides = False
        self.assertTrue(popup.has_error)
        self.assertEqual(popup.launch_count, 0)

    def test_nobody_for_a_step_is_told_until_somebody_is_chosen(self):
        self.first.responsible_type = "salesperson"
        self.lead.user_id = False
        self.Schedule = self.Schedule.with_user(self.user_manager)
        popup = self._open_on().save()
        self.assertIn("“Send e-mail” can't be assigned", popup.warning)
        popup.plan_overrides = self._override(
            all={self.first.code: {"user_id": self.user_owner.id}}
        )
        self.assertFalse(popup.has_warning)
        self.assertFalse(popup.warning)

    def test_round_robin_is_no_problem_while_the_team_has_members(self):
        self.first.responsible_type = "round_robin"
        self.third.write(
            {"after_ids": self.second.ids, "responsible_type": "round_robin"}
        )
        self.assertFalse(self._open_on().warning)
        self.assertFalse(any(self._launch().line_ids.mapped("reason")))
        self.sales_team_1.crm_team_member_ids.active = False
        lead = self._create_lead("Nobody left")
        warning = self._open_on(lead).warning
        self.assertIn("“Send e-mail” can't be assigned", warning)
        self.assertIn("“Create quotation” can't be assigned", warning)

    # No plan

    def test_model_without_a_plan(self):
        self.env["mail.activity.plan"].search(
            [("res_model", "=", "res.partner")]
        ).active = False
        popup = self._open(self.partner, plan_mode=True)
        self.assertTrue(popup.has_no_plan)
        self.assertFalse(popup.can_create_plan)
        self.assertFalse(self._open(self.partner).has_no_plan)
        self.assertFalse(self._open(self.lead, plan_mode=True).has_no_plan)

    def test_who_may_make_the_first_plan(self):
        popup = (
            self.Schedule.with_user(self.user_system)
            .with_context(
                active_model="res.partner",
                active_ids=self.partner.ids,
                plan_mode=True,
            )
            .create({})
        )
        self.assertTrue(popup.can_create_plan)
        action = popup.action_create_plan()
        self.assertEqual(action["context"], {"default_res_model": "res.partner"})
        self.env["mail.activity.plan"].with_user(self.user_system).create(
            {
                "name": "First",
                "res_model": "res.partner",
                "template_ids": [Command.create(self._step(self.type_call, "Call"))],
            }
        )
        self.assertFalse(self._open(self.partner, plan_mode=True).has_no_plan)

    # Queries

    def _count_queries(self, function, *args, **kwargs):
        self.env.flush_all()
        self.env.invalidate_all()
        before = sql_db.sql_counter
        function(*args, **kwargs)
        return sql_db.sql_counter - before

    def test_queries(self):
        self.first.responsible_type = "salesperson"
        leads = self._create_leads(60)
        self._launch(leads[50:])
        self._preview(leads)
        one = self._count_queries(self._preview, leads[49:51])
        many = self._count_queries(self._preview, leads)
        self.assertLessEqual(many, one + 3)
        self.assertLess(many, 80)

    def test_queries_of_the_popup(self):
        leads = self._create_leads(60)
        self._open_on(leads)
        one = self._count_queries(self._open_on, leads[:2])
        many = self._count_queries(self._open_on, leads)
        self.assertLessEqual(many, one + 3)
