# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from datetime import datetime, timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ...engine.arguments import Arguments
from ...engine.environment import by_engine, unsteered
from ...engine.locks import take
from ...tools.reasons import Reason

_logger = logging.getLogger(__name__)

# What an activity says that isn't on hold.
NO_HOLD = {"held_by_pause": False, "on_hold_until": False, "status_before_hold": False}

HOLDS_POSITION = "holds"


class MailActivity(models.Model):
    """Working on an activity, and putting it on hold: until a day, until somebody takes
    it off hold, or as long as its plan is paused."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    on_hold_until = fields.Date(
        readonly=True,
        copy=False,
        help="The activity resumes automatically on this day.",
    )
    status_before_hold = fields.Char(readonly=True, copy=False)
    held_by_pause = fields.Boolean(
        readonly=True,
        copy=False,
        help="Put on hold because its plan was paused; resumes together with the plan.",
    )

    def action_start(self):
        """Begin to work on the activities.

        :raises UserError: one of them is closed, or its plan is paused
        """
        self._check_open()
        self._check_not_paused()
        self._resume("in_progress", Reason("started"))
        return True

    def action_hold(self, until=None, reason=None):
        """Put the activities on hold: they are off the to-do lists until then.

        :param until: the day on which they come back by themselves (date or ISO
            string); without it they stay on hold until somebody resumes them
        :param str reason: why, for the history
        :raises UserError: one of them is closed, or the date is no date or over
        """
        self._check_open()
        self.check_access("write")
        until = self._read_hold_date(until)
        reason = Arguments(self.env).text(reason, "reason")
        held = unsteered(self.filtered(lambda a: a.status == "on_hold"))
        held._as_engine(reason=reason).write(
            {"on_hold_until": until, "held_by_pause": False}
        )
        held._log("held", ("on_hold", "on_hold"), reason)
        (self - held)._hold({"on_hold_until": until, "held_by_pause": False}, reason)
        return True

    def _hold_for_pause(self):
        """Put the activities of a paused run on hold, until it is resumed."""
        self._hold({"held_by_pause": True}, Reason("plan_paused"))

    def _hold(self, vals, reason):
        """:param dict vals: until when, and who holds them
        :param reason: why, for the ledger
        """
        for status, activities in self.grouped("status").items():
            activities._as_engine(reason=reason).write(
                {
                    "active": False,
                    "status": "on_hold",
                    "status_before_hold": status,
                    **vals,
                }
            )

    def action_resume(self):
        """Take the activities off hold: each has the status it had before.

        :raises UserError: one of them is not on hold, or its plan is paused
        """
        for activity in self:
            if activity.status != "on_hold":
                raise UserError(
                    self.env._(
                        "“%(activity)s” is not on hold, so there is nothing to resume.",
                        activity=activity.display_name,
                    )
                )
        self._check_not_paused()
        self._take_off_hold()
        return True

    def _take_off_hold(self, reason=False):
        for status, activities in self.grouped("status_before_hold").items():
            activities._resume(status or "new", reason)

    def _resume(self, status, reason=False):
        """Have the activities be worked on.

        :param str status: the one that they have then
        :param reason: why, for the ledger
        """
        self.check_access("write")
        # A plan that is paused at this moment holds those that are active: it would see
        # none of these, and this transaction no pause.
        held = self.filtered(lambda a: a.status == "on_hold" and not a.held_by_pause)
        take(held.sudo().run_id)
        self._as_engine(reason=reason).write(
            {"active": True, "status": status, **NO_HOLD}
        )

    def _check_not_paused(self):
        """The activities of a paused plan are off the to-do lists, all of them."""
        for activity in self:
            if activity.sudo().run_id.state == "paused":
                raise UserError(
                    self.env._(
                        "“%(activity)s” belongs to the plan “%(plan)s”, which is "
                        "paused. Resume the plan first.",
                        activity=activity.display_name,
                        plan=activity.sudo().run_id.name,
                    )
                )

    def _read_hold_date(self, until):
        day = Arguments(self.env).day(until, "until")
        if not day:
            return False
        if day <= fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "The activity can't be on hold until %(date)s, which is not in the "
                    "future. Choose a later day.",
                    date=format_date(self.env, day),
                )
            )
        return day

    # ------------------------------------------------------------
    # Holds that end
    # ------------------------------------------------------------

    @api.model
    def _cron_end_holds(self):
        """Bring back the activities whose hold is over."""
        domain = [
            ("status", "=", "on_hold"),
            ("held_by_pause", "=", False),
            # Where some of the responsibles are, it is tomorrow already.
            ("on_hold_until", "<=", fields.Date.today() + timedelta(days=1)),
        ]
        self.env["mail.activity.cron.position"]._go_through(
            HOLDS_POSITION,
            self.search(domain, order="id")._filter_hold_over(),
            lambda activity: activity._try_end_hold(domain),
        )

    def _try_end_hold(self, domain):
        """Bring back an activity, unless somebody else has it.

        :param domain: of those whose hold may be over
        """
        try:
            with self.env.cr.savepoint():
                locked = self.try_lock_for_update().filtered_domain(domain)
                locked._filter_hold_over()._end_hold()
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("The hold of activity %s can't be ended", self.id)

    def _filter_hold_over(self):
        """:returns: the held activities that come back now: the day has come where the
        responsible is, and the plan that they belong to isn't paused"""
        return self.filtered(
            lambda a: a.status == "on_hold"
            and not a.held_by_pause
            and a.on_hold_until
            and a.on_hold_until <= datetime.now(a._get_timezone()).date()
            and a.run_id.state != "paused"
        )

    def _end_hold(self):
        """It is due on the day it comes back, where it would have been due before."""
        reason = Reason("hold_over")
        for activity in by_engine(self):
            until = activity.on_hold_until
            activity._take_off_hold(reason)
            if activity.date_deadline >= until:
                continue
            if activity.run_line_id:
                activity.run_line_id._come_back(until)
            else:
                activity._because(reason).write({"date_deadline": until})
