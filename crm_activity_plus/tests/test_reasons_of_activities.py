# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command, Date
from odoo.tests import freeze_time, tagged

from ..engine.reasons import reason_error
from ..tools.reasons import Reason
from .reasons_common import ENGINE, StoredReasonsCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestReasonsOfActivities(StoredReasonsCase):
    """What is stored about activities, people and launches."""

    # ------------------------------------------------------------
    # Activities
    # ------------------------------------------------------------

    def test_holds(self):
        first, second, third = (self._schedule() for _number in range(3))
        first.action_start()
        first.action_hold(None, "Vacances")
        first.action_resume()
        tomorrow = Date.context_today(first) + timedelta(days=1)
        second.action_hold(str(tomorrow))
        with freeze_time(tomorrow + timedelta(days=2)):
            self._run_cron("ir_cron_end_holds")
        self.assertEqual(second.status, "new")
        third.date_deadline = "2001-01-01"
        third._gc_delete_old_overdue_activities()
        self.assertFalse(third.exists())
        self.assertOnlyCodes("cleaned_up", "hold_over", "started", typed=["Vacances"])

    def test_meetings(self):
        activity = self._schedule(activity_type_id=self.type_meeting.id)
        event = self.env["calendar.event"].create(
            {
                "name": "Meeting",
                "start": "2090-05-01 10:00:00",
                "stop": "2090-05-01 11:00:00",
                "activity_ids": [Command.set(activity.ids)],
            }
        )
        event.unlink()
        self.assertEqual(activity.status, "cancelled")
        self.assertOnlyCodes("meeting_deleted")

    def test_people_who_leave(self):
        leads = self._create_leads(2, user_id=self.user_colleague.id)
        self._launch(leads, self.short_plan, user=self.user_manager)
        self.user_colleague.company_ids += self.other_company
        self.user_colleague.write(
            {
                "company_id": self.other_company.id,
                "company_ids": [Command.unlink(self.company_main.id)],
            }
        )
        self._launch(plan=self.short_plan)
        self.user_owner.with_user(self.user_system).active = False
        external = self._create_user("Eva", "sales_team.group_sale_salesman")
        gone = self._create_user("Gustav", "sales_team.group_sale_salesman")
        for user in external + gone:
            lead = self._create_lead(user.name, user_id=user.id)
            self._launch(lead, self.short_plan, user=self.user_manager)
        external.write(
            {"group_ids": [Command.set(self.env.ref("base.group_portal").ids)]}
        )
        gone.unlink()
        self.assertOnlyCodes(
            "assignee_archived",
            "assignee_deleted",
            "assignee_elsewhere",
            "assignee_external",
        )
        [row, *_rows] = self._find_new("mail.activity.log").filtered(
            lambda row: row.reason_code == "assignee_deleted"
        )
        self.assertEqual(row.with_context(lang="en_US").reason, "Gustav was deleted.")

    # ------------------------------------------------------------
    # Launches in the background, and dates
    # ------------------------------------------------------------

    def test_launches_in_the_background(self):
        leads = self._create_leads(5)
        self._launch(leads[0], self.short_plan)
        leads[1].action_set_lost()
        leads[2].user_id = self.user_colleague
        self.startPatcher(patch(f"{ENGINE}.launcher.LAUNCH_BATCH_SIZE", 3))
        owner_plan = self.short_plan.with_user(self.user_owner)
        for _number in range(2):
            owner_plan.launch(leads.ids)
        leads[3].unlink()
        self._run_cron("ir_cron_launch_plans")
        self.assertOnlyCodes(
            "plan_running", "record_lost", "record_missing", "record_unreadable"
        )
        launch = self._find_new("mail.activity.plan.launch")[0]
        english = launch.with_user(self.user_owner).with_context(lang="en_US")
        self.assertIn("is already running here", str(english.skipped))
        self.assertIn("was deleted", english.skipped_reasons)
        self.assertIn("«FR»", str(launch.with_user(self.user_owner).skipped))
        self.user_owner.active = False
        (leads[0] + leads[4]).plan_run_ids._stop("manual")
        launch.write({"state": "pending", "processed_count": 0})
        self._run_cron("ir_cron_launch_plans")
        self.assertEqual(launch.state, "failed")
        self.assertIn("is archived", launch.with_context(lang="en_US").error)
        self.assertOnlyCodes("launcher_archived")

    def test_days_off(self):
        self.short_plan.deadline_policy = "working_days"
        self.short_plan.template_ids[1].delay_count = 6
        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": name,
                    "date_from": f"2026-03-{day} 00:00:00",
                    "date_to": f"2026-03-{day} 23:00:00",
                    "company_id": self.company_main.id,
                    "calendar_id": self.company_main.resource_calendar_id.id,
                }
                for name, day in ((False, "10"), ("Carnaval", "11"))
            ]
        )
        run = self._launch(plan=self.short_plan, plan_date="2026-03-06")
        line = run.line_ids[1].with_user(self.user_owner)
        self.assertEqual(
            self._read_days_off(line.with_context(lang="en_US")),
            ["weekend", "time off", "Carnaval", "weekend"],
        )
        self.assertEqual(
            self._read_days_off(line),
            ["«FR» weekend", "«FR» time off", "Carnaval", "«FR» weekend"],
        )
        line.activity_id.date_deadline = "2026-04-01"
        explanation = line.date_explanation["before"]
        self.assertEqual(explanation["skipped"][0]["reason"], "«FR» weekend")
        self.assertOnlyCodes()

    def _read_days_off(self, line):
        [values] = line.read(["date_explanation"])
        explanation = values["date_explanation"]
        self.assertEqual(explanation, line.date_explanation)
        [timeline] = line.run_id.get_timeline()
        step = timeline["steps"][1]
        self.assertEqual(step["date_explanation"], explanation)
        plan = line.run_id.plan_id
        answer = plan.preview(self._create_lead("Preview").ids, plan_date="2026-03-06")
        previewed = answer["records"][0]["lines"][1]["explanation"]
        self.assertEqual(previewed, explanation)
        return [row["reason"] for row in explanation["skipped"]]

    # ------------------------------------------------------------
    # Errors
    # ------------------------------------------------------------

    def test_errors_are_those_of_odoo(self):
        """The web client knows them by their names."""
        error = reason_error(self.env, Reason("plan_paused"))
        self.assertIs(type(error), UserError)
        self.short_plan.active = False
        with self.assertRaises(UserError) as caught:
            self._launch(plan=self.short_plan)
        self.assertIs(type(caught.exception), UserError)
        self.assertIn("«FR»", str(caught.exception))
