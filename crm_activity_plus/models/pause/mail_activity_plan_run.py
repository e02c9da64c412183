# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from datetime import datetime, timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ...engine import pauses
from ...engine.arguments import Arguments
from ...engine.environment import by_engine
from ...engine.notifier import find_readers_of_pauses, tell_paused
from ...tools.dates import get_timezone
from ...tools.reasons import Reason

_logger = logging.getLogger(__name__)

PAUSES_POSITION = "pauses"
REMINDERS_POSITION = "pause_reminders"
REMINDER_PARAMETER = "crm_activity_plus.paused_plan_days"


class MailActivityPlanRun(models.Model):
    """Pausing runs: until a day, or until somebody resumes them. Of those without a
    day, somebody is reminded."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    date_paused = fields.Datetime("Paused on", readonly=True)
    paused_until = fields.Date(
        readonly=True, help="The plan resumes automatically on this day."
    )
    date_pause_reminded = fields.Datetime(
        "Reminded of the Pause on",
        readonly=True,
        help="When somebody was reminded that the plan is paused without a date.",
    )

    @api.model
    def _get_logged_fields(self):
        return (*super()._get_logged_fields(), "paused_until")

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_pause(self, until=None, reason=None):
        """Pause running runs: their activities are off the to-do lists.

        :param until: the day on which they resume by themselves (date or ISO string);
            without it they are paused until somebody resumes them. Runs that are paused
            already get this day.
        :param str reason: why, for the history
        :raises UserError: one of them isn't running, or the date is no date or over
        :raises AccessError: the user may not change the document
        """
        self._check_may_drive()
        until = self._read_pause_end(until)
        reason = Arguments(self.env).text(reason, "reason")
        paused = self.filtered(lambda run: until and run.state == "paused")
        running = self - paused
        running._check_state(
            "running", self.env._("is not running, so it can't be paused")
        )
        pauses.pause(by_engine(running), until, reason)
        pauses.postpone(by_engine(paused), until, reason)
        return True

    @api.readonly
    def action_pause_selected(self):
        """Ask until when runs are paused; the pop-up says so where they are paused
        already, and only get a date.

        :returns: action
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus.mail_activity_plan_run_bulk_action_pause"
        )
        if self and all(run.state == "paused" for run in self):
            action["name"] = self.env._("Set the Date Until Which Plans Are Paused")
        action["context"] = {
            "active_ids": self.ids,
            "active_model": self._name,
            "default_mode": "pause",
        }
        return action

    def action_resume(self):
        """Go on with paused runs. Open steps move by the days that the pause took:
        working days under the policy of working days.

        :raises UserError: one of them isn't paused
        :raises AccessError: the user may not change the document
        """
        self._check_may_drive()
        self._check_state(
            "paused", self.env._("is not paused, so there is nothing to resume")
        )
        pauses.resume(by_engine(self))
        return True

    def _read_pause_end(self, until):
        day = Arguments(self.env).day(until, "until")
        if not day:
            return False
        if day <= fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "The plan can't be paused until %(date)s, which is not in the "
                    "future. Choose a later day.",
                    date=format_date(self.env, day),
                )
            )
        return day

    # ------------------------------------------------------------
    # Pauses that end
    # ------------------------------------------------------------

    @api.model
    def _cron_end_pauses(self):
        """Go on with the runs whose pause is over."""
        domain = [
            ("state", "=", "paused"),
            # Where some of the people are, it is tomorrow already.
            ("paused_until", "<=", fields.Date.today() + timedelta(days=1)),
        ]
        runs = by_engine(self).search(domain, order="id")
        self.env["mail.activity.cron.position"]._go_through(
            PAUSES_POSITION,
            runs._filter_pause_over(),
            lambda run: run._try_end_pause(domain),
        )

    def _try_end_pause(self, domain):
        """Go on with a run, unless somebody else has it.

        :param domain: of those whose pause may be over
        """
        try:
            with self.env.cr.savepoint():
                locked = self.try_lock_for_update().filtered_domain(domain)
                for run in locked._filter_pause_over():
                    # The pause took as many days as passed for these people.
                    local = run.with_context(tz=run._get_timezone().zone)
                    pauses.resume(local, Reason("pause_over"))
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("The pause of run %s can't be ended", self.id)

    def _filter_pause_over(self):
        """:returns: the paused runs whose day has come, where their people are"""
        return self.filtered(
            lambda run: run.state == "paused"
            and run.paused_until
            and run.paused_until <= datetime.now(run._get_timezone()).date()
        )

    def _get_timezone(self):
        """:returns: the time zone of whom the run was launched for"""
        self.ensure_one()
        user = (self.responsible_id or self.user_id).sudo()
        return get_timezone(user.tz or self.env.user.tz)

    # ------------------------------------------------------------
    # Pauses without an end
    # ------------------------------------------------------------

    @api.model
    def _cron_remind_of_pauses(self):
        """Remind people of the runs that have been paused for long, without a day on
        which they resume: once in each pause."""
        days = self._get_reminder_days()
        if not days:
            return
        domain = [
            ("state", "=", "paused"),
            ("paused_until", "=", False),
            ("date_pause_reminded", "=", False),
            ("date_paused", "<=", fields.Datetime.now() - timedelta(days=days)),
        ]
        runs = by_engine(self).search(domain, order="id")
        by_reader = find_readers_of_pauses(runs)
        self.env["mail.activity.cron.position"]._go_through(
            REMINDERS_POSITION,
            self.env["res.users"].union(*by_reader).sorted("id"),
            lambda reader: by_reader[reader]._try_remind(reader, domain),
        )

    @api.model
    def _get_reminder_days(self):
        """:returns: after how many days somebody is reminded; 0 for never"""
        value = self.env["ir.config_parameter"].sudo().get_param(REMINDER_PARAMETER)
        try:
            return min(max(int(value), 0), timedelta.max.days)
        except (TypeError, ValueError):
            return 0

    def _try_remind(self, reader, domain):
        """Remind somebody of runs in one message; where that fails for one of them, of
        each by itself.

        :param reader: the user who is reminded
        :param domain: of those that somebody is to be reminded of
        """
        try:
            with self.env.cr.savepoint():
                self.try_lock_for_update().filtered_domain(domain)._remind(reader)
        except psycopg2.OperationalError:
            raise
        except Exception:
            if len(self) > 1:
                for run in self:
                    run._try_remind(reader, domain)
            else:
                _logger.exception("Nobody can be reminded of run %s", self.id)

    def _remind(self, reader):
        if self:
            self.write({"date_pause_reminded": fields.Datetime.now()})
            tell_paused(self.with_context(mail_notify_force_send=False), reader)
