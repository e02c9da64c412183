# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hypothesis

from odoo.tests import tagged

from .guarantees_common import GuaranteesCase, plans
from .plan_file_common import PlanFileMixin
from .properties import given


@tagged("post_install", "-at_install")
class TestPlanFileRoundTrip(PlanFileMixin, GuaranteesCase):
    """Whatever a plan is, nothing of it is lost on its way through a file."""

    @given(
        plans,
        max_examples=15,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    def test_round_trip(self, plan):
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            document = self._export(self._make_plan(plan))
            # Here, all that it needs is there; elsewhere, nothing is but the action.
            again = self._import(document)
            again.code = "again"
            told = self._export(again)
            told["plans"][0]["code"] = document["plans"][0]["code"]
            self.assertEqual(told, document)
            self._move_to_other_database()
            self.assertEqual(self._export(self._import(document)), document)
        finally:
            self.env.cr.flush()
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.invalidate_all()
            self.env.registry.clear_all_caches()
