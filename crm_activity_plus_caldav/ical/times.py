# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When something is."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytz

from .text import INVALID_DATA, INVALID_OBJECT, Refused

UTC = timezone.utc
DAY = timedelta(days=1)
# Dates that can be reckoned with, in whatever time zone.
FIRST_YEAR, LAST_YEAR = 1900, 9998


@dataclass(frozen=True)
class Times:
    """When something begins and ends: of a whole day the dates, the last day included;
    else moments of UTC, without saying so, as Odoo has them.

    :ivar zone: the name of the time zone that it was given in, if any
    """

    start: object
    stop: object
    allday: bool
    zone: str = ""

    @property
    def span(self):
        """:returns: how long it takes"""
        return self.stop - self.start

    @property
    def key(self):
        """:returns: what has to be the same for times to be the same"""
        return self.start, self.stop, self.allday


def is_moment(value):
    """:returns: whether it is a moment, and not a day"""
    return isinstance(value, datetime)


def get_value(component, name):
    """:returns: the date or the moment that a property is, or None
    :raises Refused: it can't be"""
    found = component.get(name)
    if found is None:
        return None
    value = getattr(found, "dt", None)
    if not isinstance(value, date):
        raise Refused(INVALID_DATA, f"{name} is no date.")
    check_known(value, found.params, name)
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise Refused(INVALID_DATA, f"{name} is too far away.")
    return value


def check_known(value, params, name):
    """:raises Refused: it is given in a time zone that nobody knows"""
    tzid = params.get("TZID")
    if tzid and is_moment(value) and value.tzinfo is None:
        raise Refused(INVALID_DATA, f"Nobody knows the time zone {tzid} of {name}.")


def to_utc(value, zone):
    """:param value: a moment
    :param zone: the time zone of one that doesn't say
    :returns: the moment in UTC, without saying so"""
    value = value if value.tzinfo else value.replace(tzinfo=zone)
    return value.astimezone(UTC).replace(tzinfo=None)


def get_zone_name(value):
    """:returns: the name of a moment's time zone, or nothing where it has none that
    others know"""
    zone = getattr(value, "tzinfo", None)
    if zone is None:
        return ""
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if name:
        return name
    return "UTC" if zone == UTC else ""


def read_times(component, zone):
    """:param zone: the time zone of what doesn't say
    :returns: when an event is
    :rtype: Times
    :raises Refused: it can't be then"""
    start = get_value(component, "DTSTART")
    if start is None:
        raise Refused(INVALID_DATA, "It doesn't say when it starts.")
    end = get_value(component, "DTEND")
    duration = component.get("DURATION")
    if end is not None and duration is not None:
        raise Refused(INVALID_DATA, "It has an end and a duration.")
    if duration is not None:
        end = start + _read_duration(duration)
        if not is_moment(start):
            end = start + timedelta(days=max(duration.dt.days, 1))
    allday = not is_moment(start)
    if end is None:
        end = start + DAY if allday else start
    if is_moment(end) == allday:
        raise Refused(INVALID_DATA, "It starts on a day and ends at a moment.")
    if allday:
        # Some clients give the same day for the end.
        times = Times(start, max(end - DAY, start) if end >= start else end, True)
    else:
        name = get_zone_name(start)
        times = Times(to_utc(start, zone), to_utc(end, zone), False, name)
    if times.stop < times.start:
        raise Refused(INVALID_OBJECT, "It ends before it starts.")
    return times


def _read_duration(duration):
    span = getattr(duration, "dt", None)
    if not isinstance(span, timedelta) or abs(span) > timedelta(days=36500):
        raise Refused(INVALID_DATA, "This is no duration.")
    if span < timedelta():
        raise Refused(INVALID_OBJECT, "It ends before it starts.")
    return span


def write_times(component, times):
    """Have a component be then, in the time zone that it is in."""
    for name in ("DTSTART", "DTEND", "DURATION"):
        component.pop(name, None)
    component.add("DTSTART", express(times.start, times))
    if times.allday:
        component.add("DTEND", times.stop + DAY)
    elif times.stop != times.start:
        component.add("DTEND", express(times.stop, times))


def express(value, times):
    """:returns: one of Odoo's moments, or days, in the time zone of times"""
    if times.allday:
        return value.date() if is_moment(value) else value
    moment = value.replace(tzinfo=UTC)
    if times.zone and times.zone != "UTC":
        return moment.astimezone(ZoneInfo(times.zone))
    return moment


class Clock:
    """The clock by which a series is repeated, as Odoo reads it: by a library that
    knows no summer time after 2037, and by which an hour that comes twice is the second
    one. Whoever reads it otherwise finds other occurrences than Odoo does.

    :param str name: of a time zone; nothing for whole days
    """

    def __init__(self, name):
        self.name = name
        self.allday = not name
        self._zone = pytz.timezone(name or "UTC")
        self._own = ZoneInfo(name or "UTC")

    def to_local(self, key):
        """:param key: what names an occurrence in Odoo
        :returns: the moment as the clock shows it"""
        if self.allday:
            return datetime.combine(key, time.min)
        return pytz.utc.localize(key).astimezone(self._zone).replace(tzinfo=None)

    def to_key(self, moment):
        """:param moment: as the clock shows it
        :returns: what names an occurrence in Odoo: a date, or a moment of UTC"""
        if self.allday:
            return moment.date()
        local = self._zone.localize(moment, is_dst=False)
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def from_value(self, value):
        """:param value: a date or a moment, as it stands in an object
        :returns: the moment as the clock shows it"""
        if not is_moment(value):
            return datetime.combine(value, time.min)
        if value.tzinfo and not self.allday:
            value = value.astimezone(self._own)
        return value.replace(tzinfo=None)

    def to_value(self, key):
        """:param key: what names an occurrence in Odoo
        :returns: a date or a moment, as it stands in an object"""
        if self.allday:
            return key
        return self.to_local(key).replace(tzinfo=self._own if self.name else None)
