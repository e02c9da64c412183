# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from contextlib import contextmanager
from functools import partial

import psycopg2

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import MissingError
from odoo.fields import Domain

from ...engine.environment import by_engine
from ...engine.locks import share, take
from ...engine.reasons import name_of
from ...tools.reasons import Reason
from ...tools.states import CLOSED_STATUSES, OPEN_RUN_STATES

_logger = logging.getLogger(__name__)

LEFT_BEHIND_BATCH_SIZE = 1000

# Once more, where somebody else changes the same at this moment.
HAND_OVER_TRIES = 3


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
        if record:
            try:
                company = self.env["mail.activity.plan.run"]._get_document_company(
                    record
                )
            except MissingError:
                # Whoever asks finds out by other means.
                company = self.env["res.company"]
        return self._filter_can_work_in(company)

    def _filter_can_work_in(self, company):
        """:returns: the users who can be responsible for an activity on a record of a
        company; on one without a company, all who can be at all"""
        return self.filtered(lambda user: user.sudo()._can_work_in(company))

    def _can_work_in(self, company):
        self.ensure_one()
        if self.id == SUPERUSER_ID:
            return True
        works_there = not company or company in self.company_ids
        return self.active and not self.share and works_there

    def _lock_as_active(self):
        """Keep the users as they are until this transaction is committed: they are
        about to get something to do. Whoever archives one of them at this moment, or
        takes rights away from them, waits, and hands that over, too; where that was
        first, this transaction is repeated.
        """
        share(self)

    def action_archive(self):
        """Core deletes the open activities of archived users. They go to somebody else
        instead: the customer still waits for them."""
        self.filtered("active")._hand_over_as_archived()
        return super().action_archive()

    def write(self, vals):
        """Whichever way a user is archived, or can't do activities any more."""
        if not vals.get("active", True):
            leaving = self.filtered("active")
            leaving._hand_over_as_archived()
            leaving._hand_over_after_commit("_hand_over_if_archived")
        if not {"company_ids", "group_ids"} & vals.keys():
            return super().write(vals)
        with self._handing_over():
            return super().write(vals)

    def _hand_over_after_commit(self, name, *args):
        """What is given to the users at this moment, this transaction can't see: hand
        it over in another one, after this.

        :param str name: the method of users that does it
        """
        if self:
            registry, uid = self.env.registry, self.env.uid
            run = type(self)._hand_over_meanwhile
            self.env.cr.postcommit.add(
                partial(run, registry, uid, self.ids, name, args)
            )

    @staticmethod
    def _hand_over_meanwhile(registry, uid, ids, name, args):
        """Hand over what users got while they left; in a transaction of its own. What
        this can't do, ``_hand_over_left_behind`` does."""
        for _try in range(HAND_OVER_TRIES):
            try:
                with registry.cursor() as cr:
                    users = api.Environment(cr, uid, {})["res.users"].sudo().browse(ids)
                    getattr(users.exists(), name)(*args)
                return
            except psycopg2.OperationalError:
                _logger.info("The hand-over of %s was interrupted", ids, exc_info=True)
            except Exception:
                _logger.exception("What users %s had to do can't be handed over", ids)
                return

    def unlink(self):
        """PostgreSQL would delete their activities, seen by no run and no ledger."""
        find_reason = partial(_make_reason, "assignee_deleted")
        self._hand_over_activities(find_reason)
        for user in self:
            user._leave_history(find_reason(user))
        return super().unlink()

    def _leave_history(self, reason):
        """What was done for a customer is still told of once these users are deleted.
        The ledger knows who it was, and tells what PostgreSQL would empty.

        :param Reason reason: why, for the ledger
        """
        closed = by_engine(self.env["mail.activity"]).with_context(active_test=False)
        closed = closed.search([("user_id", "in", self.ids)])
        on_records = closed.filtered("res_model")
        on_records._because(reason).write({"user_id": False})
        (closed - on_records)._because(reason).unlink()
        for model, name in (
            ("mail.activity.plan.run.line", "user_id"),
            ("mail.activity.plan.run", "responsible_id"),
        ):
            records = by_engine(self.env[model]).search([(name, "in", self.ids)])
            vals = {name: False}
            records._write_each(dict.fromkeys(records, vals), reason=reason)

    # ------------------------------------------------------------
    # Handing over activities
    # ------------------------------------------------------------

    @api.autovacuum
    def _hand_over_left_behind(self):
        """Whatever archived users still have: somebody gave it to them at the moment at
        which they were archived, or before this addon came."""
        left = (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("status", "not in", CLOSED_STATUSES),
                    ("user_id.active", "=", False),
                    ("user_id", "!=", SUPERUSER_ID),
                ],
                limit=LEFT_BEHIND_BATCH_SIZE,
            )
        )
        left._hand_over(left.user_id, partial(_make_reason, "assignee_archived"))
        return len(left), len(left) == LEFT_BEHIND_BATCH_SIZE

    def _hand_over_if_archived(self):
        self.filtered(lambda user: not user.active)._hand_over_as_archived()

    def _hand_over_as_archived(self):
        self._hand_over_activities(partial(_make_reason, "assignee_archived"))

    def _hand_over_activities(self, find_reason, domain=Domain.TRUE, leaving=None):
        """Give the open activities of users who leave to somebody else: steps of plans
        and others, those on hold, too; see ``mail.activity._hand_over``.

        :param find_reason: called with a user, says why
        :param Domain domain: which of their activities
        :param leaving: users who needn't be told; default: all
        """
        activities = by_engine(self.env["mail.activity"])
        activities.search(
            Domain("user_id", "in", self.ids)
            & Domain("status", "not in", CLOSED_STATUSES)
            & domain
        )._hand_over(self, find_reason, leaving)
        self._hand_over_steps(domain)

    def _hand_over_steps(self, domain):
        """Steps that do themselves in the name of whoever has a role on the record are
        done in the name of who stands in for these users.

        :param Domain domain: on which records
        """
        lines = by_engine(self.env["mail.activity.plan.run.line"]).search(
            Domain("user_id", "in", self.ids)
            & Domain("state", "=", "scheduled")
            & Domain("action_type", "!=", "activity")
            & Domain("run_id.state", "in", OPEN_RUN_STATES)
            & domain
        )
        following = lines.filtered(lambda line: line._follows_role())
        following._give_to(
            {
                line: line.run_id._find_stand_in(record, [line.responsible_type], self)
                for line, record in zip(
                    following, following._get_records(), strict=True
                )
                if record
            }
        )

    @contextmanager
    def _handing_over(self):
        """Hand over what users can't do any more after something else: those who become
        portal users, and those who may not work in a company any more."""
        companies = {
            user: user.company_ids
            for user in self.sudo()
            if user._filter_can_do_activities()
        }
        yield
        lost = {
            user.id: (before - user.company_ids).ids
            for user, before in companies.items()
            if user.exists()
            and (before - user.company_ids or not user._filter_can_do_activities())
        }
        losing = self.sudo().browse(lost)
        # Whoever gives them something at this moment is first, or begins anew.
        take(losing)
        losing._hand_over_lost(lost)
        losing._hand_over_after_commit("_hand_over_lost", lost)

    def _hand_over_lost(self, lost):
        """Hand over what users can't do any more.

        :param dict lost: ids of users -> ids of companies that they may not work in any
            more
        """
        for user in self:
            if not user._filter_can_do_activities():
                user._hand_over_as_external()
            elif lost[user.id]:
                companies = self.env["res.company"].browse(lost[user.id])
                user._hand_over_of_companies(companies.exists() - user.company_ids)

    def _hand_over_as_external(self):
        self._hand_over_activities(
            partial(_make_reason, "assignee_external"),
            leaving=self.browse(),
        )

    def _hand_over_of_companies(self, companies):
        """Give the open activities that a user has on the records of companies, which
        that user may not work in any more, to somebody else."""
        self.ensure_one()
        domain = Domain.FALSE
        for res_model, res_ids in (
            self.env["mail.activity"]
            .sudo()
            .with_context(active_test=False)
            ._read_group(
                [
                    ("user_id", "=", self.id),
                    ("status", "not in", CLOSED_STATUSES),
                    ("res_model", "!=", False),
                ],
                ["res_model"],
                ["res_id:array_agg_distinct"],
            )
        ):
            if res_model in self.env and "company_id" in self.env[res_model]:
                records = self.env[res_model].sudo().with_context(active_test=False)
                found = records.search(
                    [("id", "in", res_ids), ("company_id", "in", companies.ids)]
                )
                domain |= Domain("res_model", "=", res_model) & Domain(
                    "res_id", "in", found.ids
                )
        names = [name_of(company) for company in companies.sudo()]
        self._hand_over_activities(
            partial(_make_reason, "assignee_elsewhere", companies=names),
            domain,
            leaving=self.browse(),
        )


def _make_reason(code, user, **values):
    """:returns: why a user can't do activities any more
    :rtype: Reason"""
    return Reason(code, {"user": name_of(user.sudo()), **values})
