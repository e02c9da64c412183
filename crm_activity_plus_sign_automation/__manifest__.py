# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "CRM Activity Plus: Signatures as Proof",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Steps of activity plans that are done when a document is signed",
    "author": "CRM Activity Plus contributors",
    "license": "AGPL-3",
    "depends": ["crm_activity_plus_sign", "crm_activity_plus_automation"],
    "auto_install": True,
    "installable": True,
}
