# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dataclasses import dataclass, replace

from odoo.exceptions import ValidationError

from ..tools.proposal import (
    Proposal,
    apply_choice,
    assign,
    date_steps,
    find_refusal,
    follow_previous,
)
from ..tools.reasons import Reason
from .arguments import Arguments
from .assignment import StepAssigner
from .deadlines import StepDater
from .reasons import get_error_reason
from .request import RequestReader
from .rotation import Rotation


@dataclass(frozen=True, slots=True)
class Unmet:
    """A step whose condition a record doesn't meet ends with the launch."""

    state: str
    reason: Reason | str


class Planner:
    """Computes what the launch of a plan does, or would do. It writes nothing.

    It remembers what it found, so that it must not live longer than one operation.

    :param plan: the plan, as whoever launches it; maybe one in memory
    :raises UserError: the plan can't be launched at all
    """

    def __init__(self, plan):
        plan.ensure_one()
        plan.check_access("read")
        plan._check_launchable()
        self.env = plan.env
        self.plan = plan
        self.steps = plan._get_steps()
        self.templates = {template.code: template for template in plan.template_ids}
        self.reader = RequestReader(plan, self.steps)
        self.rotation = Rotation(plan.env)
        # What was proposed on other records.
        self._proposed = {}
        # Of the records that are looked at: id -> company.
        self._companies = {}
        self._assigner = StepAssigner(self.rotation, self.templates, self._companies)
        self._dater = StepDater(
            self.env, plan.deadline_policy, plan.resource_calendar_id, self.templates
        )

    def propose(self, request):
        """Compute a launch.

        :param LaunchRequest request: what is asked for
        :returns: what would be done on each record, in their order
        :rtype: list[Proposal]
        :raises UserError: nothing can be launched, for a reason that isn't about one
            record of many
        """
        skip_reasons = self.plan._get_skip_reasons(request)
        records = self.env[self.plan.res_model].browse(request.res_ids)
        candidates = records.filtered(lambda record: record.id not in skip_reasons)
        runs = self.env["mail.activity.plan.run"]
        self._companies |= runs._get_document_companies(candidates)
        unmet = self._find_unmet(candidates)
        if any(step.responsible_type == "round_robin" for step in self.steps):
            self.rotation.load(candidates)
        chosen = self.env["res.users"].browse(request.get_chosen_user_ids())
        proposals, error = [], None
        for record in records:
            reason = skip_reasons.get(record.id) or self._get_unusable_choice_reason(
                record, request, chosen
            )
            steps = ()
            if not reason:
                try:
                    steps = self._propose_steps(record, request, unmet)
                    reason = find_refusal(steps)
                except ValidationError as undatable:
                    error = undatable
                    reason = get_error_reason(undatable)
            proposals.append(Proposal(record.id, reason, steps))
        if error and all(proposal.skip_reason for proposal in proposals):
            # It isn't about one record of many: say so, and launch nothing.
            raise error
        # Where other dates were chosen for all of the steps.
        occasions = request.occasions.values()
        for day in {request.plan_date, *(one.plan_date for one in occasions)}:
            Arguments(self.env).check_range(day, "plan_date")
        return proposals

    def _propose_steps(self, record, request, unmet):
        """:param dict unmet: see :meth:`_find_unmet`
        :returns: the steps as they would be launched on a record; the same ones on all
            records where the same people do them in the same company
        :raises ValidationError: one of them has no date
        """
        found = self._find_people(record, request, unmet)
        company = self.plan._get_working_company(self._companies[record.id])
        choices = request.choices.get(record.id)
        plan_date = request.get_plan_date(record.id)
        key = None
        if not choices and not any(one.reason for one in found):
            key = (plan_date, company.id, *(one.user.id for one in found))
        if key in self._proposed:
            return self._proposed[key]
        steps = self._assign(found)
        if choices:
            steps = [apply_choice(step, choices.get(step.code)) for step in steps]
        steps = tuple(self._date(steps, plan_date, company))
        if key:
            self._proposed[key] = steps
        return steps

    def _find_unmet(self, records):
        """Look at the conditions of the steps whose turn is at the launch.

        :returns: step code and record id -> how it ends there
        :rtype: dict[tuple, Unmet]
        """
        unmet = {}
        for step in self.steps:
            if step.after or not step.condition_domain:
                continue
            met = records.browse()
            found = Unmet("skipped", self.plan._get_unmet_reason())
            try:
                met = self.plan._filter_records(
                    records,
                    step.condition_domain,
                    self.templates[step.code].display_name,
                )
            except ValidationError as error:
                found = Unmet("failed", get_error_reason(error))
            unmet |= {(step.code, record.id): found for record in records - met}
        return unmet

    def _find_people(self, record, request, unmet):
        """:returns: for each step who does it on a record, a
        :class:`~.assignment.Assignment`; or how it ends there, which says so"""
        responsible = self.env["res.users"].browse(request.responsible_id)
        return [
            unmet.get((step.code, record.id))
            or self._assigner.find(step, record, responsible, waits=bool(step.after))
            for step in self.steps
        ]

    def _assign(self, found):
        """:param found: see :meth:`_find_people`
        :returns: the steps with who does them"""
        steps = []
        for step, one in zip(self.steps, found, strict=True):
            if isinstance(one, Unmet):
                steps.append(
                    replace(step, user_id=False, state=one.state, reason=one.reason)
                )
            else:
                steps.append(assign(step, one.user.id, one.reason, one.is_refused))
        return follow_previous(steps)

    def _date(self, steps, plan_date, company):
        """:returns: the steps with their dates
        :raises ValidationError: one of them has none"""
        users = self.env["res.users"]
        dated = date_steps(
            steps,
            plan_date,
            lambda step, base_date, base: self._dater.find(
                step,
                base_date,
                base,
                users.browse(step.user_id),
                company,
                anywhere=True,
            ),
        )
        self._dater.check_steps(dated)
        return dated

    def _get_unusable_choice_reason(self, record, request, chosen):
        """:param chosen: who was chosen for steps on all records; they are read at once
        :returns: why somebody who was chosen for a step can't do it there, or False"""
        choices = request.choices.get(record.id, {}).values()
        ids = [choice.user_id for choice in choices if choice.user_id]
        if not ids:
            return False
        users = chosen.browse(ids).with_prefetch(chosen._ids)
        unusable = users - users._filter_can_do_activities(record)
        if not unusable:
            return False
        return self.plan._find_unusable_reason(unusable[0].sudo(), record)
