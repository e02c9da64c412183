# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Command


class MailActivityPlanRunLine(models.Model):
    _inherit = "mail.activity.plan.run.line"

    attendee_answers = fields.Char(
        "Invitations",
        compute="_compute_attendee_answers",
        compute_sudo=True,
        help="Who was invited to the meeting, and what they answered.",
    )

    @api.depends("calendar_event_id.attendee_ids.state")
    @api.depends_context("lang")
    def _compute_attendee_answers(self):
        states = self.env["calendar.attendee"]._fields["state"]
        labels = dict(states._description_selection(self.env))
        for line in self:
            attendees = line.calendar_event_id.attendee_ids
            line.attendee_answers = (
                ", ".join(
                    f"{attendee.common_name}: {labels[attendee.state]}"
                    for attendee in attendees
                    if attendee.partner_id != line.user_id.partner_id
                )
                or False
            )

    def _prepare_meeting_values(self, record):
        values = super()._prepare_meeting_values(record)
        invited = self._find_invited_by_role(record)
        commands = [Command.link(partner_id) for partner_id in invited.ids]
        return {**values, "partner_ids": [*values["partner_ids"], *commands]}

    def _find_invited_by_role(self, record):
        """:returns: the partners whom the meeting invites since they have a role"""
        self.ensure_one()
        said, partners = self.added_values or {}, self.env["res.partner"]
        if said.get("invite_team_leader"):
            leader = self.run_id.plan_id._find_user_by_role("team_leader", record)
            team = self.user_id.sudo().sale_team_id
            partners |= (leader or team.user_id).partner_id
        if said.get("invite_technician"):
            for customer in record._mail_get_partners()[record.id]:
                main = customer.commercial_partner_id
                partners |= customer.technician_id or main.technician_id
        return partners
