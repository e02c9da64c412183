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
    "data": [
        "security/ir.model.access.csv",
        "security/crm_activity_plus_followup_security.xml",
        "data/mail_template_data.xml",
        "data/mail_activity_plan_data.xml",
        "data/ir_cron_data.xml",
        "report/followup_statement_templates.xml",
        "views/mail_activity_plan_views.xml",
        "views/followup_ageing_views.xml",
        "views/followup_customer_views.xml",
        "views/res_partner_views.xml",
        "views/account_menu_views.xml",
    ],
    "demo": ["demo/account_move_demo.xml"],
    "assets": {
        "web.assets_tests": ["crm_activity_plus_followup/static/tests/tours/**/*"],
    },
    "uninstall_hook": "uninstall_hook",
    "installable": True,
}
