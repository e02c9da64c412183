# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "CRM Activity Plus: Calendars Outside of Odoo",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Meetings and activities in calendar programs and on phones (CalDAV)",
    "author": "CRM Activity Plus contributors",
    "license": "LGPL-3",
    "depends": ["crm_activity_plus"],
    "external_dependencies": {"python": ["icalendar", "recurring-ical-events"]},
    "data": [
        "security/ir.model.access.csv",
        "security/crm_activity_plus_caldav_security.xml",
        "wizards/caldav_connect_views.xml",
        "wizards/caldav_import_views.xml",
        "views/res_users_views.xml",
        "data/ir_cron_data.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_activity_plus_caldav/static/src/**/*"],
    },
    "installable": True,
    "uninstall_hook": "uninstall_hook",
}
