# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "CRM Activity Plus: Signatures",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Activities and steps of plans that request a signature",
    "author": "CRM Activity Plus contributors",
    "license": "AGPL-3",
    "depends": ["crm_activity_plus", "sign_oca"],
    "assets": {
        "web.assets_tests": [
            # Written for another version of Odoo: it keeps all tours from loading.
            ("remove", "sign_oca/static/src/tests/sign_tour.esm.js"),
        ],
    },
    "auto_install": True,
    "installable": False,
}
