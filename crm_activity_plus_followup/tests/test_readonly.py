# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import new_test_user

from odoo.addons.crm_activity_plus.tests.readonly_common import ReadonlyTests

from .level_common import LevelCase


class TestReadonly(ReadonlyTests, LevelCase):
    """What only reads, of customers in need and of others."""

    addon = "crm_activity_plus_followup"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.visitors = [
            new_test_user(cls.env, role, group, company_id=cls.env.company.id)
            for role, group in (
                ("accountant", "account.group_account_invoice"),
                ("leader", "account.group_account_manager"),
            )
        ]

    def setUp(self):
        super().setUp()
        self._invoice(100, 20)
        self._receive(30, self._create_customer("Azure Interior"))
        self._run_job()
        rows = self.env["followup.customer"].search([])
        self.assertTrue(rows)
        self.records = {record._name: record for record in (self.customer, rows)}

    def test_what_is_said_of_an_empty_list(self):
        for model in ("followup.customer", "followup.ageing"):
            for user in self.visitors:
                self._ask(user, model, "get_empty_list_help", help_message="")
