# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from functools import partial

import psycopg2

from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL

from .mail_activity import CLOSED_STATUSES

_logger = logging.getLogger(__name__)

# Once more, where somebody else changes the same at this moment.
HAND_OVER_TRIES = 3


class ResUsers(models.Model):
    _inherit = "res.users"

    def _filter_can_do_activities(self):
        """:returns: the users who can be responsible for an activity: internal ones who
        are active, and OdooBot, whom automations run as"""
        return self.filtered(
            lambda user: (user.active or user.id == SUPERUSER_ID) and not user.share
        )

    def _filter_can_work_in(self, company):
        """:returns: the users who can be responsible for an activity on a record of a
        company; on one without a company, all who can be at all"""
        return self._filter_can_do_activities().filtered(
            lambda user: not company
            or user.id == SUPERUSER_ID
            or company in user.company_ids
        )

    def _lock_as_active(self):
        """Keep the users as they are until this transaction is committed: they are
        about to get something to do. Whoever archives one of them at this moment waits,
        and hands that over, too; where that was first, this transaction is repeated.

        Many can hold this lock at once.
        """
        if self:
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM res_users WHERE id = ANY(%s) ORDER BY id FOR SHARE",
                    self.ids,
                )
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
            if leaving:
                # What was given to them at this moment, this transaction can't see.
                self.env.cr.postcommit.add(
                    partial(
                        type(self)._hand_over_meanwhile,
                        self.env.registry,
                        self.env.uid,
                        leaving.ids,
                    )
                )
        return super().write(vals)

    @staticmethod
    def _hand_over_meanwhile(registry, uid, ids):
        """Hand over what users got while they were archived; in a transaction of its
        own. What this can't do, the check of the exits does."""
        for _try in range(HAND_OVER_TRIES):
            try:
                with registry.cursor() as cr:
                    users = api.Environment(cr, uid, {})["res.users"].sudo().browse(ids)
                    leaving = users.exists().filtered(lambda user: not user.active)
                    leaving._hand_over_steps(leaving._get_archived_reason())
                return
            except psycopg2.OperationalError:
                _logger.info("The hand-over of %s was interrupted", ids, exc_info=True)
            except Exception:
                _logger.exception("What users %s had to do can't be handed over", ids)
                return

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
        users = self.with_context(activity_reason=reason)
        users.env["mail.activity"].sudo().search(
            [
                ("user_id", "in", self.ids),
                ("run_line_id", "!=", False),
                ("status", "not in", CLOSED_STATUSES),
            ]
        )._hand_over(users)
        return users
