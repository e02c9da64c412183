# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Giving Radicale what is in our calendars, as files: thousands of requests would take
longer than all that is measured."""

import json
import re

from requesting import XMLNS, Account

KINDS = {"events": "VEVENT", "tasks": "VTODO"}
_DATA = re.compile("<(?:[A-Za-z]+:)?calendar-data>(.*?)</", re.DOTALL)
_QUERY = f"""<C:calendar-query {XMLNS}><D:prop><C:calendar-data/></D:prop><C:filter>
<C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>"""


def copy(ours, stock, user):
    """Have a user's calendars be the same on both servers."""
    account = Account(ours, user)
    for calendar, kind in KINDS.items():
        target = stock.folder / user / calendar
        target.mkdir(parents=True)
        properties = {"tag": "VCALENDAR", "C:supported-calendar-component-set": kind}
        (target / ".Radicale.props").write_text(json.dumps(properties))
        text = account.ask("REPORT", f"{calendar}/", _QUERY, Depth="1")
        for number, data in enumerate(_DATA.findall(text)):
            data = data.replace("&#13;", "").replace("&lt;", "<").replace("&gt;", ">")
            data = data.replace("&amp;", "&").replace("\r", "")
            path = target / f"{number}.ics"
            path.write_bytes(data.replace("\n", "\r\n").encode())
