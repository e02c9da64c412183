# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

from odoo.tests import new_test_user

from odoo.addons.crm_activity_plus.tests.tour_common import TourCase

from .level_common import LevelCase


class TestFollowupTour(TourCase, LevelCase):
    """From the levels to the last click on a statement, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.name = "Tour Follow-up"
        cls.accountant = new_test_user(
            cls.env,
            "tour_accountant",
            "account.group_account_manager",
            company_id=cls.env.company.id,
            email="accountant@example.com",
            tz="UTC",
        )

    def _go_to(self, day):
        """The browser has a clock of its own."""
        self.today = date.today()

    def test_followup(self):
        other = self._create_customer("Ready Mat")
        for customer in (self.customer, other):
            self._invoice(100, 20, customer)
        self._start("crm_activity_plus_followup_levels")
        self._run_job()
        self._start("crm_activity_plus_followup")
        run = self.customer.followup_run_id
        first = run.line_ids.sorted("sequence")[0]
        self.assertEqual(first.state, "done")
        self.assertTrue(
            first.followup_printed and first.followup_sent and first.followup_handled
        )
        self.assertStatus("waiting", self.first)
        self.assertStatus("waiting", self.first, other)
        self.assertEqual(other.followup_next_date, self.today + timedelta(days=14))

    def _start(self, tour):
        self.start_tour("/odoo", tour, login="tour_accountant")
        self.env.invalidate_all()
