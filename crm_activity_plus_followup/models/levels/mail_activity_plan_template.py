# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .mail_activity_plan import DAYS_OF_UNITS


class MailActivityPlanTemplate(models.Model):
    """A level: what there is to do once a customer has reached it."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.template"

    is_followup = fields.Boolean(related="plan_id.is_followup")
    followup_letter = fields.Boolean(
        "Print Letter", default=True, help="A letter with the statement is printed."
    )
    followup_email = fields.Boolean(
        "Send by Email",
        default=True,
        help="The statement is sent by email, with the overdue invoices.",
    )
    followup_email_auto = fields.Boolean(
        "Automatic",
        help="Send the email as soon as a customer reaches the level, without anybody "
        "looking at it. Otherwise nothing is sent before somebody clicks.",
    )
    followup_manual = fields.Boolean(
        "Manual Action",
        help="There is something else to do: what the activity of the level says.",
    )
    responsible_type = fields.Selection(
        selection_add=[("followup", "Customer's salesperson")],
        ondelete={"followup": "set default"},
    )

    def write(self, vals):
        """Nobody moves levels out of, nor steps into, a plan that they may not write:
        Odoo looks at its rules before a change."""
        result = super().write(vals)
        if "plan_id" in vals:
            self.check_access("write")
        return result

    def _get_followup_days(self):
        """:returns: how many days after the due date the level is reached
        :raises ValidationError: the delay isn't one in days after it"""
        self.ensure_one()
        days = DAYS_OF_UNITS.get(self.delay_unit, -1) * self.delay_count
        if days < 0 or (self.delay_unit not in DAYS_OF_UNITS):
            raise ValidationError(
                self.env._(
                    "The level “%(level)s” has to be reached some days or weeks after "
                    "the due date, 0 or more.",
                    level=self.display_name,
                )
            )
        return days

    def _get_action_error(self):
        """A template of another application would be filled in with whatever there has
        the customer's number."""
        error = super()._get_action_error()
        if error or not (self.plan_id.is_followup and self.mail_template_id):
            return error
        return self._get_needed_error("mail_template_id")

    @api.model
    def _finish_saving(self, pending):
        result = super()._finish_saving(pending)
        plans = self.env["mail.activity.plan"].sudo().browse(pending.plan_ids)
        plans.exists()._check_followup_levels()
        return result

    def _prepare_run_line_values(self):
        values = super()._prepare_run_line_values()
        if self.plan_id.is_followup:
            names = ("followup_letter", "followup_email", "followup_email_auto")
            values |= {name: self[name] for name in (*names, "followup_manual")}
            values["followup_user_id"] = self.sudo().responsible_id.id
        return values

    def _determine_responsible(self, on_demand_responsible, applied_on_record):
        """A level is done by the user that it names, else by the customer's
        salesperson, else by whoever looks at the list."""
        if not self.plan_id.is_followup and self.responsible_type != "followup":
            return super()._determine_responsible(
                on_demand_responsible, applied_on_record
            )
        user = self.sudo().responsible_id.sudo(False)
        if user:
            user = user._filter_can_do_activities(applied_on_record)
        plans = self.env["mail.activity.plan"]
        return {
            "responsible": user
            or plans._find_user_by_role("salesperson", applied_on_record),
            "error": False,
            "warning": False,
        }
