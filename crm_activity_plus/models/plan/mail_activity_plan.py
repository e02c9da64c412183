# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models, tools

from ...engine.arguments import Arguments
from ...engine.condition import Condition
from ...engine.deadlines import StepDater

# Exits that a hook looks for on the models of such plans only.
WATCHED_EXITS = ("exit_domain", "exit_on_meeting")


class MailActivityPlan(models.Model):
    _name = "mail.activity.plan"
    _inherit = [
        "mail.activity.plan",
        "mail.activity.code.mixin",
        "mail.activity.plan.save.mixin",
        "mail.activity.plan.exit.mixin",
    ]
    _code_default = "plan"
    _condition_names = ("domain", "exit_domain")

    description = fields.Html()
    allow_parallel = fields.Boolean(
        "Allow parallel runs",
        compute="_compute_allow_parallel",
        store=True,
        precompute=True,
        readonly=False,
        help="Allow launching the plan on a record where it is already running. By "
        "default, plans for leads don't allow this; plans for other models do, as"
        " in standard Odoo.",
    )
    team_ids = fields.Many2many(
        "crm.team",
        string="Sales Teams",
        help="Launch the plan only on records of these teams. Leave empty for all "
        "teams.",
    )
    domain = fields.Char(
        "Applies to Records",
        help="Launch the plan only on records that match this filter.",
    )
    deadline_policy = fields.Selection(
        [
            ("calendar", "All calendar days"),
            ("working_days", "Working days only"),
            ("shift_forward", "Calendar days, moved to the next working day"),
            ("shift_backward", "Calendar days, moved to the previous working day"),
        ],
        default="calendar",
        required=True,
        string="Deadlines",
        help="Working days follow the working hours below, without public holidays and"
        " the assigned user's time off.",
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        check_company=True,
        # People can't delete them: see resource.calendar.
        ondelete="set null",
        help="Leave empty to use the assigned user's working hours or, if there are "
        "none, the company's.",
    )
    version = fields.Integer(
        readonly=True, copy=False, help="Number of changes made to the plan's steps."
    )
    run_ids = fields.One2many(
        "mail.activity.plan.run", "plan_id", string="Running Plans"
    )
    run_count = fields.Integer("Number of Launches", compute="_compute_run_count")

    _code_unique = models.Constraint(
        "UNIQUE (code)",
        "Another activity plan already has this code. Choose a different one.",
    )

    @api.depends("res_model")
    def _compute_allow_parallel(self):
        for plan in self:
            plan.allow_parallel = plan.res_model != "crm.lead"

    @api.depends("run_ids")
    def _compute_run_count(self):
        counts = dict(
            self.env["mail.activity.plan.run"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.run_count = counts.get(plan._origin, 0)

    @api.readonly
    def action_view_runs(self):
        Arguments(self.env).check_single(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus.mail_activity_plan_run_action"
        )
        return {
            **action,
            "domain": [("plan_id", "=", self.id)],
            "context": {"create": False},
        }

    def _get_dater(self):
        return StepDater(self.env, self.deadline_policy, self.resource_calendar_id)

    def _check_domain(self, domain, name):
        """Look whether the current user may have a domain on the plan's records; see
        :meth:`Condition.check`.

        :param str domain: what a person typed
        :param str name: what it belongs to, for the message
        :raises ValidationError: the user may not, or it can't be evaluated
        """
        Condition(self.env, domain, name).check(self.res_model)

    @api.model
    def _filter_records(self, records, domain, name, user=None):
        """Find the records that meet a domain that a person typed; see
        :meth:`Condition.filter`.

        :param records: any records: those of a run are what they are, whatever its plan
            is for by now
        :param user: whoever launched the plan; default: the current user
        """
        user = self.env.user if user is None else user
        return Condition(self.env, domain, name).filter(records, user)

    @api.model
    @tools.ormcache("what")
    def _get_watched_models(self, what):
        """Models whose records a hook has to look at; so that writing or deleting the
        others costs nothing.

        :param str what: one of ``WATCHED_EXITS``, ``automatic_steps``, or ``launched``
            for all that there are plans for
        :rtype: frozenset[str]
        """
        plans = self.sudo().with_context(active_test=False)
        open_runs = [("run_id.state", "in", ("running", "paused"))]
        lines = self.env["mail.activity.plan.run.line"].sudo()
        # Runs keep what they were launched with, whatever the plan says now.
        if what == "launched":
            planned = plans._read_group([], ["res_model"])
            return frozenset(
                [*(model for [model] in planned), *lines._get_document_models()]
            )
        if what in WATCHED_EXITS:
            plans = plans.search([(what, "!=", False)])
            lines = lines.search([*open_runs, (f"run_id.{what}", "!=", False)])
        else:
            plans = plans.search([("template_ids.action_type", "!=", "activity")])
            lines = lines.search([*open_runs, ("action_type", "!=", "activity")])
        return frozenset([*plans.mapped("res_model"), *lines.mapped("res_model")])

    @api.constrains("res_model")
    def _check_res_model_compatibility_with_templates(self):
        super()._check_res_model_compatibility_with_templates()
        self.template_ids._check_action()
        self.template_ids._check_condition_domain()

    @api.constrains("domain", "exit_domain", "res_model")
    def _check_domains(self):
        for plan in self:
            for domain in filter(None, (plan.domain, plan.exit_domain)):
                plan._check_domain(domain, plan.name)

    def _get_company(self, record):
        """:returns: the company whose calendar counts for a record"""
        runs = self.env["mail.activity.plan.run"]
        return self._get_working_company(runs._get_document_company(record))

    def _get_working_company(self, company):
        """:param company: a record's, or none
        :returns: the company whose calendar counts for it"""
        return company or self.company_id or self.env.company

    @api.model
    def _find_user_by_role(self, role, record):
        """Find who has a role on a record.

        :param str role: ``salesperson``, ``team_leader`` or ``creator``
        :param record: any record; one without such a field has nobody
        :returns: an active internal user, or none
        """
        record = record.sudo()
        user = self.env["res.users"].sudo()
        if role == "salesperson" and "user_id" in record:
            user = record.user_id
        elif role == "team_leader" and "team_id" in record:
            team = record.team_id
            user = team.user_id if "user_id" in team else user
        elif role == "creator":
            user = record.create_uid
        return user._filter_can_do_activities(record).sudo(False)
