# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo.fields import Date
from odoo.tests import tagged

from .tour_common import TourCase


@tagged("post_install", "-at_install")
class TestTours(TourCase):
    """What people do in the web client, in a real browser."""

    def test_warnings_are_seen(self):
        """The other tests of this class would notice a warning."""
        with self.assertRaisesRegex(AssertionError, "beware"):
            with self._assert_no_warnings():
                self.browser_js(
                    "/web/login",
                    "console.warn('beware'); console.log('test successful');",
                )

    def test_type_create(self):
        self.start_tour("/odoo", "crm_activity_plus_type_create", login="tour_admin")
        activity_type = self.env["mail.activity.type"].search(
            [("name", "=", "Plant Tour")]
        )
        self.assertEqual(activity_type.code, "plant_tour")
        self.assertEqual(activity_type.applies_to_ids.model, "crm.lead")
        self.assertEqual(activity_type.default_duration, 1.5)
        self.assertEqual(activity_type.summary, "Show the plant")
        self.assertEqual(activity_type.icon, "fa-truck")

    def test_type_delete(self):
        activity_type = self.env["mail.activity.type"].create(
            {"name": "Site Inspection"}
        )
        [lead] = self._create_leads("Factory A")
        activity = lead.activity_schedule(
            activity_type_id=activity_type.id,
            summary="Inspect the roof",
            user_id=self.salesperson.id,
        )
        self.start_tour("/odoo", "crm_activity_plus_type_delete", login="tour_admin")
        self.assertTrue(activity.exists())
        self.assertEqual(activity.activity_type_id, activity_type)
        self.assertTrue(activity_type.deleted)
        self.start_tour(
            self._get_url(lead),
            "crm_activity_plus_type_deleted",
            login="tour_salesperson",
        )
        self.assertEqual(activity.status, "done")
        self.assertEqual(activity.activity_type_id, activity_type)

    def test_plan_create(self):
        self._create_leads("Factory A")
        self.start_tour("/odoo", "crm_activity_plus_plan_create", login="tour_admin")
        plan = self.env["mail.activity.plan"].search([("name", "=", "Win Them Over")])
        self.assertEqual(plan.code, "win_them_over")
        self.assertEqual(plan.res_model, "crm.lead")
        first, second, third = plan.template_ids
        self.assertEqual(first.summary, "Collect the needs")
        self.assertEqual(second.activity_type_id.name, "Workshop")
        self.assertEqual(second.activity_type_id.code, "workshop")
        self.assertEqual(second.summary, "Hold a workshop")
        self.assertEqual(third.activity_type_id.code, "webinar")
        self.assertEqual(third.delay_count, 3)
        self.assertEqual(third.after_ids, first)
        self.assertEqual(len(set(plan.template_ids.mapped("code"))), 3)

    def test_launch(self):
        self._create_plan()
        [lead] = self._create_leads("Factory A")
        self.start_tour(
            self._get_url(lead), "crm_activity_plus_launch", login="tour_salesperson"
        )
        run = lead.plan_run_ids
        due = date(Date.today().year + 1, 3, 20)
        self.assertEqual(run.plan_date, due)
        self.assertEqual(run.user_id, self.salesperson)
        self.assertEqual(
            [(line.state, (line.date_deadline - due).days) for line in run.line_ids],
            [("scheduled", -2), ("scheduled", 3), ("waiting", 5)],
        )
        self.assertEqual(lead.activity_ids, run.line_ids.activity_id)

    def test_launch_on_selection(self):
        plan = self._create_plan()
        leads = self._create_leads("Factory A", "Factory B", "Factory C", "Factory D")
        self.start_tour(
            "/odoo/action-crm.crm_lead_opportunities?view_type=list",
            "crm_activity_plus_launch_on_selection",
            login="tour_salesperson",
        )
        self.assertEqual(
            [lead.plan_run_ids.plan_id for lead in leads],
            [plan, plan, plan, self.env["mail.activity.plan"]],
        )
        self.assertEqual(leads.mapped("plan_run_count"), [1, 1, 1, 0])

    def test_complete_step(self):
        plan = self._create_plan()
        [lead] = self._create_leads("Factory A")
        plan.with_user(self.salesperson).launch(lead.ids)
        self.start_tour(
            self._get_url(lead),
            "crm_activity_plus_complete_step",
            login="tour_salesperson",
        )
        run = lead.plan_run_ids
        self.assertEqual(
            run.line_ids.mapped("state"), ["scheduled", "done", "scheduled"]
        )
        self.assertAlmostEqual(run.progress, 100 / 3, delta=0.5)
        self.assertEqual(run.line_ids[1].done_by_id, self.salesperson)

    def test_outcome(self):
        run = self._start_on_branches("crm_activity_plus_outcome")
        self.assertEqual(run.line_ids.mapped("state"), ["done", "scheduled", "skipped"])
        self.assertEqual(run.line_ids[0].outcome_id.name, "Interested")
        self.assertEqual(run.line_ids[0].done_by_id, self.salesperson)

    def test_retry(self):
        run = self._start_on_branches("crm_activity_plus_retry")
        self.assertEqual(run.line_ids[0].attempt, 2)
        self.assertEqual(
            run.line_ids.mapped("state"), ["scheduled", "waiting", "waiting"]
        )

    def test_pause(self):
        run = self._start_on_branches("crm_activity_plus_pause")
        self.assertEqual(run.state, "running")
        events = self.env["mail.activity.log"].search([("run_id", "=", run.id)])
        self.assertIn("paused", events.mapped("event"))
        self.assertIn("resumed", events.mapped("event"))
        self.assertEqual(run.line_ids[0].activity_id.status, "new")
