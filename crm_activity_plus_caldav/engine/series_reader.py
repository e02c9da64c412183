# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A series, as its events are: a rule, what is missing of it and what differs."""

import copy
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from itertools import takewhile

import icalendar

from ..ical.event import overlay
from ..ical.exact_text import set_property
from ..ical.rules import MAX_OCCURRENCES, RULE_FIELDS, expand, from_fields, read_dates
from ..ical.text import Refused
from ..ical.times import UTC, Clock, Times, is_moment
from .event_reader import get_outline, read_record

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# What belongs to the series, and to none of its occurrences.
_OF_SERIES = ("RRULE", "RDATE", "EXDATE")
_LIMIT = 20000


class Series:
    """The events of a series that a user takes part in.

    :param events: ``calendar.event``, at least one, all of one series
    :param zone: the user's time zone
    """

    def __init__(self, events, zone):
        self.events = events.sorted(lambda event: (event.start, event.id))
        self.recurrence = events.recurrence_id
        self.allday = self.events[0].allday
        name = self.recurrence.event_tz or getattr(zone, "key", "UTC")
        self.zone = zone
        self.zone_name = "" if self.allday else name
        self.clock = Clock(self.zone_name)
        self.by_key = {}
        for event in self.events:
            self.by_key.setdefault(self.get_key(event), event)

    def get_key(self, event):
        """:returns: the name of an occurrence: when the rule has it"""
        if event.allday != self.allday:
            moment = event.caldav_occurrence_start or event.start
            return moment.date() if self.allday else moment
        moment = event.caldav_occurrence_start or event.start
        if not self.allday:
            return moment
        if event.caldav_occurrence_start:
            return moment.date()
        return event.start_date

    @cached_property
    def outlines(self):
        """:returns: by event what has to be the same for it to be like another one"""
        return {event: get_outline(event) for event in self.events}

    @cached_property
    def base(self):
        """:returns: the event that most of the others are like"""
        [[common, _count]] = Counter(self.outlines.values()).most_common(1)
        base = self.recurrence.base_event_id
        if self.outlines.get(base) == common:
            return base
        return next(e for e in self.events if self.outlines[e] == common)

    def differs(self, key, event):
        """:returns: whether an occurrence is anything but what the rule says"""
        start = event.start_date if self.allday else event.start
        return start != key or self.outlines[event] != self.outlines[self.base]

    def read_key(self, value):
        """:param value: a date or a moment, as it stands in an object
        :returns: what names that occurrence"""
        return self.clock.to_key(self.clock.from_value(value))

    # ------------------------------------------------------------
    # The rule
    # ------------------------------------------------------------

    @property
    def is_endless(self):
        """:returns: whether it is repeated for ever. Odoo makes so many events of such
        a series, and says of some that there are just as many."""
        return self._is_full or self.recurrence.end_type == "forever"

    @property
    def _is_full(self):
        kind, count = self.recurrence.end_type, self.recurrence.count
        return kind == "count" and count >= MAX_OCCURRENCES

    def _expand(self, recur, first):
        """:returns: the starts by a rule: of one without an end as far as there are
        events"""
        last = self.clock.to_local(max(self.by_key))
        found = expand(recur, self.clock.to_local(first), self.clock, _LIMIT)
        if "COUNT" not in recur and "UNTIL" not in recur:
            found = takewhile(lambda moment: moment <= last, found)
        return [self.clock.to_key(moment) for moment in found]

    def find_rule(self, raw):
        """:param raw: the component that a program sent, or None
        :returns: the rule, the first start, and the starts by it. The program's own
            rule stays as long as it explains what is there."""
        if raw is not None and "RRULE" in raw:
            found = self._keep_rule(raw)
            if found:
                return found
        first = min(self.by_key)
        values = {name: self.recurrence[name] for name in RULE_FIELDS}
        week_start = _WEEKDAYS[self.recurrence._get_lang_week_start().weekday]
        recur = from_fields(values, week_start)
        starts = self._expand(recur, first)
        if not self.is_endless:
            if self.recurrence.end_type == "count" and first in starts:
                recur["COUNT"] = len(starts)
            else:
                last = max([*starts, first])
                recur["UNTIL"] = last if self.allday else last.replace(tzinfo=UTC)
        return recur, first, starts

    def _keep_rule(self, raw):
        value = raw["DTSTART"].dt
        if is_moment(value) == self.allday:
            return None
        first, recur = self.read_key(value), raw["RRULE"]
        is_endless = "COUNT" not in recur and "UNTIL" not in recur
        if is_endless != self.is_endless and not self._is_full:
            return None
        if first > min(self.by_key):
            return None
        try:
            starts = sorted({first, *self._expand(recur, first)})
            beside = read_dates(raw, "RDATE", self.clock)
        except Refused:
            return None
        return None if set(self.by_key) - {*starts, *beside} else (recur, first, starts)

    # ------------------------------------------------------------
    # Telling it
    # ------------------------------------------------------------

    def to_components(self, uid, raw, kept):
        """:param raw: the components that a program sent
        :param dict kept: what the client said that is no record
        :returns: the components of the series"""
        master = next((c for c in raw if "RECURRENCE-ID" not in c), None)
        recur, first, starts = self.find_rule(master)
        component = copy.deepcopy(master) if master else new_event(uid, self.base)
        self._tell(component, self.base, first, kept)
        component["RRULE"] = icalendar.vRecur(recur)
        keys = set(self.by_key)
        self._tell_dates(component, "EXDATE", set(starts) - keys)
        self._tell_dates(component, "RDATE", keys - set(starts) - {first})
        exceptions = self._tell_exceptions(component, raw, kept)
        return [component, *exceptions]

    def _tell(self, component, event, key, kept):
        told = read_record(event, self.zone_name, kept)
        span = told.times.span
        if not self.allday and told.times.allday:
            span = timedelta(days=1)
        if key is not None:
            times = Times(key, key + span, self.allday, self.zone_name)
            told = replace(told, times=times)
        overlay(component, told, self.zone, kept.get("attendees", ()))

    def _tell_dates(self, component, name, keys):
        if read_dates(component, name, self.clock) == keys:
            return
        component.pop(name, None)
        if keys:
            values = [self.clock.to_value(key) for key in sorted(keys)]
            params = {"VALUE": "DATE"} if self.allday else None
            component.add(name, values, parameters=params)

    def _tell_exceptions(self, master, raw, kept):
        given = {}
        for component in raw:
            if "RECURRENCE-ID" in component:
                value = component["RECURRENCE-ID"].dt
                given[self.read_key(value)] = component
        told = []
        for key, event in self.by_key.items():
            old = given.get(key)
            if old is None and not self.differs(key, event):
                continue
            component = copy.deepcopy(old if old is not None else master)
            if old is None:
                for name in _OF_SERIES:
                    component.pop(name, None)
                component.add("RECURRENCE-ID", self.clock.to_value(key))
            self._tell(component, event, None, kept)
            told.append(component)
        return told


def new_event(uid, event):
    """:returns: a component for an event that no program has said anything of"""
    component = icalendar.Event()
    set_property(component, "UID", uid)
    # Always the same, so that the same event is the same text.
    # Who isn't told what a meeting is about isn't told this, either.
    created = event.create_date or event.start
    component.add("DTSTAMP", created.replace(microsecond=0, tzinfo=UTC))
    component.add("CREATED", created.replace(microsecond=0, tzinfo=UTC))
    return component
