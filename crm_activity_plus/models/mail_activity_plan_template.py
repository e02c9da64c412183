# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..tools.codes import make_code
from ..tools.graph import find_cycle
from .added_fields import KEPT_TYPES, is_added, is_writable, read_values
from .mail_activity_type import APPLICABLE_DOMAIN

ROLES = ("salesperson", "team_leader", "creator", "previous", "round_robin")
# Those that Odoo and this addon know; other addons add more.
KNOWN_ROLES = ("on_demand", "other", *ROLES)
PREVIOUS_STEP_DELAYS = ("after_previous_done", "after_previous_deadline")
KNOWN_DELAYS = ("before_plan_date", "after_plan_date", *PREVIOUS_STEP_DELAYS)
KNOWN_UNITS = ("days", "weeks", "months")


class MailActivityPlanTemplate(models.Model):
    _name = "mail.activity.plan.template"
    _inherit = ["mail.activity.plan.template", "mail.activity.code.mixin"]

    activity_type_id = fields.Many2one(domain=APPLICABLE_DOMAIN)
    # The code is made from it, before the insert.
    summary = fields.Char(
        compute="_compute_summary", store=True, readonly=False, precompute=True
    )
    code = fields.Char(
        copy=True,
        help="Its name for programs, unique in its plan. It is made from the summary "
        "or the type where it is left empty.",
    )
    after_ids = fields.Many2many(
        "mail.activity.plan.template",
        "mail_activity_plan_template_after_rel",
        "template_id",
        "after_id",
        string="After",
        domain="[('plan_id', '=', plan_id), ('id', '!=', id)]",
        copy=False,
        help="Steps that this one waits for. Leave it empty for a step that is "
        "scheduled at the launch.",
    )
    after_mode = fields.Selection(
        [("all", "All of them are closed"), ("any", "One of them is closed")],
        string="Wait Until",
        default="all",
        required=True,
    )
    after_outcome_ids = fields.Many2many(
        "mail.activity.outcome",
        "mail_activity_plan_template_outcome_rel",
        "template_id",
        "outcome_id",
        string="After Outcomes",
        help="The step is taken when one of these outcomes was chosen before it, and "
        "skipped otherwise. Leave it empty to take it after any.",
    )
    condition_domain = fields.Char(
        "Condition",
        help="The step is skipped on a record that doesn't meet this when its turn "
        "comes.",
    )
    action_type = fields.Selection(
        [
            ("activity", "Somebody does it"),
            ("email", "Send an e-mail"),
            ("meeting", "Book a meeting"),
            ("server_action", "Run an action"),
        ],
        string="Done by",
        default="activity",
        required=True,
        help="A step that isn't done by somebody is done by itself on its date, with "
        "the responsible as its author or host.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Template",
        domain="[('model', '=', res_model)]",
        ondelete="restrict",
    )
    server_action_id = fields.Many2one(
        "ir.actions.server",
        string="Action",
        domain="[('model_name', '=', res_model)]",
        ondelete="restrict",
    )
    duration = fields.Float(
        compute="_compute_duration",
        store=True,
        readonly=False,
        help="How many hours the meeting takes.",
    )
    time_of_day = fields.Float(
        default=9,
        help="At what time, where the responsible is.",
    )
    attendee_ids = fields.Many2many(
        "res.partner",
        "mail_activity_plan_template_attendee_rel",
        "template_id",
        "partner_id",
        string="Other Attendees",
        help="Who is invited beside the responsible and the customer.",
    )
    max_attempts = fields.Integer(
        help="How often the step is tried at the most, beside the limit of the outcome "
        "that asks for it. 0 for no other limit."
    )
    delay_from = fields.Selection(
        selection_add=[
            ("after_previous_done", "After Previous Step Is Done"),
            ("after_previous_deadline", "After Previous Step's Deadline"),
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
            ("creator", "Creator of the record"),
            ("previous", "Responsible of the previous step"),
            ("round_robin", "Round robin in the team"),
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
        "Another step of this plan has this code already. Choose another.",
    )

    @api.depends("activity_type_id", "summary", "plan_id")
    def _compute_code(self):
        uncoded = self.filtered(lambda template: not template.code)
        taken_by_plan = {
            plan: set(plan.template_ids.mapped("code")) for plan in uncoded.plan_id
        }
        for template in uncoded:
            taken = taken_by_plan.setdefault(template.plan_id, set())
            code = make_code(
                template.summary or template.activity_type_id.code, taken, "step"
            )
            template.code = code
            taken.add(code)

    @api.depends("activity_type_id", "summary")
    def _compute_display_name(self):
        for template in self:
            template.display_name = template.summary or template.activity_type_id.name

    @api.constrains("activity_type_id", "plan_id")
    def _check_activity_type_res_model(self):
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

    @api.constrains(
        "action_type",
        "duration",
        "mail_template_id",
        "plan_id",
        "server_action_id",
        "time_of_day",
    )
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

    def _get_action_error(self):
        """:returns: why the step can't do itself, or False"""
        self.ensure_one()
        res_model = self.plan_id.res_model
        if not 0 <= self.time_of_day < 24:
            return self.env._("The time of day has to be between 0:00 and 23:59.")
        if self.action_type == "email" and self.mail_template_id.model != res_model:
            return self.env._(
                "Choose an e-mail template of the plan's own application."
            )
        if (
            self.action_type == "server_action"
            and self.server_action_id.sudo().model_name != res_model
        ):
            return self.env._("Choose an action of the plan's own application.")
        if self.action_type == "meeting" and self.duration <= 0:
            return self.env._("Say how many hours the meeting takes.")
        return False

    @api.constrains("condition_domain", "plan_id")
    def _check_condition_domain(self):
        for template in self.filtered("condition_domain"):
            template.plan_id._check_domain(
                template.condition_domain, template.display_name
            )

    @api.constrains(
        "after_ids", "after_outcome_ids", "plan_id", "delay_from", "responsible_type"
    )
    def _check_after(self):
        for template in self | self.search([("after_ids", "in", self.ids)]):
            foreign = template.after_ids.filtered(
                lambda other, plan=template.plan_id: other.plan_id != plan
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "“%(step)s” can't wait for “%(other)s”, which is a step of "
                        "another plan.",
                        step=template.display_name,
                        other=foreign[0].display_name,
                    )
                )
            if not template.after_ids and (
                template.delay_from in PREVIOUS_STEP_DELAYS
                or template.responsible_type == "previous"
                or template.after_outcome_ids
            ):
                raise ValidationError(
                    self.env._(
                        "“%(step)s” refers to the previous step. Choose in “Waits "
                        "for” which one that is.",
                        step=template.display_name,
                    )
                )
        for plan in self.plan_id:
            cycle = find_cycle(
                {template: list(template.after_ids) for template in plan.template_ids}
            )
            if cycle:
                raise ValidationError(
                    self.env._(
                        "The steps of the plan “%(plan)s” wait for each other in a "
                        "circle: %(steps)s.",
                        plan=plan.name,
                        steps=" → ".join(
                            step.display_name for step in [*reversed(cycle), cycle[-1]]
                        ),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        if any(template.action_type != "activity" for template in templates):
            self.env.registry.clear_cache()
        return templates

    @api.model
    def _add_codes(self, vals_list):
        """An empty code is none: it is computed from the summary, for each plan."""
        return [
            {name: value for name, value in vals.items() if name != "code" or value}
            for vals in vals_list
        ]

    def write(self, vals):
        result = super().write(vals)
        if "action_type" in vals:
            self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_referred(self):
        """Another step that counts its days from this one, or depends on its outcome,
        would lose its base."""
        referring = self.search([("after_ids", "in", self.ids)]) - self
        for template in referring:
            if not (template.after_ids - self) and (
                template.delay_from in PREVIOUS_STEP_DELAYS
                or template.responsible_type == "previous"
                or template.after_outcome_ids
            ):
                raise ValidationError(
                    self.env._(
                        "“%(step)s” comes after “%(deleted)s”. Change that step first.",
                        step=template.display_name,
                        deleted=(self & template.after_ids)[:1].display_name,
                    )
                )

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
        return {
            "responsible": user,
            "error": False,
            "warning": not user
            and self.responsible_type != "previous"
            and self._get_missing_responsible_reason(applied_on_record),
        }

    def _get_missing_responsible_reason(self, record):
        self.ensure_one()
        role = dict(self._fields["responsible_type"]._description_selection(self.env))
        return self.env._(
            "Nobody can be responsible for “%(step)s”: “%(record)s” has no active "
            "user as %(role)s.",
            step=self.display_name,
            record=record.display_name,
            role=role[self.responsible_type],
        )

    # ------------------------------------------------------------
    # What other addons add
    # ------------------------------------------------------------

    @api.model
    def _get_added_fields(self):
        """:returns: names of the fields that other addons add to the steps of plans"""
        return [
            name
            for name, field in self._fields.items()
            if is_added(field) and field.store and field.type in KEPT_TYPES
        ]

    @api.model
    def _get_activity_fields(self):
        """Hook: which of the fields that other addons add to a step are meant for its
        activity.

        These are the fields that they add to activities as well, by the same name; or
        by the name without ``activity_``, with which Odoo's own models begin the names
        of what they say about an activity.

        :returns: names of fields here -> of fields of ``mail.activity``
        :rtype: dict
        """
        targets = self.env["mail.activity"]._fields
        found = {}
        for name in self._get_added_fields():
            field = self._fields[name]
            for other in (name, name.removeprefix("activity_")):
                target = targets.get(other)
                if (
                    target
                    and is_added(target)
                    and is_writable(target)
                    and (target.type, target.comodel_name)
                    == (field.type, field.comodel_name)
                    and target.type != "one2many"
                ):
                    found[name] = other
                    break
        return found

    def _has_added_delay(self):
        """:returns: whether another addon knows what the step's delay means"""
        self.ensure_one()
        return self.delay_from not in KNOWN_DELAYS or self.delay_unit not in KNOWN_UNITS

    def _read_added_values(self):
        """:returns: what other addons say about the step, for its run to keep;
        JSON-able, or None"""
        self.ensure_one()
        values = read_values(self.sudo(), self._get_added_fields())
        if self.responsible_id and self.responsible_type not in KNOWN_ROLES:
            values["responsible_id"] = self.responsible_id.id
        return values or None

    def _prepare_run_line_values(self):
        """Hook: what a run copies from the step at the launch.

        :returns: values of a ``mail.activity.plan.run.line``
        """
        self.ensure_one()
        return {
            "template_id": self.id,
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
            "duration": self.duration,
            "time_of_day": self.time_of_day,
            **{
                name: [Command.set(self[name].ids)]
                for name in ("after_outcome_ids", "attendee_ids")
                if self[name]
            },
        }
