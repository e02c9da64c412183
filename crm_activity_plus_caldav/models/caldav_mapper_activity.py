# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import copy
from datetime import timedelta

import icalendar

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ..engine.event_reader import html_to_text
from ..engine.states import select_tasks
from ..ical.event import normalize
from ..ical.task import CANCELLED, DONE, OPEN, STARTED, Task, overlay, read_task
from ..ical.text import new_calendar, read_calendar, to_text
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
        raw = calendar.walk("VTODO")
        component = copy.deepcopy(raw[0]) if raw else icalendar.Todo()
        if not raw:
            created = activity.create_date.replace(microsecond=0, tzinfo=UTC)
            component.add("UID", resource.uid)
            # Always the same, so that the same activity is the same text.
            component.add("DTSTAMP", created)
            component.add("CREATED", created)
            component.add("STATUS", "NEEDS-ACTION")
        task = self._read_activity(activity, resource.kept or {})
        url = self._get_url(activity)
        footer = self._get_footer(activity, url)
        overlay(component, task, self._get_zone(), footer, url)
        others = [c for c in calendar.subcomponents if c.name != "VTODO"]
        calendar.subcomponents = [*others, component]
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
            start = fields.Date.to_date(kept["start"])
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
        [component] = obj.components
        said = read_task(component, zone)
        kept = {"categories": sorted(said.categories)}
        if said.start is not None and not is_moment(said.start):
            kept["start"] = said.start.isoformat()
        activities = self._get_activities()
        if resource:
            activity = activities.search(
                self._get_domain() & Domain("id", "=", resource.res_id)
            )
            self._change(activity, said, resource.kept or {})
        else:
            activity = self.env["mail.activity"].create(self._prepare_new(said))
            self._move_on(activity, said.status)
        if said.due is None and self._is_undated(activity, resource):
            kept["deadline"] = fields.Date.to_string(activity.date_deadline)
        return activity, kept

    @api.model
    def _is_undated(self, activity, resource):
        """:returns: whether nobody has said when it is due"""
        old = (resource.kept or {}).get("deadline") if resource else None
        day = fields.Date.to_string(activity.date_deadline)
        return not activity.date_end and (not resource or old == day)

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
            return {"date_deadline": self._get_today()}
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
        if said.due is not None and has_moved:
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
