# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_list, split_every

from odoo.addons.crm_activity_plus.engine.environment import by_engine
from odoo.addons.crm_activity_plus.engine.reasons import name_of
from odoo.addons.crm_activity_plus.tools.reasons import Reason

from ...engine.open_items import OpenItems

DAYS_OF_UNITS = {"days": 1, "weeks": 7}
# So many runs are ended at once when the addon goes.
END_BATCH_SIZE = 500


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

    def write(self, vals):
        """Odoo looks at its rules before a change: by that alone, whoever may write
        other plans, or those of another company, could make levels of them."""
        result = super().write(vals)
        if "is_followup" in vals:
            self.check_access("write")
        elif "company_id" in vals:
            self.filtered("is_followup").check_access("write")
        return result

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

    @api.model
    def _end_followups(self):
        """Stop what customers are followed up by, and put the levels away: the addon
        goes, and with it all that ends them."""
        runs = by_engine(self.env["mail.activity.plan.run"])
        found = runs.search([("followup_company_id", "!=", False)])
        for some in split_every(END_BATCH_SIZE, found.ids, runs.browse):
            some._stop("manual", Reason("app_uninstalled"))
        plans = self.sudo().search([("is_followup", "=", True)])
        plans.active = False

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

    def _get_company_reasons(self, records, responsible):
        """Branches are one company with their parent."""
        if self.is_followup:
            # Whoever works in a branch alone may not read its parent.
            own = self.company_id.sudo().root_id
            records = records.filtered(
                lambda customer: customer.company_id.sudo().root_id != own
            )
        return super()._get_company_reasons(records, responsible)

    def _get_condition_reasons(self, records):
        reasons = super()._get_condition_reasons(records)
        if self.is_followup:
            reasons |= self._get_followup_reasons(records)
        return reasons

    def _get_running_reasons(self, records, request):
        """Another plan may follow them up, launched at this moment."""
        reasons = super()._get_running_reasons(records, request)
        if self.is_followup:
            reasons |= self._get_followed_reasons(records)
        return reasons

    def _get_followup_reasons(self, customers):
        """Say whom there is nothing to remind of, whoever launches the plan.

        :returns: id of a customer -> why
        :rtype: dict[int, Reason]"""
        totals = OpenItems(self.env).get_totals(customers)
        idle = customers.filtered(
            lambda customer: totals.get(customer.id, {}).get("amount_overdue", 0) <= 0
        )
        reasons = _tell_of("followup_nothing_overdue", idle)
        return reasons | self._get_followed_reasons(customers)

    @api.model
    def _get_followed_reasons(self, customers):
        """:returns: id of a customer who is followed up already -> that
        :rtype: dict[int, Reason]"""
        runs = self.env["mail.activity.plan.run"]._find_followups(customers)
        followed = set(runs.mapped("res_id"))
        return _tell_of(
            "followup_running", customers.filtered(lambda c: c.id in followed)
        )

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


def _tell_of(code, customers):
    """:returns: id of a customer -> the reason, which names the customer"""
    return {
        customer.id: Reason(code, {"record": name_of(customer)})
        for customer in customers
    }
