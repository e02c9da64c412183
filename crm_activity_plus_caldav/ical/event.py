# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an event says, whoever says it."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

import icalendar

from .exact_text import set_property
from .text import INVALID_DATA, Refused
from .times import Times, read_times, write_times

PRIVACY = {"PUBLIC": "public", "PRIVATE": "private", "CONFIDENTIAL": "confidential"}
STATES = {
    "ACCEPTED": "accepted",
    "DECLINED": "declined",
    "TENTATIVE": "tentative",
    "NEEDS-ACTION": "needsAction",
}
STATE_NAMES = {state: name for name, state in STATES.items()}
MAX_ATTENDEES = 500
_EMAIL = re.compile(r"mailto:(.+@.+)", re.IGNORECASE)
_VIDEO = "CONFERENCE"


@dataclass(frozen=True)
class Attendee:
    """Who is invited.

    :ivar is_told: whether Odoo is to tell them, and not the client
    """

    email: str
    name: str = ""
    state: str = "needsAction"
    is_told: bool = True


@dataclass(frozen=True)
class Event:
    """An event: what there is a place for on both sides."""

    times: Times
    summary: str = ""
    description: str = ""
    location: str = ""
    privacy: str = ""
    is_busy: bool = True
    video: str = ""
    categories: frozenset = frozenset()
    alarms: frozenset = frozenset()
    attendees: tuple = ()
    organizer: str = ""

    def find_attendee(self, email):
        """:returns: the attendee with an address, or None"""
        return next((a for a in self.attendees if a.email == email), None)


def get_text(component, name):
    """:returns: the text of a property; of several, the first one"""
    value = component.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return "" if value is None else str(value)


def get_all(component, name):
    """:returns: the values of a property"""
    value = component.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def get_categories(component):
    """:returns: the names of the categories that a component is in"""
    found = get_all(component, "CATEGORIES")
    names = (str(name).strip() for each in found for name in getattr(each, "cats", ()))
    return frozenset(name for name in names if name)


def get_email(address):
    """:returns: the email address that somebody is named by, in lower case"""
    match = _EMAIL.fullmatch(str(address).strip())
    return match[1].strip().lower() if match else ""


def normalize(text):
    """:returns: what of a text stays the same when it is shown somewhere else"""
    return " ".join(text.replace("\xa0", " ").split())


def read_event(component, zone):
    """:param zone: the time zone of what doesn't say
    :rtype: Event
    :raises Refused: something can't be"""
    return Event(
        times=read_times(component, zone),
        summary=get_text(component, "SUMMARY"),
        description=get_text(component, "DESCRIPTION"),
        location=get_text(component, "LOCATION"),
        privacy=PRIVACY.get(get_text(component, "CLASS").upper(), ""),
        is_busy=get_text(component, "TRANSP").upper() != "TRANSPARENT",
        video=get_text(component, _VIDEO),
        categories=get_categories(component),
        alarms=frozenset(read_alarms(component)) - {None},
        attendees=_read_attendees(component),
        organizer=get_email(get_text(component, "ORGANIZER")),
    )


def _read_attendees(component):
    found = {}
    given = get_all(component, "ATTENDEE")
    if len(given) > MAX_ATTENDEES:
        raise Refused(INVALID_DATA, "Too many people are invited.")
    for address in given:
        email = get_email(address)
        if not email:
            continue
        params = getattr(address, "params", {})
        agent = str(params.get("SCHEDULE-AGENT", "SERVER")).upper()
        found[email] = Attendee(
            email,
            str(params.get("CN", "")),
            STATES.get(str(params.get("PARTSTAT", "")).upper(), "needsAction"),
            agent == "SERVER",
        )
    return tuple(found.values())


def read_alarms(component):
    """:returns: for each alarm how many minutes before the start it is, or None where
    Odoo has none like that"""
    return [read_alarm(alarm) for alarm in component.subcomponents]


def read_alarm(alarm):
    """:returns: how many minutes before the start an alarm is, or None where Odoo has
    none like that"""
    trigger = alarm.get("TRIGGER")
    span = getattr(trigger, "dt", None)
    if alarm.name != "VALARM" or not isinstance(span, timedelta):
        return None
    if str(trigger.params.get("RELATED", "START")).upper() != "START":
        return None
    minutes, rest = divmod(-span, timedelta(minutes=1))
    return minutes if 0 <= minutes <= 527040 and not rest else None


# ------------------------------------------------------------
# Putting right what a component says
# ------------------------------------------------------------


def overlay(component, event, zone, kept=()):
    """Have a component say what an event is, and leave the rest of it as it is.

    :param Event event: what is so
    :param zone: the time zone of what doesn't say
    :param kept: email addresses of those that Odoo has no contacts for
    """
    said = read_event(component, zone) if "DTSTART" in component else None
    if said is None or said.times.key != event.times.key:
        kept = said.times.zone if said else ""
        write_times(component, replace(event.times, zone=kept or event.times.zone))
    said = said or Event(event.times)
    for name, attribute in (
        ("SUMMARY", "summary"),
        ("DESCRIPTION", "description"),
        ("LOCATION", "location"),
    ):
        if normalize(getattr(said, attribute)) != normalize(getattr(event, attribute)):
            set_property(component, name, getattr(event, attribute))
    if said.privacy != event.privacy:
        set_property(component, "CLASS", event.privacy.upper())
    if said.is_busy != event.is_busy:
        set_property(component, "TRANSP", "" if event.is_busy else "TRANSPARENT")
    if said.video != event.video:
        component.pop(_VIDEO, None)
        if event.video:
            component.add(_VIDEO, event.video, parameters={"VALUE": "URI"})
    if said.categories != event.categories:
        set_property(component, "CATEGORIES", sorted(event.categories))
    _overlay_alarms(component, said.alarms, event)
    _overlay_people(component, said, event, kept)


def _overlay_alarms(component, said, event):
    if said == event.alarms:
        return
    component.subcomponents = [
        alarm
        for alarm in component.subcomponents
        if read_alarm(alarm) is None or read_alarm(alarm) in event.alarms
    ]
    for minutes in sorted(event.alarms - said):
        alarm = icalendar.Alarm()
        alarm.add("ACTION", "DISPLAY")
        set_property(alarm, "DESCRIPTION", event.summary or "Reminder")
        alarm.add("TRIGGER", timedelta(minutes=-minutes))
        component.add_component(alarm)


def _overlay_people(component, said, event, strangers):
    """Addresses that Odoo doesn't know stay, with what the client says of them."""
    wanted = {a.email: a for a in event.attendees}
    kept = []
    for address in get_all(component, "ATTENDEE"):
        email = get_email(address)
        if not email or email in strangers:
            kept.append(address)
        attendee = wanted.pop(email, None)
        if attendee is None:
            continue
        state = STATE_NAMES[attendee.state]
        if str(address.params.get("PARTSTAT", "NEEDS-ACTION")).upper() != state:
            address.params["PARTSTAT"] = state
        kept.append(address)
    for attendee in wanted.values():
        address = icalendar.vCalAddress(f"mailto:{attendee.email}")
        address.params["PARTSTAT"] = STATE_NAMES[attendee.state]
        if attendee.name:
            address.params["CN"] = attendee.name
        kept.append(address)
    component.pop("ATTENDEE", None)
    for address in kept:
        component.add("ATTENDEE", address)
    if event.organizer and said.organizer != event.organizer:
        component.pop("ORGANIZER", None)
        component.add("ORGANIZER", f"mailto:{event.organizer}")
