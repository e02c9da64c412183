# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from .common import CrmActivityPlusCommon
from .test_launch_queries import ORM_BATCH_SIZES, SLACK


@tagged("crm_activity_plus", "crm_activity_plus_perf")
@freeze_time("2026-03-10 10:00:00")
class TestBulkQueries(CrmActivityPlusCommon):
    """What is done with 200 activities at once costs as many queries as with 20."""

    def setUp(self):
        super().setUp()
        for name, size in ORM_BATCH_SIZES.items():
            self.startPatcher(patch(f"odoo.orm.models.{name}", size))

    def _make_alone(self, count):
        """:returns: activities of no plan, on a record each"""
        activities = self._create_leads(count).activity_schedule(
            activity_type_id=self.type_call.id, user_id=self.user_owner.id
        )
        self.assertEqual(len(activities), count)
        return activities

    def _make_steps(self, count):
        """:returns: activities of running plans, five on each record"""
        runs = self._launch(self._create_leads(count // 5))
        activities = runs.sudo().line_ids.activity_id
        self.assertEqual(len(activities), count)
        return activities

    def _count_queries(self, activities, mode, **values):
        wizard = self.env["mail.activity.bulk"].with_user(self.user_owner)
        wizard = wizard.with_context(
            active_model="mail.activity",
            active_ids=activities.ids,
            default_mode=mode,
        )
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        wizard = wizard.create(values)
        wizard.action_apply()
        self.env.flush_all()
        self.assertEqual(wizard.done_count, len(activities))
        return self.cr.sql_log_count - before

    def assertConstant(self, make):
        for mode, values in (
            ("reassign", {"user_id": self.user_manager.id}),
            ("reschedule", {"date_deadline": "2026-04-01"}),
            ("hold", {"hold_until": "2026-03-20"}),
            ("cancel", {}),
        ):
            with self.subTest(mode):
                # What is cached for good is cached now.
                self._count_queries(make(5), mode, **values)
                few, many = (
                    self._count_queries(make(count), mode, **values)
                    for count in (20, 200)
                )
                self.assertLessEqual(many, few + SLACK)

    def test_activities_of_no_plan(self):
        self.assertConstant(self._make_alone)

    def test_steps(self):
        self.assertConstant(self._make_steps)
