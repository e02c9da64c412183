# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from markupsafe import Markup, escape

from odoo import api, fields, models

from ..engine.arguments import Arguments
from ..engine.launcher import LAUNCH_BATCH_SIZE
from ..models.activity.mail_activity_type import APPLICABLE_DOMAIN
from ..tools.values import is_given

# So many reasons are told in a message; all of them are in the preview.
MAX_REASONS = 5


class MailActivitySchedule(models.TransientModel):
    _inherit = "mail.activity.schedule"
    # As many as the client selects at once.
    _batch_size = 20_000

    activity_type_id = fields.Many2one(domain=APPLICABLE_DOMAIN)
    has_no_plan = fields.Boolean(compute="_compute_has_no_plan")
    can_create_plan = fields.Boolean(compute="_compute_has_no_plan")

    @api.model_create_multi
    def create(self, vals_list):
        self._check_values(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_values([vals])
        return super().write(vals)

    def _check_values(self, vals_list):
        Arguments(self.env).check_values(self, vals_list)
        for vals in vals_list:
            if is_given(vals.get("res_model")):
                self.env["mail.activity"]._check_has_records(vals["res_model"])

    @api.depends("res_model")
    def _compute_activity_type_id(self):
        super()._compute_activity_type_id()
        for scheduler in self.filtered("activity_type_id"):
            if scheduler.activity_type_id._get_reason_not_applicable(
                scheduler.res_model
            ):
                scheduler.activity_type_id = self.env[
                    "mail.activity"
                ]._default_activity_type_for_model(scheduler.res_model)

    @api.depends("activity_type_id", "res_model")
    def _compute_activity_user_id(self):
        """The person of the type may have left."""
        super()._compute_activity_user_id()
        for scheduler in self:
            if not scheduler.activity_user_id._filter_can_do_activities():
                scheduler.activity_user_id = self.env.user

    @api.depends("plan_date", "plan_left_out", "plan_overrides")
    def _compute_error(self):
        """What the launch itself would say."""
        super()._compute_error()
        self._escape_headers()
        self.launch_count = 0
        self.plan_preview = False
        self.is_told_in_preview = False
        for scheduler in self.filtered("res_model"):
            if scheduler.plan_id:
                scheduler._check_launch()
            elif not scheduler.has_error and (
                reason := scheduler._get_activity_error()
            ):
                scheduler._set_error(reason)

    def _get_activity_error(self):
        """:returns: why no activity can be scheduled on the records, or False"""
        res_ids = self._evaluate_res_ids()
        if len(res_ids) > LAUNCH_BATCH_SIZE:
            return self.env._(
                "An activity can be scheduled on %(count)s records at once. Select "
                "fewer, or launch a plan.",
                count=LAUNCH_BATCH_SIZE,
            )
        if res_ids and not self._get_applied_on_records():
            return self.env._(
                "There is no record to schedule an activity on: it was deleted while "
                "this window was open. Click “Discard”."
            )
        return False

    def _escape_headers(self):
        """Core puts the name of the plan above its list of reasons as it is, so that
        it is taken for HTML, and may swallow the reasons."""
        for scheduler in self.filtered("error"):
            name = scheduler.plan_id.name or ""
            if escape(name) != name:
                scheduler._set_plan_errors(scheduler._get_plan_errors())

    def _set_plan_errors(self, reasons):
        """:param reasons: why the plan can't be launched"""
        header = self.env._(
            "The plan “%(plan)s” can't be launched:", plan=self.plan_id.name
        )
        self._set_error(escape(header) + self._format_reasons(list(reasons)))

    def _get_plan_errors(self):
        """:returns: why the plan can't be launched, as core looks at it"""
        records = self._get_applied_on_records()
        reasons = list(dict.fromkeys(self._check_plan_templates_error(records)))
        if not self.res_ids:
            reasons.append(self.env._("Choose a record to launch the plan on."))
        elif not reasons:
            reasons.append(self.env._("The records must belong to the same company."))
        return reasons

    def _set_error(self, text):
        self.error = escape(text)
        self.has_error = True
        self.has_warning = False

    def _format_reasons(self, reasons):
        items = [Markup("<li>%s</li>") % reason for reason in reasons[:MAX_REASONS]]
        if len(reasons) > MAX_REASONS:
            more = self.env._(
                "%(count)s more, which the preview shows.",
                count=len(reasons) - MAX_REASONS,
            )
            items.append(Markup("<li>%s</li>") % more)
        return Markup("<ul>%s</ul>") % Markup().join(items)

    @api.depends("plan_available_ids")
    @api.depends_context("plan_mode")
    def _compute_has_no_plan(self):
        """Whoever wants to launch a plan where there is none is told so."""
        for scheduler in self:
            scheduler.has_no_plan = bool(
                self.env.context.get("plan_mode")
                and scheduler.res_model
                and not scheduler.plan_available_ids
            )
            scheduler.can_create_plan = (
                scheduler.has_no_plan and scheduler._may_create_plan()
            )

    def _may_create_plan(self):
        plans = self.env["mail.activity.plan"]
        if not plans.has_access("create"):
            return False
        domain = self.env["ir.rule"]._compute_domain(plans._name, "create")
        plan = plans.sudo().new({"res_model": self.res_model})
        return bool(plan.filtered_domain(domain))

    @api.readonly
    def action_create_plan(self):
        """Make the first plan for a kind of records."""
        Arguments(self.env).check_single(self)
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.activity.plan",
            "name": self.env._("New Activity Plan"),
            "views": [(False, "form")],
            "context": {"default_res_model": self.res_model},
        }
