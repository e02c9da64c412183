# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "CRM Activity Plus: Tests with Other Applications",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "summary": "Flows across sales, purchases, invoices and projects",
    "author": "CRM Activity Plus contributors",
    "license": "LGPL-3",
    "depends": [
        "crm_activity_plus",
        "account",
        "base_automation",
        "project",
        "purchase",
        "sale_management",
    ],
    "data": ["security/ir.model.access.csv"],
    "assets": {
        "web.assets_tests": ["test_crm_activity_plus/static/tests/tours/**/*"],
    },
    "installable": True,
}
