# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo.fields import Date
from odoo.tests import tagged

from .test_activity_tours import ActivityTourCase


@tagged("post_install", "-at_install")
class TestNextStepTour(ActivityTourCase):
    """The top of a lead's form, in a real browser."""

    def test_next_step(self):
        self.env["mail.activity.outcome"].create(
            {
                "name": "Reached",
                "code": "next_reached",
                "activity_type_ids": self.call.ids,
            }
        )
        today = Date.today()
        first = self._schedule(
            summary="Call them", date_deadline=today - timedelta(days=1)
        )
        second = self._schedule(
            summary="Write to them", date_deadline=today + timedelta(days=3)
        )
        self._start_on_lead("crm_activity_plus_next_step")
        self.assertEqual((first + second).mapped("status"), ["done", "done"])
        self.assertTrue(self.lead.has_no_next_step)
