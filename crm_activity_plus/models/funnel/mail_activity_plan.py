# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.fields import Domain

from ...engine.arguments import Arguments
from ...tools.step_figures import StepFigures
from .mail_activity_plan_report import ALL_COUNTED, COUNTED


class MailActivityPlan(models.Model):
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan"

    @api.readonly
    def get_funnel(self, domain=None):
        """Count how far the plan's launches came, step by step, on the records that the
        user may read.

        :param list domain: which rows of ``mail.activity.plan.report`` to count;
            default: all
        :returns: the steps in their order, as
            ``[{"code", "summary", "reached", "done", "skipped", "failed", "cancelled",
            "open", "median_days_late", "outcomes": {code: n}}]``; steps that the plan
            has lost meanwhile come last. ``median_days_late`` is None for a step that
            was never done.
        :rtype: list[dict]
        :raises UserError: the domain can't be searched by
        :raises MissingError: there is no such plan
        """
        plan = self._as_launched()
        plan.check_access("read")
        # One that isn't there is an error, and no plan without steps.
        plan.mapped("version")
        report = plan.env["mail.activity.plan.report"]
        domain = Arguments(plan.env).domain(report, domain, "domain")
        domain &= Domain("plan_id", "=", plan.id)
        found = report._count_steps(domain).get(plan, {})
        steps = []
        for code, summary in plan._get_steps_in_order(found).items():
            step = found.get(code) or StepFigures(code)
            steps.append(
                {
                    "code": code,
                    **{name: step.counts[name] for name in COUNTED},
                    "summary": summary,
                    "median_days_late": step.median_days_late,
                    "outcomes": {o.code: n for o, n in step.sorted_outcomes},
                }
            )
        return steps

    def _describe_steps(self, found):
        """:param found: code -> what was counted of a step that was launched, in the
            order of the launches
        :returns: those steps in the order of the plan, for the screen
        """
        steps = []
        for code, summary in self._get_steps_in_order(found).items():
            if code not in found:
                continue
            step = found[code]
            rows = Domain("plan_id", "=", self.id) & Domain("code", "=", code)
            steps.append(
                {
                    "code": code,
                    "summary": summary,
                    "launched": step.launched,
                    **{name: step.counts[name] for name in ALL_COUNTED},
                    "domain": list(rows),
                    "median_days_late": step.median_days_late,
                    "outcomes": [
                        {"id": o.id, "name": o.name, "kind": o.kind, "count": n}
                        for o, n in step.sorted_outcomes
                    ],
                }
            )
        return steps

    def _get_steps_in_order(self, found):
        """:param found: code -> what was counted, in the order of the steps that were
            launched
        :returns: code -> name of the plan's steps, and then of those that it had
        """
        # Names alone: of a plan that the user may read, or launched on what they may.
        steps = {step.code: step.display_name for step in self.sudo().template_ids}
        return steps | {
            code: step.summary or code
            for code, step in found.items()
            if code not in steps
        }

    @api.readonly
    def action_view_figures(self):
        """Open the funnel of the plan."""
        Arguments(self.env).check_single(self)
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus.mail_activity_plan_report_action"
        )
        # Stable: the others stay in their order behind it.
        action["views"] = sorted(
            action["views"], key=lambda view: view[1] != "plan_funnel"
        )
        action["name"] = self.env._("Figures")
        action["context"] = {"search_default_plan_id": self.id}
        return action
