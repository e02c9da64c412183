# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    def action_create_calendar_event(self):
        """Propose to invite the customer, where the user did so the last time; and the
        time that the activity has already."""
        action = super().action_create_calendar_event()
        # Their own settings.
        settings = self.env.user.sudo().res_users_settings_id
        customer = self._get_booking_customer()
        if customer and settings.invite_booked_customer:
            invited = action["context"].get("default_partner_ids") or []
            action["context"]["default_partner_ids"] = [*invited, customer.id]
        return action

    def _get_booking_customer(self):
        """:returns: whom the user may invite to what is booked for the activity: its
        customer, or nobody"""
        if not self or not self._filtered_access("read"):
            return self.env["res.partner"]
        # The activity may be read; whether its customer may, is looked at below.
        customer = self.sudo().partner_id.sudo(False)
        if customer == self.sudo().user_id.partner_id:
            return customer.browse()
        return customer._filtered_access("read")
