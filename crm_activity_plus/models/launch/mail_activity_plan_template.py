# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.fields import Command

from ...engine.reasons import name_of, tell_fresh_reason
from ...tools.reasons import Label, Reason
from ...tools.steps import ROLES


class MailActivityPlanTemplate(models.Model):
    """What a launch asks a step: its date, who does it, what the run copies."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.template"

    def _get_date_deadline(self, base_date=False):
        """Core's hook, dated like the steps of a run are."""
        self.ensure_one()
        if self._has_added_delay():
            return super()._get_date_deadline(base_date)
        base_date = base_date or fields.Date.context_today(self)
        user = self.responsible_id or self.env.user
        company = self.company_id or self.env.company
        dater = self.plan_id._get_dater()
        return dater.find(self, base_date, "plan_date", user, company).date

    def _determine_responsible(self, on_demand_responsible, applied_on_record):
        """A role nobody has is no error, but a step that fails where it is seen: the
        other steps are launched."""
        if self.responsible_type not in ROLES:
            return super()._determine_responsible(
                on_demand_responsible, applied_on_record
            )
        user = self.plan_id._find_user_by_role(self.responsible_type, applied_on_record)
        reason = False
        if not user and self.responsible_type != "previous":
            reason = self._get_missing_responsible_reason(applied_on_record)
        return {
            "responsible": user,
            "error": False,
            "warning": tell_fresh_reason(self.env, reason),
        }

    def _get_missing_responsible_reason(self, record):
        """:returns: why nobody does the step on a record
        :rtype: Reason"""
        self.ensure_one()
        values = {"step": self.display_name, "record": name_of(record)}
        if self.responsible_type == "on_demand":
            return Reason("nobody_asked", values)
        role = Label(self._name, "responsible_type", self.responsible_type)
        return Reason("role_vacant", {**values, "role": role})

    def _prepare_run_line_values(self):
        """Hook: what a run copies from the step at the launch.

        :returns: values of a ``mail.activity.plan.run.line``
        """
        self.ensure_one()
        return {
            "template_id": self._origin.id,
            "added_values": self._read_added_values(),
            "code": self.code,
            "activity_type_id": self.activity_type_id.id,
            "summary": self.summary or self.activity_type_id.summary,
            "note": self.note or self.activity_type_id.default_note,
            "delay_count": self.delay_count,
            "delay_unit": self.delay_unit,
            "delay_from": self.delay_from,
            "responsible_type": self.responsible_type,
            "after_mode": self.after_mode,
            "condition_domain": self.condition_domain,
            "max_attempts": self.max_attempts,
            "action_type": self.action_type,
            "mail_template_id": self.mail_template_id.id,
            "server_action_id": self.server_action_id.id,
            "chosen_by_id": self.chosen_by_id.id,
            "duration": self.duration,
            "time_of_day": self.time_of_day,
            **{
                name: [Command.set(self[name].ids)]
                for name in ("after_outcome_ids", "attendee_ids")
                if self[name]
            },
        }
