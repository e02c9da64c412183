# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _filter_can_do_activities(self):
        """:returns: the users who can be responsible for an activity: internal ones who
        are active, and OdooBot, whom automations run as"""
        return self.filtered(
            lambda user: (user.active or user.id == SUPERUSER_ID) and not user.share
        )

    def action_archive(self):
        """Core deletes the open activities of archived users. The steps of a plan go to
        somebody else instead: the customer still waits for them."""
        users = self.with_context(
            activity_reason=self.env._(
                "%(users)s was archived.", users=", ".join(self.mapped("name"))
            )
        )
        users.env["mail.activity"].sudo().search(
            [("user_id", "in", self.ids), ("run_line_id", "!=", False)]
        )._hand_over(users)
        return super(ResUsers, users).action_archive()
