# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict

from odoo import api, models

from ...engine.arguments import Arguments
from ...tools.codes import make_code
from ...tools.values import is_id


class MailActivityPlanTemplate(models.Model):
    """Steps are created, changed, copied and deleted."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.template"

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
        """A code is made from the summary or, without one, from the type; for each
        plan."""
        if all(vals.get("code") for vals in vals_list):
            return vals_list
        defaults = self.default_get(["activity_type_id", "plan_id", "summary"])
        completed = [{**defaults, **vals} for vals in vals_list]
        taken = self._find_taken_codes(completed)
        result = []
        for vals, given in zip(vals_list, completed, strict=True):
            if not vals.get("code"):
                codes = taken[self._read_id(given, "plan_id")]
                code = make_code(self._get_code_base(given), codes, "step")
                codes.add(code)
                vals = {**vals, "code": code}
            result.append(vals)
        return result

    @api.model
    def _find_taken_codes(self, vals_list):
        """:returns: id of a plan -> the codes of its steps, and of those that are about
        to be created"""
        taken = defaultdict(set)
        plan_ids = {self._read_id(vals, "plan_id") for vals in vals_list} - {False}
        for step in self.sudo().search([("plan_id", "in", list(plan_ids))]):
            taken[step.plan_id.id].add(step.code)
        for vals in vals_list:
            taken[self._read_id(vals, "plan_id")].add(vals.get("code"))
        return taken

    @api.model
    def _read_id(self, vals, name):
        """:returns: the id in values, which may come from anybody's context; or
        False"""
        return vals.get(name) if is_id(vals.get(name)) else False

    @api.model
    def _get_code_base(self, vals):
        """:returns: what the code of a new step is made from"""
        type_id = self._read_id(vals, "activity_type_id")
        activity_type = self.env["mail.activity.type"].browse(type_id or []).sudo()
        activity_type = activity_type.exists()
        # Where there is none, it is computed from the type.
        summary = vals["summary"] if "summary" in vals else activity_type.summary
        return str(summary or activity_type.code or "")

    def write(self, vals):
        if not self:
            # A merge of records writes references of all kinds on none.
            return super().write(vals)
        Arguments(self.env).check_values(self, [vals])
        vals = self._clean_values(vals)
        if any(name in vals for name in self._get_choice_fields()):
            vals["chosen_by_id"] = self.env.uid
        if vals.get("plan_id") and "code" not in vals:
            self._make_way_for_codes(vals["plan_id"])
        with self._saving() as saving:
            plan_ids = saving._get_pending().plan_ids
            plan_ids.update(self.sudo().plan_id.ids)
            result = super(MailActivityPlanTemplate, saving).write(vals)
            plan_ids.update(self.sudo().plan_id.ids)
            if any(name in vals for name in self._get_guarded_fields()):
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
