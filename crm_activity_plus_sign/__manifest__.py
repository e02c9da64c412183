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
    "data": [
        "security/crm_activity_plus_sign_security.xml",
        "security/ir.model.access.csv",
        "data/mail_activity_type_data.xml",
        "data/sign_templates.xml",
        "wizards/mail_activity_sign_views.xml",
        "views/mail_activity_type_views.xml",
        "views/mail_activity_plan_template_views.xml",
        "views/sign_oca_request_views.xml",
        "views/mail_activity_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_activity_plus_sign/static/src/**/*"],
        "web.assets_tests": [
            # Written for another version of Odoo: it keeps all tours from loading.
            ("remove", "sign_oca/static/src/tests/sign_tour.esm.js"),
            "crm_activity_plus_sign/static/tests/tours/**/*",
        ],
    },
    "auto_install": True,
    "installable": True,
    "uninstall_hook": "uninstall_hook",
}
