# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A calendar program with 5,000 meetings and 2,000 activities, on both servers, one
after the other, over HTTP."""

import re
import statistics
import uuid

import stock_data
from requesting import XMLNS, Account

# Seconds that each may take at most, the first time apart.
LIMITS = {
    "first sync, meetings": 3,
    "first sync, activities": 3,
    "no change, meetings": 0.5,
    "no change, activities": 0.5,
    "a week with its data": 0.5,
    "new meeting": 0.3,
    "changed meeting": 0.3,
}
# Where ours may not be slower than the stock one.
COMPARED = [name for name in LIMITS if name.startswith(("first", "no change"))]
TIMES = 5
_SYNC = f"""<D:sync-collection {XMLNS}><D:sync-token>%s</D:sync-token>
<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"""
_WEEK = f"""<C:calendar-query {XMLNS}>
<D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>
<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
<C:time-range start="20300601T000000Z" end="20300608T000000Z"/>
</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""
_EVENT = [
    *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:%s"),
    *("SUMMARY:%s", "DTSTART:20300303T100000Z", "DTEND:20300303T110000Z"),
    *("END:VEVENT", "END:VCALENDAR", ""),
]
_TOKEN = re.compile("<(?:[A-Za-z]+:)?sync-token>([^<]*)</")


def check(ours, stock, folder):
    """:returns: what is worse than it should be, in sentences"""
    account = Account(ours, "speed")
    for calendar in ("events", "tasks"):
        sync(account, calendar)
        print(f"{calendar}, when nobody looked before: {account.seconds:.2f} s")
    stock_data.copy(ours, stock, "speed")
    own = measure(account)
    other = measure(Account(stock, "speed"))
    print(f"{'milliseconds':25}{ours.name:>10}{stock.name:>10}{'ratio':>8}")
    for name, seconds in own.items():
        ratio = other[name] / seconds
        print(f"{name:25}{1000 * seconds:10.0f}{1000 * other[name]:10.0f}{ratio:8.1f}")
    return [*_compare(own, other)]


def _compare(own, other):
    for name, limit in LIMITS.items():
        if own[name] > limit:
            yield f"{name} took {own[name]:.2f} s, and should take {limit} s"
        if name in COMPARED and own[name] > other[name]:
            yield f"{name} took {own[name]:.2f} s, with Radicale {other[name]:.2f} s"


def measure(account):
    """:returns: the median of the seconds that each request takes"""
    sync(account, "events")
    sync(account, "tasks")
    figures = {}

    def ask(name, method, path, body):
        seconds = []
        for _each in range(TIMES):
            answer = account.ask(method, path, body, Depth="1")
            seconds.append(account.seconds)
        figures[name] = statistics.median(seconds)
        return answer

    for kind, label in (("events", "meetings"), ("tasks", "activities")):
        answer = ask(f"first sync, {label}", "REPORT", f"{kind}/", _SYNC % "")
        token = read_token(answer)
        ask(f"no change, {label}", "REPORT", f"{kind}/", _SYNC % token)
    ask("a week with its data", "REPORT", "events/", _WEEK)
    return figures | measure_changes(account)


def measure_changes(account):
    """:returns: the median of the seconds that it takes to write something"""
    steps = {
        "new meeting": ("PUT", "one"),
        "changed meeting": ("PUT", "two"),
        "one meeting": ("GET", ""),
        "deleted meeting": ("DELETE", ""),
    }
    taken = {name: [] for name in steps}
    for _each in range(TIMES):
        uid = uuid.uuid4().hex
        for name, (method, summary) in steps.items():
            body = "\r\n".join(_EVENT) % (uid, summary) if summary else ""
            account.ask(method, f"events/{uid}.ics", body)
            taken[name].append(account.seconds)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def sync(account, calendar):
    return account.ask("REPORT", f"{calendar}/", _SYNC % "", Depth="1")


def read_token(answer):
    return _TOKEN.search(answer)[1]
