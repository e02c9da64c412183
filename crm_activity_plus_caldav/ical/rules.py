# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How events are repeated. What Odoo's series can't express is refused: never is
something stored that is only nearly the same."""

from dataclasses import dataclass
from datetime import datetime, time
from itertools import islice

import icalendar
import pytz
from dateutil.rrule import rrulestr

from .event import get_all
from .text import INVALID_OBJECT, TOO_MANY, Refused
from .times import Clock, check_known, get_zone_name, is_moment

# So many events Odoo makes for a series.
MAX_OCCURRENCES = 720
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY"}
_PARTS |= {"BYMONTH", "BYSETPOS"}
_TYPES = {
    "DAILY": "daily",
    "WEEKLY": "weekly",
    "MONTHLY": "monthly",
    "YEARLY": "yearly",
}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FIELDS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ONLY = "Odoo can't repeat a meeting like this: %s."


@dataclass(frozen=True)
class Rule:
    """How an event is repeated.

    :ivar dict fields: what it is in Odoo
    :ivar starts: when its occurrences start, the excepted ones included: dates, or
        moments of UTC; of a rule without an end the first ones
    :ivar excepted: the starts of those that don't take place
    :ivar added: the starts of those beside the rule
    :ivar first: the first start by the rule: the series may begin before that
    """

    fields: dict
    starts: tuple
    excepted: frozenset
    added: frozenset
    is_endless: bool
    first: object


def refuse(what):
    """:raises Refused: always"""
    raise Refused(INVALID_OBJECT, _ONLY % what)


def read_rule(component, zone):
    """:param zone: the time zone of what doesn't say
    :returns: how a component is repeated
    :rtype: Rule
    :raises Refused: Odoo can't do so"""
    value = component["DTSTART"].dt
    name = _get_name(component, value, zone) if is_moment(value) else ""
    clock = Clock(name)
    recur, start = component["RRULE"], clock.from_value(value)
    fields = to_fields(recur, start)
    is_endless = "COUNT" not in recur and "UNTIL" not in recur
    local = list(expand(recur, start, clock, MAX_OCCURRENCES + 1))
    if is_endless:
        local = local[:MAX_OCCURRENCES]
    if len(local) > MAX_OCCURRENCES:
        raise Refused(TOO_MANY, f"There are more than {MAX_OCCURRENCES} of it.")
    if not local or local[0] != start and "COUNT" in recur:
        # Whether it is counted, nobody knows.
        refuse("its start isn't one of its occurrences")
    if is_endless:
        fields["end_type"] = "forever"
    elif "COUNT" in recur:
        fields |= {"count": len(local), "end_type": "count"}
    else:
        fields |= {"end_type": "end_date", "until": local[-1].date()}
    if name:
        fields["event_tz"] = name
    starts = map(clock.to_key, local if local[0] == start else [start, *local])
    return Rule(
        fields,
        tuple(starts),
        read_dates(component, "EXDATE", clock),
        read_dates(component, "RDATE", clock),
        is_endless,
        clock.to_key(local[0]),
    )


def _get_name(component, value, zone):
    name = get_zone_name(value) if value.tzinfo else getattr(zone, "key", "UTC")
    if name not in pytz.all_timezones_set:
        refuse(f"in the time zone {component['DTSTART'].params.get('TZID')}")
    return name


def read_dates(component, name, clock):
    """:param Clock clock: that of the series
    :returns: the starts that are named by a property"""
    found = set()
    for each in get_all(component, name):
        for value in getattr(each, "dts", ()):
            if isinstance(value.dt, tuple):
                refuse("with periods")
            check_known(value.dt, each.params, name)
            found.add(clock.to_key(clock.from_value(value.dt)))
    return frozenset(found)


def expand(recur, start, clock, limit):
    """:param recur: a rule
    :param start: as the clock shows it
    :param Clock clock: that of the series
    :param int limit: of how many
    :returns: when it is, on the same clock"""
    parts = {name: recur[name] for name in recur if name != "UNTIL"}
    for until in recur.get("UNTIL", ()):
        if is_moment(until):
            local = clock.from_value(until)
        else:
            local = datetime.combine(until, time.max).replace(microsecond=0)
        parts["UNTIL"] = [local]
    text = icalendar.vRecur(parts).to_ical().decode()
    try:
        return islice(rrulestr(text, dtstart=start), limit)
    except (ValueError, TypeError) as error:
        raise Refused(INVALID_OBJECT, _ONLY % error) from error


def to_fields(recur, start):
    """:param recur: a rule
    :param start: of the first occurrence, as the clock on the wall shows it
    :returns: the values of Odoo's fields for it, without when it ends
    :raises Refused: there are none"""
    frequency = str(recur.get("FREQ", [""])[0]).upper()
    kind = _TYPES.get(frequency)
    unknown = recur.keys() - _PARTS
    if not kind or unknown:
        refuse(", ".join(sorted(unknown)) or frequency or "RRULE")
    days = [str(day).upper() for day in recur.get("BYDAY", ())]
    month_days = [int(day) for day in recur.get("BYMONTHDAY", ())]
    months = [int(month) for month in recur.get("BYMONTH", ())]
    interval = int(recur.get("INTERVAL", [1])[0])
    if not 1 <= interval <= 999:
        refuse("INTERVAL")
    if months and (kind != "yearly" or months != [start.month]):
        refuse("BYMONTH")
    if kind == "daily" and days and interval == 1:
        kind = "weekly"
    fields = {"interval": interval, "rrule_type": kind}
    fields |= dict.fromkeys(_FIELDS, False)
    if kind == "monthly":
        return fields | _to_monthly(recur, days, month_days, start)
    if "BYSETPOS" in recur or kind in ("daily", "yearly") and days:
        refuse("BYDAY")
    if month_days and (kind != "yearly" or month_days != [start.day]):
        refuse("BYMONTHDAY")
    if kind == "weekly":
        fields |= _to_weekly(days, start)
    return fields


def _to_weekly(days, start):
    if not set(days) <= set(_DAYS):
        refuse("BYDAY")
    days = days or [_DAYS[start.weekday()]]
    return {_FIELDS[_DAYS.index(day)]: True for day in days}


def _to_monthly(recur, days, month_days, start):
    if days and month_days:
        refuse("BYDAY with BYMONTHDAY")
    if not days:
        if "BYSETPOS" in recur or len(month_days) > 1:
            refuse("BYMONTHDAY")
        day = month_days[0] if month_days else start.day
        if not 1 <= day <= 31:
            refuse("BYMONTHDAY")
        return {"day": day, "month_by": "date"}
    if len(days) > 1:
        refuse("BYDAY")
    position, day = days[0][:-2], days[0][-2:]
    if "BYSETPOS" in recur:
        positions = recur["BYSETPOS"]
        if position or len(positions) > 1:
            refuse("BYSETPOS")
        position = str(positions[0])
    position = position.lstrip("+")
    if day not in _DAYS or position not in ("1", "2", "3", "4", "-1"):
        refuse("BYDAY")
    weekday = _FIELDS[_DAYS.index(day)].upper()
    return {"byday": position, "month_by": "day", "weekday": weekday}


def from_fields(values, week_start):
    """:param values: of Odoo's fields
    :param str week_start: the day on which weeks begin
    :returns: the rule, without when it ends"""
    kind = values["rrule_type"]
    recur = {"FREQ": kind.upper()}
    if values["interval"] != 1:
        recur["INTERVAL"] = values["interval"]
    if kind == "weekly":
        recur["BYDAY"] = [
            day for day, name in zip(_DAYS, _FIELDS, strict=True) if values[name]
        ]
        if week_start != "MO" and values["interval"] > 1:
            recur["WKST"] = week_start
    elif kind == "monthly" and values["month_by"] == "day":
        day = _DAYS[_FIELDS.index(values["weekday"].lower())]
        recur["BYDAY"] = [f"{values['byday']}{day}"]
    elif kind == "monthly":
        recur["BYMONTHDAY"] = values["day"]
    return icalendar.vRecur(recur)


RULE_FIELDS = ("rrule_type", "interval", "month_by", "day", "weekday", "byday")
RULE_FIELDS += _FIELDS
