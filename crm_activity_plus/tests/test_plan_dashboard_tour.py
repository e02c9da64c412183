# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo.fields import Date
from odoo.tests import tagged

from .tour_common import TourCase


@tagged("post_install", "-at_install")
class TestPlanDashboardTour(TourCase):
    """The dashboard and the reports, in a real browser."""

    def test_plan_dashboard(self):
        team = self.env["crm.team"].create(
            {"name": "Dashboard Tour Team", "company_id": False}
        )
        leads = self._create_leads("Factory A", "Factory B")
        leads.team_id = team
        self.env["crm.team.member"].create(
            {"user_id": self.salesperson.id, "crm_team_id": team.id}
        )
        self._create_plan().with_user(self.manager).launch(
            leads[:1].ids,
            plan_date=Date.today() + timedelta(days=1),
            responsible_id=self.salesperson.id,
        )
        self.start_tour(
            "/odoo", "crm_activity_plus_plan_dashboard", login=self.manager.login
        )
