# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from functools import cached_property

from odoo.fields import Command

from .added_fields import X2MANY, revive

# Odoo computes other fields from these, unless they are written along.
BASE_FIELDS = {"activity_type_id", "responsible_type"}


class GraphDraft:
    """A plan as a graph says that it is to be: in memory, and as what is to be written.

    :param plan: the plan; none, before it is saved
    :param Graph graph: what it is to be
    :param dict values: what else is said about the plan
    """

    def __init__(self, plan, graph, values=()):
        self.env = plan.env
        self.saved = plan
        self.values = dict(values)
        self.graph = graph
        self.steps = graph.steps
        # One by one, it would be queries for each of them.
        plan.template_ids.fetch(["after_ids", "after_outcome_ids"])
        place = {code: number for number, code in enumerate(self.steps)}
        #: code of a step -> codes of those that it waits for, in the plan's order
        self.after = {code: [] for code in self.steps}
        #: code of a step -> the links to it
        self.links = {code: [] for code in self.steps}
        for link in sorted(graph.links, key=lambda link: place[link.source]):
            self.after[link.target].append(link.source)
            self.links[link.target].append(link)

    def get_outcome_ids(self, code):
        """:returns: ids of all outcomes on the links to a step, in order"""
        ids = set().union(*(link.outcome_ids for link in self.links[code]))
        return sorted(ids)

    # ------------------------------------------------------------
    # In memory
    # ------------------------------------------------------------

    @cached_property
    def plan(self):
        """The plan, in memory; it has the steps of :attr:`templates`."""
        plan = self._make_new(self.saved, self.values)
        model = self.env["mail.activity.plan.template"]
        values_list = self._revive([step.values for step in self.steps.values()])
        outcomes = self.env["mail.activity.outcome"]
        made = {}
        for (code, step), values in zip(self.steps.items(), values_list, strict=True):
            made[code] = self._make_new(
                model.browse(step.template_id or []),
                {
                    **values,
                    "code": code,
                    "plan_id": plan,
                    "chosen_by_id": self._get_chosen_by_id(step),
                    "after_outcome_ids": outcomes.browse(self.get_outcome_ids(code)),
                },
            )
        for code, template in made.items():
            template.after_ids = model.union(*map(made.get, self.after[code]))
        plan.template_ids = model.union(*made.values())
        return plan

    @cached_property
    def templates(self):
        """Code -> step in memory."""
        return {template.code: template for template in self.plan.template_ids}

    def _revive(self, values_list):
        """:returns: kept values for ``new``, ``create`` and ``write``; none of several
        records is said, too"""
        model = self.env["mail.activity.plan.template"]
        return [
            {
                name: value
                if value or model._fields[name].type not in X2MANY
                else [Command.clear()]
                for name, value in values.items()
            }
            for values in revive(model, values_list)
        ]

    def _make_new(self, record, values):
        model = record.browse()
        if not record:
            return model.new(values)
        # Those that have the same origin are one, for as long as the transaction is.
        model.new(origin=record).invalidate_recordset(flush=False)
        return model.new(values, origin=record)

    def _get_chosen_by_id(self, step):
        """:returns: who will have chosen what a step does, see ``write`` of it"""
        template = self.env["mail.activity.plan.template"].browse(step.template_id)
        if not template or step.changed.intersection(template._get_choice_fields()):
            return self.env.uid
        return template.chosen_by_id.id

    # ------------------------------------------------------------
    # To be written
    # ------------------------------------------------------------

    def get_commands(self):
        """:returns: commands for the steps of the plan, none where all stays as it is
        :rtype: list[Command]"""
        present = {template.code: template for template in self.saved.template_ids}
        sequences = {}
        if list(present) != list(self.steps):
            sequences = {code: 10 * n for n, code in enumerate(self.steps, 1)}
        commands = [
            Command.delete(template.id)
            for code, template in present.items()
            if code not in self.steps
        ]
        model = self.env["mail.activity.plan.template"]
        written = [self._get_written(step) for step in self.steps.values()]
        for step, values in zip(
            self.steps.values(), self._revive(written), strict=True
        ):
            template = model.browse(step.template_id or [])
            values |= self.get_link_values(step.code, template)
            if step.code in sequences and template.sequence != sequences[step.code]:
                values["sequence"] = sequences[step.code]
            if not template:
                commands.append(Command.create({**values, "code": step.code}))
            elif values:
                commands.append(Command.update(template.id, values))
        return commands

    @staticmethod
    def _get_written(step):
        names = step.changed
        if names & BASE_FIELDS:
            names = step.values.keys()
        return {name: step.values[name] for name in names}

    def get_link_values(self, code, template):
        """:param template: the plan's step, or none for a new one
        :returns: values of what is new about what a step waits for"""
        values = {}
        if set(template.after_ids.mapped("code")) != set(self.after[code]):
            # The steps need not be there yet.
            values["after_codes"] = ", ".join(self.after[code])
        outcome_ids = self.get_outcome_ids(code)
        if sorted(template.after_outcome_ids.ids) != outcome_ids:
            values["after_outcome_ids"] = [Command.set(outcome_ids)]
        return values
