# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.exceptions import UserError

from ...engine.arguments import Arguments
from ...engine.environment import unsteered
from ...engine.graph_checker import GraphChecker
from ...engine.graph_draft import GraphDraft
from ...engine.graph_format import StepFormat
from ...engine.graph_reader import GraphReader

# So many sentences are read.
MAX_TOLD = 5


class MailActivityPlan(models.Model):
    """A plan as a graph of its steps, for designers and programs: told, checked and
    written as a whole."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan"

    @api.readonly
    def get_graph(self):
        """Tell the plan as a graph of its steps.

        :returns: ``{"version", "steps": [{"code", "type", "kind", "summary", ..}],
            "links": [{"from", "to", "outcomes"}], "problems": [{"step", "level",
            "code", "message"}]}``. Steps are in order. Their types and the outcomes are
            told by code, other records by id; the other keys are fields of
            ``mail.activity.plan.template``. Problems: see :meth:`check_graph`
        :rtype: dict
        """
        plan = self._as_launched()
        plan.check_access("read")
        graph = plan._tell_graph()
        return {**graph, "problems": plan._find_problems(graph)}

    def _tell_graph(self):
        """:returns: see :meth:`get_graph`; without the problems"""
        form = StepFormat(self.env)
        outcomes = {
            id_: code for code, id_ in form.ids_by_code["mail.activity.outcome"].items()
        }
        return {
            "version": self.version or 0,
            "steps": [
                form.tell(template.code, form.keep(template))
                for template in self.template_ids
            ],
            "links": [
                {
                    "from": other.code,
                    "to": template.code,
                    "outcomes": [
                        outcomes[id_] for id_ in template.after_outcome_ids.ids
                    ],
                }
                for template in self.template_ids
                for other in template.after_ids
            ],
        }

    @api.readonly
    def check_graph(self, graph):
        """Say what is wrong with a graph. Nothing is written.

        :param dict graph: see :meth:`get_graph`. What isn't said of a step stays as it
            is or, for a new step, is as usual
        :returns: ``[{"step", "level", "code", "message"}]``. The ``step`` is a code, or
            False. A graph with an ``error`` is refused by :meth:`apply_graph`; a
            ``warning`` is for whoever makes the plan
        :rtype: list[dict]
        :raises UserError: it is no graph
        """
        return self._as_edited()._find_problems(graph)

    @api.model
    @api.readonly
    def check_new_graph(self, graph, res_model):
        """Say what is wrong with a graph of a plan that isn't saved yet.

        :param dict graph: see :meth:`check_graph`; its ``version`` is 0
        :param str res_model: model of the records that the plan will be for
        :returns: see :meth:`check_graph`
        :rtype: list[dict]
        :raises UserError: it is no graph, or no plan can be for such records
        """
        plans = unsteered(self.browse())
        plans.check_access("create")
        arguments = Arguments(plans.env)
        values = {"res_model": arguments.text(res_model, "res_model")}
        arguments.check_values(plans, [values])
        return plans._find_problems(graph, values)

    def apply_graph(self, graph):
        """Make the plan what a graph says: its steps are added, changed and deleted, by
        their codes, and put into the graph's order. What is launched stays as it is.

        :param dict graph: see :meth:`check_graph`. Its ``version`` has to be that of
            the plan: nobody overwrites what somebody else did in the meantime
        :returns: the new graph, see :meth:`get_graph`
        :rtype: dict
        :raises UserError: the graph has errors, or was made from another version
        """
        self._write_graph(graph)
        return self.get_graph()

    def _write_graph(self, graph):
        """Make the plan what a graph says, see :meth:`apply_graph`."""
        plan = self._as_edited()
        draft = GraphDraft(plan, GraphReader(plan).parse(graph))
        plan._refuse_errors(GraphChecker(draft).check())
        commands = draft.get_commands()
        if commands:
            plan.write({"template_ids": commands})
            # Others may be between them now.
            plan.invalidate_recordset(["template_ids"])

    def _as_edited(self):
        """:returns: the one plan, for whoever may change it: conditions that a graph
        brings are evaluated
        :raises AccessError: the user may not"""
        plan = self._as_launched()
        plan.check_access("write")
        return plan

    def _find_problems(self, graph, values=()):
        draft = GraphDraft(self, GraphReader(self).parse(graph), values)
        return [problem.format() for problem in GraphChecker(draft).check()]

    def _make_draft(self, graph):
        """:returns: the plan in memory, as a graph says that it is to be
        :raises UserError: it has errors"""
        plan = self._as_edited()
        draft = GraphDraft(plan, GraphReader(plan).parse(graph))
        problems = GraphChecker(draft).check()
        # Nothing is overwritten by a look at it.
        plan._refuse_errors([p for p in problems if p.code != "stale"])
        return draft.plan

    def _refuse_errors(self, problems):
        """:raises UserError: one of the problems is an error"""
        messages = [problem.message for problem in problems if problem.level == "error"]
        stale = [problem.message for problem in problems if problem.code == "stale"]
        told = stale or messages
        if len(told) > MAX_TOLD:
            more = self.env._("There are %s more errors.", len(told) - MAX_TOLD)
            told = [*told[:MAX_TOLD], more]
        if told:
            raise UserError("\n".join(told))
