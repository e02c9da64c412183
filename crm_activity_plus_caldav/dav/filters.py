# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which components a client asks for."""

from datetime import date, datetime, timedelta, timezone

import icalendar
import recurring_ical_events

from ..ical.event import get_all
from ..ical.repeated import count_start, is_repeated
from ..ical.times import UTC, is_moment
from .errors import DavError
from .xml import caldav

MAX_EXPANDED = timedelta(days=3660)
# What is repeated every day is reckoned with from its first day on.
MAX_YEAR = 2200
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)


def read_range(element):
    """:param element: a time-range, or None
    :returns: its start and its end, both given, or None
    :raises DavError: it is none"""
    if element is None:
        return None
    start, end = (_read_moment(element.get(name)) for name in ("start", "end"))
    if start is None and end is None:
        raise DavError(400, caldav("valid-filter"), "A time range has a start or end.")
    start, end = start or _EARLIEST, end or _LATEST
    if end <= start:
        raise DavError(
            400, caldav("valid-filter"), "A time range ends after it begins."
        )
    if start.year > MAX_YEAR:
        message = f"Nobody knows what is after {MAX_YEAR}."
        raise DavError(403, caldav("max-date-time"), message)
    return start, end


def _read_moment(text):
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise DavError(
            400, caldav("valid-filter"), f"{text[:40]} is no moment of UTC."
        ) from error


class Filter:
    """A client's filter.

    :param element: the ``filter`` of a request, or None
    :param zone: the time zone of what doesn't say
    :raises DavError: it is none
    """

    def __init__(self, element, zone):
        self.zone = zone
        self.part = None
        self.range = None
        if element is None:
            return
        outers = element.findall(caldav("comp-filter"))
        if [each.get("name") for each in outers] != ["VCALENDAR"]:
            raise DavError(403, caldav("valid-filter"), "A filter is of VCALENDAR.")
        [outer] = outers
        parts = outer.findall(caldav("comp-filter"))
        self.parts = parts
        self.part = next((p for p in parts if p.get("name") != "VTIMEZONE"), None)
        if self.part is not None:
            if self.part.get("name") is None:
                raise DavError(400, caldav("valid-filter"))
            self.range = read_range(self.part.find(caldav("time-range")))
        self._check(outer)

    def _check(self, element):
        for time_range in element.iter(caldav("time-range")):
            read_range(time_range)
        for match in element.iter(caldav("text-match")):
            collation = match.get("collation", "i;ascii-casemap")
            if collation not in ("i;ascii-casemap", "i;octet", "i;unicode-casemap"):
                raise DavError(403, caldav("supported-collation"), collation[:100])

    @property
    def kind(self):
        """:returns: the name of the components that are asked for, or nothing"""
        return "" if self.part is None else self.part.get("name")

    @property
    def is_negated(self):
        """:returns: whether what is asked for has no such component"""
        undefined = caldav("is-not-defined")
        return self.part is not None and self.part.find(undefined) is not None

    @property
    def is_by_kind_alone(self):
        """:returns: whether the components themselves needn't be looked at"""
        return self.part is None or all(
            child.tag == caldav("time-range") for child in self.part
        )

    def matches(self, calendar, skips_range=False):
        """:param icalendar.Calendar calendar: an object
        :param bool skips_range: when it is has been looked at before
        :returns: whether it is asked for"""
        if self.part is None:
            return True
        found = calendar.walk(self.kind)
        if self.is_negated:
            return not found
        if not found:
            return False
        if self.range and not skips_range and not overlaps(calendar, *self.range):
            return False
        return any(self._fits(component) for component in found)

    def _fits(self, component):
        tests = []
        for part in self.part.findall(caldav("prop-filter")):
            tests.append(self._fits_property(component, part))
        for part in self.part.findall(caldav("comp-filter")):
            tests.append(self._fits_inner(component, part))
        return any(tests) if self._is_any(self.part) and tests else all(tests)

    def _is_any(self, part):
        return part.get("test") == "anyof"

    def _fits_inner(self, component, part):
        found = component.walk(part.get("name"))
        if part.find(caldav("is-not-defined")) is not None:
            return not found
        return any(
            all(
                self._fits_property(inner, each)
                for each in part.findall(caldav("prop-filter"))
            )
            for inner in found
        )

    def _fits_property(self, component, part):
        values = get_all(component, part.get("name", ""))
        if part.find(caldav("is-not-defined")) is not None:
            return not values
        if not values:
            return False
        return any(self._fits_value(value, part) for value in values)

    def _fits_value(self, value, part):
        time_range = read_range(part.find(caldav("time-range")))
        if time_range and not self._is_in(value, *time_range):
            return False
        match = part.find(caldav("text-match"))
        if match is not None and not _fits_text(_to_text(value), match):
            return False
        params = getattr(value, "params", {})
        return all(
            _fits_parameter(params.get(each.get("name", "")), each)
            for each in part.findall(caldav("param-filter"))
        )

    def _is_in(self, value, start, end):
        found = getattr(value, "dt", None)
        return isinstance(found, date) and start <= _to_moment(found, self.zone) < end


def _fits_parameter(value, part):
    if part.find(caldav("is-not-defined")) is not None:
        return value is None
    match = part.find(caldav("text-match"))
    return value is not None and (match is None or _fits_text(str(value), match))


def _to_text(value):
    names = getattr(value, "cats", None)
    return ",".join(map(str, names)) if names is not None else str(value)


def _fits_text(text, match):
    wanted = match.text or ""
    if match.get("collation", "i;ascii-casemap") != "i;octet":
        text, wanted = text.casefold(), wanted.casefold()
    kind = match.get("match-type", "contains")
    fits = {
        "equals": text == wanted,
        "starts-with": text.startswith(wanted),
        "ends-with": text.endswith(wanted),
    }.get(kind, wanted in text)
    return fits != (match.get("negate-condition") == "yes")


def _to_moment(value, zone):
    if not is_moment(value):
        value = datetime(value.year, value.month, value.day)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def overlaps(calendar, start, end):
    """:returns: whether something in a calendar is in a range of time"""
    tasks = calendar.walk("VTODO")
    if is_repeated(tasks):
        count_start(tasks)
        query = recurring_ical_events.of(calendar, components=["VTODO"])
        # It may well be repeated until the end of all times.
        first = next(query.after(start), None)
        return first is not None and _to_moment(first["DTSTART"].dt, UTC) < end
    if any(task_overlaps(task, start, end) for task in tasks):
        return True
    if not calendar.walk("VEVENT"):
        return False
    query = recurring_ical_events.of(calendar, skip_bad_series=True)
    return any(True for _event in query.between(start, end))


def task_overlaps(task, start, end):
    """Whether a task is in a range of time, by the table in section 9.9 of RFC 4791."""

    def read(name):
        value = getattr(task.get(name), "dt", None)
        return _to_moment(value, UTC) if isinstance(value, date) else None

    begins, due = read("DTSTART"), read("DUE")
    span = getattr(task.get("DURATION"), "dt", None)
    if begins and not due and isinstance(span, timedelta):
        due = begins + span
        return start <= due and (end > begins or end >= due)
    if begins and due:
        return (start < due or start <= begins) and (end > begins or end >= due)
    if begins:
        return start <= begins < end
    if due:
        return start < due <= end or start <= due < end
    completed, created = read("COMPLETED"), read("CREATED")
    if completed and created:
        return (start <= created or start <= completed) and (
            end >= created or end >= completed
        )
    if completed:
        return start <= completed <= end
    return end > created if created else True


def expand(calendar, start, end):
    """:returns: a calendar with each occurrence in a range of time by itself
    :raises DavError: there would be more of them than anybody can look at"""
    if end - start > MAX_EXPANDED:
        raise DavError(403, caldav("max-instances"), "Ask for less than ten years.")
    expanded = icalendar.Calendar()
    for name in ("VERSION", "PRODID"):
        if name in calendar:
            expanded[name] = calendar[name]
    tasks = calendar.walk("VTODO")
    kinds = ["VEVENT"]
    if is_repeated(tasks):
        count_start(tasks)
        kinds = ["VTODO"]
    query = recurring_ical_events.of(calendar, components=kinds, skip_bad_series=True)
    for event in query.between(start, end):
        for name in ("DTSTART", "DTEND", "DUE", "RECURRENCE-ID"):
            value = getattr(event.get(name), "dt", None)
            if is_moment(value) and value.tzinfo:
                event.pop(name)
                event.add(name, value.astimezone(UTC))
        expanded.add_component(event)
    if not calendar.walk("VEVENT") and kinds != ["VTODO"]:
        for task in tasks:
            expanded.add_component(task)
    return expanded
