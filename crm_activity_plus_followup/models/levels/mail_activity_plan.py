# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_list

from odoo.addons.crm_activity_plus.engine.reasons import name_of
from odoo.addons.crm_activity_plus.tools.reasons import Reason

from ...engine.open_items import OpenItems

DAYS_OF_UNITS = {"days": 1, "weeks": 7}


class MailActivityPlan(models.Model):
    """A follow-up plan: each of its steps is a level, that customers reach so many days
    after the due date of their oldest overdue item. The levels follow each other,
    whatever the plan says: by their days."""

    _inherit = "mail.activity.plan"

    is_followup = fields.Boolean(
        "Follow-up Levels",
        index="btree_not_null",
        help="The steps are levels that customers reach by themselves, so many days "
        "after the due date of their oldest overdue invoice.",
    )

    @api.constrains("is_followup", "res_model")
    def _check_followup_model(self):
        for plan in self.filtered("is_followup"):
            if plan.res_model != "res.partner":
                raise ValidationError(
                    self.env._(
                        "“%(plan)s” has follow-up levels, so it has to be for "
                        "contacts. Choose the model Contact.",
                        plan=plan.name,
                    )
                )
        self.filtered("is_followup").template_ids._check_action()
        self._check_followup_levels()

    def _check_followup_levels(self):
        """:raises ValidationError: nobody could say which level comes first"""
        for plan in self.filtered("is_followup"):
            seen = {}
            for level in plan.template_ids:
                days = level._get_followup_days()
                if days in seen:
                    raise ValidationError(
                        self.env._(
                            "The levels %(levels)s of “%(plan)s” are both reached "
                            "after %(days)s days. Choose different days.",
                            levels=format_list(
                                self.env,
                                [
                                    f"“{other.display_name}”"
                                    for other in seen[days] + level
                                ],
                            ),
                            plan=plan.name,
                            days=days,
                        )
                    )
                seen[days] = level

    def _get_followup_levels(self):
        """:returns: the levels, in the order in which customers reach them"""
        self.ensure_one()
        return self.template_ids.sorted(lambda level: level._get_followup_days())

    @api.model
    def _find_followup_plans(self):
        """:returns: the plans with levels that count in the active company: its own
        before those of all companies"""
        # For the job: people choose plans by their own rights.
        plans = self.sudo().search(
            Domain("is_followup", "=", True)
            & Domain("company_id", "in", [False, self.env.company.root_id.id]),
            order="id",
        )
        plans = plans.filtered("template_ids")
        return plans.sorted(lambda plan: not plan.company_id)

    def _get_steps(self):
        steps = super()._get_steps()
        if not self.is_followup:
            return steps
        return self._chain_levels(steps)

    def _chain_levels(self, steps):
        """:returns: the steps, each after the level before; types that one triggers
        are no levels"""
        by_code = {step.code: step for step in steps}
        levels, before = [], ()
        for number, level in enumerate(self._get_followup_levels(), 1):
            levels.append(
                replace(
                    by_code[level.code],
                    after=before,
                    after_mode="all",
                    sequence=number,
                    delay_count=level._get_followup_days(),
                    delay_unit="days",
                    delay_from="after_plan_date",
                    responsible_type="followup",
                )
            )
            before = (level.code,)
        return levels

    def _find_step_obstacle(self, template):
        """Somebody else does a level whose user is gone: customers are reminded all
        the same."""
        if self.is_followup and template.responsible_type == "other":
            return template.activity_type_id._find_reason_not_applicable(self.res_model)
        return super()._find_step_obstacle(template)

    def _get_unavailable_reason(self):
        """Whoever launches it has customers reminded, and is told whether they owe
        anything."""
        reason = super()._get_unavailable_reason()
        if reason or not self.is_followup:
            return reason
        try:
            self.env["res.partner"]._check_may_follow_up()
        except AccessError:
            return Reason("followup_accountants", {"plan": self.name})
        return False

    def _get_condition_reasons(self, records):
        reasons = super()._get_condition_reasons(records)
        if self.is_followup:
            reasons |= self._get_followup_reasons(records)
        return reasons

    def _get_followup_reasons(self, customers):
        """Say whom there is nothing to remind of, whoever launches the plan.

        :returns: id of a customer -> why
        :rtype: dict[int, Reason]"""
        followed = self.env["mail.activity.plan.run"]._find_followups(customers)
        followed = set(followed.mapped("res_id"))
        totals = OpenItems(self.env).get_totals(customers)
        reasons = {}
        for customer in customers:
            values = {"record": name_of(customer)}
            if customer.id in followed:
                reasons[customer.id] = Reason("followup_running", values)
            elif totals.get(customer.id, {}).get("amount_overdue", 0) <= 0:
                reasons[customer.id] = Reason("followup_nothing_overdue", values)
        return reasons

    def _get_launch_key(self, request, res_id):
        """A customer of two companies has a run in each."""
        if self.is_followup:
            return f"followup/{self.env.company.root_id.id}"
        return super()._get_launch_key(request, res_id)

    def _prepare_runs_values(self, proposals, request):
        vals_list = super()._prepare_runs_values(proposals, request)
        if self.is_followup:
            company = self.env.company.root_id
            for vals in vals_list:
                vals |= {
                    "followup_company_id": company.id,
                    "working_company_id": company.id,
                    "followup_is_open": True,
                }
        return vals_list
