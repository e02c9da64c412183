# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class MailActivityPlanTemplate(models.Model):
    """Two roles, a unit of delays, and fields for activities, as another addon adds
    them to Odoo's own plans: it knows nothing of runs. And a kind of step, for those
    that do."""

    _inherit = "mail.activity.plan.template"

    responsible_type = fields.Selection(
        selection_add=[("crew", "Crew"), ("keeper", "Keeper of the document")],
        ondelete={"crew": "set default", "keeper": "set default"},
    )
    action_type = fields.Selection(
        selection_add=[("approval", "Approval")], ondelete={"approval": "set default"}
    )
    delay_unit = fields.Selection(
        selection_add=[("quarters", "quarters")], ondelete={"quarters": "cascade"}
    )
    crew_id = fields.Many2one("test.activity.crew")
    skill_ids = fields.Many2many("res.partner.category")
    # As Odoo names what other models say about an activity.
    activity_urgency = fields.Selection([("low", "Low"), ("high", "High")])
    is_billable = fields.Boolean(default=True)
    # For the step alone.
    is_for_programs = fields.Boolean()
    # What an approval needs.
    question = fields.Char(default="Do you agree?")

    @api.model
    def _get_step_kinds(self):
        kinds = super()._get_step_kinds()
        kinds["approval"] |= {
            "label": self.env._("Approval by somebody outside"),
            "icon": "fa-gavel",
            "fields": ["question"],
        }
        return kinds

    def _determine_responsible(self, on_demand_responsible, applied_on_record):
        if self.responsible_type == "crew":
            return {
                "responsible": self.env["res.users"],
                "error": not self.crew_id and self.env._("Choose a crew."),
                "warning": False,
            }
        if self.responsible_type == "keeper":
            keeper = applied_on_record.keeper_id
            return {
                "responsible": keeper or False,
                "error": not keeper and self.env._("Nobody keeps it."),
                "warning": False,
            }
        return super()._determine_responsible(on_demand_responsible, applied_on_record)

    def _get_date_deadline(self, base_date=False):
        if self.delay_unit != "quarters":
            return super()._get_date_deadline(base_date)
        return base_date + relativedelta(months=3 * self.delay_count)
