# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ...tools.graph import find_cycle
from ...tools.timeline import find_depths, place_steps
from ...tools.values import is_given


class MailActivityPlan(models.Model):
    """The steps of a plan along its days."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan"

    @api.readonly
    def get_timeline(self, graph=None):
        """Tell where the steps lie, seen from the plan date.

        :param dict graph: see :meth:`preview`
        :returns: ``{"policy", "res_model", "steps"}``; the steps in the order of the
            earliest days on which they can come: ``{"code", "summary", "type_name",
            "icon", "is_automatic", "kind", "who", "months", "days", "when", "after",
            "outcomes", "condition", "depth"}``
        :rtype: dict
        """
        plan = self._as_launched()
        plan.check_access("read")
        if is_given(graph):
            plan = plan._make_draft(graph)
        return {
            "policy": plan.deadline_policy,
            "res_model": plan.res_model,
            "steps": plan._tell_places(),
        }

    def _tell_places(self):
        steps = self._get_steps()
        if find_cycle({step.code: step.after for step in steps}):
            # Of an older version; whoever opens the plan is told.
            return []
        places, depths = place_steps(steps), find_depths(steps)
        templates = {template.code: template for template in self.template_ids}
        names = {step.code: self._name_step(step) for step in steps}
        kinds = self.env["mail.activity.plan.template"]._get_step_kinds()
        told = [
            {
                **self._tell_step(step, templates.get(step.code), kinds),
                "months": places[step.code].months,
                "days": places[step.code].days,
                "depth": depths[step.code],
                "after": [names[code] for code in step.after],
            }
            for step in steps
        ]
        return sorted(told, key=lambda step: places[step["code"]].count_days())

    def _name_step(self, step):
        activity_type = self.env["mail.activity.type"].browse(step.activity_type_id)
        return step.summary or activity_type.name

    def _tell_step(self, step, template, kinds):
        """:param template: the plan's step, or None for a type that another triggers
        :param dict kinds: see ``_get_step_kinds``
        :returns: what the plan says of a step"""
        activity_type = self.env["mail.activity.type"].browse(step.activity_type_id)
        outcomes = template.after_outcome_ids if template else []
        return {
            "code": step.code,
            "summary": self._name_step(step),
            "type_name": activity_type.name,
            "icon": activity_type.icon or "fa-tasks",
            "is_automatic": step.action_type != "activity",
            "kind": kinds.get(step.action_type, {}).get("label", step.action_type),
            "who": template.who_text if template else False,
            "when": template.when_text if template else False,
            "outcomes": [
                {"name": outcome.name, "kind": outcome.kind} for outcome in outcomes
            ],
            "condition": step.condition_domain or False,
        }
