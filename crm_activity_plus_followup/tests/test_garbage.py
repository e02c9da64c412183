# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import inspect
import json

from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.tests.garbage import GARBAGE
from odoo.addons.crm_activity_plus.tests.rpc_common import RpcCase

from .level_common import LevelCase

ADDON = "odoo.addons.crm_activity_plus_followup."


class TestGarbage(RpcCase, LevelCase):
    """Whatever a program sends to a method, it gets an answer or a sentence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls._create_key(
            new_test_user(
                cls.env,
                "accountant",
                "account.group_account_manager",
                company_id=cls.env.company.id,
            )
        )

    def setUp(self):
        super().setUp()
        self.failures = []
        item = self._get_receivable(self._invoice(100, 20))
        self._run_job()
        reminder = self.env["followup.reminder"].create(
            {"partner_ids": self.customer.ids}
        )
        rows = self.env["followup.customer"].search([])
        records = (self.customer, item, reminder, rows)
        self.records = {record._name: record for record in records}
        self.env.flush_all()

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
                if not method.startswith("_"):
                    yield name, method

    def _call(self, model, method, **body):
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

    def test_methods(self):
        count = 0
        for model, method in self._find_methods():
            response = self._call(model, method)
            self.assertIn(response.status_code, (200, 422), response.text)
            function = getattr(self.env.registry[model], method)
            own = self.records[model].ids
            for ids in ([], [2**30], own * 2, [*own, 2**30], [1, 2, 3]):
                self._call(model, method, ids=ids)
            for name in list(inspect.signature(function).parameters)[1:]:
                for value in GARBAGE:
                    self._call(model, method, **{name: value})
            count += 1
        self.assertGreater(count, 15)
        self.assertNothingIsWrong()

    def test_searches(self):
        for field in ("amount_due", "amount_overdue", "followup_status"):
            for operator in ("=", "!=", "in", "not in", "<", ">=", "like"):
                # Odoo itself stumbles over what is no value at all.
                for value in (v for v in GARBAGE if not isinstance(v, list | dict)):
                    domain = [[field, operator, value]]
                    self._call("res.partner", "search", ids=[], domain=domain)
        self.assertNothingIsWrong()
