# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "CRM Activity Plus: Quotations",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Steps of activity plans that are done when a quotation is sent or "
    "confirmed",
    "author": "CRM Activity Plus contributors",
    "license": "LGPL-3",
    "depends": ["crm_activity_plus_account", "sale_crm"],
    "auto_install": True,
    "installable": True,
}
