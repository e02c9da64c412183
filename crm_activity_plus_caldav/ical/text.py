# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Objects as clients send them."""

import re
import threading
import warnings
from dataclasses import dataclass

import icalendar
from icalendar.parser import Contentlines

from .exact_text import keep_texts

# The preconditions of CalDAV, by their names there.
INVALID_DATA = "valid-calendar-data"
INVALID_OBJECT = "valid-calendar-object-resource"
UNSUPPORTED = "supported-calendar-component"
TOO_LARGE = "max-resource-size"
TOO_MANY = "max-instances"

MAX_SIZE = 1024 * 1024
MAX_DEPTH = 5
MAX_COMPONENTS = 2000
# Characters and bytes: PostgreSQL finds nothing that is longer by an index.
MAX_UID, MAX_UID_BYTES = 1000, 2500
PRODUCT = "-//CRM Activity Plus//CalDAV//EN"
KINDS = ("VEVENT", "VTODO")
# Where one of these can't be read, the object says something that nobody knows.
_ESSENTIAL = {
    *("DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "EXDATE", "RDATE"),
    *("RECURRENCE-ID", "COMPLETED", "PRIORITY", "TRIGGER"),
}
_CLOCK_PARTS = ("BYHOUR", "BYMINUTE", "BYSECOND")
# Somewhat more than what the library joins.
_FOLD = re.compile(r"(?<![\r\n])[\r\n]+[ \t]")
_LOCK = threading.Lock()
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Refused(Exception):
    """Something that isn't stored, and why.

    :param str condition: CalDAV's precondition
    :param str message: for people
    """

    def __init__(self, condition, message):
        super().__init__(message)
        self.condition = condition
        self.message = message


@dataclass(frozen=True)
class CalendarObject:
    """What lies at one address: the components of one event or task."""

    calendar: icalendar.Calendar
    kind: str
    uid: str
    components: tuple

    @property
    def master(self):
        """:returns: the component that isn't about a single occurrence, or None"""
        return next((c for c in self.components if "RECURRENCE-ID" not in c), None)

    @property
    def exceptions(self):
        """:returns: the components about single occurrences"""
        return [c for c in self.components if "RECURRENCE-ID" in c]


def read_calendar(data):
    """:param data: a file's bytes, or its text
    :rtype: icalendar.Calendar
    :raises Refused: it is none"""
    text = _read_text(data)
    unfolded = _FOLD.sub("", text)
    has_zones = "VTIMEZONE" in unfolded.upper()
    try:
        if has_zones:
            _check_zones(Contentlines.from_ical(text))
        # The library remembers the first time zone of a name for all that it reads
        # afterwards: somebody's time zones would be other people's.
        with _LOCK, warnings.catch_warnings():
            # Guesses at a time zone's name are what is wanted.
            warnings.simplefilter("ignore")
            try:
                calendar = icalendar.Calendar.from_ical(text)
            finally:
                if has_zones:
                    icalendar.use_zoneinfo()
    except Refused:
        raise
    except Exception as error:
        # Whatever the library stumbles over, it isn't what it should be.
        raise Refused(INVALID_DATA, f"This is no iCalendar: {error}"[:300]) from error
    if calendar.name != "VCALENDAR":
        raise Refused(INVALID_DATA, "An iCalendar object begins with VCALENDAR.")
    _check_shape(calendar)
    if r"\\N" in unfolded:
        keep_texts(calendar)
    return calendar


def _check_zones(lines):
    """Follow the lines just as the library does, whatever closes what.

    :raises Refused: the clocks of a time zone are changed more often than some times a
    year: to find out what time it is would take for ever"""
    parents = []
    for line in lines:
        is_bound = line[:5].upper().startswith(("BEGIN", "END"))
        if not is_bound and "VTIMEZONE" not in parents:
            continue
        try:
            name, _params, value = line.parts()
        except ValueError:
            # The library passes over it, too.
            continue
        if name.upper() == "BEGIN":
            parents.append(value.upper())
        elif name.upper() == "END":
            del parents[-1:]
        elif _is_often(value):
            raise Refused(INVALID_DATA, "This is no time zone.")
        if len(parents) > MAX_DEPTH:
            raise Refused(INVALID_DATA, "Too many components lie in each other.")


def _is_often(rule):
    """:returns: whether a rule of a time zone is for more than some times a year"""
    for part in rule.upper().split(";"):
        name, _equals, value = map(str.strip, part.partition("="))
        if name == "FREQ" and value != "YEARLY":
            return True
        if name in _CLOCK_PARTS and "," in value:
            return True
    return False


def _read_text(data):
    if isinstance(data, bytes):
        try:
            data = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Refused(INVALID_DATA, "iCalendar is written in UTF-8.") from error
    if UNFIT.search(data):
        raise Refused(INVALID_DATA, "There are control characters in it.")
    return data


def _check_shape(calendar):
    """Components in components, and again: what is written would take for ever."""
    level, depth = calendar.subcomponents, 1
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise Refused(INVALID_DATA, "Too many components lie in each other.")
        level = [child for parent in level for child in parent.subcomponents]


def read_object(data):
    """Read what a client wants to store.

    :rtype: CalendarObject
    :raises Refused: it can't be stored, whatever Odoo can do
    """
    if len(data) > MAX_SIZE:
        raise Refused(TOO_LARGE, "It is larger than a mebibyte.")
    calendar = read_calendar(data)
    if "METHOD" in calendar:
        raise Refused(INVALID_OBJECT, "A stored object has no METHOD.")
    return make_object(calendar, calendar.subcomponents)


def make_object(calendar, subcomponents):
    """:param subcomponents: those of one object, with time zones or without
    :rtype: CalendarObject
    :raises Refused: they aren't one object"""
    components = tuple(c for c in subcomponents if c.name != "VTIMEZONE")
    kinds = {component.name for component in components}
    if len(kinds) != 1:
        raise Refused(INVALID_OBJECT, "It has to be one event or one task.")
    [kind] = kinds
    if kind not in KINDS:
        raise Refused(UNSUPPORTED, f"There is no place for {kind} here.")
    uids = {str(component.get("UID", "")).strip() for component in components}
    if len(uids) != 1 or not all(uids) or len(min(uids)) > MAX_UID:
        raise Refused(INVALID_OBJECT, "All its components need the same UID.")
    if len(min(uids).encode()) > MAX_UID_BYTES:
        raise Refused(INVALID_OBJECT, "Its UID is too long.")
    if len(components) > MAX_COMPONENTS:
        raise Refused(TOO_MANY, "There are too many exceptions.")
    for component in components:
        _check_component(component)
    result = CalendarObject(calendar, kind, *uids, components)
    if len(components) - len(result.exceptions) > 1:
        raise Refused(INVALID_OBJECT, "There are two of it.")
    return result


def _check_component(component):
    broken = {name for name, _text in component.errors} & _ESSENTIAL
    for alarm in component.subcomponents:
        broken |= {name for name, _text in alarm.errors} & _ESSENTIAL
    if broken:
        names = ", ".join(sorted(broken))
        raise Refused(INVALID_DATA, f"This can't be read: {names}.")
    for name in ("DTSTART", "DTEND", "DUE", "DURATION", "RECURRENCE-ID", "RRULE"):
        if isinstance(component.get(name), list):
            raise Refused(INVALID_DATA, f"{name} is given twice.")


def new_calendar():
    """:returns: a calendar without anything in it"""
    calendar = icalendar.Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    return calendar


def to_text(calendar):
    """:returns: a calendar as it is sent, with the time zones that it names"""
    known = {str(zone.get("TZID")) for zone in calendar.walk("VTIMEZONE")}
    for tzid in sorted(calendar.get_used_tzids() - known - {"UTC"}):
        if zone := _make_zone(tzid):
            calendar.subcomponents.insert(0, zone)
    return calendar.to_ical().decode()


_zones = {}


def _make_zone(tzid):
    """:returns: what a time zone is, or None where nobody knows; made once"""
    if tzid not in _zones:
        try:
            _zones[tzid] = icalendar.Timezone.from_tzid(tzid)
        except ValueError:
            return None
    return _zones[tzid]
