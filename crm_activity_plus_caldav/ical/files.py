# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files with many objects: only one of them is read at a time."""

import re
from dataclasses import dataclass, field

import pytz

from .text import INVALID_DATA, KINDS, Refused, read_object

MAX_OBJECTS = 20000
# Whoever writes an object again writes these anew.
_VOLATILE = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "CREATED")
_LINE = re.compile(
    r"^(?:(BEGIN|END):([^\r\n]+)"
    r"|(UID)[^:\r\n]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*))",
    re.MULTILINE,
)
_FOLD = re.compile(r"\r?\n[ \t]")
_TZID = re.compile(r"TZID=\"?([^\":;\r\n]+)")
_NAME = re.compile(r"^TZID[^:\r\n]*:([^\r\n]*)", re.MULTILINE)


@dataclass
class FileObject:
    """Where an object is in a file.

    :ivar parts: the start and the end of each of its components
    """

    uid: str
    kind: str
    parts: list = field(default_factory=list)


class CalendarFile:
    """A file with events and tasks.

    :param bytes data: what is in it
    :raises Refused: it is no calendar
    """

    def __init__(self, data):
        try:
            self.text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Refused(INVALID_DATA, "iCalendar is written in UTF-8.") from error
        if not re.match(r"\s*BEGIN:VCALENDAR", self.text, re.IGNORECASE):
            raise Refused(INVALID_DATA, "This is no iCalendar file.")
        self.zones = {}
        self.objects = {}
        self._scan()

    def _scan(self):
        """Find the components of the first level below the calendar's."""
        stack, start, uid = [], 0, ""
        for match in re.finditer(_LINE, self.text):
            kind, name = match[1], (match[2] or "").strip().upper()
            if match[3] and len(stack) == 2:
                uid = _FOLD.sub("", match[4]).strip()
            elif kind == "BEGIN":
                stack.append(name)
                if len(stack) == 2:
                    start, uid = match.start(), ""
            elif kind == "END" and stack and stack[-1] == name:
                stack.pop()
                if len(stack) == 1:
                    self._add(name, uid, start, match.end())
        if stack:
            raise Refused(INVALID_DATA, "The file is cut off.")

    def _add(self, name, uid, start, end):
        part = self.text[start:end]
        if name == "VTIMEZONE":
            found = _NAME.search(part)
            self.zones[found[1].strip() if found else ""] = part
        elif name in KINDS:
            # What has no UID is something of its own.
            key = uid or f"-{start}"
            known = self.objects.setdefault(key, FileObject(uid, name))
            known.parts.append((start, end))
            if len(self.objects) > MAX_OBJECTS:
                message = f"There are more than {MAX_OBJECTS} objects in the file."
                raise Refused(INVALID_DATA, message)

    def get_data(self, found):
        """:returns: an object by itself, with the time zones that it names"""
        parts = [self.text[start:end] for start, end in found.parts]
        names = dict.fromkeys(name for part in parts for name in _TZID.findall(part))
        # What everybody knows takes longer to read than the rest.
        own = [name for name in names if name not in pytz.all_timezones_set]
        zones = [self.zones[name] for name in own if name in self.zones]
        head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Import//EN"]
        return "\r\n".join([*head, *zones, *parts, "END:VCALENDAR", ""]).encode()

    def read_one(self, found):
        """:rtype: CalendarObject
        :raises Refused: it can't be stored"""
        return read_object(self.get_data(found))


def get_essence(components):
    """:returns: what components say, whoever wrote them, and when"""
    return sorted(
        (
            "\r\n".join(
                line
                for line in component.to_ical().decode().split("\r\n")
                if not line.startswith(_VOLATILE)
            )
        )
        for component in components
    )
