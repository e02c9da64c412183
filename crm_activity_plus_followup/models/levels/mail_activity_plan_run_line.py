# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.crm_activity_plus.engine.deadlines import StepDater
from odoo.addons.crm_activity_plus.tools.dates import Deadline

from ...tools.levels import find_reminder_gap


class MailActivityPlanRunLine(models.Model):
    """A level of a customer, and what was done for it."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    # What the level said at the launch.
    followup_letter = fields.Boolean(readonly=True)
    followup_email = fields.Boolean(readonly=True)
    followup_email_auto = fields.Boolean(readonly=True)
    followup_manual = fields.Boolean(readonly=True)
    followup_user_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    followup_put_off = fields.Boolean(
        "Put Off", readonly=True, help="It was due, and somebody chose a later day."
    )
    # What was done.
    followup_auto_tried = fields.Boolean(
        readonly=True, help="The automatic email was sent, or couldn't be."
    )
    followup_printed = fields.Datetime("Letter Printed", readonly=True)
    followup_sent = fields.Datetime("Email Sent", readonly=True)
    followup_handled = fields.Datetime("Manual Action Done", readonly=True)

    _followup_email_index = models.Index(
        "(date_deadline) WHERE followup_email_auto AND state = 'scheduled'"
        " AND followup_auto_tried IS NOT TRUE"
    )

    def _is_followup_reached(self, today):
        """:returns: whether the level is open, and the customer has reached it"""
        self.ensure_one()
        is_reached = self.followup_put_off or self.date_deadline <= today
        return self.state == "scheduled" and is_reached

    def _put_off(self, deadline):
        """Give the level another day, which may be later than the one it has reached.

        :param Deadline deadline: that day
        """
        today = self._get_followup_today()
        self.followup_put_off = (
            self._is_followup_reached(today) and deadline.date > today
        )
        self._reschedule({self: deadline}, "rescheduled")

    def _has_followup_action(self):
        """:returns: whether anything was done for the level"""
        self.ensure_one()
        return bool(
            self.followup_printed or self.followup_sent or self.followup_handled
        )

    def _get_followup_today(self):
        return fields.Date.context_today(self)

    def _find_followup_deadline(self):
        """:returns: when the level is due by the oldest overdue item; see
        :class:`Deadline`"""
        self.ensure_one()
        run = self.run_id
        return StepDater(self.env, run.deadline_policy, run.resource_calendar_id).shift(
            run.plan_date,
            self.delay_count,
            "days",
            "after",
            self.user_id,
            run._get_working_company(),
            "plan_date",
        )

    def _prepare_schedule_values(self, dater, assigner):
        values = super()._prepare_schedule_values(dater, assigner)
        if not self.run_id.followup_company_id:
            return values
        deadline = self._find_next_followup(values, dater)
        if deadline:
            values |= {
                "date_deadline": deadline.date,
                "date_explanation": deadline.explanation,
            }
        return values

    def _find_next_followup(self, values, dater):
        """:param dict values: what the step would get by the due date alone
        :returns: when the next level comes, where that is another day, or None"""
        run, today = self.run_id, self._get_followup_today()
        if run.followup_next_mode == "manual" and run.followup_manual_date > today:
            day = run.followup_manual_date
            return Deadline(day, {"base": "rescheduled", "date": day.isoformat()})
        if run.followup_next_mode == "manual":
            run.write({"followup_next_mode": "auto", "followup_manual_date": False})
        before = self._get_previous()[-1:]
        gap = before and find_reminder_gap(
            values["date_deadline"], today, self.delay_count, before.delay_count
        )
        if not gap:
            return None
        company = run._get_working_company()
        user = self.user_id.browse(values["user_id"])
        return dater.shift(today, gap, "days", "after", user, company, "previous_done")

    def _get_template_values(self):
        values = super()._get_template_values()
        if self.responsible_type == "followup":
            values["responsible_id"] = self.followup_user_id.id
        return values

    def _filter_told_on_assignment(self):
        """Nothing is emailed by itself because somebody hasn't paid, not to those who
        find it in their list either."""
        lines = super()._filter_told_on_assignment()
        return lines.filtered(lambda line: not line.run_id.followup_company_id)
