# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What caldav-server-tester finds: which features of the protocol a server has."""

import ast
import functools
import subprocess
import sys
from collections import Counter
from pathlib import Path

from exceptions import read_exceptions
from requesting import Account, RequestError

_TESTER = Path(sys.executable).with_name("caldav-server-tester")
_EXCEPTIONS = Path(__file__).with_name("features.txt")
# That something isn't there is an answer; these aren't.
_FAULTS = ("broken", "fragile", "ungraceful", "unknown")
# What programs need to make a calendar and to give it a colour and a name.
_NEEDED = ("create-calendar", "create-calendar.set-displayname", "calendar-color")


def check(ours, stock, folder):
    """:returns: what is worse than it should be, in sentences"""
    exceptions = read_exceptions(_EXCEPTIONS)
    found = {server.name: probe(server) for server in (ours, stock)}
    for name, hints in found.items():
        counts = Counter(hints.values())
        told = ", ".join(f"{count} {level}" for level, count in counts.most_common())
        print(f"{name}: {len(hints)} features, {told}")
    _show_differences(*found.values())
    problems = [*_compare(found[ours.name], found[stock.name], exceptions)]
    return problems + _check_refusal(ours)


def _show_differences(own, other):
    for name in sorted({*own, *other}):
        levels = own.get(name, "-"), other.get(name, "-")
        if levels != ("full", "full"):
            print(f"  {name:55}{levels[0]:14}{levels[1]}")


def _compare(own, other, exceptions):
    for name, level in sorted(own.items()):
        reason = exceptions.get(name)
        if reason and level == "full":
            yield f"{name} is full: it doesn't belong into {_EXCEPTIONS.name}"
        elif level == "unknown" and (reason or other.get(name) == level):
            # The tester needs something else for it, or it asks too much.
            continue
        elif level in _FAULTS:
            yield f"{name} is {level}"
        elif level != "full" and other.get(name) == "full" and not reason:
            yield f"{name} is {level}, with Radicale it is full"
    for name in (*_NEEDED, *other):
        if name not in own and name not in exceptions:
            yield f"{name} wasn't looked at"
    for name in _NEEDED:
        if own.get(name) != "full":
            yield f"{name} has to be full"


def _check_refusal(server):
    """What is refused is refused in a way that programs understand: with the
    precondition that isn't met, and a sentence."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VTODO", "UID:refused"]
    lines += ["DTSTART:20300304T090000Z", "RRULE:FREQ=HOURLY", "END:VTODO"]
    body = "\r\n".join([*lines, "END:VCALENDAR", ""])
    try:
        Account(server, "features").ask("PUT", "tasks/refused.ics", body)
    except RequestError as error:
        told = "valid-calendar-object-resource", "responsedescription"
        if error.status == 403 and all(each in error.text for each in told):
            return []
        return [f"a task for every hour is refused without a reason: {error}"]
    return ["a task for every hour isn't refused"]


def probe(server):
    """:returns: by the name of each feature how well it is supported"""
    hints = read_hints(server)
    return {name: info["support"] for name, info in hints.items() if "support" in info}


@functools.cache
def read_hints(server):
    """:returns: what the tester says of a server, as python-caldav takes it"""
    login, secret = server.users["features"]
    command = [_TESTER, "--caldav-url", server.url, "--caldav-username", login]
    command += ["--caldav-password", secret, "--format", "hints"]
    result = subprocess.run(command, capture_output=True, text=True)
    start = result.stdout.find("{")
    if result.returncode or start < 0:
        last = "\n".join(result.stderr.splitlines()[-20:])
        raise RuntimeError(f"caldav-server-tester gave up on {server.name}:\n{last}")
    hints = ast.literal_eval(result.stdout[start:])
    return {name: info for name, info in hints.items() if isinstance(info, dict)}
