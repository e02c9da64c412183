# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "CRM Activity Plus: Customer Follow-ups",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "summary": "Follow-up levels for overdue customers: letters, emails, activities",
    "author": "CRM Activity Plus contributors",
    "license": "LGPL-3",
    "depends": ["crm_activity_plus", "account"],
    "data": [],
    "installable": True,
}
