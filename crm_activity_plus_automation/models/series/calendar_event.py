# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.crm_activity_plus.tools.internal import read_internal


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    plan_recurrence_id = fields.Many2one(
        "mail.activity.plan.recurrence",
        string="Recurring Visits",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Which series a meeting belongs to, the engine alone says."""
        name = "plan_recurrence_id"
        context = self.env.context
        if f"default_{name}" not in context and not any(name in v for v in vals_list):
            return super().create(vals_list)
        return super().create(
            [{**vals, name: read_internal(vals, name, False)} for vals in vals_list]
        )

    def write(self, vals):
        if "plan_recurrence_id" in vals:
            vals = {name: vals[name] for name in vals if name != "plan_recurrence_id"}
        return super().write(vals)
