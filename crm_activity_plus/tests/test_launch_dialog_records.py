# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from freezegun import freeze_time
from lxml import html

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .launch_dialog_common import LaunchDialogCase


@tagged("crm_activity_plus")
@freeze_time("2026-03-02 12:00:00")
class TestLaunchDialogRecords(LaunchDialogCase):
    """Records that are left out of a launch, or that change before it."""

    # Records that are left out

    def _leave_out(self, popup, records):
        popup.plan_left_out = {str(self.plan.id): records.ids}

    def test_left_out_in_the_preview(self):
        leads = self._create_leads(3)
        self._launch(leads[2])
        preview = self._preview(leads, left_out=leads[0].ids)
        self.assertEqual(preview["selected_count"], 3)
        self.assertEqual(preview["record_count"], 3)
        self.assertEqual(preview["left_out_count"], 1)
        self.assertEqual(preview["skipped_count"], 1)
        left_out, launched, _running = preview["records"]
        self.assertTrue(left_out["is_left_out"])
        self.assertEqual(left_out["display_name"], leads[0].name)
        self.assertFalse(left_out["steps"])
        self.assertFalse(launched["is_left_out"])
        self.assertEqual(len(launched["steps"]), 5)

    def test_left_out_among_the_skipped_ones(self):
        leads = self._create_leads(4)
        self._launch(leads[3])
        preview = self._preview(leads, left_out=leads[1].ids, only_skipped=True)
        self.assertEqual(
            [row["res_id"] for row in preview["records"]], (leads[1] + leads[3]).ids
        )
        self.assertEqual(preview["row_count"], 2)

    def test_left_out_makes_no_work(self):
        leads = self._create_leads(3)
        before = sum(row["planned"] for row in self._preview(leads)["load"])
        after = sum(
            row["planned"]
            for row in self._preview(leads, left_out=leads[0].ids)["load"]
        )
        self.assertEqual((before, after), (15, 10))

    def test_all_are_left_out_in_the_preview(self):
        preview = self._preview(left_out=self.lead.ids)
        self.assertFalse(preview["error"])
        self.assertFalse(preview["steps"])
        self.assertFalse(preview["load"])

    def test_left_out_is_not_launched(self):
        leads = self._create_leads(3)
        popup = self._open_on(leads).save()
        self.assertEqual(popup.launch_count, 3)
        popup.plan_overrides = self._override(
            records={str(leads[0].id): {self.first.code: {"skip": True}}},
        )
        self._leave_out(popup, leads[0])
        self.assertEqual(popup.launch_count, 2)
        action = popup.action_schedule_plan()
        self.assertFalse(leads[0].plan_run_ids)
        self.assertFalse(leads[0].activity_ids)
        self.assertEqual(leads.mapped("plan_run_count"), [0, 1, 1])
        # It is not skipped: nothing is wrong with it.
        self.assertEqual(action["domain"], [("id", "in", leads[1:].ids)])

    def test_left_out_for_another_plan(self):
        popup = self._open_on().save()
        popup.plan_left_out = {"0": self.lead.ids}
        popup.action_schedule_plan()
        self.assertEqual(len(self.lead.plan_run_ids), 1)

    def test_left_out_has_no_say(self):
        """Neither what is wrong with it nor its company is in the way."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.user_owner.company_ids += company
        leads = self._create_leads(2)
        leads[1].with_context(allowed_company_ids=company.ids).write(
            {"team_id": False, "company_id": company.id}
        )
        popup = self._open_on(leads)
        self.assertIn("the same company", popup.error)
        self.assertEqual(popup.launch_count, 0)
        popup = self.Schedule.create(
            {
                "res_model": "crm.lead",
                "res_ids": str(leads.ids),
                "plan_id": self.plan.id,
                "plan_left_out": {str(self.plan.id): leads[1].ids},
            }
        )
        self.assertFalse(popup.has_error)
        self.assertEqual(popup.launch_count, 1)
        popup.action_schedule_plan()
        self.assertEqual(leads.mapped("plan_run_count"), [1, 0])

    def test_skipped_ones_are_not_counted(self):
        leads = self._create_leads(3)
        self._launch(leads[0])
        popup = self._open_on(leads)
        self.assertEqual(popup.launch_count, 2)

    def test_names_are_no_html(self):
        """Whatever somebody called a plan, a step, a record, or a person."""
        name = "<b>R&D</b> <!-- <textarea> <ul><li>“Fake”</li></ul> <script>"
        self.plan.name = self.first.summary = self.lead.name = name
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.user_owner.company_ids += company
        leads = self._create_leads(2)
        leads[1].with_context(allowed_company_ids=company.ids).write(
            {"team_id": False, "company_id": company.id}
        )
        popup = self._open_on(leads)
        self.assertIn("The records must belong to the same company", popup.error)
        self.assertShown(name, popup.error)
        self._launch()
        popup = self._open_on()
        self.assertIn("already running", popup.error)
        self.assertShown(name, popup.error)
        popup = self._open_on(self.lead + self._create_lead("Other"))
        self.assertIn("already running", popup.warning)
        self.assertShown(name, popup.warning)
        self.first.write(
            {"responsible_type": "other", "responsible_id": self.user_colleague.id}
        )
        self.user_colleague.active = False
        popup = self._open_on(self._create_lead("Other"))
        self.assertShown(name, popup.error)
        popup = self._open_on(self._create_leads(1))
        popup.plan_date = "9999-12-31"
        self.assertShown(name, popup.error)

    def assertShown(self, text, message):
        """It is shown as it was typed, and nothing of it is a tag."""
        tree = html.fromstring(f"<div>{message}</div>")
        self.assertIn(" ".join(text.split()), " ".join(tree.text_content().split()))
        tags = {element.tag for element in tree.iter()}
        self.assertLessEqual(tags, {"div", "p", "ul", "li"})

    def test_all_are_left_out(self):
        leads = self._create_leads(2)
        popup = self._open_on(leads).save()
        self._leave_out(popup, leads)
        self.assertTrue(popup.has_error)
        self.assertIn("All records are skipped", popup.error)
        self.assertEqual(popup.launch_count, 0)
        with self.assertRaisesRegex(UserError, "All records are skipped"):
            popup.action_schedule_plan()
        self._leave_out(popup, leads[0])
        self.assertFalse(popup.has_error)
        popup.action_schedule_plan()
        self.assertEqual(leads.mapped("plan_run_count"), [0, 1])

    def test_single_activity_knows_no_left_out_records(self):
        leads = self._create_leads(2)
        popup = self._open(leads).save()
        self._leave_out(popup, leads[0])
        popup.action_schedule_activities()
        self.assertEqual([len(lead.activity_ids) for lead in leads], [1, 1])

    def test_as_many_are_left_as_are_launched_on_at_once(self):
        leads = self._create_leads(502)
        preview = self._preview(leads, left_out=leads[0].ids)
        self.assertTrue(preview["is_background"])
        self.assertEqual(preview["record_count"], 501)
        preview = self._preview(leads, left_out=leads[:2].ids)
        self.assertFalse(preview["is_background"])
        self.assertEqual(preview["record_count"], 502)
        popup = self._open_on(leads).save()
        self._leave_out(popup, leads[0])
        self.assertEqual(popup.launch_count, 501)
        action = popup.action_schedule_plan()
        launch = self.env["mail.activity.plan.launch"].browse(action["res_id"])
        self.assertEqual(launch.res_ids, leads[1:].ids)

    # What happens meanwhile

    def test_record_deleted_meanwhile(self):
        lead = self._create_lead("Soon gone")
        popup = self._open_on(lead)
        lead.unlink()
        with self.assertRaisesRegex(UserError, "deleted"):
            popup.save()

    def test_one_of_several_deleted_meanwhile(self):
        leads = self._create_leads(2)
        popup = self._open_on(leads)
        leads[1].unlink()
        action = popup.save().action_schedule_plan()
        self.assertEqual(len(leads[0].plan_run_ids), 1)
        self.assertEqual(action["params"]["type"], "warning")

    def test_lead_lost_or_won_meanwhile(self):
        for close, word in (("action_set_lost", "lost"), ("action_set_won", "won")):
            with self.subTest(word):
                lead = self._create_lead("Soon closed")
                popup = self._open_on(lead).save()
                getattr(lead, close)()
                with self.assertRaisesRegex(UserError, f"is {word}"):
                    popup.action_schedule_plan()
                self.assertFalse(lead.plan_run_ids)
                [row] = self._preview(lead)["records"]
                self.assertIn(f"is {word}", row["skip_reason"])
                # Another plan may be for these.
                self.plan[f"exit_on_{word}"] = False
                popup.action_schedule_plan()
                self.assertEqual(len(lead.plan_run_ids), 1)

    def test_record_archived_meanwhile(self):
        plan = self._create_plan(
            "For contacts", self._step(self.type_call, "Call"), res_model="res.partner"
        )
        partners = self.env["res.partner"].create([{"name": "A"}, {"name": "B"}])
        popup = self._open(partners).save()
        popup.plan_id = plan
        partners[0].active = False
        action = popup.action_schedule_plan()
        self.assertIn("is archived", action["params"]["message"])
        self.assertFalse(partners[0].activity_ids)
        self.assertEqual(len(partners[1].activity_ids), 1)

    def test_rights_taken_away_meanwhile(self):
        popup = self._open_on().save()
        self.lead.user_id = self.user_colleague
        with self.assertRaises(UserError):
            popup.action_schedule_plan()
        self.assertFalse(self.lead.plan_run_ids)

    def test_activity_on_a_deleted_record(self):
        lead = self._create_lead("Soon gone")
        popup = self._open(lead)
        lead.unlink()
        with self.assertRaisesRegex(ValidationError, "deleted"):
            popup.save()

    def test_activity_where_one_of_several_was_deleted(self):
        leads = self._create_leads(2)
        popup = self._open(leads)
        leads[1].unlink()
        popup.save().action_schedule_activities()
        self.assertEqual(len(leads[0].activity_ids), 1)
