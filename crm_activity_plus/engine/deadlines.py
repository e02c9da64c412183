# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dataclasses import replace
from datetime import timedelta

from odoo.exceptions import ValidationError

from ..tools.dates import (
    FIRST_DAY,
    LAST_DAY,
    DeadlineError,
    NoWorkingDayError,
    find_deadline,
)
from ..tools.reasons import Day, Reason
from ..tools.steps import KNOWN_DELAYS, KNOWN_UNITS
from ..tools.values import is_in_range
from .reasons import get_error_reason, name_of, reason_error

# Days off are read for this many days at a time.
BLOCK_DAYS = 128


class StepDater:
    """Dates the steps of a plan by its policy.

    It remembers days off and dates, so that it must not live longer than one operation.

    :param env: environment to read calendars in
    :param str policy: a plan's deadline policy
    :param calendar: the plan's own ``resource.calendar``, or none
    :param dict templates: code -> the plan's step, for what is planned; for the step of
        a run, it is one in memory that says what the plan's said at the launch
    """

    def __init__(self, env, policy, calendar, templates=None):
        self.env = env
        self.policy = policy
        self.calendar = calendar.sudo()
        self._templates = templates
        self._days_off = {}
        self._found = {}

    def find(self, step, base_date, base, user, company, anywhere=False):
        """Date a step.

        :param step: a step of a plan or of a run, or a
            :class:`~..tools.proposal.PlannedStep`
        :param date base_date: what its delay counts from
        :param str base: what that date is
        :param user: who will do the step, or none
        :param company: the company of the record
        :param bool anywhere: also at the ends of the calendar
        :returns: the date and its explanation
        :rtype: odoo.addons.crm_activity_plus.tools.dates.Deadline
        :raises ValidationError: there is no such date
        """
        template = self._get_added_template(step)
        if template:
            return self._ask(template, base_date, base, user, company)
        direction = "before" if step.delay_from == "before_plan_date" else "after"
        delay = (step.delay_count, step.delay_unit, direction)
        who = None if self.policy == "calendar" else (user.id, company.id)
        key = (base_date, delay, base, who)
        if key not in self._found:
            try:
                found = self._find(base_date, *delay, user, company, base)
                if not anywhere:
                    self._check_range(found.date, base_date, *delay)
            except ValidationError as error:
                values = {
                    "step": step.summary or step.code,
                    "reason": get_error_reason(error),
                }
                reason = Reason("step_undatable", values)
                raise reason_error(self.env, reason, ValidationError) from error
            self._found[key] = found
        return self._found[key]

    def _get_added_template(self, step):
        """:returns: the plan's step, where another addon knows what its delay means; or
        none"""
        if step.delay_from in KNOWN_DELAYS and step.delay_unit in KNOWN_UNITS:
            return None
        if self._templates is None:
            return step._make_template()
        return self._templates[step.code]

    def _ask(self, template, base_date, base, user, company):
        """Date a step by Odoo's own hook; the policy knows the days off."""
        day = template._get_date_deadline(base_date)
        found = self.shift(day, 0, "days", "after", user, company, base)
        added = template.delay_from not in KNOWN_DELAYS
        return replace(
            found,
            explanation={
                **found.explanation,
                "base": template.delay_from if added else base,
                "base_date": base_date.isoformat(),
                "count": template.delay_count,
                "unit": template.delay_unit,
            },
        )

    def check_steps(self, steps):
        """Look whether the dates that :meth:`find` found anywhere can be reckoned with.

        :param steps: with their dates
        :raises ValidationError: one of them can't
        """
        for step in steps:
            if not is_in_range(step.date_deadline):
                values = {
                    "step": step.summary or step.code,
                    "date": str(step.date_deadline),
                    "first": str(FIRST_DAY),
                    "last": str(LAST_DAY),
                }
                reason = Reason("date_out_of_range", values)
                raise reason_error(self.env, reason, ValidationError)

    def shift(self, base_date, count, unit, direction, user, company, base):
        """Date anything by the policy; see ``find_deadline``.

        :raises ValidationError: there is no such date
        """
        found = self._find(base_date, count, unit, direction, user, company, base)
        self._check_range(found.date, base_date, count, unit, direction)
        return found

    def _check_range(self, day, base_date, count, unit, direction):
        if not is_in_range(day):
            raise self._make_error(base_date, count, unit, direction)

    def _find(self, base_date, count, unit, direction, user, company, base):
        try:
            return find_deadline(
                base_date,
                count,
                unit,
                direction,
                policy=self.policy,
                why_off=lambda day: self.why_off(day, user, company),
                base=base,
            )
        except NoWorkingDayError as error:
            reason = self._find_idle_reason(base_date, user, company)
            raise reason_error(self.env, reason, ValidationError) from error
        except DeadlineError as error:
            raise self._make_error(base_date, count, unit, direction) from error

    def move(self, day, delta):
        """Move a day by as many days as lie between two others.

        :param date day: the day
        :param timedelta delta: how far
        :raises ValidationError: there is no such day
        """
        try:
            moved = day + delta
        except OverflowError:
            moved = None
        if not moved or not is_in_range(moved):
            raise self._make_error(day, delta.days, "days", "after")
        return moved

    def _make_error(self, base_date, count, unit, direction):
        values = {
            "count": count,
            "unit": unit,
            "direction": direction,
            "date": Day(base_date.isoformat()),
        }
        return reason_error(
            self.env, Reason("date_impossible", values), ValidationError
        )

    def count_days(self, start, end, user, company):
        """:returns: how many days of the policy lie behind ``start``, up to ``end``"""
        days = [
            start + timedelta(days=index + 1) for index in range((end - start).days)
        ]
        if self.policy != "working_days":
            return len(days)
        return sum(not self.why_off(day, user, company) for day in days)

    def why_off(self, day, user, company):
        """:returns: why a user doesn't work on a day: a
        :class:`~..tools.reasons.Reason` or a text, or None"""
        block = day.toordinal() // BLOCK_DAYS
        key = (user.id, company.id, block)
        if key not in self._days_off:
            first = day - timedelta(days=day.toordinal() % BLOCK_DAYS)
            resource = self._get_resource(user, company)
            calendar = self._get_calendar(resource, company)
            last = first + timedelta(days=BLOCK_DAYS - 1)
            self._days_off[key] = calendar._get_days_off(
                first, last, resource, company, user.sudo().tz
            )
        return self._days_off[key].get(day)

    def _get_calendar(self, resource, company):
        return (
            self.calendar or resource.calendar_id or company.sudo().resource_calendar_id
        )

    def _find_idle_reason(self, day, user, company):
        """:returns: why there is no working day for years
        :rtype: Reason"""
        calendar = self._get_calendar(self._get_resource(user, company), company)
        values = {"calendar": name_of(calendar)}
        if calendar and not calendar.attendance_ids:
            return Reason("calendar_empty", values)
        return Reason("calendar_idle", {**values, "date": Day(day.isoformat())})

    def _get_resource(self, user, company):
        """A user has a resource, and with it a calendar and leaves of their own, where
        the user is an employee."""
        resources = user.sudo().resource_ids.filtered("active")
        same = resources.filtered(lambda resource: resource.company_id == company)
        return (same or resources)[:1]
