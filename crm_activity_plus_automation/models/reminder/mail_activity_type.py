# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models, tools


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    reminder_ids = fields.Many2many(
        "calendar.alarm",
        "mail_activity_type_reminder_rel",
        "activity_type_id",
        "alarm_id",
        string="Reminders",
        help="Whoever an activity is assigned to is reminded before it starts or, if "
        "it has no time, before the hour in the settings.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        types = super().create(vals_list)
        if types.reminder_ids:
            self.env.registry.clear_cache()
        return types

    def write(self, vals):
        result = super().write(vals)
        if "reminder_ids" in vals:
            self.env.registry.clear_cache()
            self._plan_reminders()
        return result

    def _plan_reminders(self):
        """Open activities of these types are reminded of as the types say now."""
        self.env["mail.activity"].sudo().search(
            [("activity_type_id", "in", self.ids), ("has_own_reminders", "=", False)]
        )._plan_reminders()

    @api.model
    @tools.ormcache()
    def _get_reminded_ids(self):
        """:returns: ids of the types that have reminders
        :rtype: frozenset[int]"""
        types = self.sudo().with_context(active_test=False)
        return frozenset(types.search([("reminder_ids", "!=", False)]).ids)
