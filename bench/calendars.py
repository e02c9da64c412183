# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A calendar program with 5,000 meetings and 2,000 activities: what the server does for
each request, without the way there."""

import base64
import os
import time
import tracemalloc
from datetime import datetime, timedelta

from bench_common import Bench

from odoo.addons.crm_activity_plus_caldav.dav.messages import Request
from odoo.addons.crm_activity_plus_caldav.server.server import Server

EVENTS = int(os.environ.get("BENCH_EVENTS", 5000))
TASKS = int(os.environ.get("BENCH_TASKS", 2000))
IMPORTED = int(os.environ.get("BENCH_IMPORTED", 10000))
XMLNS = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
START = datetime(2030, 1, 1, 8)
SYNC = f"""<D:sync-collection {XMLNS}><D:sync-token>%s</D:sync-token>
<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"""
WEEK = f"""<C:calendar-query {XMLNS}>
<D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>
<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
<C:time-range start="20300601T000000Z" end="20300608T000000Z"/>
</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""
ALL = f"""<C:calendar-query {XMLNS}>
<D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>
<C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>"""
EVENT = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:bench-%s\n"
EVENT += "SUMMARY:%s\nDTSTART:20300303T100000Z\nDTEND:20300303T110000Z\nEND:VEVENT\n"
EVENT += "END:VCALENDAR\n"


def main(env):
    user = env.ref("base.user_admin")
    make_data(env(user=user))
    bench = Bench(env)
    server = Server(env(user=user))
    home = f"/caldav/{user.id}"
    events, tasks = f"{home}/events/", f"{home}/tasks/"

    def ask(name, method, path, body=""):
        env.flush_all()
        env.invalidate_all()
        queries, start = env.cr.sql_log_count, time.perf_counter()
        response = server.answer(Request(method, path, {"Depth": "1"}, body.encode()))
        assert response.status < 300, response.body
        if name:
            bench.figures[name] = {
                "seconds": time.perf_counter() - start,
                "queries": env.cr.sql_log_count - queries,
            }
        return response.body.decode()

    # What a running server knows already.
    ask("", "PROPFIND", "/caldav/")
    first = ask("first sync of the meetings", "REPORT", events, SYNC % "")
    ask("first sync of the activities", "REPORT", tasks, SYNC % "")
    token = first.partition("sync-token>")[2].partition("<")[0]
    ask("sync of the meetings, no change", "REPORT", events, SYNC % token)
    ask("a week with its data", "REPORT", events, WEEK)
    ask("all meetings with their data", "REPORT", events, ALL)
    ask("new meeting", "PUT", f"{events}b.ics", EVENT % (1, "one"))
    ask("changed meeting", "PUT", f"{events}b.ics", EVENT % (1, "two"))
    ask("one meeting", "GET", f"{events}b.ics")
    ask("deleted meeting", "DELETE", f"{events}b.ics")
    env.cr.rollback()
    for count in (IMPORTED // 10, IMPORTED):
        measure_import(env(user=user), bench.figures, count)
        env.cr.rollback()
    bench.save()


def measure_import(env, figures, count):
    """How much memory a file takes beside its own size: to look at all of it, and to
    import it for as long as one click does."""
    data = make_file(count)
    wizard = env["caldav.import"].create({"file": base64.b64encode(data)})
    for name, status in (("action_preview", "new"), ("action_import", "imported")):
        env.flush_all()
        env.invalidate_all()
        queries, start = env.cr.sql_log_count, time.perf_counter()
        tracemalloc.start()
        getattr(wizard, name)()
        _size, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        done = env["caldav.import.line"].search_count(
            [("import_id", "=", wizard.id), ("status", "=", status)]
        )
        sizes = f"{peak / 2**20:.1f} MB of memory, file {len(data) / 2**20:.1f} MB"
        figures[f"{name[7:]} of {done} of {count}, {sizes}"] = {
            "seconds": time.perf_counter() - start,
            "queries": env.cr.sql_log_count - queries,
        }


def make_file(count):
    """:returns: the bytes of a file with meetings and activities"""
    parts = []
    for number in range(count):
        kind = ("VEVENT", "VTODO")[number % 2]
        parts += [f"BEGIN:{kind}", f"UID:file-{number}", f"SUMMARY:Item {number}"]
        parts += [
            f"DESCRIPTION:{'What it is about. ' * 20}",
            "DTSTART:20300303T100000Z",
        ]
        parts += [f"END:{kind}"]
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *parts, "END:VCALENDAR", ""]
    ).encode()


def make_data(env):
    """Meetings all through the year, each with somebody else, and activities."""
    quietly = {
        "dont_notify": True,
        "mail_create_nolog": True,
        "mail_create_nosubscribe": True,
        "mail_notrack": True,
        "no_mail_to_attendees": True,
    }
    env = env(context=quietly)
    partners = env["res.partner"].create(
        [{"name": f"B{n}", "email": f"b{n}@example.com"} for n in range(50)]
    )
    step = timedelta(days=365) / EVENTS
    env["calendar.event"].create(
        [
            {
                "name": f"Meeting {n}",
                "description": "<p>What it is about</p>",
                "partner_ids": [env.user.partner_id.id, partners[n % 50].id],
                "start": (START + n * step).replace(microsecond=0),
                "stop": (START + n * step).replace(microsecond=0) + timedelta(hours=1),
            }
            for n in range(EVENTS)
        ]
    )
    env["mail.activity"].create(
        [
            {
                "date_deadline": (START + timedelta(days=n % 365)).date(),
                "summary": f"Activity {n}",
                "user_id": env.uid,
            }
            for n in range(TASKS)
        ]
    )
    env.flush_all()
    env.cr.execute("ANALYZE calendar_event")
