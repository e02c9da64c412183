# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import Counter

from odoo import api, models
from odoo.fields import Domain

from ...engine.arguments import Arguments
from .mail_activity_plan_report import COUNTED


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
        counted = plan._count_steps(report, domain)
        ends = report._count_ends(domain, ["code"])
        steps = []
        for code, summary in plan._get_steps_in_order(counted).items():
            median, outcomes = ends.get((code,), (None, {}))
            steps.append(
                {
                    "code": code,
                    **dict.fromkeys(COUNTED, 0),
                    **counted.get(code, {}),
                    "summary": summary,
                    "median_days_late": median,
                    "outcomes": {o.code: n for o, n in outcomes.items()},
                }
            )
        return steps

    def _describe_steps(self, counted, ends):
        """:param dict counted: code -> what was counted of a step that was launched, in
            the order of the launches
        :param dict ends: how they ended, see ``_count_ends`` of the analysis
        :returns: those steps in the order of the plan, for the screen
        """
        steps = []
        for code, summary in self._get_steps_in_order(counted).items():
            median, outcomes = ends.get((self, code), (None, Counter()))
            if code in counted:
                steps.append(
                    {
                        **counted[code],
                        "summary": summary,
                        "median_days_late": median,
                        "outcomes": [
                            {"id": o.id, "name": o.name, "kind": o.kind, "count": n}
                            for o, n in outcomes.most_common()
                        ],
                    }
                )
        return steps

    def _get_steps_in_order(self, counted):
        """:param dict counted: code -> what was counted, with ``summary``, in the order
            of the steps that were launched
        :returns: code -> name of the plan's steps, and then of those that it had
        """
        # Names alone: of a plan that the user may read, or launched on what they may.
        steps = {step.code: step.display_name for step in self.sudo().template_ids}
        return steps | {
            code: row["summary"] or code
            for code, row in counted.items()
            if code not in steps
        }

    def _count_steps(self, report, domain):
        """:returns: code -> summary and counts, in the order of the steps"""
        names = ("summary", *COUNTED)
        aggregates = ["summary:max", *(f"{name}:sum" for name in COUNTED)]
        return {
            code: dict(zip(names, row, strict=True))
            for code, *row in report._read_group(domain, ["code"], aggregates)
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
