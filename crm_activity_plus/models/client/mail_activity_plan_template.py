# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from ast import literal_eval
from datetime import time

from odoo import api, fields, models
from odoo.tools import format_list, format_time

from ...engine.plan_checker import PlanChecker
from ...engine.plan_steps import PlanSteps
from ...tools.steps import ROLES

# On what the words depend that tell where a step stands in its plan; also those of the
# other steps that aren't saved yet.
PLACE_FIELDS = (
    "after_ids",
    "after_codes",
    "after_mode",
    "after_outcome_ids",
    "delay_count",
    "delay_from",
    "delay_unit",
    "responsible_type",
    *("plan_id.deadline_policy", "plan_id.template_ids"),
    *(
        f"plan_id.template_ids.{name}"
        for name in ("activity_type_id", "after_codes", "code", "sequence", "summary")
    ),
)


class MailActivityPlanTemplate(models.Model):
    """What the client shows of a step while a plan is written: in words."""

    _inherit = "mail.activity.plan.template"

    who_text = fields.Char("Who", compute="_compute_who_text")
    when_text = fields.Char("When", compute="_compute_when_text")
    only_if = fields.Json(compute="_compute_only_if")
    problems = fields.Json(compute="_compute_problems")
    possible_outcome_ids = fields.Many2many(
        "mail.activity.outcome", compute="_compute_possible_outcome_ids"
    )

    @api.depends("responsible_id", "responsible_type")
    @api.depends_context("lang")
    def _compute_who_text(self):
        roles = dict(self._fields["responsible_type"]._description_selection(self.env))
        for template in self:
            # Whoever may read the plan may know.
            user = template.sudo().responsible_id
            is_named = template.responsible_type == "other" and user
            template.who_text = (
                user.name if is_named else roles.get(template.responsible_type)
            )

    @api.depends(*PLACE_FIELDS, "action_type", "time_of_day")
    @api.depends_context("lang")
    def _compute_when_text(self):
        for template, steps, place in self._walk_steps():
            text = template._describe_date(steps.get_before(place))
            if template.action_type != "activity":
                text = self.env._(
                    "%(when)s, at %(time)s", when=text, time=template._format_time()
                )
            template.when_text = text

    @api.depends("after_outcome_ids", "condition_domain", "plan_id.res_model")
    @api.depends_context("lang")
    def _compute_only_if(self):
        for template in self:
            template.only_if = {
                "outcomes": [
                    {"name": outcome.name, "kind": outcome.kind}
                    for outcome in template.after_outcome_ids
                ],
                "condition": template.condition_domain or False,
                "res_model": template.plan_id.res_model or False,
            }

    @api.depends(
        *PLACE_FIELDS,
        *("action_type", "duration", "mail_template_id", "server_action_id"),
        *("responsible_id", "time_of_day", "max_attempts"),
        *("plan_id.res_model", "plan_id.template_ids.action_type"),
        *(f"plan_id.template_ids.{n}" for n in ("after_outcome_ids", "delay_from")),
    )
    @api.depends_context("lang")
    def _compute_problems(self):
        found = {}
        for template, steps, place in self.sudo()._walk_steps():
            if steps not in found:
                found[steps] = PlanChecker(steps).check()
            template.problems = [
                {"level": problem.level, "message": problem.message}
                for problem in found[steps][place]
            ]

    @api.depends(*PLACE_FIELDS)
    def _compute_possible_outcome_ids(self):
        offered = self.env["mail.activity.outcome"]._get_offered().sudo(False)
        kinds = self._get_step_kinds()
        for template, steps, place in self._walk_steps():
            before = steps.get_before(place).filtered(
                lambda step: kinds[step.action_type]["has_outcome"]
            )
            types = before.activity_type_id
            template.possible_outcome_ids = offered.filtered(
                lambda outcome, types=types: any(map(outcome._is_applicable, types))
            )

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Another application's form may offer only some ways to assign a step: those
        that it knows. The roles of this addon are for all records."""
        arch, view = super()._get_view(view_id, view_type, **options)
        for node in arch.xpath("//field[@name='responsible_type']"):
            settings = literal_eval(node.get("options") or "{}")
            if "whitelisted_values" in settings:
                settings["whitelisted_values"] += ROLES
                node.set("options", repr(settings))
            node.set("string", self.env._("Assigned to"))
        return arch, view

    def _walk_steps(self):
        """:returns: each of the steps, with the :class:`PlanSteps` of its plan, and its
        place in there"""
        known = {}
        for template in self:
            plan = template.plan_id
            steps = known.get(plan)
            if steps is None or steps.get_place(template) is None:
                # One that is changed in a form of its own isn't among the plan's.
                steps = PlanSteps(plan, template)
                known[plan] = steps
            yield template, steps, steps.get_place(template)

    # ------------------------------------------------------------
    # When
    # ------------------------------------------------------------

    def _format_time(self):
        minutes = round(self.time_of_day * 60) % (24 * 60)
        moment = time(*divmod(minutes, 60))
        return format_time(self.env, moment, time_format="short")

    def _describe_date(self, before):
        """:param before: the steps that this one waits for
        :returns: when the step is due, such as “2 working days after “First call””"""
        self.ensure_one()
        steps = self._name_steps(before)
        delay, is_before = self._describe_delay()
        match self.delay_from:
            case "after_previous_done":
                return self._describe_from_done(steps, delay, is_before)
            case "after_previous_deadline":
                return self._describe_from_deadline(steps, delay, is_before)
            case "after_plan_date" | "before_plan_date":
                text = self._describe_from_plan_date(delay, is_before)
            case _:
                labels = self._fields["delay_from"]._description_selection(self.env)
                text = f"{delay} {dict(labels).get(self.delay_from, '')}".strip()
        if not before:
            return text
        return self.env._("%(when)s, once %(steps)s is done", when=text, steps=steps)

    def _name_steps(self, steps):
        if not steps:
            return self.env._("the previous step")
        names = [self.env._("“%s”", step.display_name) for step in steps]
        style = "or" if self.after_mode == "any" else "standard"
        return format_list(self.env, names, style)

    def _describe_delay(self):
        """:returns: how long, or an empty text; and whether that is before the base"""
        count = abs(self.delay_count)
        is_before = (self.delay_from == "before_plan_date") != (self.delay_count < 0)
        if not count:
            return "", False
        one, many = {
            "days": (self.env._("1 day"), self.env._("%s days", count)),
            "weeks": (self.env._("1 week"), self.env._("%s weeks", count)),
            "months": (self.env._("1 month"), self.env._("%s months", count)),
        }.get(self.delay_unit, (f"1 {self.delay_unit}", f"{count} {self.delay_unit}"))
        if self.delay_unit == "days" and self.plan_id.deadline_policy == "working_days":
            one = self.env._("1 working day")
            many = self.env._("%s working days", count)
        return (one if count == 1 else many), is_before

    def _describe_from_plan_date(self, delay, is_before):
        if not delay:
            return self.env._("On the plan date")
        if is_before:
            return self.env._("%s before the plan date", delay)
        return self.env._("%s after the plan date", delay)

    def _describe_from_done(self, steps, delay, is_before):
        if not delay:
            return self.env._("Right after %s", steps)
        if is_before:
            return self.env._("%(delay)s before %(steps)s", delay=delay, steps=steps)
        return self.env._("%(delay)s after %(steps)s", delay=delay, steps=steps)

    def _describe_from_deadline(self, steps, delay, is_before):
        if not delay:
            return self.env._("On the due date of %s", steps)
        if is_before:
            return self.env._(
                "%(delay)s before the due date of %(steps)s", delay=delay, steps=steps
            )
        return self.env._(
            "%(delay)s after the due date of %(steps)s", delay=delay, steps=steps
        )
