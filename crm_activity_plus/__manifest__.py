# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "CRM Activity Plus",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Activity plans that run: steps, progress and history on every lead",
    "author": "CRM Activity Plus contributors",
    "license": "LGPL-3",
    "depends": ["crm"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_activity_plus_security.xml",
        "data/mail_activity_type_data.xml",
        "data/mail_activity_outcome_data.xml",
        "data/mail_templates.xml",
        "data/ir_cron_data.xml",
        "views/mail_activity_type_views.xml",
        "views/mail_activity_views.xml",
        "views/mail_activity_log_views.xml",
        "views/mail_activity_plan_run_views.xml",
        "views/mail_activity_plan_run_line_views.xml",
        "views/mail_activity_outcome_views.xml",
        "views/ir_actions_server_views.xml",
        "views/mail_activity_plan_template_views.xml",
        "views/mail_activity_plan_views.xml",
        "views/crm_lead_views.xml",
        "wizards/mail_activity_schedule_views.xml",
        "views/crm_menu_views.xml",
    ],
    "demo": [
        "demo/mail_activity_plan_demo.xml",
    ],
    "assets": {
        "web.assets_tests": ["crm_activity_plus/static/tests/tours/**/*"],
    },
    "application": True,
    "installable": True,
}
