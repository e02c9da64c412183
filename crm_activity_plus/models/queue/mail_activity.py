# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.arguments import Arguments
from ...tools.savepoint import savepoint
from ...tools.states import CLOSED_STATUSES

# Nobody works through more in a sitting; counting on would take time.
MAX_COUNT = 1000
# So many of those that come are listed.
COMING_COUNT = 30
# What the ledger says of what was done in the queue, by the status afterwards.
EVENTS = {
    "cancelled": ("cancelled", "skipped"),
    "done": ("done",),
    "on_hold": ("held",),
}


class MailActivity(models.Model):
    """The work queue: one activity after the other, the most urgent first.

    The client calls the methods ``queue_*``. All of them look at what the user may do.
    What can't be done any more is an answer, with a sentence for the user: somebody was
    faster.
    """

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def queue_next(self, domain, skip_ids=()):
        """Claim the next activity to do, and tell all that is needed to do it.

        :param list domain: the activities to work through
        :param skip_ids: those that the user has already, or wants to see later
        :returns: ``activity``: see :meth:`_get_queue_data`, or False at the end;
            ``left``: how many there are with this one, at most 1000
        :rtype: dict
        """
        return self._look_into_queue(self._claim_next, domain, skip_ids)

    @api.model
    @api.readonly
    def queue_coming(self, domain, skip_ids=()):
        """Tell what comes, in the order in which it does, without claiming it.

        :param list domain: the activities to work through
        :param skip_ids: those that the user has already
        :returns: at most 30 activities: ``id``, ``name``, ``res_name``, ``type``,
            ``icon``, ``state`` and ``date_deadline``
        :rtype: list[dict]
        """
        return self._look_into_queue(self._list_coming, domain, skip_ids)

    @api.model
    def _look_into_queue(self, look, domain, skip_ids):
        """Read what a program sends, and look into the queue with that.

        :param look: called with the domain and ids
        """
        arguments = Arguments(self.env)
        domain = arguments.domain(self, domain, "domain")
        skip_ids = arguments.ids(skip_ids, "skip_ids")
        try:
            with self.env.cr.savepoint(flush=False):
                return look(domain, skip_ids)
        except psycopg2.DataError as error:
            # What PostgreSQL finds out only when it looks at the rows.
            raise arguments.make_domain_error(domain, "domain") from error

    @api.model
    def _list_coming(self, domain, skip_ids):
        """See :meth:`queue_coming`."""
        query = self._get_queue_query(domain, skip_ids)
        if query.is_empty():
            return []
        self._order_queue(query)
        query.limit = COMING_COUNT
        rows = self.env.execute_query(query.select())
        coming = self.browse(activity_id for [activity_id] in rows)
        return [activity._get_queue_row() for activity in coming]

    @api.model
    def _claim_next(self, domain, skip_ids):
        """See :meth:`queue_next`."""
        query = self._get_queue_query(domain, skip_ids)
        if query.is_empty():
            return {"activity": False, "left": 0}
        left = self._count_queue(query)
        self._order_queue(query)
        while activity := self._lock_next(query):
            # Somebody may have taken it since this transaction began to look.
            if claimed := self.env["mail.activity.claim"]._claim(activity):
                return {"activity": claimed._get_queue_data(), "left": left}
            query.add_where(
                SQL("%s <> %s", SQL.identifier(query.table, "id"), activity.id)
            )
        return {"activity": False, "left": 0}

    def queue_read(self):
        """:returns: the activity once more, after something was done with its record:
        see :meth:`_get_queue_data`; False where it isn't to be done any more"""
        Arguments(self.env).check_single(self)
        if self.id not in self.queue_keep():
            return False
        return self._get_queue_data()

    def queue_keep(self):
        """Go on claiming the activities, while they are looked at.

        :returns: ids of those that are still to be done, and that nobody else has
        """
        activities = self.exists()
        # Whoever may not do it keeps nobody else from doing it.
        activities = activities._filtered_access("write").filtered("active")
        return self.env["mail.activity.claim"]._claim(activities).ids

    def queue_release(self):
        """Give the activities back, so that others get them."""
        self.env["mail.activity.claim"]._release(self.ids)
        return True

    def queue_complete(
        self,
        outcome=None,
        feedback=None,
        next_id=None,
        seen_id=None,
        attachment_ids=None,
        retry_date=None,
    ):
        """Mark the activity as done. Doing it once more, after an answer that was lost
        on its way, changes nothing.

        :param outcome: code or id of an outcome
        :param str feedback: what to say about it in the chatter
        :param int next_id: the activity that comes next, where the client has it
        :param int seen_id: the last change that the client knows of, see
            :meth:`_get_queue_data`: where the user has done this since then, this is
            the same request once more, whatever became of the activity meanwhile
        :param list[int] attachment_ids: files to add to the feedback
        :param retry_date: the date agreed for the next attempt; see :meth:`complete`
        :returns: ``done``; ``reason``: why it can't be done any more;
            ``is_next_valid``: whether the next one still has to be done
        :rtype: dict
        """
        return self._do_in_queue(
            "done",
            lambda a: a.complete(outcome, feedback, attachment_ids, retry_date),
            next_id,
            seen_id,
        )

    def queue_hold(self, until=None, reason=None, next_id=None, seen_id=None):
        """Put the activity on hold; see :meth:`action_hold`.

        :returns: like :meth:`queue_complete`
        :rtype: dict
        """
        return self._do_in_queue(
            "on_hold", lambda a: a.action_hold(until, reason), next_id, seen_id
        )

    def queue_cancel(self, reason=None, next_id=None, seen_id=None):
        """Cancel the activity, and the meeting that was booked for it; see
        :meth:`cancel_w_meeting`.

        :returns: like :meth:`queue_complete`
        :rtype: dict
        """
        return self._do_in_queue(
            "cancelled", lambda a: a.cancel_w_meeting(reason), next_id, seen_id
        )

    def queue_write_email(self):
        """:returns: action that opens the email composer for the customer"""
        Arguments(self.env).check_single(self)
        record, readable = self._get_queue_record()
        if not readable or not hasattr(record, "message_post"):
            raise UserError(
                self.env._(
                    "“%(activity)s” has no record from which you can send an email. "
                    "Use your email program.",
                    activity=self.display_name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write an Email"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_composition_mode": "comment",
                "default_model": self.res_model,
                "default_res_ids": record.ids,
                "default_subtype_xmlid": "mail.mt_comment",
                **self._get_queue_email_defaults(record),
            },
        }

    def _get_queue_email_defaults(self, record):
        """:returns: context for the email composer: the template of the activity's
        type, which says who gets it, or the customer"""
        templates = self.mail_template_ids._filtered_access("read").filtered(
            lambda template: template.model == self.res_model
        )
        if templates:
            return {"default_template_id": templates[0].id}
        partners = self.partner_id
        email = self._get_queue_contact(record).get("email")
        if not partners and email:
            partners = record._partner_find_from_emails_single([email])
        return {"default_partner_ids": partners.ids}

    # ------------------------------------------------------------
    # Finding the next one
    # ------------------------------------------------------------

    @api.model
    def _get_queue_query(self, domain, skip_ids):
        """:returns: query of what is left to do, without what others have, and without
        an order"""
        query = self._search(
            domain & Domain("active", "=", True) & Domain("id", "not in", skip_ids)
        )
        if not query.is_empty():
            claims = self.env["mail.activity.claim"]
            taken = claims._get_taken_condition(query.table)
            query.add_where(SQL("NOT %s", taken))
        return query

    @api.model
    def _count_queue(self, query):
        query.limit = MAX_COUNT
        [[count]] = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM (%s) AS queue", query.select(SQL("1")))
        )
        query.limit = None
        return count

    @api.model
    def _order_queue(self, query):
        """Put the most urgent activity first. What is due on one day is ordered by the
        priority of the lead, and by the time."""
        table = query.table
        lead = query.make_alias(table, "lead")
        query.add_join(
            "LEFT JOIN",
            lead,
            "crm_lead",
            SQL(
                "%s = 'crm.lead' AND %s = %s",
                SQL.identifier(table, "res_model"),
                SQL.identifier(lead, "id"),
                SQL.identifier(table, "res_id"),
            ),
        )
        query.order = SQL(
            "%s, %s DESC NULLS LAST, %s NULLS LAST, %s",
            SQL.identifier(table, "date_deadline"),
            SQL.identifier(lead, "priority"),
            SQL.identifier(table, "date_start"),
            SQL.identifier(table, "id"),
        )

    @api.model
    def _lock_next(self, query):
        """Find the most urgent activity, and lock its row so that others, who look at
        the same moment, find the one behind it."""
        query.limit = 1
        rows = self.env.execute_query(
            SQL(
                "%s FOR NO KEY UPDATE OF %s SKIP LOCKED",
                query.select(),
                SQL.identifier(query.table),
            )
        )
        return self.browse(activity_id for [activity_id] in rows)

    # ------------------------------------------------------------
    # Doing it
    # ------------------------------------------------------------

    def _do_in_queue(self, status, action, next_id, seen_id):
        """Do something with the activity, and give it back.

        :param str status: the status that it has then
        :param action: called with the activity
        :param int next_id: the activity that comes next, or none
        :param int seen_id: see :meth:`queue_complete`
        """
        arguments = Arguments(self.env)
        arguments.check_single(self)
        next_id = arguments.id(next_id, "next_id")
        seen_id = arguments.id(seen_id, "seen_id")
        closed = self._get_queue_closed(status, seen_id)
        if closed:
            return closed
        try:
            with savepoint(self.env.cr):
                action(self)
        except AccessError:
            reason = self.env._(
                "You can no longer change this activity. Your feedback is kept here: "
                "copy what you need, or continue with the next activity."
            )
            return {"done": False, "reason": reason}
        self.queue_release()
        # What was done may have closed it, or moved it.
        is_next_valid = bool(next_id and self.browse(next_id).queue_keep())
        return {"done": True, "reason": False, "is_next_valid": is_next_valid}

    def _get_queue_closed(self, status, seen_id):
        """:returns: the answer where the activity was closed meanwhile, or nothing"""
        done = {"done": True, "reason": False, "is_next_valid": False}
        if seen_id and self._has_done_since(status, seen_id):
            return done
        existing = self.exists()
        if existing and self.sudo().status not in (*CLOSED_STATUSES, status):
            return None
        log = self.env["mail.activity.log"].sudo()
        row = log.search([("activity_ref", "=", self.id)], limit=1)
        if existing and row.user_id == self.env.user and self.sudo().status == status:
            return done
        # Whoever doesn't see the record isn't told who works on it.
        may_know = (existing or row.sudo(False)).has_access("read")
        who = (may_know and row.user_id.name) or self.env._("Somebody")
        if not existing:
            reason = self.env._("%(user)s has deleted this activity.", user=who)
        elif self.sudo().status == "cancelled":
            reason = self.env._("%(user)s has cancelled this activity.", user=who)
        elif self.sudo().status == "on_hold":
            reason = self.env._("%(user)s has put this activity on hold.", user=who)
        else:
            reason = self.env._("%(user)s has marked this activity done.", user=who)
        return {"done": False, "reason": reason}

    def _has_done_since(self, status, seen_id):
        """:returns: whether the user has done this with the activity after the row of
        the ledger that a client knows of"""
        log = self.env["mail.activity.log"].sudo()
        return bool(
            log.search(
                [
                    ("activity_ref", "=", self.id),
                    ("id", ">", seen_id),
                    ("event", "in", EVENTS[status]),
                    ("user_id", "=", self.env.uid),
                ],
                limit=1,
            )
        )
