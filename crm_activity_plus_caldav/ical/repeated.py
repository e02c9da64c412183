# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tasks that are repeated. An activity is the first occurrence that isn't closed; the
rule stays with the object, as the client wrote it."""

import copy
import heapq
from dataclasses import replace
from functools import cached_property
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytz

from .rules import expand, read_dates
from .task import OPEN, STATUS_NAMES, get_closed_status, overlay, read_task
from .text import INVALID_OBJECT, MAX_COMPONENTS, Refused
from .times import LAST_YEAR, Clock, get_value, get_zone_name, is_moment

RULE_PROPERTIES = ("RRULE", "RDATE", "EXDATE")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_ENDS = ("COUNT", "UNTIL")
_CLOCK_PARTS = ("BYHOUR", "BYMINUTE", "BYSECOND")
# To look for an occurrence that there may never be has to come to an end: the library
# looks up to the last year that there is.
_MAX_GAP = 50
# The calendar is the same again after so many years.
_CYCLE = 400
# So many occurrences have to be the same for rules to be the same.
_COMPARED = 100


def refuse(what):
    """:raises Refused: always"""
    raise Refused(INVALID_OBJECT, f"A task can't be repeated like this: {what}.")


def is_repeated(components):
    """:returns: whether a task is there more than once"""
    names = {*RULE_PROPERTIES, "RECURRENCE-ID"}
    return any(names & {*component.keys()} for component in components)


def read_repeated(components, zone):
    """:param components: of one task
    :param zone: the time zone of what doesn't say
    :returns: how it is repeated, or None
    :raises Refused: nobody knows exactly when it is"""
    return Repeated(components, zone) if is_repeated(components) else None


def count_start(components):
    """Have a library that never counts a start outside of its rule do so."""
    repeated = Repeated(components, ZoneInfo("UTC"))
    recur = repeated.master.get("RRULE", {})
    if "COUNT" in recur and repeated.begins_before:
        recur["COUNT"] = [recur["COUNT"][0] - 1]


def read_present(components, zone):
    """:returns: what a task is now
    :rtype: Task
    :raises Refused: Odoo has no such task"""
    for component in components:
        read_task(component, zone)
    repeated = read_repeated(components, zone)
    return repeated.present if repeated else read_task(components[0], zone)


class Repeated:
    """A task that is repeated. Its occurrences have the moment as a key at which the
    rule has them, as events have.

    :param components: of the object: the task, and the occurrences that are different
    """

    def __init__(self, components, zone):
        self.zone = zone
        masters = [c for c in components if "RECURRENCE-ID" not in c]
        if len(masters) != 1:
            refuse("only single occurrences are given")
        [self.master] = masters
        self.anchor = "DTSTART" if "DTSTART" in self.master else "DUE"
        self.value = get_value(self.master, self.anchor)
        if self.value is None:
            refuse("it has no date")
        self.clock = Clock(self._get_zone_name())
        self.start = self.clock.from_value(self.value)
        self.excepted = read_dates(self.master, "EXDATE", self.clock)
        self.added = read_dates(self.master, "RDATE", self.clock)
        self._check_rule()
        self.overrides = {}
        for component in components:
            if component is not self.master:
                self._add_override(component)
        self.key = self._find_present()

    @property
    def present(self):
        """:returns: what the first occurrence is that isn't closed, or the last one
        :rtype: Task"""
        task = read_task(self.make_occurrence(self.key), self.zone)
        return replace(task, is_repeated=True)

    def _get_zone_name(self):
        if not is_moment(self.value):
            return ""
        if self.value.tzinfo is None:
            return self.zone.key
        name = get_zone_name(self.value)
        if name not in pytz.all_timezones_set:
            refuse("in a time zone that nobody knows")
        return name

    def _check_rule(self):
        due = get_value(self.master, "DUE")
        if due is not None and is_moment(due) != is_moment(self.value):
            refuse("it starts on a day and is due at a moment")
        if "RRULE" not in self.master:
            return
        recur = self.master["RRULE"]
        if str(recur.get("FREQ", [""])[0]).upper() not in _FREQUENCIES:
            refuse("FREQ")
        for name in ("COUNT", "INTERVAL"):
            if int(recur.get(name, [1])[0]) < 1:
                refuse(name)
        if any(len(recur.get(name, ())) > 1 for name in _CLOCK_PARTS[1:]):
            refuse("several times an hour")
        if self.clock.allday and any(name in recur for name in _CLOCK_PARTS):
            refuse("at some time of a day, without saying at which")
        self._check_comes_again(recur)

    def _check_comes_again(self, recur):
        """Look some hundred years before the end of the library's time."""
        years = (LAST_YEAR - _MAX_GAP - self.start.year) // _CYCLE * _CYCLE
        start = self.start.replace(year=self.start.year + years)
        parts = {name: recur[name] for name in recur if name not in _ENDS}
        for moment in expand(parts, start, self.clock, 2):
            if start < moment < start.replace(year=start.year + _MAX_GAP, day=1):
                return
        refuse(f"less often than every {_MAX_GAP} years")

    def _add_override(self, component):
        if any(name in component for name in RULE_PROPERTIES):
            refuse("an occurrence has a rule of its own")
        key = self._get_key(component)
        if key in self.overrides:
            refuse("an occurrence is given twice")
        if _is_for_rest(component) and get_closed_status(component):
            refuse("all that come are closed")
        self.overrides[key] = component

    def _get_key(self, component):
        value = get_value(component, "RECURRENCE-ID")
        if value is None or is_moment(value) != is_moment(self.value):
            refuse("RECURRENCE-ID")
        return self.clock.to_key(self.clock.from_value(value))

    # ------------------------------------------------------------
    # Which occurrences there are
    # ------------------------------------------------------------

    @cached_property
    def begins_before(self):
        """:returns: whether it begins with one that the rule doesn't have; where they
        are counted, it counts all the same (RFC 5545, section 3.3.10)"""
        recur = self.master.get("RRULE")
        return bool(recur) and next(self._expand_rule(recur, 1), None) != self.start

    def _expand(self):
        """:returns: when the rule has it, as the clock shows it"""
        recur = self.master.get("RRULE")
        if not recur:
            return iter(())
        limit = MAX_COMPONENTS + len(self.excepted) + _COMPARED
        if "COUNT" in recur:
            limit = min(limit, int(recur["COUNT"][0]) - self.begins_before)
        return self._expand_rule(recur, limit)

    def _expand_rule(self, recur, limit):
        parts = {name: recur[name] for name in recur if name != "COUNT"}
        found = expand(parts, self.start, self.clock, limit)
        return takewhile(lambda moment: moment.year <= LAST_YEAR, found)

    def iterate(self):
        """:returns: the keys of its occurrences, the first one first"""
        added = sorted(map(self.clock.to_local, self.added))
        last = None
        for moment in heapq.merge([self.start], self._expand(), added):
            key = self.clock.to_key(moment)
            if moment != last and key not in self.excepted:
                yield key
            last = moment

    def get_closed_status(self, key):
        """:returns: how an occurrence was closed by itself, or None"""
        return get_closed_status(self.overrides.get(key, {}))

    def _find_present(self):
        key = next(self._iterate_open(), None)
        if get_closed_status(self.master):
            # Only what is said of an occurrence makes it open.
            still_open = [
                key for key in self.overrides if not self.get_closed_status(key)
            ]
            key = min(still_open, default=key)
        if key is not None:
            return key
        keys = [*self.iterate()]
        if not keys:
            refuse("it never takes place")
        return keys[-1]

    def _iterate_open(self):
        return (key for key in self.iterate() if not self.get_closed_status(key))

    # ------------------------------------------------------------
    # What an occurrence says
    # ------------------------------------------------------------

    def get_base(self, key):
        """:returns: the component that says what an occurrence is, and its key"""
        if key in self.overrides:
            return self.overrides[key], key
        earlier = [k for k, c in self.overrides.items() if k < key and _is_for_rest(c)]
        if earlier:
            return self.overrides[max(earlier)], max(earlier)
        return self.master, self.clock.to_key(self.start)

    def make_occurrence(self, key):
        """:returns: an occurrence by itself"""
        base, base_key = self.get_base(key)
        made = copy.deepcopy(base)
        if key in self.overrides:
            return made
        self._drop(made, *RULE_PROPERTIES, "RECURRENCE-ID")
        moved = self.clock.to_local(key) - self.clock.to_local(base_key)
        self._move(made, moved)
        made.add("RECURRENCE-ID", self._to_value(self.clock.to_local(key)))
        return made

    def _drop(self, component, *names):
        for name in names:
            component.pop(name, None)

    def _move(self, component, by):
        """Have a component be later, by the clock on the wall."""
        for name in ("DTSTART", "DUE"):
            value = get_value(component, name)
            if value is not None and by:
                local = self.clock.from_value(value) + by
                self._drop(component, name)
                component.add(name, self._to_value(local))

    def _to_value(self, local):
        """:returns: a moment on the clock as the task has its dates"""
        value = self.clock.to_value(self.clock.to_key(local))
        if is_moment(self.value) and self.value.tzinfo is None:
            return value.replace(tzinfo=None)
        return value

    # ------------------------------------------------------------
    # Changing it
    # ------------------------------------------------------------

    def overlay(self, task, footer, url):
        """Have it say what its present occurrence is, and leave the rest as it is.

        :param Task task: what is so
        :param footer: lines to put below the note
        :param str url: where the task is about something
        :returns: the components"""
        base, _base_key = self.get_base(self.key)
        present = self.present
        if (present.due, present.start) == (task.due, task.start):
            own = read_task(base, self.zone)
            told = replace(task, due=own.due, start=own.start)
            overlay(base, told, self.zone, footer, url)
        else:
            # It was moved, and those that come after it weren't.
            self._overlay_alone(task, footer, url)
        return [self.master, *self.overrides.values()]

    def _overlay_alone(self, task, footer=(), url=""):
        self._part_from_rest()
        made = self.make_occurrence(self.key)
        overlay(made, task, self.zone, footer, url)
        self.overrides[self.key] = made

    def _part_from_rest(self):
        """Have the present occurrence be about itself alone."""
        base = self.overrides.get(self.key)
        if base is None or not _is_for_rest(base):
            return
        later = (each for each in self.iterate() if each > self.key)
        first = next((each for each in later if each not in self.overrides), None)
        if first is not None:
            made = self.make_occurrence(first)
            made["RECURRENCE-ID"].params["RANGE"] = "THISANDFUTURE"
            self.overrides[first] = made
        base["RECURRENCE-ID"].params.pop("RANGE")

    def close_present(self, task):
        """Close the present occurrence.

        :param Task task: what became of it
        :returns: the components, and whether they still tell of it; nothing where none
            is open then
        :rtype: tuple"""
        open_keys = self._iterate_open()
        coming = next((key for key in open_keys if key > self.key), None)
        if coming is None or get_closed_status(self.master):
            return None
        if moved := self._begin_with(coming):
            return moved, False
        return self.overlay_closed(task), True

    def overlay_closed(self, task):
        """:returns: the components, where the present occurrence is closed"""
        self._overlay_alone(task)
        return [self.master, *self.overrides.values()]

    def _begin_with(self, key):
        """Programs that know nothing of single occurrences understand a task that
        begins later: that is what they do themselves.

        :returns: the components, or None where other occurrences would come of it"""
        if self.added or any(map(_is_for_rest, self.overrides.values())):
            return None
        made = copy.deepcopy(self.master)
        moment = self.clock.to_local(key)
        self._move(made, moment - self.start)
        self._drop(made, "STATUS", "COMPLETED", "PERCENT-COMPLETE")
        made.add("STATUS", STATUS_NAMES[OPEN])
        if "COUNT" in made.get("RRULE", ()):
            passed = sum(1 for each in self._expand() if each < moment)
            passed += self.begins_before
            made["RRULE"]["COUNT"] = [made["RRULE"]["COUNT"][0] - passed]
        others = [c for each, c in self.overrides.items() if each >= key]
        wanted = (each for each in self.iterate() if each >= key)
        try:
            found = Repeated([made, *others], self.zone).iterate()
        except Refused:
            return None
        is_same = [*islice(found, _COMPARED)] == [*islice(wanted, _COMPARED)]
        return [made, *others] if is_same else None


def _is_for_rest(component):
    """:returns: whether it is about all occurrences that come after it, too"""
    params = getattr(component.get("RECURRENCE-ID"), "params", {})
    return str(params.get("RANGE", "")).upper() == "THISANDFUTURE"
