# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The pictures of docs/caldav.rst: see screenshots.py."""

import base64
from datetime import timedelta

from odoo import fields

ADDRESS = "https://odoo.example.com"
FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
{events}BEGIN:VTODO
UID:task
SUMMARY:Send the offer
DUE;VALUE=DATE:20301105
END:VTODO
END:VCALENDAR
"""
EVENT = """BEGIN:VEVENT
UID:{name}
SUMMARY:{name}
DTSTART:20301104T100000Z
DTEND:20301104T110000Z
{rule}END:VEVENT
"""
EVENTS = {
    "Visit of the fair": "",
    "Weekly meeting": "RRULE:FREQ=WEEKLY;COUNT=10\n",
    "Last working day": "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=5\n",
}


def find_pictures(env):
    """:returns: as in ``screenshots.find_pictures``"""
    import_id = prepare(env(user=env.ref("base.user_admin")))
    preferences = [
        ".o_user_menu button",
        ".o-dropdown-item :: Preferences",
        ".modal .nav-link :: Calendar",
    ]
    connect = [*preferences, ".modal button :: Connect"]
    return {
        "calendar-preferences": ("/odoo", preferences, ".modal .alert-warning"),
        "calendar-connect": ("/odoo", connect, ".modal button :: Create Key"),
        "calendar-key": (
            "/odoo",
            [
                *connect,
                ".modal button :: Create Key",
                (".modal input[type='password']", "admin"),
                ".modal .btn-primary :: Confirm Password",
            ],
            ".modal [name='qr_code'] img",
        ),
        "calendar-import": (
            f"/odoo/action-crm_activity_plus_caldav.caldav_import_action/{import_id}",
            [],
            "[name='line_ids'] .o_data_row",
        ),
        "calendar-export": (
            "/odoo/action-calendar.action_calendar_event?view_type=list",
            [".o_cp_action_menus button"],
            ".o_export_ical_menu",
        ),
    }


def prepare(env):
    """Have a server with a name, a key that expires, and a file to import.

    :returns: the id of the import"""
    parameters = env["ir.config_parameter"]
    parameters.set_param("web.base.url", ADDRESS)
    parameters.set_param("web.base.url.freeze", "True")
    soon = fields.Datetime.now() + timedelta(days=5)
    env["res.users.apikeys"]._generate("caldav", "Phone", soon)
    events = "".join(
        EVENT.format(name=name, rule=rule) for name, rule in EVENTS.items()
    )
    data = FILE.format(events=events).replace("\n", "\r\n").encode()
    wizard = env["caldav.import"].create(
        {"file": base64.b64encode(data), "file_name": "calendar.ics"}
    )
    wizard.action_preview()
    env.cr.commit()
    return wizard.id
