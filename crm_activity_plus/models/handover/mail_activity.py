# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import defaultdict

import psycopg2

from odoo import models

from ...engine.reasons import tell_fresh_reasons

_logger = logging.getLogger(__name__)

# Who takes over, where the record has somebody as that.
TAKING_ROLES = ("salesperson", "team_leader")


class MailActivity(models.Model):
    """What becomes of the activities of somebody who leaves."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    def _hand_over(self, unable, find_reason, leaving=None):
        """Give the activities of users who can't do them any more to the record's
        salesperson, else to the team leader, else to nobody: then they are shown as
        unassigned. One without a record has to have somebody: see
        :meth:`_find_taker_without_record`.

        Everybody concerned is told once.

        :param unable: users who can't take any of them
        :param find_reason: called with a user, says why that user can't do them
        :param leaving: those of them who needn't be told; default: all
        """
        takers = self._find_takers(unable)
        # Who takes over may be leaving at this moment, too.
        self.env["res.users"].union(*takers.values())._lock_as_active()
        changes = {activity: (activity.user_id, takers[activity]) for activity in self}
        for (user, taker), activities in self.grouped(changes.get).items():
            activities._give_to(taker, find_reason(user))
        self._notify_handed_over(
            changes, find_reason, unable if leaving is None else leaving
        )

    def _find_takers(self, unable):
        """:returns: activity -> who takes it over, or no user"""
        nobody = self.env["res.users"]
        takers = dict.fromkeys(self, nobody)
        without_record = {}
        for res_model, activities in self.grouped("res_model").items():
            if not res_model:
                for activity in activities:
                    user = activity.user_id
                    if user not in without_record:
                        taker = self._find_taker_without_record(user, unable)
                        without_record[user] = taker
                    takers[activity] = without_record[user]
            elif res_model in self.env:
                records = self.env[res_model].browse(activities.mapped("res_id"))
                known = records.exists().grouped("id")
                by_record = {
                    id_: self._find_taker(record, unable)
                    for id_, record in known.items()
                }
                for activity in activities:
                    takers[activity] = by_record.get(activity.res_id, nobody)
        return takers

    def _find_taker(self, record, unable):
        """:returns: who takes over what is to be done on a record, or no user"""
        plans = self.env["mail.activity.plan"]
        company = record.sudo().company_id if "company_id" in record else False
        for role in TAKING_ROLES:
            user = plans._find_user_by_role(role, record).sudo()
            if (
                user
                and user not in unable
                and (not company or company in user.company_ids)
            ):
                return user
        return self.env["res.users"]

    def _find_taker_without_record(self, user, unable):
        """Find who takes over what a user has to do on no record, which nobody else
        sees: the leader of the user's sales team, else whoever sees to the user's
        leaving, else an administrator."""
        users = self.env["res.users"].sudo()
        candidates = [user.sudo().crm_team_member_ids.crm_team_id.user_id]
        if not self.env.user._is_superuser():
            candidates.append(self.env.user.sudo())
        candidates.append(self.env.ref("base.group_system").sudo().all_user_ids)
        for candidate in candidates:
            able = candidate._filter_can_do_activities() - unable.sudo()
            able = able.filtered(lambda each: not each._is_superuser())
            if able:
                return able.sorted("id")[0]
        return users.browse(self.env.uid)

    def _notify_handed_over(self, changes, find_reason, leaving):
        """Tell everybody once: who takes over, who had it and stays with the company,
        and, about what nobody takes over, whoever made somebody leave.

        :param dict changes: activity -> who had it, and who takes it over
        """
        to_tell = defaultdict(self.browse)
        for activity, (user, taker) in changes.items():
            if taker:
                to_tell["taken", taker] += activity
            elif not self.env.user._is_superuser():
                to_tell["unassigned", self.env.user] += activity
            if user not in leaving:
                to_tell["given", user] += activity
        for (what, reader), activities in to_tell.items():
            users = self.env["res.users"].union(*(changes[a][0] for a in activities))
            reasons = [find_reason(user) for user in users]
            activities._notify_hand_over_to(reader, what, reasons)

    def _notify_hand_over_to(self, reader, what, reasons):
        """Send a user one message about activities that were handed over.

        :param str what: ``taken``, ``given`` or ``unassigned``
        :param reasons: why they were
        """
        activities = self.with_context(
            lang=reader.lang or self.env.lang, mail_notify_author=True
        )
        env = activities.env
        subjects = {
            "taken": env._("Activities that you take over"),
            "given": env._("Activities that others take over from you"),
            "unassigned": env._("Activities that nobody is assigned to now"),
        }
        try:
            with self.env.cr.savepoint():
                body = env["ir.qweb"]._render(
                    "crm_activity_plus.message_activities_handed_over",
                    {
                        "activities": activities,
                        "reasons": tell_fresh_reasons(env, reasons),
                        "subject": subjects[what],
                        "reader": reader,
                    },
                    minimal_qcontext=True,
                )
                env["mail.thread"].message_notify(
                    partner_ids=reader.partner_id.ids,
                    body=body,
                    subject=subjects[what],
                    email_layout_xmlid="mail.mail_notification_layout",
                )
        except psycopg2.OperationalError:
            raise
        except Exception:
            # Whoever leaves leaves all the same.
            _logger.exception("%s couldn't be told of activities %s", reader, self.ids)
