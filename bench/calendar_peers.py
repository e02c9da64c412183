# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""vdirsyncer between a folder and a calendar, with changes on both sides: in the end,
both have to be the same.

vdirsyncer can't be in Odoo's Python environment. With a server at http://localhost:8069,
and a user's API key for calendars, whose events and activities will be changed::

    python3 -m venv VENV && VENV/bin/pip install vdirsyncer==0.21.0
    VENV/bin/python bench/calendar_peers.py http://localhost:8069 LOGIN KEY
"""

import base64
import random
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import uuid
from pathlib import Path

ROUNDS, CHANGES, SEED = 4, 25, 5
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
url = "{url}/caldav/"
username = "{login}"
password = "{key}"
"""
TIMES = {
    "events": (
        "DTSTART:20310303T090000Z\r\nDURATION:PT1H",
        "DTSTART;VALUE=DATE:20310310",
        "DTSTART:20310303T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=3",
    ),
    "tasks": ("PRIORITY:1", "DUE;VALUE=DATE:20310304", "STATUS:COMPLETED"),
}
LISTING = b'<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
SUMMARY = re.compile("(SUMMARY:)([^\r\n]*)")


class Remote:
    """The calendars of a user."""

    def __init__(self, url, login, key):
        self.url = url
        token = base64.b64encode(f"{login}:{key}".encode()).decode()
        self.headers = {"Authorization": f"Basic {token}"}
        found = re.search("<D:href>(/caldav/[0-9]+/)", self.ask("PROPFIND", "/caldav/"))
        self.home = found[1]

    def ask(self, method, path, body=b"", **headers):
        headers = {"Content-Type": "text/calendar", **self.headers, **headers}
        request = urllib.request.Request(
            self.url + path, data=body or None, method=method, headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            assert error.code in (403, 404), error
            return ""

    def list(self, kind):
        path = f"{self.home}{kind}/"
        text = self.ask("PROPFIND", path, LISTING, Depth="1")
        return sorted(re.findall(f"<D:href>({path}[^<]+)</D:href>", text))

    def read_all(self, kind):
        return dict(read_names(self.ask("GET", path)) for path in self.list(kind))

    def change(self, kind, name):
        paths, dice = self.list(kind), random.random()
        if dice < 0.5 or len(paths) < 3:
            path = f"{self.home}{kind}/{uuid.uuid4().hex}.ics"
            self.ask("PUT", path, make_object(kind, name).encode())
        elif dice < 0.8:
            path = random.choice(paths)
            text = SUMMARY.sub(rf"\g<1>{name}", self.ask("GET", path), count=1)
            self.ask("PUT", path, text.encode())
        else:
            self.ask("DELETE", random.choice(paths))


class Local:
    """A folder with a file for each object."""

    def __init__(self, folder):
        self.folder = folder

    def list(self, kind):
        return sorted((self.folder / kind).glob("*.ics"))

    def read_all(self, kind):
        return dict(read_names(path.read_bytes().decode()) for path in self.list(kind))

    def change(self, kind, name):
        paths, dice = self.list(kind), random.random()
        if dice < 0.5 or len(paths) < 3:
            path = self.folder / kind / f"{uuid.uuid4().hex}.ics"
            path.write_bytes(make_object(kind, name).encode())
        elif dice < 0.8:
            path = random.choice(paths)
            text = SUMMARY.sub(rf"\g<1>{name}", path.read_bytes().decode(), count=1)
            path.write_bytes(text.encode())
        else:
            random.choice(paths).unlink()


def make_object(kind, name):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", f"BEGIN:{KINDS[kind]}"]
    lines += [f"UID:{uuid.uuid4().hex}", f"SUMMARY:{name}", "X-OWN:kept"]
    lines += [random.choice(TIMES[kind]), f"END:{KINDS[kind]}", "END:VCALENDAR", ""]
    return "\r\n".join(lines)


def read_names(text):
    unfolded = re.sub("\r?\n[ \t]", "", text)
    return re.search("UID:([^\r\n]*)", unfolded)[1], SUMMARY.search(unfolded)[2]


def main(url, login, key):
    random.seed(SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "fs").mkdir()
        config = folder / "config"
        config.write_text(CONFIG.format(folder=folder, url=url, login=login, key=key))
        sides = [Remote(url, login, key), Local(folder / "fs")]

        def run(*args):
            command = [str(Path(sys.executable).with_name("vdirsyncer"))]
            command += ["-c", str(config), *args]
            subprocess.run(command, input="y\n" * 9, text=True, capture_output=True)

        run("discover")
        run("sync")
        for number in range(ROUNDS):
            for change in range(CHANGES):
                for side in sides:
                    kind = random.choice([*KINDS])
                    side.change(kind, f"{type(side).__name__} {number} {change}")
            run("sync")
            run("sync")
            for kind in KINDS:
                remote, local = (side.read_all(kind) for side in sides)
                assert remote == local, set(remote.items()) ^ set(local.items())
    sys.stdout.write(f"{2 * ROUNDS * CHANGES} changes, and both sides are the same\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
