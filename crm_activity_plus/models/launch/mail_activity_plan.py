# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dataclasses import replace

from odoo import api, models

from ...engine.arguments import Arguments
from ...engine.environment import unsteered
from ...engine.launcher import Launcher
from ...engine.planner import Planner
from ...engine.preview import LaunchPreview
from ...tools.codes import make_code
from ...tools.proposal import PlannedStep
from ...tools.reasons import Reason
from ...tools.values import is_given


class MailActivityPlan(models.Model):
    """A plan is launched, or previewed."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan"

    def launch(self, res_ids, plan_date=None, responsible_id=None, overrides=None):
        """Launch the plan on records: each gets a run, and the activities of the steps
        that wait for nothing.

        :param list[int] res_ids: records of the plan's model
        :param plan_date: date the steps are counted from (date or ISO string);
            default: today
        :param int responsible_id: user for the steps that ask at launch; default: the
            current user
        :param dict overrides: ``{res_id: {step: {"date_deadline": .., "user_id": ..,
            "skip": True}}}``, where a step is known by its code or id
        :returns: ``{"run_ids": [..], "skipped": [{"res_id": .., "reason": ".."}]}``.
            Records that can't be launched on are skipped and the others launched, so
            that calling it again launches nothing twice. More than 500 records are
            launched on in the background: then both lists are empty, and ``launch_id``
            is the ``mail.activity.plan.launch`` to follow.
        :rtype: dict
        :raises UserError: the plan, the date, the responsible or the overrides are no
            good; nothing is launched then
        """
        planner = Planner(self._as_launched())
        request = planner.reader.parse(res_ids, plan_date, responsible_id, overrides)
        return Launcher(planner).launch(request)

    @api.readonly
    def preview(self, res_ids, plan_date=None, responsible_id=None, graph=None):
        """Compute what :meth:`launch` would do, without doing it.

        :param list[int] res_ids: see :meth:`launch`
        :param plan_date: see :meth:`launch`
        :param int responsible_id: see :meth:`launch`
        :param dict graph: the plan as it is to be, before it is saved; see
            :meth:`check_graph`. It takes the right to change the plan
        :returns: ``{"records": [{"res_id", "display_name", "skip_reason", "lines":
            [{"code", "template_id", "activity_type_id", "summary", "date_deadline",
            "user_id", "user_name", "explanation", "skip_reason", "waits"}]}],
            "load": [{"user_id", "user_name", "date", "planned", "existing"}]}``. A line
            that waits for another has the deadline it would have if each were done on
            its own. ``load`` counts activities per user and day: those of this launch,
            and the open ones that there are.
        :rtype: dict
        :raises UserError: see :meth:`launch`
        """
        plan = self._as_launched()
        if is_given(graph):
            plan = plan._make_draft(graph)
        planner = Planner(plan)
        request = planner.reader.parse(res_ids, plan_date, responsible_id)
        return LaunchPreview(planner, planner.propose(request)).format()

    def _as_launched(self):
        """:returns: the one plan, by no client's context
        :raises UserError: there are none, or several"""
        plan = unsteered(self)
        Arguments(plan.env).check_single(plan)
        return plan

    def _get_launch_key(self, request, res_id):
        """:returns: what tells two launches on one record apart. A plan that allows
        several at once still isn't launched twice by a request that was repeated, nor
        by a button that was clicked twice."""
        if occasion := request.occasions.get(res_id):
            return occasion.key
        if not self.allow_parallel:
            return ""
        return f"{request.plan_date}/{request.responsible_id}/{request.origin}"

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def _get_steps(self):
        """:returns: the steps that a run of this plan starts with, in order
        :rtype: list[PlannedStep]"""
        steps = []
        codes = set(self.template_ids.mapped("code"))
        for template in self.template_ids:
            values = template._prepare_run_line_values()
            steps.append(PlannedStep.make(values, template.after_ids.mapped("code")))
            steps += self._get_triggered_steps(template, codes)
        return [
            replace(step, sequence=sequence) for sequence, step in enumerate(steps, 1)
        ]

    def _get_triggered_steps(self, template, codes):
        """The types that a step's type triggers are steps of the run, too: they are
        seen before the launch, and scheduled when their turn comes."""
        steps = []
        previous, code = template.activity_type_id, template.code
        seen = previous
        # A type that triggers itself goes on by core's own chaining, without end.
        while (following := previous.triggered_next_type_id) and following not in seen:
            seen += following
            after = code
            code = make_code(f"{template.code}_{following.code}", codes)
            codes.add(code)
            values = following._prepare_triggered_line_values()
            steps.append(PlannedStep.make({**values, "code": code}, [after]))
            previous = following
        return steps

    def _get_unmet_reason(self):
        return Reason("condition_unmet")

    def _prepare_runs_values(self, proposals, request):
        """Hook: values of the runs of a launch.

        :param list[Proposal] proposals: what is launched, on a record each
        :param LaunchRequest request: what was asked for
        """
        records = self.env[self.res_model].browse(
            [proposal.res_id for proposal in proposals]
        )
        partners = records.sudo()._mail_get_partners()
        runs = self.env["mail.activity.plan.run"]
        companies = runs._get_document_companies(records)
        working_ids = {
            company: self._get_working_company(company).id
            for company in set(companies.values())
        }
        steps = self.env["mail.activity.plan.run.line"]
        exits = self._get_exit_values()
        # Most records have the same steps.
        sums = {
            steps_key: steps._sum_up([step.get_line_values() for step in planned])
            for steps_key, planned in {id(p.steps): p.steps for p in proposals}.items()
        }
        common = {
            "plan_id": self.id,
            "name": self.name,
            "res_model": self.res_model,
            "user_id": self.env.uid,
            "responsible_id": request.responsible_id,
            "deadline_policy": self.deadline_policy,
            **exits,
            "resource_calendar_id": self.resource_calendar_id.id,
            "launch_id": request.launch_id,
            "plan_version": self.version,
            "action_depth": self.env["ir.actions.server"]._get_depth(),
        }
        return [
            {
                **common,
                "res_id": record.id,
                "lead_id": runs._get_lead_id(record),
                "partner_id": partners[record.id][:1].id,
                "company_id": companies[record.id].id,
                "working_company_id": working_ids[companies[record.id]],
                "plan_date": request.get_plan_date(record.id),
                "launch_key": self._get_launch_key(request, record.id),
                **sums[id(proposal.steps)],
                **request.get_run_values(record.id),
            }
            for record, proposal in zip(records, proposals, strict=True)
        ]
