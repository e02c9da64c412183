# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import inspect
import json

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.tests.garbage import DOMAINS, GARBAGE
from odoo.addons.crm_activity_plus.tests.rpc_common import RpcCase

from .series_common import SeriesCase

ADDON = "odoo.addons.crm_activity_plus_automation."
# What people type of a series.
TYPED = ("domain", "rrule", "count", "day", "interval", "horizon_days", "daily_limit")
TYPED += ("date_start", "date_until", "rrule_type", "end_type", "plan_id", "is_spread")


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestGarbage(RpcCase, SeriesCase):
    """Whatever a program sends to a method, it gets an answer or a sentence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls._create_key(cls.user_system)
        series = cls._create_series(cls.user_system, date_start="2030-01-01")
        rule = cls.env["mail.activity.plan.rule"].create({"plan_id": cls.plan.id})
        records = (series, rule, cls._launch().line_ids[0], cls.plan)
        cls.records = {record._name: record for record in records}
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.failures = []

    def _find_methods(self):
        """:returns: model and name of each public method that is this addon's alone"""
        for name, model in sorted(self.env.registry.models.items()):
            own, others = set(), set()
            for cls in model.mro():
                found = own if cls.__module__.startswith(ADDON) else others
                # The class that the registry makes has methods of no addon.
                if cls.__module__.startswith(("odoo.addons", "odoo.orm")):
                    found.update(n for n, f in vars(cls).items() if callable(f))
            for method in sorted(own - others):
                is_private = getattr(getattr(model, method), "_api_private", False)
                if not method.startswith("_") and not (is_private or model._abstract):
                    yield name, method

    def _call(self, model, method, **body):
        function = getattr(self.env.registry[model], method)
        if not getattr(function, "_api_model", False):
            body.setdefault("ids", self.records[model].ids)
        savepoint = self.env.cr.savepoint()
        try:
            with mute_logger("odoo.http", "odoo.sql_db", "werkzeug"):
                response = self.url_open(
                    f"/json/2/{model}/{method}",
                    data=json.dumps(body),
                    headers={
                        "Authorization": f"bearer {self.key}",
                        "Content-Type": "application/json",
                    },
                )
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
        if response.status_code >= 500:
            sent = f"{model}/{method} {str(body)[:200]}"
            self.failures.append(ascii((sent, response.text[-600:])))
        return response

    def assertNothingIsWrong(self):
        self.assertEqual(len(self.failures), 0, "\n".join(self.failures))

    def test_every_argument(self):
        methods = list(self._find_methods())
        self.assertIn(("mail.activity.plan.recurrence", "action_start"), methods)
        for model, method in methods:
            self._call(model, method)
            signature = inspect.signature(getattr(self.env.registry[model], method))
            for name in list(signature.parameters)[1:]:
                for value in GARBAGE:
                    self._call(model, method, **{name: value})
        self.assertNothingIsWrong()

    def test_records(self):
        """None, several, the same twice, and ones that are gone or never were."""
        for model, method in self._find_methods():
            own = self.records[model].ids
            for ids in ([], [2**30], own * 2, [*own, 2**30], [1, 2, 3]):
                self._call(model, method, ids=ids)
        self.assertNothingIsWrong()

    def test_what_people_type(self):
        """In the form, and by a program that starts it at once."""
        series = "mail.activity.plan.recurrence"
        for name in TYPED:
            for value in [*GARBAGE, *(map(str, DOMAINS) if name == "domain" else ())]:
                if isinstance(value, (str, int, float, bool)) or value is None:
                    self._call(series, "write", vals={name: value})
        self.assertNothingIsWrong()
