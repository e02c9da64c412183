# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MailActivityPlanTemplate(models.Model):
    """What a level says to the customer."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.template"

    followup_text = fields.Html(
        "Letter Text",
        translate=True,
        sanitize_style=True,
        help="What the letter says above the statement. Leave empty for a friendly "
        "reminder.",
    )
