# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Writing a series. Odoo makes its events by a rule of its own: what it made is
compared with what was asked for, and refused where that isn't the same."""

from dataclasses import replace

from odoo import fields

from ..ical.rules import read_rule, refuse
from ..ical.text import INVALID_OBJECT, Refused
from .event_reader import read_times
from .event_writer import QUIETLY, prepare_times
from .series_reader import Series

# More of them are made anew by Odoo, in less time.
_MOVED_ONE_BY_ONE = 30


class SeriesWriter:
    """Writes what a program says of a series.

    :param writer: an :class:`~.event_writer.EventWriter`
    :param obj: what the program sent, a ``CalendarObject``
    :param dict said: what its components say, by their Python ids: they are mutable
    :param zone: the user's time zone
    """

    def __init__(self, writer, obj, said, zone):
        self.writer = writer
        self.env = writer.env
        self.obj = obj
        self.zone = zone
        self.master = said[id(obj.master)] if obj.master is not None else None
        self.rule = read_rule(obj.master, zone) if self.master else None
        self.said = said

    def _read_exceptions(self, series):
        """:returns: by their starts what is said of single occurrences"""
        found = {}
        for component in self.obj.exceptions:
            value = component["RECURRENCE-ID"]
            if str(value.params.get("RANGE", "")).upper() == "THISANDFUTURE":
                refuse("RANGE=THISANDFUTURE")
            found[series.read_key(value.dt)] = self.said[id(component)]
        return found

    # ------------------------------------------------------------
    # Making it
    # ------------------------------------------------------------

    def make(self):
        """:returns: the series
        :raises Refused: Odoo can't make it"""
        first = self._get_first()
        vals = self.writer.prepare_new(first) | self._prepare_rule()
        events = self.env["calendar.event"].with_context(**self.writer.context)
        event = events.create(vals)
        self.writer.finish_new(event, first)
        return self._finish(event.recurrence_id)

    def extend(self, event):
        """Have an event be repeated.

        :returns: the series"""
        first = self._get_first()
        vals = self.writer.prepare_changes(event, first) | self._prepare_rule()
        event.with_context(**self.writer.context).write(vals)
        return self._finish(event.recurrence_id)

    @property
    def _begins_before(self):
        """:returns: whether the series begins with one that the rule doesn't have"""
        return self.rule.first != self.rule.starts[0]

    def _get_first(self):
        """:returns: what is said of the first one by the rule"""
        return self._at(self.rule.first) if self._begins_before else self.master

    def _prepare_rule(self):
        return {"recurrency": True, **self.rule.fields}

    def _finish(self, recurrence):
        self.env.flush_all()
        series = self._load(recurrence)
        self._check_exact(series)
        if self._begins_before:
            # Odoo's rules have nothing before that.
            self._add(series, self.rule.starts[:1])
            series = self._load(recurrence)
        self._except(series)
        return recurrence

    def _load(self, recurrence):
        """:returns: what the user has of the series, as it is now
        :raises Refused: nothing is left of it"""
        recurrence.invalidate_recordset(["calendar_event_ids"])
        partner = self.env.user.partner_id
        events = recurrence.calendar_event_ids.filtered(
            lambda event: event.active and partner in event.partner_ids
        )
        if not events:
            raise Refused(INVALID_OBJECT, "Nothing is left of this series.")
        return Series(events, self.zone)

    def _check_exact(self, series):
        """:raises Refused: Odoo makes other events of the rule"""
        there, wanted = set(series.by_key), set(self.rule.starts)
        wanted = {key for key in wanted if key >= self.rule.first}
        if self.rule.is_endless:
            last = min(max(there), max(wanted))
            there = {key for key in there if key <= last}
            wanted = {key for key in wanted if key <= last}
        if self.rule.added:
            refuse("RDATE")
        if there != wanted:
            refuse(str(self.obj.master["RRULE"].to_ical().decode()))

    # ------------------------------------------------------------
    # Changing it
    # ------------------------------------------------------------

    def update(self, recurrence):
        """:returns: the series, which may be another one than before"""
        series = self._load(recurrence)
        if self.master is None:
            self._write_exceptions(series)
            return recurrence
        if not self._fits(series):
            return self._rewrite(series)
        if self._update_rule(series):
            series = self._load(recurrence)
        self._write_master(series)
        self._write_exceptions(series)
        return recurrence

    def _fits(self, series):
        """:returns: whether the events stay where they are, but for some that come or
        go"""
        fields_ = self.rule.fields
        base = read_times(series.base)
        is_same_span = base.span == self.master.times.span
        return (
            series.allday == self.master.times.allday
            and fields_.get("event_tz", series.zone_name) == series.zone_name
            and (is_same_span or len(series.by_key) <= _MOVED_ONE_BY_ONE)
            and bool(set(series.by_key) & set(self.rule.starts))
        )

    def _rewrite(self, series):
        """Have Odoo make the events anew, at other times."""
        base = series.recurrence.base_event_id or series.base
        vals = self.writer.prepare_changes(base, self.master, with_times=False)
        first = self._get_first()
        vals |= prepare_times(first.times) | self._prepare_rule()
        vals["recurrence_update"] = "all_events"
        base.with_context(**self.writer.context).write(vals)
        return self._finish(base.recurrence_id)

    def _update_rule(self, series):
        """Add and remove events, and leave the others what they are.

        :returns: whether there were any"""
        wanted = set(self.rule.starts) - self.rule.excepted
        there = set(series.by_key)
        beside = there & self.rule.added
        if self.rule.added - there:
            refuse("RDATE")
        gone = there - wanted - beside
        if gone == there and not wanted - there:
            raise Refused(INVALID_OBJECT, "None of it takes place.")
        missing = wanted - there
        if self.rule.is_endless and series.is_endless:
            # How far Odoo has made them is no change.
            gone = {key for key in gone if key <= max(self.rule.starts)}
            missing = {key for key in missing if key <= max(there)}
        self._add(series, missing)
        self._remove([series.by_key[key] for key in gone])
        recurrence = series.recurrence
        vals = {
            name: value
            for name, value in self.rule.fields.items()
            if recurrence[name] != value
        }
        if vals and gone | missing:
            recurrence.with_context(dont_notify=True).write(vals)
        return bool(gone or missing)

    def _add(self, series, keys):
        if not keys:
            return
        [base] = series.base.copy_data()
        span = read_times(series.base).span
        vals_list = []
        for key in sorted(keys):
            times = replace(self.master.times, start=key, stop=key + span)
            vals_list.append(
                {
                    **base,
                    **prepare_times(times),
                    "follow_recurrence": True,
                    "recurrence_id": series.recurrence.id,
                    "recurrency": True,
                }
            )
        context = self.writer.context | QUIETLY
        events = self.env["calendar.event"].with_context(**context)
        # They are there already as far as the rule is concerned.
        events.create([{**vals, "recurrency": False} for vals in vals_list]).write(
            {"recurrency": True}
        )

    def _remove(self, events):
        """Whoever is invited to what is still to come is told that it isn't. Those who
        are only invited themselves decline."""
        events = self.env["calendar.event"].concat(*events)
        invited = events.filtered(lambda event: not self.writer.organizes(event))
        if invited:
            self.writer.answer_together(invited[:1], invited, "declined")
        events -= invited
        now = fields.Datetime.now()
        told = events.filtered(lambda e: e.start > now and e.user_id == self.env.user)
        if not self.writer.is_quiet:
            # As superuser it writes the emails: these meetings are the user's own.
            told.sudo()._queue_cancellations().send_after_commit()
        events.unlink()

    # ------------------------------------------------------------
    # What is said of all, and of single ones
    # ------------------------------------------------------------

    def _write_master(self, series):
        exceptions = self._read_exceptions(series)
        like_base = self.env["calendar.event"]
        base_outline = series.outlines[series.base]
        is_moved = read_times(series.base).span != self.master.times.span
        for key, event in series.by_key.items():
            if key in exceptions:
                continue
            start = event.start_date if series.allday else event.start
            if not is_moved and start == key and series.outlines[event] == base_outline:
                like_base |= event
            else:
                self._write_one(event, self._at(key))
        self._write_alike(like_base)
        self._answer(series, exceptions)

    def _at(self, key):
        """:returns: what is said of all, of the one that starts then"""
        times = self.master.times
        return replace(
            self.master, times=replace(times, start=key, stop=key + times.span)
        )

    def _write_one(self, event, said):
        vals = self.writer.prepare_changes(event, said)
        if vals:
            vals["recurrence_update"] = "self_only"
            event.with_context(**self.writer.context).write(vals)

    def _write_alike(self, events):
        if not events:
            return
        base = events[:1]
        vals = self.writer.prepare_changes(base, self.master, with_times=False)
        if not vals:
            return
        before = events.attendee_ids
        context = self.writer.context | QUIETLY
        events.with_context(**context).write({**vals, "recurrence_update": "self_only"})
        coming = events.filtered(lambda event: event.start > fields.Datetime.now())
        new = coming.sorted("start")[:1].attendee_ids - before
        if new and not self.writer.is_quiet:
            # Once for the series.
            new._send_invitation_emails()

    def _answer(self, series, exceptions):
        events = [e for k, e in series.by_key.items() if k not in exceptions]
        events = self.env["calendar.event"].concat(*events)
        if not events:
            return
        now = fields.Datetime.now()
        told = events.filtered(lambda event: event.start > now)[:1] or events[:1]
        state = self.writer.get_answer(told, self.master)
        if state:
            self.writer.answer_together(told, events, state)

    def _except(self, series):
        """Have single occurrences not take place, or be otherwise."""
        excepted = self.rule.excepted & set(series.by_key)
        if set(series.by_key) <= excepted:
            raise Refused(INVALID_OBJECT, "None of it takes place.")
        self._remove([series.by_key.pop(key) for key in excepted])
        self._write_exceptions(series)

    def _write_exceptions(self, series):
        for key, said in self._read_exceptions(series).items():
            event = series.by_key.get(key)
            if event is None:
                refuse("a change of an occurrence that there isn't")
            self._write_one(event, said)
            if state := self.writer.get_answer(event, said):
                self.writer.answer(event, state)
