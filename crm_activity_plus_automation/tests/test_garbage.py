# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.garbage import DOMAINS, GARBAGE
from odoo.addons.crm_activity_plus.tests.rpc_garbage_common import RpcGarbageCase

from .series_common import SeriesCase

# What people type of a series.
TYPED = ("domain", "rrule", "count", "day", "interval", "horizon_days", "daily_limit")
TYPED += ("date_start", "date_until", "rrule_type", "end_type", "plan_id", "is_spread")


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestGarbage(RpcGarbageCase, SeriesCase):
    addon = "crm_activity_plus_automation"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls._create_key(cls.user_system)
        series = cls._create_series(cls.user_system, date_start="2030-01-01")
        rule = cls.env["mail.activity.plan.rule"].create({"plan_id": cls.plan.id})
        records = (series, rule, cls._launch().line_ids[0], cls.plan)
        cls.records = {record._name: record for record in records}
        cls.env.flush_all()

    def test_methods(self):
        methods = list(self._find_methods())
        self.assertIn(("mail.activity.plan.recurrence", "action_start"), methods)
        for model, method in methods:
            self._call_with_garbage(model, method)
        self.assertNothingIsWrong()

    def test_what_people_type(self):
        """In the form, and by a program that starts it at once."""
        series = "mail.activity.plan.recurrence"
        for name in TYPED:
            for value in [*GARBAGE, *(map(str, DOMAINS) if name == "domain" else ())]:
                if isinstance(value, (str, int, float, bool)) or value is None:
                    self._call(series, "write", vals={name: value})
        self.assertNothingIsWrong()
