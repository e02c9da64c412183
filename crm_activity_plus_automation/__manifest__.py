# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "CRM Activity Plus: Automation",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Recurring visits, reminders and automation rules for activity plans",
    "author": "CRM Activity Plus contributors",
    "license": "LGPL-3",
    "depends": ["crm_activity_plus", "base_automation"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_activity_plus_automation_security.xml",
        "data/ir_cron_data.xml",
        "data/mail_templates.xml",
        "data/mail_template_data.xml",
        "data/base_automation_data.xml",
        "wizards/mail_activity_plan_rule_views.xml",
        "views/mail_activity_plan_recurrence_occurrence_views.xml",
        "views/mail_activity_plan_recurrence_views.xml",
        "views/mail_activity_plan_views.xml",
        "views/mail_activity_type_views.xml",
        "views/mail_activity_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_activity_plus_automation/static/src/**/*"],
        "web.assets_tests": ["crm_activity_plus_automation/static/tests/tours/**/*"],
    },
    "auto_install": True,
    "installable": True,
}
