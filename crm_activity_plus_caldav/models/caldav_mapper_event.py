# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import copy
from datetime import time

import icalendar

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..engine.event_reader import read_record
from ..engine.event_writer import QUIETLY, EventWriter
from ..engine.series_reader import Series, new_event
from ..engine.series_writer import SeriesWriter
from ..engine.states import select_events
from ..ical.event import overlay, read_event
from ..ical.rules import refuse
from ..ical.text import INVALID_OBJECT, Refused, new_calendar, read_calendar, to_text
from ..ical.times import UTC


class CaldavMapperEvent(models.AbstractModel):
    """Meetings: each event by itself, and the events of a series together."""

    _name = "caldav.mapper.event"
    _inherit = "caldav.mapper"
    _description = "Mapping of Meetings to iCalendar"

    @api.model
    def _get_domain(self):
        return Domain("partner_ids", "in", self.env.user.partner_id.ids)

    @api.model
    def _read_states(self, collection, keys=None):
        query = self.env["calendar.event"]._search(self._get_domain())
        partner = self.env.user.partner_id
        sql = select_events(collection, query, partner, keys)
        return self._make_states(sql)

    @api.model
    def _find_in_range(self, collection, start, end):
        start, end = (moment.replace(tzinfo=None) for moment in (start, end))
        timed = Domain("allday", "=", False) & Domain("start", "<", end)
        # What takes no time is there at its moment.
        timed &= Domain("stop", ">", start) | Domain("start", ">=", start)
        days = Domain("allday", "=", True) & Domain("stop_date", ">=", start.date())
        # The end isn't a part of the range: a day that begins then is outside.
        operator = "<" if end.time() == time.min else "<="
        days &= Domain("start_date", operator, end.date())
        events = self.env["calendar.event"].search_fetch(
            self._get_domain() & (timed | days), ["recurrence_id"]
        )
        return set(map(self._get_key, events))

    @api.model
    def _get_key(self, event):
        """:returns: model and id of what is one object outside of Odoo"""
        series = event.recurrence_id
        return (series._name, series.id) if series else (event._name, event.id)

    @api.model
    def _get_event_ref(self, record):
        if record._name == "calendar.recurrence":
            return record.base_event_id.id
        return False

    # ------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------

    @api.model
    def _find_events(self, resources):
        """:returns: by model and id the events of resources, all read at once"""
        ids = {"calendar.event": [], "calendar.recurrence": []}
        for resource in resources:
            ids[resource.res_model].append(resource.res_id)
        domain = (
            Domain("id", "in", ids["calendar.event"])
            & Domain("recurrence_id", "=", False)
        ) | Domain("recurrence_id", "in", ids["calendar.recurrence"])
        events = self.env["calendar.event"].search(self._get_domain() & domain)
        return events.grouped(self._get_key)

    @api.model
    def _render(self, collection, resources):
        events = self._find_events(resources)
        texts = {}
        for resource in resources:
            found = events.get((resource.res_model, resource.res_id))
            if found:
                texts[resource.id] = to_text(self._make_calendar(resource, found))
        return texts

    @api.model
    def _make_calendar(self, resource, events):
        """:param events: all that the user has of a resource
        :returns: the calendar with its components"""
        zone, kept = self._get_zone(), resource.kept or {}
        calendar = read_calendar(resource.raw) if resource.raw else new_calendar()
        raw = [c for c in calendar.subcomponents if c.name == "VEVENT"]
        if events.recurrence_id:
            components = Series(events, zone).to_components(resource.uid, raw, kept)
        else:
            component = copy.deepcopy(raw[0]) if raw else None
            component = component or new_event(resource.uid, events)
            for name in ("RRULE", "EXDATE", "RDATE"):
                component.pop(name, None)
            told = read_record(events, "UTC", kept)
            overlay(component, told, zone, kept.get("attendees", ()))
            components = [component]
        others = [c for c in calendar.subcomponents if c.name != "VEVENT"]
        calendar.subcomponents = [*others, *components]
        return calendar

    @api.model
    def _make_free_busy(self, start, end):
        """:returns: a component with the times at which the user is busy"""
        domain = self._get_domain() & Domain("show_as", "!=", "free")
        first, last = (moment.replace(tzinfo=None) for moment in (start, end))
        domain &= Domain("start", "<", last) & Domain("stop", ">", first)
        component = icalendar.FreeBusy()
        component.add("DTSTAMP", fields.Datetime.now().replace(tzinfo=UTC))
        component.add("DTSTART", start)
        component.add("DTEND", end)
        partner = self.env.user.partner_id
        for event in self.env["calendar.event"].search(domain, order="start, id"):
            mine = event.attendee_ids.filtered(lambda a: a.partner_id == partner)
            if mine[:1].state == "declined":
                continue
            kind = "BUSY-TENTATIVE" if mine[:1].state == "tentative" else "BUSY"
            period = (event.start.replace(tzinfo=UTC), event.stop.replace(tzinfo=UTC))
            component.add("FREEBUSY", [period], parameters={"FBTYPE": kind})
        return component

    # ------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------

    @api.model
    def _put(self, collection, resource, obj, is_quiet=False):
        zone = self._get_zone()
        said = {id(each): read_event(each, zone) for each in obj.components}
        events = self.env["calendar.event"]
        if resource:
            found = self._find_events(resource)
            events = found.get((resource.res_model, resource.res_id), events)
            # Odoo's own rules for private meetings: only who takes part sees more.
            events.check_access("write")
        writer = EventWriter(self.env, said.values(), events, is_quiet)
        return self._write(writer, obj, said, events), writer.get_kept()

    @api.model
    def _write(self, writer, obj, said, events):
        zone, master = self._get_zone(), obj.master
        is_series = master is not None and "RRULE" in master
        if is_series or (events.recurrence_id and master is None):
            series = SeriesWriter(writer, obj, said, zone)
            if not events:
                return series.make()
            if not events.recurrence_id:
                return series.extend(events)
            return series.update(events.recurrence_id)
        if len(obj.components) > 1:
            raise Refused(INVALID_OBJECT, "These are occurrences of nothing.")
        [component] = obj.components
        if "RDATE" in component:
            refuse("RDATE")
        if events.recurrence_id:
            events = self._end_series(events)
        return self._write_single(writer, said[id(component)], events)

    @api.model
    def _write_single(self, writer, said, event):
        events = self.env["calendar.event"].with_context(**writer.context)
        if not event:
            event = events.create(writer.prepare_new(said))
            writer.finish_new(event, said)
            return event
        answer = writer.get_answer(event, said)
        if vals := writer.prepare_changes(event, said):
            event.with_context(**writer.context).write(vals)
        if answer:
            writer.answer(event, answer)
        return event

    @api.model
    def _end_series(self, events):
        """:returns: the one event that is left of a series"""
        base = events.recurrence_id.base_event_id
        base = base if base in events else events.sorted("start")[:1]
        quietly = base.with_context(**QUIETLY)
        quietly.write({"recurrency": False, "recurrence_update": "all_events"})
        return base

    @api.model
    def _delete(self, collection, resource):
        """Who organizes a meeting cancels it, and everybody is told once; others
        decline it, and don't see it any more."""
        found = self._find_events(resource)
        events = found.get((resource.res_model, resource.res_id))
        if not events:
            return False
        events.check_access("unlink")
        user = self.env.user
        if all(event.user_id in (user, user.browse()) for event in events):
            coming = events.filtered(lambda e: e.start > fields.Datetime.now())
            if coming:
                # As superuser it writes the emails, after what was checked above.
                coming.sudo()._queue_cancellations().send_after_commit()
            series = events.recurrence_id
            events.unlink()
            series.filtered(lambda s: not s.calendar_event_ids).unlink()
            return False
        mine = events.attendee_ids.filtered(
            lambda attendee: attendee.partner_id == user.partner_id
        )
        if not mine:
            raise AccessError(self.env._("You are not invited to this meeting."))
        told = mine.filtered(lambda a: a.state != "declined")
        told[:1].do_decline()
        (told - told[:1]).state = "declined"
        return True
