# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import new_test_user, tagged

from odoo.addons.crm_activity_plus.tests.garbage import GARBAGE
from odoo.addons.crm_activity_plus.tests.rpc_garbage_common import RpcGarbageCase

from .level_common import LevelCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestGarbage(RpcGarbageCase, LevelCase):
    addon = "crm_activity_plus_followup"

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
        item = self._get_receivable(self._invoice(100, 20))
        self._run_job()
        reminder = self.env["followup.reminder"].create(
            {"partner_ids": self.customer.ids}
        )
        rows = self.env["followup.customer"].search([])
        records = (self.customer, item, reminder, rows)
        self.records = {record._name: record for record in records}
        self.env.flush_all()

    def test_methods(self):
        methods = list(self._find_methods())
        self.assertGreater(len(methods), 15)
        for model, method in methods:
            response = self._call(model, method)
            self.assertIn(response.status_code, (200, 422), response.text)
            self._call_with_garbage(model, method)
        self.assertNothingIsWrong()

    def test_searches(self):
        for field in ("amount_due", "amount_overdue", "followup_status"):
            for operator in ("=", "!=", "in", "not in", "<", ">=", "like"):
                # Odoo itself stumbles over what is no value at all.
                for value in (v for v in GARBAGE if not isinstance(v, list | dict)):
                    domain = [[field, operator, value]]
                    self._call("res.partner", "search", ids=[], domain=domain)
        self.assertNothingIsWrong()
