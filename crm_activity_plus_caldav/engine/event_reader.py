# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What there is to tell of an event."""

from odoo.tools import html2plaintext

from ..ical.event import Attendee, Event
from ..ical.times import Times


def read_times(event, zone_name=""):
    """:returns: when an event is
    :rtype: Times"""
    if event.allday:
        return Times(event.start_date, event.stop_date, True)
    return Times(event.start, event.stop, False, zone_name)


def read_record(event, zone_name="", kept=None):
    """:param event: a ``calendar.event``, with the rights of the user
    :param str zone_name: the time zone to tell it in
    :param dict kept: what the client said that is no record
    :rtype: Event"""
    kept = kept or {}
    attendees = _read_attendees(event)
    organizer = event.user_id.sudo().partner_id.email_normalized or ""
    if [attendee.email for attendee in attendees] in ([organizer], []):
        # Nobody else is invited.
        attendees = () if organizer not in kept.get("attendees", ()) else attendees
        organizer = ""
    return Event(
        times=read_times(event, zone_name),
        summary=event.name or "",
        description=html_to_text(event.description),
        location=event.location or "",
        privacy=event.privacy or "",
        is_busy=event.show_as != "free",
        video=event.videocall_location or "",
        categories=frozenset(
            {*event.categ_ids.mapped("name"), *kept.get("categories", ())}
        ),
        alarms=frozenset(event.alarm_ids.mapped("duration_minutes")),
        attendees=attendees,
        organizer=organizer,
    )


def _read_attendees(event):
    found = {}
    # Who is invited is no secret to whoever sees the event.
    for attendee in event.attendee_ids.sudo():
        partner = attendee.partner_id
        email = partner.email_normalized
        if email:
            state = attendee.state or "needsAction"
            found[email] = Attendee(email, partner.name or "", state)
    return tuple(found.values())


def html_to_text(html):
    """:returns: what a text says, without how"""
    return html2plaintext(html or "", include_references=False)


def get_outline(event):
    """:returns: what has to be the same for two occurrences of a series to be told as
    one"""
    attendees = event.attendee_ids.sudo()
    return (
        event.name,
        event.description or "",
        event.location or "",
        event.privacy,
        event.show_as,
        event.allday,
        event.stop - event.start,
        frozenset(event.categ_ids.ids),
        frozenset(event.alarm_ids.ids),
        frozenset((a.partner_id.id, a.state) for a in attendees),
        event.user_id.id,
    )
