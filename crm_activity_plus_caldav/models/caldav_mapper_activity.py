# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime, timedelta

import icalendar

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ..engine.event_reader import html_to_text
from ..engine.states import select_tasks
from ..ical.event import normalize
from ..ical.exact_text import set_property
from ..ical.repeated import read_present, read_repeated
from ..ical.task import CANCELLED, DONE, OPEN, STARTED, Task, overlay
from ..ical.text import INVALID_OBJECT, Refused, new_calendar, read_calendar, to_text
from ..ical.times import UTC, is_moment

# What was done stays in the list for so long.
SHOWN_WHEN_DONE = timedelta(days=30)
_STATUSES = {
    "cancelled": CANCELLED,
    "done": DONE,
    "in_progress": STARTED,
    "new": OPEN,
    "on_hold": OPEN,
}


class CaldavMapperActivity(models.AbstractModel):
    """A user's activities."""

    _name = "caldav.mapper.activity"
    _inherit = "caldav.mapper"
    _description = "Mapping of Activities to iCalendar"

    @api.model
    def _get_domain(self):
        shown_from = fields.Date.today() - SHOWN_WHEN_DONE
        done = Domain("status", "=", "done") & Domain("date_done", ">=", shown_from)
        is_open = Domain("status", "in", ["new", "in_progress", "on_hold"])
        return Domain("user_id", "=", self.env.uid) & (is_open | done)

    @api.model
    def _get_activities(self):
        # Those that are done or on hold are inactive.
        return self.env["mail.activity"].with_context(active_test=False)

    @api.model
    def _read_states(self, collection, keys=None):
        domain = self._get_domain()
        if keys is not None:
            ids = [id_ for model, id_ in keys if model == "mail.activity"]
            domain &= Domain("id", "in", ids)
        query = self._get_activities()._search(domain)
        return self._make_states(select_tasks(collection, query))

    # ------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------

    @api.model
    def _render(self, collection, resources):
        found = self._get_activities().search(
            self._get_domain() & Domain("id", "in", resources.mapped("res_id"))
        )
        activities = {activity.id: activity for activity in found}
        return {
            resource.id: to_text(
                self._make_calendar(resource, activities[resource.res_id])
            )
            for resource in resources
            if resource.res_id in activities
        }

    @api.model
    def _make_calendar(self, resource, activity):
        calendar = read_calendar(resource.raw) if resource.raw else new_calendar()
        components = calendar.walk("VTODO") or [self._new_component(resource, activity)]
        task = self._read_activity(activity, resource.kept or {})
        url = self._get_url(activity)
        footer = self._get_footer(activity, url)
        if repeated := read_repeated(components, self._get_zone()):
            components = repeated.overlay(task, footer, url)
        else:
            overlay(components[0], task, self._get_zone(), footer, url)
        return self._replace(calendar, components)

    @api.model
    def _new_component(self, resource, activity):
        component = icalendar.Todo()
        created = activity.create_date.replace(microsecond=0, tzinfo=UTC)
        set_property(component, "UID", resource.uid)
        # Always the same, so that the same activity is the same text.
        component.add("DTSTAMP", created)
        component.add("CREATED", created)
        component.add("STATUS", "NEEDS-ACTION")
        return component

    @api.model
    def _replace(self, calendar, components):
        """:returns: a calendar with other tasks in it"""
        others = [c for c in calendar.subcomponents if c.name != "VTODO"]
        calendar.subcomponents = [*others, *components]
        return calendar

    @api.model
    def _read_activity(self, activity, kept):
        """:param dict kept: what the client said that is no record
        :rtype: Task"""
        due = activity.date_end or activity.date_deadline
        if kept.get("deadline") == fields.Date.to_string(due):
            # It was due on some day only since it has to be on one in Odoo.
            due = None
        start = activity.date_start or None
        if "start" in kept and not start:
            kind = datetime if "T" in kept["start"] else date
            start = kind.fromisoformat(kept["start"])
        return Task(
            summary=self._get_summary(activity),
            description=html_to_text(activity.note),
            status=_STATUSES[activity.status],
            due=due,
            start=start,
            done=activity.date_done or None,
            categories=frozenset(
                kept.get("categories", [activity.activity_type_id.name])
            )
            - {False},
        )

    @api.model
    def _get_summary(self, activity):
        return activity.summary or activity.activity_type_id.name or ""

    @api.model
    def _get_url(self, activity):
        if not activity.res_model:
            return ""
        return f"{activity.get_base_url()}/odoo/{activity.res_model}/{activity.res_id}"

    @api.model
    def _get_footer(self, activity, url):
        """Hook: what stands below the note: the record, and its customer.

        :returns: lines"""
        if not url:
            return []
        # Whoever has the activity sees what it is about.
        customer = activity.sudo().partner_id
        lines = [activity.res_name]
        if customer and customer.name != activity.res_name:
            lines.append(customer.name)
        lines += [customer.phone, url]
        return [line for line in lines if line]

    # ------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------

    @api.model
    def _put(self, collection, resource, obj, is_quiet=False):
        zone = self._get_zone()
        said = read_present(obj.components, zone)
        repeated = read_repeated(obj.components, zone)
        activity, is_undated = self.env["mail.activity"], True
        if resource:
            activity = self._get_activities().search(
                self._get_domain() & Domain("id", "=", resource.res_id)
            )
            is_undated = self._is_undated(activity, resource)
        if repeated and activity.sudo().run_line_id:
            raise Refused(INVALID_OBJECT, "A step of a plan can't be repeated.")
        closed = self._get_closed(resource, repeated, zone)
        if resource:
            # Where it says by itself what comes next, nothing else does.
            resource.raw = obj.calendar.to_ical().decode()
        if closed:
            activity = self._go_on(resource, activity, said, closed)
        elif activity:
            self._change(activity, said, resource.kept or {})
        else:
            activity = activity.create(self._prepare_new(said))
            self._move_on(activity, said.status)
        if activity.caldav_is_repeated != bool(repeated):
            activity.sudo().caldav_is_repeated = bool(repeated)
        return activity, self._get_kept(activity, said, is_undated)

    @api.model
    def _get_kept(self, activity, said, is_undated):
        """:returns: what was said of a task that is no record"""
        kept = {"categories": sorted(said.categories)}
        if said.start is not None and not activity.date_start:
            kept["start"] = said.start.isoformat()
        if said.due is None and is_undated:
            kept["deadline"] = fields.Date.to_string(activity.date_deadline)
        return kept

    @api.model
    def _is_undated(self, activity, resource):
        """:returns: whether nobody has said when it is due"""
        day = fields.Date.to_string(activity.date_deadline)
        return not activity.date_end and (resource.kept or {}).get("deadline") == day

    @api.model
    def _prepare_new(self, said):
        activity_type = self._find_type(said.categories)
        return {
            "activity_type_id": activity_type.id,
            "note": plaintext2html(said.description) if said.description else False,
            "res_id": False,
            "res_model_id": False,
            "summary": said.summary.strip() or False,
            "user_id": self.env.uid,
            **self._prepare_times(said),
        }

    @api.model
    def _find_type(self, categories):
        """:returns: the type that a category is called like, else a to-do"""
        types = self.env["mail.activity.type"]
        domain = Domain("name", "in", list(categories)) & Domain(
            "res_model", "=", False
        )
        found = types.search(domain, limit=1) if categories else types
        return found or types.browse(
            self.env["mail.activity"]._default_activity_type_for_model(False).ids
        )

    @api.model
    def _prepare_times(self, said):
        """:returns: values of an activity that is due then"""
        if said.due is None:
            day = said.start if said.is_repeated else self._get_today()
            return {"date_deadline": day.date() if is_moment(day) else day}
        if not is_moment(said.due):
            return {"date_deadline": said.due, "date_end": False, "date_start": False}
        start = said.start if is_moment(said.start) else False
        return {"date_end": said.due, "date_start": start}

    @api.model
    def _get_today(self):
        return fields.Date.context_today(self.with_context(tz=self._get_zone().key))

    @api.model
    def _change(self, activity, said, kept):
        """Write what is different, and nothing else."""
        old = self._read_activity(activity, kept)
        vals = {}
        if normalize(old.summary) != normalize(said.summary):
            vals["summary"] = said.summary.strip() or False
        if normalize(old.description) != normalize(said.description):
            text = said.description
            vals["note"] = plaintext2html(text) if text else False
        has_moved = old.due != said.due or (
            is_moment(said.due) and (old.start or None) != said.start
        )
        if said.is_repeated and said.due is None:
            has_moved = old.start != said.start
        elif said.due is None:
            has_moved = False
        if has_moved:
            vals |= self._prepare_times(said)
        is_reopened = old.status == DONE and said.status in (OPEN, STARTED)
        if is_reopened:
            activity.write({"active": True})
        if vals:
            activity.write(vals)
        if said.status != old.status:
            self._move_on(activity, said.status)

    @api.model
    def _move_on(self, activity, status):
        """Have an activity be done, begun or cancelled: as a click in Odoo does."""
        if status == DONE and activity.status != "done":
            activity.action_feedback()
        elif status == CANCELLED:
            activity.action_cancel()
        elif status == STARTED and activity.status in ("new", "on_hold"):
            activity.action_start()
        elif status == OPEN and activity.status == "in_progress":
            activity._resume("new")

    @api.model
    def _delete(self, collection, resource):
        """What is deleted is cancelled: the record's history tells it. What is done
        stays what it is, and is only not seen any more."""
        activity = self._get_activities().search(
            self._get_domain() & Domain("id", "=", resource.res_id)
        )
        if activity.status == "done":
            return True
        activity.action_cancel()
        return False

    # ------------------------------------------------------------
    # Tasks that are repeated
    # ------------------------------------------------------------

    @api.model
    def _get_closed(self, resource, repeated, zone):
        """:returns: how a program has closed the occurrence that an activity is, where
        another one comes after it"""
        before = resource and resource.raw and self._read_repeated(resource, zone)
        if not before or not repeated or repeated.key == before.key:
            return None
        return repeated.get_closed_status(before.key)

    @api.model
    def _read_repeated(self, resource, zone):
        return read_repeated(read_calendar(resource.raw).walk("VTODO"), zone)

    @api.model
    def _go_on(self, resource, activity, said, status):
        """Close an activity whose task goes on.

        :returns: the activity of the next occurrence"""
        coming = self._follow(resource, activity, said)
        self._hide_closed(resource, activity)
        self._move_on(activity, status)
        self._move_on(coming, said.status)
        return coming

    @api.model
    def _follow(self, resource, activity, said):
        """:returns: the activity of the next occurrence, which is the task from now on;
        whoever has an activity has it, also where they don't see its record"""
        vals = self._prepare_new(said)
        for name in ("activity_type_id", "res_id", "res_model_id", "user_id"):
            value = activity.sudo()[name]
            vals[name] = value if name == "res_id" else value.id
        vals["caldav_is_repeated"] = True
        note = activity.sudo().note
        if normalize(html_to_text(note)) == normalize(said.description):
            vals["note"] = note
        coming = activity._create_following([vals])
        resource.write({"res_id": coming.id})
        resource.flush_recordset()
        return coming

    @api.model
    def _hide_closed(self, resource, activity):
        """Have an activity be told by the task that it was an occurrence of, and not
        once more by itself."""
        key = (activity._name, activity.id)
        ids = resource._name_records([(*key, None)])
        resource.browse(ids[key]).kept = {"told_by": resource.id}

    @api.model
    def _schedule_next(self, resource, activity):
        """An activity was done in Odoo: its task goes on.

        :returns: the activity of the next occurrence, if there is one"""
        mapper = self.with_user(activity.user_id or self.env.user)
        zone = mapper._get_zone()
        repeated = self._read_repeated(resource, zone)
        if not repeated:
            return activity.browse()
        # Whoever did it may not see it any more, as little as what comes next.
        task = self._read_activity(activity.sudo(), resource.kept or {})
        closed = repeated.close_present(task)
        if not closed:
            return activity.browse()
        components, is_told = closed
        said = read_present(components, zone)
        coming = self._follow(resource, activity, said)
        if is_told:
            self._hide_closed(resource, activity)
        calendar = self._replace(read_calendar(resource.raw), components)
        resource.write(
            {
                "kept": self._get_kept(coming.sudo(), said, is_undated=True),
                "raw": calendar.to_ical().decode(),
            }
        )
        return coming
