# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a task says, whoever says it."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .event import get_categories, get_text, normalize
from .exact_text import set_property
from .text import INVALID_OBJECT, Refused
from .times import get_value, get_zone_name, is_moment, to_utc

OPEN, STARTED, DONE, CANCELLED = "open", "started", "done", "cancelled"
STATUSES = {
    "NEEDS-ACTION": OPEN,
    "IN-PROCESS": STARTED,
    "COMPLETED": DONE,
    "CANCELLED": CANCELLED,
}
STATUS_NAMES = {status: name for name, status in STATUSES.items()}
# What stands below it in a note belongs to Odoo.
RULER = "----"


@dataclass(frozen=True)
class Task:
    """A task: what there is a place for on both sides.

    :ivar due: a day, or a moment of UTC without saying so, or None
    :ivar start: likewise
    """

    summary: str = ""
    description: str = ""
    status: str = OPEN
    due: object = None
    start: object = None
    done: object = None
    categories: frozenset = frozenset()
    is_repeated: bool = False


def read_task(component, zone):
    """:param zone: the time zone of what doesn't say
    :rtype: Task
    :raises Refused: Odoo has no such task
    """
    start, due = _read(component, "DTSTART", zone), _read(component, "DUE", zone)
    span = getattr(component.get("DURATION"), "dt", None)
    if due is None and start is not None and isinstance(span, timedelta):
        due = start + span
    _check_order(start, due)
    return Task(
        summary=get_text(component, "SUMMARY"),
        description=strip_footer(get_text(component, "DESCRIPTION")),
        status=_read_status(component),
        due=due,
        start=start,
        done=_read(component, "COMPLETED", zone),
        categories=get_categories(component),
    )


def _read(component, name, zone):
    value = get_value(component, name)
    return to_utc(value, zone) if is_moment(value) else value


def _check_order(start, due):
    if start is None or due is None:
        return
    if is_moment(start) == is_moment(due):
        is_wrong = due < start
    else:
        first, last = (v.date() if is_moment(v) else v for v in (start, due))
        # In some time zone it may be the day before.
        is_wrong = last < first - timedelta(days=1)
    if is_wrong:
        raise Refused(INVALID_OBJECT, "It is due before it starts.")


def get_closed_status(component):
    """:returns: how a task was closed, or None where it is open"""
    status = STATUSES.get(get_text(component, "STATUS").upper())
    if status in (DONE, CANCELLED):
        return status
    if "COMPLETED" in component or get_text(component, "PERCENT-COMPLETE") == "100":
        return DONE
    return None


def _read_status(component):
    status = STATUSES.get(get_text(component, "STATUS").upper())
    return get_closed_status(component) or status or OPEN


def strip_footer(text):
    """:returns: a note without what Odoo puts below it"""
    head, ruler, tail = text.rpartition(f"{RULER}\n")
    if ruler and (not head or head.endswith("\n")) and "/odoo/" in tail:
        return head.rstrip("\n")
    return text


def add_footer(text, lines):
    """:returns: a note with what Odoo puts below it"""
    if not lines:
        return text
    body = f"{text}\n\n" if text else ""
    return body + "\n".join([RULER, *lines])


def overlay(component, task, zone, footer=(), url=""):
    """Have a component say what a task is, and leave the rest of it as it is.

    :param Task task: what is so
    :param zone: the time zone of what doesn't say
    :param footer: lines to put below the note
    :param str url: where the task is about something
    """
    said = read_task(component, zone)
    if normalize(said.summary) != normalize(task.summary):
        set_property(component, "SUMMARY", task.summary)
    text = get_text(component, "DESCRIPTION")
    wanted = add_footer(task.description, footer)
    if normalize(text) != normalize(wanted):
        set_property(component, "DESCRIPTION", wanted)
    if url and get_text(component, "URL") != url:
        set_property(component, "URL", url)
    if said.due != task.due:
        component.pop("DURATION", None)
        set_property(component, "DUE", _express(component, "DUE", task.due))
    if said.start != task.start:
        set_property(component, "DTSTART", _express(component, "DTSTART", task.start))
    if said.categories != task.categories:
        set_property(component, "CATEGORIES", sorted(task.categories))
    _overlay_status(component, said, task)


def _overlay_status(component, said, task):
    if said.status == task.status:
        return
    set_property(component, "STATUS", STATUS_NAMES[task.status])
    component.pop("COMPLETED", None)
    component.pop("PERCENT-COMPLETE", None)
    if task.status == DONE:
        component.add("PERCENT-COMPLETE", 100)
        done = task.done
        if done and not is_moment(done):
            done = datetime(done.year, done.month, done.day, 12)
        if done:
            component.add("COMPLETED", done.replace(tzinfo=timezone.utc))


def _express(component, name, value):
    if not is_moment(value):
        return value
    moment = value.replace(tzinfo=timezone.utc)
    old = get_value(component, name) if name in component else None
    if is_moment(old) and get_zone_name(old) not in ("", "UTC"):
        return moment.astimezone(old.tzinfo)
    return moment
