# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import unquote

from ...engine.environment import is_lenient, is_program, leniently
from ...tools.codes import make_code
from ..activity.mail_activity_type import APPLICABLE_DOMAIN

_logger = logging.getLogger(__name__)


class MailActivityPlanTemplate(models.Model):
    _name = "mail.activity.plan.template"
    _inherit = [
        "mail.activity.plan.template",
        "mail.activity.code.mixin",
        "mail.activity.plan.save.mixin",
    ]
    _condition_names = ("condition_domain",)

    activity_type_id = fields.Many2one(domain=APPLICABLE_DOMAIN)
    # The code is made from it, before the insert.
    summary = fields.Char(
        compute="_compute_summary", store=True, readonly=False, precompute=True
    )
    code = fields.Char(
        copy=True,
        help="Technical name for integrations, unique within the plan; generated if "
        "empty.",
    )
    after_ids = fields.Many2many(
        "mail.activity.plan.template",
        "mail_activity_plan_template_after_rel",
        "template_id",
        "after_id",
        string="Waits for",
        domain="[('plan_id', '=', plan_id), ('id', '!=', id)]",
        copy=False,
        help="Steps this one waits for. Leave empty to start at launch. A step whose "
        "date, outcome or assignment refers to the previous step then waits for the "
        "one above.",
    )
    after_codes = fields.Char(
        "Waits for (Codes)",
        compute="_compute_after_codes",
        inverse="_inverse_after_codes",
        help="Codes of the steps this one waits for, separated by commas. For imports "
        "and integrations: the steps don't have to exist yet.",
    )
    after_mode = fields.Selection(
        [
            ("all", "All previous steps are closed"),
            ("any", "Any previous step is closed"),
        ],
        string="Start when",
        default="all",
        required=True,
    )
    after_outcome_ids = fields.Many2many(
        "mail.activity.outcome",
        "mail_activity_plan_template_outcome_rel",
        "template_id",
        "outcome_id",
        string="Only if the outcome is",
        # Without the archived ones, the step would be taken after any.
        context={"active_test": False},
        help="Start the step only if one of these outcomes was chosen in a previous "
        "step; otherwise skip it. Leave empty for any outcome.",
    )
    condition_domain = fields.Char(
        "Condition",
        help="Skip the step if the record doesn't match this filter when the step's "
        "turn comes.",
    )
    action_type = fields.Selection(
        [
            ("activity", "Manual activity"),
            ("email", "Email"),
            ("meeting", "Meeting"),
            ("server_action", "Server action"),
        ],
        string="Step Type",
        default="activity",
        required=True,
        help="Emails, meetings and server actions run automatically on their date, "
        "with the assigned user as author or host.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Email Template",
        domain="[('model', '=', res_model)]",
        # People can't delete it: see _check_not_used.
        ondelete="set null",
    )
    server_action_id = fields.Many2one(
        "ir.actions.server",
        string="Server Action",
        domain=lambda self: self.env["ir.actions.server"]._get_choosable_domain(
            [("model_name", "=", unquote("res_model"))]
        ),
        # People can't delete it: see _check_not_used.
        ondelete="set null",
    )
    chosen_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="User who chose what the step does. A server action restricted to groups "
        "runs only if this user belongs to one of them.",
    )
    duration = fields.Float(
        compute="_compute_duration",
        store=True,
        readonly=False,
        help="Duration of the meeting, in hours.",
    )
    time_of_day = fields.Float(
        default=9,
        help="Time of day in the assigned user's time zone.",
    )
    attendee_ids = fields.Many2many(
        "res.partner",
        "mail_activity_plan_template_attendee_rel",
        "template_id",
        "partner_id",
        string="Other Attendees",
        help="Invited in addition to the assigned user and the customer.",
    )
    max_attempts = fields.Integer(
        help="Maximum number of attempts, in addition to the outcome's own limit. 0: "
        "no additional limit."
    )
    delay_from = fields.Selection(
        selection_add=[
            ("after_previous_done", "After Previous Step"),
            ("after_previous_deadline", "After Previous Due Date"),
        ],
        ondelete={
            "after_previous_done": "set default",
            "after_previous_deadline": "set default",
        },
    )
    responsible_type = fields.Selection(
        selection_add=[
            ("salesperson", "Salesperson"),
            ("team_leader", "Team leader"),
            ("creator", "Record creator"),
            ("previous", "Same as previous"),
            ("round_robin", "Team round robin"),
        ],
        ondelete={
            "salesperson": "set default",
            "team_leader": "set default",
            "creator": "set default",
            "previous": "set default",
            "round_robin": "set default",
        },
    )

    _code_unique = models.Constraint(
        "UNIQUE (plan_id, code)",
        "Another step of this plan already has this code. Choose a different one.",
    )

    @api.depends("activity_type_id", "summary", "plan_id")
    def _compute_code(self):
        """Codes for the steps that were there before this addon. New ones get theirs in
        :meth:`create`, or when they are added to a plan in a form."""
        for template in self:
            template.code = template.code
        self.filtered("id")._fill_in_codes()

    def _fill_in_codes(self):
        """Give codes to the steps that have none."""
        uncoded = self.filtered(lambda template: not template.code)
        taken_by_plan = {
            plan: set(plan.template_ids.mapped("code")) for plan in uncoded.plan_id
        }
        for template in uncoded:
            taken = taken_by_plan.setdefault(template.plan_id, set())
            name = template.summary or template.activity_type_id.code
            template.code = make_code(name, taken, "step")
            taken.add(template.code)

    @api.depends("activity_type_id", "summary")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for template in self:
            template.display_name = template.summary or template.activity_type_id.name

    def _validate_fields(self, field_names, excluded_names=()):
        """Constraints are always checked as superuser: tell them who asks. Odoo has no
        public method for that. Measured: 4 µs for each call."""
        records = leniently(self) if is_program(self.env) else self
        return super(MailActivityPlanTemplate, records)._validate_fields(
            field_names, excluded_names
        )

    def _fall_back_on_default_type(self):
        """Give steps that an addon brings a type that can be used, where the one that
        it asks for was deleted here, or limited to other applications."""
        for template in self:
            activity_type, res_model = template.activity_type_id, template.res_model
            reason = activity_type._get_reason_not_applicable(res_model)
            if reason:
                default = self.env["mail.activity"]._default_activity_type_for_model(
                    res_model
                )
                _logger.warning("%s “%s” is used instead.", reason, default.name)
                template.write(
                    {
                        "activity_type_id": default.id,
                        "summary": template.summary or activity_type.name,
                        # Computed from the type, unless they are written.
                        "note": template.note,
                        "responsible_type": template.responsible_type,
                        "responsible_id": template.responsible_id.id,
                    }
                )

    @api.constrains("activity_type_id", "plan_id")
    def _check_activity_type_res_model(self):
        if is_lenient(self.env):
            self._fall_back_on_default_type()
        super()._check_activity_type_res_model()
        for template in self:
            activity_type = template.activity_type_id
            applies_to = activity_type.sudo().applies_to_ids
            if applies_to and template.plan_id.res_model not in applies_to.mapped(
                "model"
            ):
                raise ValidationError(
                    self.env._(
                        "The plan “%(plan)s”: %(reason)s",
                        plan=template.plan_id.name,
                        reason=activity_type._get_reason_not_applicable(
                            template.plan_id.res_model
                        ),
                    )
                )

    @api.constrains("activity_type_id")
    def _check_activity_type_not_deleted(self):
        """Steps keep a type that is deleted later; new ones can't have it."""
        if is_lenient(self.env):
            self._fall_back_on_default_type()
        for template in self.filtered("activity_type_id.deleted"):
            raise ValidationError(
                self.env._(
                    "The plan “%(plan)s”: %(reason)s",
                    plan=template.plan_id.name,
                    reason=template.activity_type_id._get_reason_not_applicable(
                        template.plan_id.res_model
                    ),
                )
            )

    @api.depends("activity_type_id")
    def _compute_duration(self):
        for template in self:
            template.duration = template.activity_type_id.default_duration or 1

    @api.constrains(lambda self: self._get_action_fields())
    def _check_action(self):
        for template in self:
            reason = template._get_action_error()
            if reason:
                raise ValidationError(
                    self.env._(
                        "The step “%(step)s”: %(reason)s",
                        step=template.display_name,
                        reason=reason,
                    )
                )

    @api.model
    def _get_action_fields(self):
        """:returns: the names of the fields that say whether a step can do itself"""
        kinds = self._get_step_kinds().values()
        needed = {name for kind in kinds for name in kind["fields"]}
        return {"action_type", "plan_id", "time_of_day", *needed}

    @api.model
    def _get_step_kinds(self):
        """Hook: the kinds of steps that there are, for screens and for whatever checks
        a step. A kind that another addon adds needs nothing, unless it says so here.

        :returns: kind -> ``label``; ``icon``; ``fields``: names of the fields that such
            a step needs, see :meth:`_get_needed_error`; ``has_outcome``: whether it can
            end with an outcome
        :rtype: dict
        """
        kinds = {
            kind: {
                "label": label,
                "icon": "fa-cogs",
                "fields": [],
                "has_outcome": True,
            }
            for kind, label in self._fields["action_type"]._description_selection(
                self.env
            )
        }
        kinds["activity"] |= {"icon": "fa-user"}
        kinds["email"] |= {
            "icon": "fa-envelope",
            "fields": ["mail_template_id"],
            "has_outcome": False,
        }
        kinds["meeting"] |= {"icon": "fa-calendar", "fields": ["duration"]}
        kinds["server_action"] |= {
            "icon": "fa-cog",
            "fields": ["server_action_id"],
            "has_outcome": False,
        }
        return kinds

    def _get_action_error(self):
        """:returns: why the step can't do itself, or False"""
        self.ensure_one()
        if not 0 <= self.time_of_day < 24:
            return self.env._("The time of day has to be between 0:00 and 23:59.")
        # One that isn't known is refused by the field itself.
        kind = self._get_step_kinds().get(self.action_type, {"fields": ()})
        needed = kind["fields"]
        return next(filter(None, map(self._get_needed_error, needed)), False)

    def _get_needed_error(self, name):
        """Hook: look at a field that steps of this kind need.

        :param str name: the field
        :returns: why the step can't do without another value, or False
        """
        self.ensure_one()
        res_model = self.plan_id.res_model
        match name:
            case "mail_template_id" if not self[name]:
                return self.env._("Choose the email template to send.")
            case "server_action_id" if not self[name]:
                return self.env._("Choose the server action to run.")
            case "mail_template_id" if self.mail_template_id.model != res_model:
                return self.env._(
                    "Choose an email template of the plan's own application."
                )
            case "server_action_id" if (
                self.server_action_id.sudo().model_name != res_model
            ):
                return self.env._("Choose an action of the plan's own application.")
            case "duration" if self.duration <= 0:
                return self.env._("Say how many hours the meeting takes.")
        if self[name]:
            return False
        label = self._fields[name]._description_string(self.env)
        return self.env._("Fill in “%(field)s”.", field=label)

    @api.constrains("condition_domain", "plan_id")
    def _check_condition_domain(self):
        for template in self.filtered("condition_domain"):
            template.plan_id._check_domain(
                template.condition_domain, template.display_name
            )
