# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo.fields import Date
from odoo.tests import tagged

from .tour_common import TourCase


@tagged("post_install", "-at_install")
class TestRunTimelineTours(TourCase):
    """A plan is followed, and driven, from the lead's form."""

    def test_timeline(self):
        run = self._start_on_branches("crm_activity_plus_timeline")
        self.assertEqual(run.lead_id.name, "Factory B")
        self.assertEqual(run.state, "stopped")
        self.assertEqual(run.stop_note, "They have moved away")
        events = self.env["mail.activity.log"].search(
            [("run_id", "=", run.id), ("run_line_id", "=", False)], order="id"
        )
        self.assertEqual(
            events.mapped("event"),
            ["launched", "paused", "resumed", "done", "restarted", "stopped"],
        )
        self.assertEqual(events.user_id, self.salesperson)

    def test_launch(self):
        plan = self._create_branches()
        [lead] = self._create_leads("Factory A")
        self.start_tour(
            self._get_url(lead),
            "crm_activity_plus_timeline_launch",
            login="tour_salesperson",
        )
        self.assertEqual(lead.plan_run_ids.plan_id, plan)

    def test_stale(self):
        """Somebody else was faster."""
        run = self._start_on_branches("crm_activity_plus_timeline_stale")
        self.assertEqual(run.state, "stopped")


@tagged("post_install", "-at_install")
class TestNoNextStepTours(TourCase):
    """Nobody is forgotten."""

    def _schedule(self, lead):
        lead.activity_schedule("mail.mail_activity_data_todo", summary="Something")

    def test_no_next_step(self):
        leads = self._create_leads("Factory A", "Factory B", "Factory C")
        self._schedule(leads[2])
        self.start_tour(
            "/odoo", "crm_activity_plus_no_next_step", login="tour_salesperson"
        )
        self.assertEqual(
            leads.activity_ids.mapped("summary"),
            ["Call them", "Write to them", "Something"],
        )

    def test_card(self):
        leads = self._create_leads("Factory A", "Factory B", "Factory C")
        self._schedule(leads[1])
        self._create_branches().with_user(self.salesperson).launch(
            leads[2].ids, Date.today() - timedelta(days=3)
        )
        self.start_tour(
            "/odoo/action-crm.crm_lead_action_pipeline",
            "crm_activity_plus_no_next_step_card",
            login="tour_salesperson",
        )
        self.assertEqual(leads[0].activity_ids.summary, "Call them")
