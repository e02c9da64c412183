# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "CRM Activity Plus: Projects",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Customers hear of new tasks in their projects",
    "author": "CRM Activity Plus contributors",
    "license": "LGPL-3",
    "depends": ["crm_activity_plus_automation", "project"],
    "data": [
        "data/mail_templates.xml",
        "data/base_automation_data.xml",
        "views/project_project_views.xml",
    ],
    "auto_install": True,
    "installable": True,
}
