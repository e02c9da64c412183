# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, models

from ..tools.internal import Internal
from .mail_activity import CLOSED_STATUSES


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
        users = self._hand_over_steps(self._get_archived_reason())
        return super(ResUsers, users).action_archive()

    def write(self, vals):
        """Whichever way a user is archived."""
        if not vals.get("active", True):
            leaving = self.filtered("active")
            leaving._hand_over_steps(leaving._get_archived_reason())
        return super().write(vals)

    def unlink(self):
        """PostgreSQL would delete their activities, seen by no run and no ledger."""
        users = self._hand_over_steps(
            self.env._("%(users)s was deleted.", users=", ".join(self.mapped("name")))
        )
        activities = users.env["mail.activity"].sudo().with_context(active_test=False)
        activities.search([("user_id", "in", self.ids)]).unlink()
        # What PostgreSQL would empty, the ledger is to tell.
        steps = users.env["mail.activity.plan.run.line"].sudo()
        steps.search([("user_id", "in", self.ids)]).write({"user_id": False})
        runs = users.env["mail.activity.plan.run"].sudo()
        runs.search([("responsible_id", "in", self.ids)]).write(
            {"responsible_id": False}
        )
        return super(ResUsers, users).unlink()

    def _get_archived_reason(self):
        return self.env._(
            "%(users)s was archived.", users=", ".join(self.mapped("name"))
        )

    def _hand_over_steps(self, reason):
        """Give the open steps of users who leave to somebody else.

        :param str reason: why, for the ledger
        :returns: the users, with the reason for what happens to their other activities
        """
        users = self.with_context(activity_reason=Internal(reason))
        users.env["mail.activity"].sudo().search(
            [
                ("user_id", "in", self.ids),
                ("run_line_id", "!=", False),
                ("status", "not in", CLOSED_STATUSES),
            ]
        )._hand_over(users)
        return users
