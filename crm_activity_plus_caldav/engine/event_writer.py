# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What has to be written for an event to be what a program says."""

from datetime import datetime, time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import plaintext2html

from ..ical.event import normalize
from .contacts import find_contacts, get_emails
from .event_reader import html_to_text, read_record

# Nobody is told.
QUIETLY = {"no_mail_to_attendees": True, "skip_attendee_notification": True}
_UNTITLED = "–"


def prepare_times(times):
    """:returns: values of an event that is then"""
    if not times.allday:
        return {"allday": False, "start": times.start, "stop": times.stop}
    return {
        "allday": True,
        "start": datetime.combine(times.start, time(8)),
        "start_date": times.start,
        "stop": datetime.combine(times.stop, time(18)),
        "stop_date": times.stop,
    }


class EventWriter:
    """Writes what a program says of one event, or of a series and its occurrences.

    :param env: with the rights of the user
    :param said: all that is said, see ``ical.event.Event``
    :param events: what is there already
    :param bool is_quiet: whether nobody is told of anything
    """

    def __init__(self, env, said, events, is_quiet=False):
        self.env = env
        self.user = env.user
        self.emails = get_emails(env.user)
        people = {person.email: person for event in said for person in event.attendees}
        known = events.attendee_ids.partner_id
        self.contacts = find_contacts(env, people.values(), known)
        self.strangers = sorted(people.keys() - self.contacts.keys())
        names = {name for event in said for name in event.categories}
        self.tags = env["calendar.event.type"].search([("name", "in", list(names))])
        self.other_tags = sorted(names - set(self.tags.mapped("name")))
        others = [p for email, p in people.items() if email not in self.emails]
        # Programs that tell people themselves say so.
        self.is_quiet = is_quiet or bool(others) and not any(p.is_told for p in others)

    @property
    def context(self):
        """:returns: how things are written: Odoo adds nothing to what was typed"""
        return {
            "skip_contact_description": True,
            **(QUIETLY if self.is_quiet else {}),
        }

    def organizes(self, event):
        """:returns: whether a meeting is the user's own, or nobody's"""
        return event.user_id in (self.user, self.user.browse())

    def get_kept(self):
        """:returns: what was said that there are no records for"""
        return {"attendees": self.strangers, "categories": self.other_tags}

    # ------------------------------------------------------------
    # New ones
    # ------------------------------------------------------------

    def prepare_new(self, said):
        """:returns: values of a new event"""
        partners = self._get_partners(said)
        organizer = self._find_organizer(said)
        if organizer:
            partners |= organizer.partner_id
        return {
            **prepare_times(said.times),
            "alarm_ids": [Command.set(self._get_alarms(said.alarms).ids)],
            "categ_ids": [Command.set(self._get_tags(said).ids)],
            "description": self._to_html(said.description),
            "location": said.location or False,
            "name": said.summary.strip() or _UNTITLED,
            "partner_ids": [Command.set(partners.ids)],
            "privacy": said.privacy or False,
            "show_as": "busy" if said.is_busy else "free",
            "user_id": organizer.id,
            "videocall_location": said.video or False,
        }

    def finish_new(self, event, said):
        """Note down what people have answered already."""

        def find_answer(attendee):
            person = said.find_attendee(attendee.partner_id.email_normalized)
            return person.state if person else "needsAction"

        for state, attendees in event.attendee_ids.grouped(find_answer).items():
            if state != "needsAction":
                attendees.filtered(lambda a, new=state: a.state != new).state = state

    def _find_organizer(self, said):
        if not said.organizer or said.organizer in self.emails:
            return self.user
        # Who of the same company has an address is no secret to employees; users of
        # it whose contacts they may not read are found, too.
        users = self.env["res.users"].sudo()
        found = users.search(
            [
                ("partner_id.email_normalized", "=", said.organizer),
                ("share", "=", False),
                ("company_ids", "in", self.user.company_ids.ids),
            ],
            limit=1,
        )
        return found.sudo(False)

    def _get_partners(self, said):
        partners = self.user.partner_id
        for person in said.attendees:
            partners |= self.contacts.get(person.email, partners.browse())
        return partners

    def _get_tags(self, said):
        return self.tags.filtered(lambda tag: tag.name in said.categories)

    def _get_alarms(self, minutes):
        """:returns: reminders, made where there are none like that"""
        alarms = self.env["calendar.alarm"]
        found = alarms.search(
            [
                ("alarm_type", "=", "notification"),
                ("duration_minutes", "in", [*minutes]),
            ],
            order="id desc",
        )
        by_minutes = {alarm.duration_minutes: alarm for alarm in found}
        missing = sorted(minutes - by_minutes.keys())
        created = alarms.create([self._prepare_alarm(each) for each in missing])
        by_minutes.update(zip(missing, created, strict=True))
        return alarms.union(*(by_minutes[each] for each in sorted(minutes)))

    def _prepare_alarm(self, minutes):
        duration, interval = minutes, "minutes"
        for name, size in (("days", 1440), ("hours", 60)):
            if minutes and minutes % size == 0:
                duration, interval = minutes // size, name
                break
        alarms = self.env["calendar.alarm"]
        # What people see of it is its name.
        draft = alarms.new(
            {"alarm_type": "notification", "duration": duration, "interval": interval}
        )
        draft._onchange_duration_interval()
        return {
            "alarm_type": "notification",
            "duration": duration,
            "interval": interval,
            "name": draft.name,
        }

    def _to_html(self, text):
        return plaintext2html(text) if text.strip() else False

    # ------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------

    def prepare_changes(self, event, said, with_times=True):
        """:returns: values for what is different, and nothing else: so nobody is told
        of what didn't change"""
        is_own = read_record(event)
        vals = {}
        if with_times and is_own.times.key != said.times.key:
            vals |= self._prepare_move(event, said.times)
        if normalize(event.name or "") != normalize(said.summary):
            vals["name"] = said.summary.strip() or _UNTITLED
        if normalize(html_to_text(event.description)) != normalize(said.description):
            vals["description"] = self._to_html(said.description)
        if (event.location or "") != said.location:
            vals["location"] = said.location or False
        if (event.privacy or "") != said.privacy:
            vals["privacy"] = said.privacy or False
        if is_own.is_busy != said.is_busy:
            vals["show_as"] = "busy" if said.is_busy else "free"
        if said.video and is_own.video != said.video:
            vals["videocall_location"] = said.video
        tags = self._get_tags(said)
        if tags != event.categ_ids:
            vals["categ_ids"] = [Command.set(tags.ids)]
        # In Odoo, everybody who is invited has the same reminders.
        if is_own.alarms != said.alarms and self.organizes(event):
            vals["alarm_ids"] = self._prepare_alarms(event, said.alarms)
        vals.update(self._prepare_people(event, said))
        return vals

    def _prepare_move(self, event, times):
        vals = prepare_times(times)
        if times.allday and event.allday:
            # The others follow, and whoever is told of it is told once.
            return {name: vals[name] for name in ("start_date", "stop_date")}
        return vals

    def _prepare_alarms(self, event, minutes):
        kept = event.alarm_ids.filtered(lambda a: a.duration_minutes in minutes)
        new = self._get_alarms(minutes - set(kept.mapped("duration_minutes")))
        return [Command.set((kept | new).ids)]

    def _prepare_people(self, event, said):
        """Those without an address are invited, too: programs don't know of them."""
        # By ``partner_ids`` the user would see only those that they may read.
        present = event.attendee_ids.partner_id
        wanted = self._get_partners(said) if said.attendees else self.user.partner_id
        # Who organizes it takes part.
        wanted |= present & (event.user_id.partner_id | self.user.partner_id)
        wanted |= present.filtered(lambda p: not p.sudo().email_normalized)
        commands = [Command.link(p.id) for p in wanted - present]
        commands += [Command.unlink(p.id) for p in present - wanted]
        return {"partner_ids": commands} if commands else {}

    def get_answer(self, event, said):
        """:returns: what the user answers to the invitation, where that is new"""
        mine = event.attendee_ids.filtered(
            lambda a: a.partner_id == self.user.partner_id
        )[:1]
        for email in self.emails:
            person = said.find_attendee(email)
            if person and mine and person.state not in ("needsAction", mine.state):
                return person.state
        return None

    def answer(self, events, state):
        """Accept or decline invitations, as a click in Odoo does.

        :raises AccessError: the user isn't invited"""
        mine = events.attendee_ids.filtered(
            lambda a: a.partner_id == self.user.partner_id
        )
        if not mine:
            raise AccessError(self.env._("You are not invited to this meeting."))
        if state == "accepted":
            mine.do_accept()
        elif state == "declined":
            mine.do_decline()
        else:
            mine.do_tentative()

    def answer_together(self, told, events, state):
        """Answer several meetings of a series: it is told of one of them."""
        self.answer(told, state)
        partner = self.user.partner_id
        rest = (events - told).attendee_ids
        rest.filtered(lambda a: a.partner_id == partner).state = state
