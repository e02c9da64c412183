# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "CRM Activity Plus: Job Queue",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Background work on activity plans by many workers, on many hosts",
    "author": "CRM Activity Plus contributors",
    "license": "LGPL-3",
    "depends": ["crm_activity_plus", "queue_job"],
    "data": [
        "security/ir.model.access.csv",
        "data/queue_job_data.xml",
        "data/ir_cron_data.xml",
        "views/queue_job_views.xml",
        "views/mail_activity_plan_launch_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "auto_install": True,
    "installable": True,
}
