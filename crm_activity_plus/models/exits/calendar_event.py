# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict

from odoo import api, models

from ...tools.internal import Internal, read_internal
from ..calendar.calendar_event import BOOKING_RUN_KEY, MOVED_KEY
from ..cancel.calendar_event import KEPT_KEY

# Written on a meeting, they may have it be with other records.
MEETING_FIELDS = {"opportunity_id", "partner_ids", "res_id", "res_model_id"}


class CalendarEvent(models.Model):
    """A meeting that is booked: that is what many plans are for."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._exit_plan_runs()
        return events

    def write(self, vals):
        # Core takes some of them out.
        names = set(vals)
        result = super().write(vals)
        if MEETING_FIELDS & names:
            self._exit_plan_runs()
        return result

    def _exit_plan_runs(self):
        context = self.env.context
        if read_internal(context, BOOKING_RUN_KEY) or read_internal(context, MOVED_KEY):
            return
        kept_ids = (*read_internal(context, KEPT_KEY, ()), *self._ids)
        watched = self.env["mail.activity.plan"]._get_watched_models("exit_on_meeting")
        if not watched:
            return
        for (is_call, own_run_ids), meetings in self._group_by_booking().items():
            # A time to phone somebody is no meeting.
            documents = {} if is_call else meetings._get_met_documents()
            for res_model, ids in documents.items():
                if res_model in watched:
                    # Whoever may not even read a record stops no plan there by a
                    # meeting that says to be about it.
                    records = self.env[res_model].browse(ids).exists()
                    records = records._filtered_access("read")
                    runs = self.env["mail.activity.plan.run"]
                    runs = runs.with_context(**{KEPT_KEY: Internal(kept_ids)})
                    runs = runs._find_exiting(records, "meeting")
                    # What was booked for one of its own steps is no reason.
                    (runs - runs.browse(own_run_ids))._stop("meeting")

    def _group_by_booking(self):
        """:returns: whether it is a time to phone somebody, and ids of the runs that it
        was booked for -> meetings"""
        events = self.sudo().with_context(active_test=False)
        activities = events | events.recurrence_id.calendar_event_ids
        activities = activities._get_all_activities()
        refs = {*events.mapped("booked_activity_ref")} - {0}
        booked = {a.id: a for a in activities.browse(refs).exists()}
        linked = defaultdict(activities.browse)
        for activity in activities:
            event = activity.calendar_event_id
            linked[event.recurrence_id or event] |= activity
        result = defaultdict(self.browse)
        for event in events:
            own = linked[event.recurrence_id or event]
            own |= booked.get(event.booked_activity_ref, own)
            run_ids = {*own.run_id.ids, event.booked_run_ref} - {0}
            is_call = "phonecall" in own.mapped("activity_category")
            result[is_call, frozenset(run_ids)] += event.with_env(self.env)
        return result

    def _get_met_documents(self):
        """:returns: model -> ids of the records that the meetings are with: those they
        are linked to, and who was invited to them"""
        documents = defaultdict(set)
        for event in self.sudo():
            if event.res_model and event.res_id:
                documents[event.res_model].add(event.res_id)
            documents["crm.lead"].update(event.opportunity_id.ids)
            invited = event.partner_ids - event.user_id.partner_id
            documents["res.partner"].update(invited.ids)
        return documents
