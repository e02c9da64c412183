# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""vdirsyncer between a folder and a user's calendars, with changes on both sides, also
of the same objects: in the end both have to be the same."""

import random
import re
import subprocess
import sys
import uuid
from pathlib import Path

from icalendar import Calendar
from requesting import Account

ROUNDS, CHANGES, CONFLICTS, SEED = 4, 25, 4, 5
KINDS = {"events": "VEVENT", "tasks": "VTODO"}
CONFIG = """
[general]
status_path = "{folder}/status/"
[pair p]
a = "fs"
b = "dav"
collections = ["events", "tasks"]
conflict_resolution = "b wins"
[storage fs]
type = "filesystem"
path = "{folder}/fs/"
fileext = ".ics"
[storage dav]
type = "caldav"
url = "{url}"
username = "{login}"
password = "{secret}"
"""
TIMES = {
    "events": (
        "DTSTART:20310303T090000Z\r\nDURATION:PT1H",
        "DTSTART;VALUE=DATE:20310310",
        "DTSTART;TZID=Europe/Brussels:20310303T090000\r\nDURATION:PT1H",
        "DTSTART:20310303T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=3",
        "DTSTART:20310303T090000Z\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20310401T090000Z",
    ),
    "tasks": (
        "PRIORITY:1",
        "DUE;VALUE=DATE:20310304",
        "STATUS:COMPLETED",
        "STATUS:IN-PROCESS\r\nPERCENT-COMPLETE:50",
    ),
}
SUMMARY = re.compile("(SUMMARY:)([^\r\n]*)")
# What is written anew by whoever writes an object.
_VOLATILE = ("DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE")


class Remote:
    """A user's calendars on a server."""

    def __init__(self, account):
        self.account = account

    def list(self, kind):
        return self.account.list(f"{kind}/")

    def read(self, path):
        return self.account.ask("GET", path, allowed=(404,))

    def write(self, path, text):
        # What a program may not do is no failure: a closed task stays closed.
        self.account.ask("PUT", path, text, allowed=(403,))

    def delete(self, path):
        self.account.ask("DELETE", path, allowed=(403, 404))

    def make_path(self, kind):
        return f"{kind}/{uuid.uuid4().hex}.ics"


class Local:
    """A folder with a file for each object."""

    def __init__(self, folder):
        self.folder = folder

    def list(self, kind):
        return sorted((self.folder / kind).glob("*.ics"))

    def read(self, path):
        return path.read_bytes().decode()

    def write(self, path, text):
        path.write_bytes(text.encode())

    def delete(self, path):
        path.unlink()

    def make_path(self, kind):
        return self.folder / kind / f"{uuid.uuid4().hex}.ics"


def check(ours, stock, folder):
    """:returns: what is worse than it should be, in sentences"""
    random.seed(SEED)
    (folder / "fs").mkdir()
    login, secret = ours.users["sync"]
    config = folder / "vdirsyncer"
    config.write_text(
        CONFIG.format(folder=folder, url=ours.url, login=login, secret=secret)
    )
    sides = [Remote(Account(ours, "sync")), Local(folder / "fs")]
    sync(config, "discover")
    sync(config, "sync")
    changes, conflicts = 0, 0
    for number in range(ROUNDS):
        conflicts += make_conflicts(sides, f"conflict {number}")
        for change in range(CHANGES):
            for side in sides:
                kind = random.choice([*KINDS])
                change_one(side, kind, f"{type(side).__name__} {number} {change}")
                changes += 1
        sync(config, "sync")
        # What the server has put right, is read now.
        sync(config, "sync")
        for kind in KINDS:
            remote, local = (read_all(side, kind) for side in sides)
            if remote != local:
                different = {*remote.items()} ^ {*local.items()}
                return [f"{kind} differ after {changes} changes: {different}"]
    print(f"{changes} changes and {conflicts} conflicts: both sides are the same")
    return [] if conflicts else ["there was no conflict"]


def sync(config, command):
    """:raises RuntimeError: it failed"""
    program = Path(sys.executable).with_name("vdirsyncer")
    result = subprocess.run(
        [program, "-c", str(config), command],
        input="y\n" * 9,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if result.returncode:
        raise RuntimeError(f"vdirsyncer {command}: {result.stdout[-2000:]}")


def change_one(side, kind, name):
    """Make a random change on a side."""
    paths, dice = side.list(kind), random.random()
    if dice < 0.5 or len(paths) < 3:
        side.write(side.make_path(kind), make_object(kind, name))
    elif dice < 0.8:
        path = random.choice(paths)
        side.write(path, rename(side.read(path), name))
    else:
        side.delete(random.choice(paths))


def make_conflicts(sides, name):
    """Change the same objects on both sides, or change on one what the other deletes.

    :returns: how many"""
    count = 0
    for kind in KINDS:
        found = [{get_uid(side.read(p)): p for p in side.list(kind)} for side in sides]
        both = sorted({*found[0]} & {*found[1]})
        for uid in random.sample(both, min(CONFLICTS, len(both))):
            loser = random.choice((None, *sides))
            for side, paths in zip(sides, found, strict=True):
                if side is loser:
                    side.delete(paths[uid])
                else:
                    changed = rename(
                        side.read(paths[uid]), f"{name} {type(side).__name__}"
                    )
                    side.write(paths[uid], changed)
            count += 1
    return count


def make_object(kind, name):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", f"BEGIN:{KINDS[kind]}"]
    lines += [f"UID:{uuid.uuid4().hex}", f"SUMMARY:{name}", "X-OWN:kept"]
    lines += [random.choice(TIMES[kind]), f"END:{KINDS[kind]}", "END:VCALENDAR", ""]
    return "\r\n".join(lines)


def rename(text, name):
    return SUMMARY.sub(rf"\g<1>{name}", text, count=1)


def get_uid(text):
    return re.search("UID:([^\r\n]*)", unfold(text))[1]


def unfold(text):
    return re.sub("\r?\n[ \t]", "", text)


def read_all(side, kind):
    """:returns: by UID what each object on a side says, in whatever order: who wrote it
    last may have put in what its time zones are, which everybody knows"""
    found = {}
    for text in map(side.read, side.list(kind)):
        [component] = Calendar.from_ical(text).walk(KINDS[kind])
        for name in _VOLATILE:
            component.pop(name, None)
        found[str(component["UID"])] = component.to_ical().decode()
    return found
