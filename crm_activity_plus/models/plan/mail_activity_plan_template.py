# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools.misc import unquote

from ...engine.added_fields import KEPT_TYPES, is_added, is_writable, read_values
from ...engine.arguments import Arguments
from ...engine.environment import is_lenient, is_program, is_uninstalling, leniently
from ...tools.codes import make_code
from ...tools.graph import find_cycle
from ...tools.steps import (
    KNOWN_DELAYS,
    KNOWN_ROLES,
    KNOWN_UNITS,
    PREVIOUS_STEP_DELAYS,
    ROLES,
)
from ..activity.mail_activity_type import APPLICABLE_DOMAIN
from .mail_activity_plan_save_mixin import PendingSteps

_logger = logging.getLogger(__name__)

# What a step does, and where: whoever chooses it must be allowed to do it.
CHOICE_FIELDS = ("action_type", "mail_template_id", "plan_id", "server_action_id")
# On which records, when and in whose name it does it. Changing that takes the same.
USE_FIELDS = (
    "activity_type_id",
    "after_codes",
    "after_ids",
    "after_mode",
    "after_outcome_ids",
    "condition_domain",
    "delay_count",
    "delay_from",
    "delay_unit",
    "responsible_id",
    "responsible_type",
    "time_of_day",
)


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
        "scheduled at the launch; where it refers to the previous step, that is the "
        "one above it.",
    )
    after_codes = fields.Char(
        "After (Codes)",
        compute="_compute_after_codes",
        inverse="_inverse_after_codes",
        help="The codes of the steps that this one waits for, separated by commas. For "
        "files and programs: the steps need not be there yet.",
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
        # Without the archived ones, the step would be taken after any.
        context={"active_test": False},
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
        # People can't delete it: see _check_not_used.
        ondelete="set null",
    )
    server_action_id = fields.Many2one(
        "ir.actions.server",
        string="Action",
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
        help="Who chose what the step does. An action that is for some groups only is "
        "run if this user belongs to one of them.",
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

    @api.depends("after_ids.code")
    def _compute_after_codes(self):
        for template in self:
            codes = template.after_ids.mapped("code")
            template.after_codes = ", ".join(filter(None, codes))

    def _inverse_after_codes(self):
        """The steps are looked for when all of them are there."""
        after_codes = self._get_pending().after_codes
        for template in self:
            after_codes[template.id] = [
                code.strip() for code in (template.after_codes or "").split(",")
            ]

    @api.depends("activity_type_id", "summary")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for template in self:
            template.display_name = template.summary or template.activity_type_id.name

    def _validate_fields(self, field_names, excluded_names=()):
        """Constraints are always checked as superuser: tell them who asks."""
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

    def _check_choices(self):
        """Whoever saves a step must be allowed to do what it does: the engine does it
        with elevated rights.

        It is no constraint: these are looked at later, too, as whoever happens to be
        there then.
        """
        for template in self:
            reason = template._get_choice_error()
            if reason:
                raise AccessError(
                    self.env._(
                        "The step “%(step)s”: %(reason)s",
                        step=template.display_name,
                        reason=reason,
                    )
                )

    def _get_choice_error(self):
        """:returns: why the current user can't choose what the step does, or False"""
        self.ensure_one()
        if self.mail_template_id and not self.mail_template_id.has_access("read"):
            return self.env._(
                "You may not use the e-mail template that was chosen. Choose another "
                "one, or ask an administrator to save the step."
            )
        action = self.server_action_id
        return action and action._get_choice_error(self.sudo().plan_id.res_model)

    @api.constrains("condition_domain", "plan_id")
    def _check_condition_domain(self):
        for template in self.filtered("condition_domain"):
            template.plan_id._check_domain(
                template.condition_domain, template.display_name
            )

    # ------------------------------------------------------------
    # What comes after what
    # ------------------------------------------------------------

    @api.constrains(
        "action_type",
        "activity_type_id",
        "after_ids",
        "after_outcome_ids",
        "plan_id",
        "delay_from",
        "responsible_type",
    )
    def _check_after(self):
        """It is looked at when all steps are there: see :meth:`_finish_saving`."""
        pending = self._get_pending()
        if pending is None:
            self._check_links()
        else:
            pending.step_ids.update(self.ids)

    @api.model
    def _finish_saving(self, pending):
        """Look at the plans as a whole, when all of their steps are saved.

        :param pending: see :class:`PendingSteps`
        :raises ValidationError: the steps don't fit together
        """
        self.browse(pending.after_codes).exists()._link_by_codes(pending.after_codes)
        steps = self.browse(pending.step_ids).exists().sudo()
        steps._check_bereft(pending.bereft)
        steps._link_to_previous()
        steps._check_links()
        plans = self.env["mail.activity.plan"].sudo().browse(pending.plan_ids)
        plans.exists()._count_change(steps.activity_type_id)

    def _link_by_codes(self, after_codes):
        """Let steps wait for those that are known by their codes or, as a file may
        have it, by their names.

        :param dict after_codes: id of a step -> codes
        """
        for template in self:
            steps = self.sudo().search([("plan_id", "=", template.plan_id.id)])
            known = {step.code: step for step in steps}
            names = Counter(steps.mapped("display_name"))
            for step in steps:
                if names[step.display_name] == 1:
                    known.setdefault(step.display_name, step)
            codes = [code for code in after_codes[template.id] if code]
            missing = [code for code in codes if code not in known]
            if missing:
                raise ValidationError(
                    self.env._(
                        "“%(step)s” can't come after “%(codes)s”: the plan “%(plan)s” "
                        "has no such step. Its steps are: %(steps)s.",
                        step=template.display_name,
                        codes=", ".join(missing)[:100],
                        plan=template.plan_id.name,
                        steps=", ".join(steps.mapped("code")),
                    )
                )
            template.after_ids = self.browse().union(*(known[code] for code in codes))

    def _refers_to_previous(self):
        """:returns: whether there has to be a step before this one"""
        self.ensure_one()
        return (
            self.delay_from in PREVIOUS_STEP_DELAYS
            or self.responsible_type == "previous"
            or bool(self.after_outcome_ids)
        )

    def _check_bereft(self, bereft):
        """:param dict bereft: id of a step -> the name of a deleted one, which it came
        after alone
        :raises ValidationError: it needs one to come after"""
        for template in self:
            deleted = bereft.get(template.id)
            if deleted and not template.after_ids and template._refers_to_previous():
                raise ValidationError(
                    self.env._(
                        "“%(step)s” comes after “%(deleted)s”. Change that step first.",
                        step=template.display_name,
                        deleted=deleted,
                    )
                )

    def _link_to_previous(self):
        """The previous step is the line above, where no other one was chosen. It stays
        so when the lines are put into another order."""
        alone = self.filtered(
            lambda step: not step.after_ids and step._refers_to_previous()
        )
        if not alone:
            return
        above = {}
        for plan in alone.plan_id:
            lines = self.search([("plan_id", "=", plan.id)])
            above |= dict(zip(lines[1:], lines, strict=False))
        for step in alone:
            if step not in above:
                raise ValidationError(
                    self.env._(
                        "“%(step)s” refers to the previous step, but it is the first "
                        "one. Choose in “Waits for” which one that is.",
                        step=step.display_name,
                    )
                )
            step.after_ids = above[step]

    def _check_links(self):
        """:raises ValidationError: steps wait for what they can't wait for"""
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
            template._check_after_outcomes()
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

    def _check_after_outcomes(self):
        """An outcome that none of the steps before can have would never be chosen."""
        self.ensure_one()
        types = self.after_ids.activity_type_id
        outcomes = self.after_outcome_ids
        foreign = outcomes.filtered(
            lambda outcome: not any(map(outcome._is_applicable, types))
        )
        if foreign:
            raise ValidationError(
                self.env._(
                    "“%(step)s” can't come after the outcome “%(outcome)s”: no step "
                    "before it can end so. Choose another outcome.",
                    step=self.display_name,
                    outcome=foreign[0].name,
                )
            )
        if outcomes and not any(outcomes.mapped("active")):
            raise ValidationError(
                self.env._(
                    "“%(step)s” comes after the outcome “%(outcome)s” only, which is "
                    "archived, so that nobody can choose it. Restore the outcome, or "
                    "choose another one.",
                    step=self.display_name,
                    outcome=outcomes[0].name,
                )
            )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        Arguments(self.env).check_values(self, vals_list)
        # Whatever was given for it.
        chosen = {"chosen_by_id": self.env.uid}
        with self._saving() as saving:
            templates = super(MailActivityPlanTemplate, saving).create(
                [{**self._clean_values(vals), **chosen} for vals in vals_list]
            )
            saving._get_pending().plan_ids.update(templates.plan_id.ids)
            templates._check_choices()
        templates = templates.with_env(self.env)
        if any(template.action_type != "activity" for template in templates):
            self.env.registry.clear_cache()
        return templates

    @api.model
    def _clean_values(self, vals):
        """:returns: the values, without what nobody can give, and without an empty cell
        of a file that has the ids of the steps before in another one"""
        unwanted = {"chosen_by_id"}
        if "after_ids" in vals and not vals.get("after_codes"):
            unwanted.add("after_codes")
        return {name: value for name, value in vals.items() if name not in unwanted}

    @api.model
    def _add_codes(self, vals_list):
        """An empty code is none: it is computed from the summary, for each plan."""
        return [
            {name: value for name, value in vals.items() if name != "code" or value}
            for vals in vals_list
        ]

    def write(self, vals):
        Arguments(self.env).check_values(self, [vals])
        vals = self._clean_values(vals)
        if any(name in vals for name in CHOICE_FIELDS):
            vals["chosen_by_id"] = self.env.uid
        if vals.get("plan_id") and "code" not in vals:
            self._make_way_for_codes(vals["plan_id"])
        with self._saving() as saving:
            plan_ids = saving._get_pending().plan_ids
            plan_ids.update(self.sudo().plan_id.ids)
            result = super(MailActivityPlanTemplate, saving).write(vals)
            plan_ids.update(self.sudo().plan_id.ids)
            names = CHOICE_FIELDS
            if not self.env.su:
                # The engine leaves the choice to whoever made it.
                names += USE_FIELDS
            if any(name in vals for name in names):
                self._check_choices()
        if "action_type" in vals:
            self.env.registry.clear_cache()
        return result

    def _make_way_for_codes(self, plan_id):
        """Steps are about to be moved to a plan, which may have steps with the same
        codes: give them others.

        :param int plan_id: the plan
        """
        moved = self.sudo().filtered(lambda template: template.plan_id.id != plan_id)
        present = self.sudo().search([("plan_id", "=", plan_id)])
        taken = set(present.mapped("code"))
        for template in moved:
            if template.code in taken:
                own = set(template.plan_id.template_ids.mapped("code"))
                template.write({"code": make_code(template.code, taken | own)})
            taken.add(template.code)

    def unlink(self):
        with self._saving() as saving:
            saving._get_pending().plan_ids.update(self.sudo().plan_id.ids)
            return super(MailActivityPlanTemplate, saving).unlink()

    def copy(self, default=None):
        """A step that is copied by itself has a code of its own."""
        return super().copy({"code": False, **(default or {})})

    def copy_data(self, default=None):
        """It comes after the same steps or, in a copied plan, after their copies."""
        vals_list = super().copy_data(default)
        default = default or {}
        for template, vals in zip(self, vals_list, strict=True):
            stays = default.get("plan_id", template.plan_id.id) == template.plan_id.id
            if vals and stays and not default.keys() & {"after_ids", "after_codes"}:
                vals["after_codes"] = template.after_codes
        return vals_list

    @api.ondelete(at_uninstall=True)
    def _unlink_except_referred(self):
        """Another step that counts its days from this one, or depends on its outcome,
        would lose its base. It is looked at when the save is over, since the other one
        may be changed by it, too."""
        if is_uninstalling(self.env):
            return
        pending = self._get_pending() or PendingSteps()
        for template in self.sudo().search([("after_ids", "in", self.ids)]) - self:
            pending.step_ids.add(template.id)
            if not (template.after_ids - self):
                deleted = (self & template.after_ids)[:1].display_name
                pending.bereft[template.id] = deleted

    @api.model
    def _check_not_used(self, name, records):
        """Keep people from deleting what steps need.

        :param str name: a many2one field
        :param records: what is to be deleted
        :raises UserError: a step needs one of them
        """
        if is_uninstalling(self.env):
            return
        steps = self.sudo().search([(name, "in", records.ids)])
        if steps and is_program(self.env):
            _logger.warning("%s need %s, which are deleted.", steps, records)
        elif steps:
            raise UserError(
                self.env._(
                    "“%(records)s” can't be deleted: steps of “%(plans)s” need it. "
                    "Change these plans first.",
                    records=", ".join(steps[name].mapped("display_name")),
                    plans=", ".join(steps.plan_id.mapped("name")),
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
            "chosen_by_id": self.chosen_by_id.id,
            "duration": self.duration,
            "time_of_day": self.time_of_day,
            **{
                name: [Command.set(self[name].ids)]
                for name in ("after_outcome_ids", "attendee_ids")
                if self[name]
            },
        }
