# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields, models
from odoo.fields import Command

from ...engine.environment import by_engine
from ...engine.new_rows import together
from ...engine.transitions import Transition
from ...tools.internal import Internal
from ..calendar.calendar_event import BOOKING_RUN_KEY


class MailActivityPlanRunLine(models.Model):
    """A step that books a meeting."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _get_date_due(self):
        """It is booked ahead."""
        if self.action_type == "meeting":
            return fields.Datetime.now()
        return super()._get_date_due()

    def _run_action_meeting(self, record):
        # The run's own meeting is no reason to end it.
        events = (
            self._as_responsible(record)
            .env["calendar.event"]
            .with_context(**{BOOKING_RUN_KEY: Internal(True)})
        )
        return {
            "calendar_event_id": events.create(self._prepare_meeting_values(record)).id
        }

    def _book_meetings(self, context):
        """Book the meetings of many steps at once, and close the steps. They have no
        activities of their own, which would have no more to say.

        The steps were launched in this transaction: nobody else sees their runs yet,
        who could move them.

        :param dict context: of the creation, such as that nobody is told
        """
        scheduled = by_engine(self)._filter_automatic()
        transition = Transition(scheduled.run_id, is_taken=True)
        booked = {}
        for lines in scheduled.grouped("user_id").values():
            records = lines._get_records()
            vals_list = [
                {
                    **line._prepare_meeting_values(record),
                    "activity_ids": [Command.set([])],
                }
                for line, record in zip(lines, records, strict=True)
            ]
            events = lines[0]._as_responsible(records[0]).env["calendar.event"]
            events = together(
                events.with_context(**context, **{BOOKING_RUN_KEY: Internal(True)})
            ).create(vals_list)
            events.filtered("alarm_ids")._setup_alarms()
            booked |= {
                line: {"calendar_event_id": event.id}
                for line, event in zip(lines, events, strict=True)
            }
        scheduled._write_each(booked, is_told=True)
        scheduled._end_actions(transition, self.outcome_id.browse())
        transition.advance()

    def _prepare_meeting_values(self, record):
        """Hook: values of the meeting that the step books.

        :param record: its document
        """
        self.ensure_one()
        start = self._get_moment()
        partners = self.user_id.partner_id | self.attendee_ids
        partners |= record._mail_get_partners()[record.id]
        # Whoever holds the meeting invites to it.
        name = self._in_language_of(self.user_id).display_name
        values = {
            "name": f"{name} – {record.display_name}",
            "description": self.note,
            "duration": self.duration,
            "start": start,
            "stop": start + timedelta(hours=self.duration),
            "partner_ids": [Command.set(partners.ids)],
            "res_id": record.id,
            "res_model_id": self.env["ir.model"]._get_id(record._name),
            "show_as": "busy",
            "user_id": self.user_id.id,
            # By code alone: see _add_booking.
            "booked_run_ref": Internal(self.run_id.id),
        }
        if record._name == "crm.lead":
            values["opportunity_id"] = record.id
        return values
