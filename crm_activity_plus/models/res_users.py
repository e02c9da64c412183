# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, models
from odoo.exceptions import MissingError

from ..tools.internal import Internal
from .engine_env import by_engine
from .mail_activity import CLOSED_STATUSES


class ResUsers(models.Model):
    _inherit = "res.users"

    def _filter_can_do_activities(self, record=None):
        """The one rule for who can be responsible for an activity: internal users who
        are active and work in the company of the record, and OdooBot, whom automations
        run as. It counts wherever the suite itself finds somebody.

        :param record: what the activity is on, if that is known already
        :returns: those of the users who can
        """
        company = self.env["res.company"]
        if record and "company_id" in record._fields:
            try:
                company = record.sudo().company_id
            except MissingError:
                # Whoever asks finds out by other means.
                company = self.env["res.company"]
        return self.filtered(lambda user: user.sudo()._can_do_activities(company))

    def _can_do_activities(self, company):
        """:param company: the company of the record, or anything else that is none"""
        self.ensure_one()
        if self.id == SUPERUSER_ID:
            return True
        works_there = company._name != "res.company" or company <= self.company_ids
        return self.active and not self.share and works_there

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
        by_engine(users.env["mail.activity"]).search(
            [
                ("user_id", "in", self.ids),
                ("run_line_id", "!=", False),
                ("status", "not in", CLOSED_STATUSES),
            ]
        )._hand_over(users)
        return users
