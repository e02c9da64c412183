# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MailActivityPlanTemplate(models.Model):
    """Whom a meeting invites by their role. A run keeps it with what other addons add
    to steps: see ``added_values``."""

    _inherit = "mail.activity.plan.template"

    invite_team_leader = fields.Boolean(
        "Invite the Team Leader",
        help="Leader of the record's sales team, or else of the assigned user's.",
    )
    invite_technician = fields.Boolean(
        "Invite the Technician", help="Technician of the customer."
    )
