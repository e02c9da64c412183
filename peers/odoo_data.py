# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Users with API keys for calendars; run in Odoo's shell."""

import json
import os
from datetime import datetime, timedelta

import calendars


def main(env):
    found = {}
    for name in json.loads(os.environ["PEERS_USERS"]):
        user = make_user(env, name)
        keys = env["res.users.apikeys"].with_user(user).sudo()
        expires = datetime.now() + timedelta(days=1)
        found[name] = (user.login, keys._generate("caldav", name, expires), user.id)
        if name == "speed" and os.environ["PEERS_WITH_DATA"] == "1":
            calendars.make_data(env(user=user.id))
    env.cr.commit()
    with open(os.environ["PEERS_RESULT"], "w") as file:
        json.dump(found, file)


def make_user(env, name):
    """:returns: an employee, in UTC as Radicale's users are"""
    groups = env.ref("base.group_user") | env.ref("base.group_partner_manager")
    return env["res.users"].create(
        {
            "email": f"{name}@example.com",
            "group_ids": [(6, 0, groups.ids)],
            "login": f"peer_{name}",
            "name": f"Peer {name}",
            "tz": "UTC",
        }
    )
