# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError

from ...engine.added_fields import copy_values
from ...engine.arguments import Arguments
from ...engine.deadlines import StepDater


class MailActivity(models.Model):
    """Another attempt at an activity: after a delay, or on a date that was agreed."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity"

    retry_date = fields.Date(
        "Agreed Date",
        readonly=True,
        copy=False,
        help="Date agreed for the next attempt when this one was marked done.",
    )

    def _read_retry_date(self, day, outcome):
        """:returns: the date for the next attempt, or False
        :raises UserError: it is none, or past, or the outcome doesn't ask for it, or
            there is no next attempt"""
        day = Arguments(self.env).day(day, "retry_date")
        if not day:
            return False
        if not outcome or not outcome._asks_date():
            raise UserError(
                self.env._(
                    "A date for the next attempt is only possible with an outcome that "
                    "asks for it. Choose such an outcome, or remove the date."
                )
            )
        if day < fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "The next attempt can't be in the past. Choose today or a later "
                    "date."
                )
            )
        for activity in self:
            if not activity._is_retried_after(outcome):
                raise UserError(
                    self.env._(
                        "This was the last attempt at “%(activity)s”, so that no date "
                        "can be agreed for another one. Leave out the date, or choose "
                        "another outcome.",
                        activity=activity.display_name,
                    )
                )
        return day

    def _is_retried_after(self, outcome):
        """:returns: whether there is another attempt after an outcome"""
        self.ensure_one()
        max_attempts = self.sudo().run_line_id.max_attempts
        return outcome._allows_another(self.attempt, max_attempts)

    def _asks_date(self, outcome):
        """:returns: whether a date for the next attempt can be agreed"""
        return outcome._asks_date() and self._is_retried_after(outcome)

    def _retry(self):
        """Schedule each of these, which are done, once more."""
        self._fetch_companies()
        return self._create_following(
            [activity._prepare_retry_values(activity.outcome_id) for activity in self]
        )

    def _prepare_retry_values(self, outcome):
        """:returns: values of the next attempt after an outcome"""
        self.ensure_one()
        dater = StepDater(self.env, "calendar", self.env["resource.calendar"])
        deadline = dater.shift(
            fields.Date.context_today(self),
            outcome.retry_delay_count,
            outcome.retry_delay_unit,
            "after",
            self.user_id,
            self.env.company,
            "retry",
        )
        added = self.env["mail.activity.plan.template"]._get_activity_fields()
        return {
            **copy_values(self, added.values()),
            "activity_type_id": self.activity_type_id.id,
            "attempt": self.attempt + 1,
            "automated": True,
            "date_deadline": self.retry_date or deadline.date,
            "note": self.note,
            **self._get_document_values(),
            "summary": self.summary,
            "user_id": self._find_able(self.user_id).id,
        }
