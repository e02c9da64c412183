# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields, models
from odoo.fields import Command

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
        }
        if record._name == "crm.lead":
            values["opportunity_id"] = record.id
        # The run's own meeting is no reason to end it.
        events = self._as_responsible(record).env["calendar.event"]
        event = events.with_context(
            **{BOOKING_RUN_KEY: Internal(self.run_id.id)}
        ).create(values)
        return {"calendar_event_id": event.id}
