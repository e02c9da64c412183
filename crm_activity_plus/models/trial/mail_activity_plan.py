# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.arguments import Arguments
from ...engine.choices import ChoiceReader
from ...engine.planner import Planner
from ...engine.reasons import tell_fresh_reason
from ...engine.rehearsal import Rehearsal
from ...engine.trial_report import TrialReport
from ...tools.domains import read_domain
from ...tools.values import is_given

# Among so many of the latest records one is looked for to begin with.
MAX_LATEST = 80


class MailActivityPlan(models.Model):
    """A plan is tried on a record, to its end."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan"

    @api.readonly
    def simulate(
        self, res_id, plan_date=None, responsible_id=None, choices=None, graph=None
    ):
        """Tell what would come of a launch on a record, if people chose so. Nothing is
        written.

        :param int res_id: a record of the plan's model
        :param plan_date: see :meth:`launch`
        :param int responsible_id: see :meth:`launch`
        :param list[dict] choices: what happens, one after the other: ``{"step": code,
            "action": "done"|"skip"|"cancel"|"fail", "outcome": .., "date": ..,
            "retry_date": ..}``. At most 1,000
        :param dict graph: see :meth:`preview`
        :returns: how far the plan has come then: ``{"res_id", "display_name",
            "skip_reason", "state", "end_reason", "plan_date", "date", "next", "steps",
            "changes"}``; see ``docs/api.rst``
        :rtype: dict
        :raises UserError: see :meth:`preview`; or a choice can't be made, such as for a
            step that is closed by then
        """
        plan = self._as_launched()
        if is_given(graph):
            plan = plan._make_draft(graph)
        choices = ChoiceReader(plan.env).parse(choices)
        planner = Planner(plan)
        request = planner.reader.parse(
            [plan._read_tried_id(res_id)], plan_date, responsible_id
        )
        [proposal] = planner.propose(request)
        if proposal.skip_reason:
            return plan._tell_untried(proposal)
        rehearsal = Rehearsal(planner, proposal, request)
        rehearsal.start()
        for choice in choices:
            rehearsal.choose(choice)
        record = plan.env[plan.res_model].browse(proposal.res_id)
        return {
            "res_id": record.id,
            "display_name": record.display_name,
            "skip_reason": False,
            **TrialReport(rehearsal, planner.templates).format(),
        }

    @api.readonly
    def get_trial(self, graph=None):
        """Tell what a person needs to begin to try the plan.

        :param dict graph: see :meth:`preview`
        :returns: ``{"name", "res_model", "model_name", "domain", "record", "reason",
            "asks_responsible", "user", "plan_date"}``: ``domain`` is about the records
            to choose from, ``record`` (``id`` and ``display_name``) is the latest that
            the plan can be launched on, or False; ``reason`` says why there is none, or
            why the plan can't be tried at all
        :rtype: dict
        """
        plan = self._as_launched()
        plan.check_access("read")
        if is_given(graph):
            plan = plan._make_draft(graph)
        told = {
            "name": plan.name,
            "res_model": plan.res_model,
            "model_name": plan.env["ir.model"]._get(plan.res_model).name,
            "domain": [],
            "record": False,
            "reason": False,
            "asks_responsible": "on_demand"
            in plan.template_ids.mapped("responsible_type"),
            "user": {"id": plan.env.uid, "display_name": plan.env.user.name},
            "plan_date": fields.Date.context_today(plan),
        }
        try:
            return told | plan._find_tried(Planner(plan))
        except UserError as error:
            return told | {"reason": error.args[0]}

    def _find_tried(self, planner):
        """:returns: ``domain``, ``record`` and ``reason``, see :meth:`get_trial`"""
        model = self.env[self.res_model]
        model.check_access("read")
        domain = self._get_tried_domain(model)
        latest = model.search(domain, order="id DESC", limit=MAX_LATEST)
        reasons = {}
        if latest:
            reasons = self._get_skip_reasons(planner.reader.parse(latest.ids))
        fitting = latest.filtered(lambda record: record.id not in reasons)[:1]
        record = fitting and {
            "id": fitting.id,
            "display_name": fitting.display_name,
        }
        reason = False if record else self._tell_untriable(reasons.get(latest[:1].id))
        return {"domain": domain, "record": record or False, "reason": reason}

    def _get_tried_domain(self, model):
        """:returns: the plan's condition, where the user may search by it
        :rtype: list"""
        domain = read_domain(self.domain, self.env.uid) if self.domain else []
        try:
            Arguments(self.env).domain(model, domain, "domain")
        except UserError:
            # It is looked at with elevated rights; here, records are only chosen.
            return []
        return domain

    def _tell_untriable(self, reason):
        """:param reason: why the plan isn't launched on the latest record, or None
        :returns: why there is no record to try it on, in a sentence"""
        name = self.env["ir.model"]._get(self.res_model).name
        if not reason:
            return self.env._(
                "There is no “%s” that the plan can be launched on. Change the plan's "
                "conditions, or create a record that meets them.",
                name,
            )
        return self.env._(
            "The plan can't be launched on any of the latest records of “%(model)s”. "
            "About the latest one: %(reason)s",
            model=name,
            reason=tell_fresh_reason(self.env, reason),
        )

    def _read_tried_id(self, res_id):
        """:raises UserError: it is no id"""
        found = Arguments(self.env).id(res_id, "res_id")
        if found is None:
            raise UserError(self.env._("Choose a record to try the plan on."))
        return found

    def _tell_untried(self, proposal):
        """:returns: why the plan isn't launched on a record; see :meth:`simulate`"""
        return {
            "res_id": proposal.res_id,
            "display_name": False,
            "skip_reason": tell_fresh_reason(self.env, proposal.skip_reason),
            "plan_date": False,
            "date": False,
            "state": False,
            "end_reason": False,
            "next": False,
            "steps": [],
            "changes": [],
        }
