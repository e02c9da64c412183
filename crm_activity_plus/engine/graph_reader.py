# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections.abc import Mapping
from dataclasses import dataclass, field

from odoo.exceptions import UserError

from ..tools.codes import MAX_LENGTH, is_code
from ..tools.values import quote
from .added_fields import X2MANY, find_existing
from .arguments import Arguments
from .graph_format import StepFormat

# More can't be looked at by anybody, and takes minutes to save.
MAX_STEPS = 1000
MAX_LINKS = 10_000

KEYS = ("version", "steps", "links", "problems")
LINK_KEYS = ("from", "to", "outcomes")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a plan, or probably not meant so."""

    #: code of the step, or False where it is about the graph as a whole
    step: str | bool
    #: what it is about, for programs
    code: str
    #: a sentence
    message: str
    #: ``error`` for what can't be saved, or ``warning``
    level: str = "error"

    def format(self):
        return {
            "step": self.step,
            "level": self.level,
            "code": self.code,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class GraphStep:
    """A step as it is to be."""

    code: str
    #: name of a field -> kept value, see :mod:`~.added_fields`; of a new step only what
    #: was given, of others all
    values: Mapping
    #: names of the fields whose values are new
    changed: frozenset
    #: id of the plan's step, or False for a new one
    template_id: int | bool = False
    #: whether all of it was understood
    is_read: bool = True


@dataclass(frozen=True, slots=True)
class GraphLink:
    source: str
    target: str
    #: ids of outcomes one of which has to be chosen; empty: any will do
    outcome_ids: frozenset


@dataclass(frozen=True, slots=True)
class Graph:
    """A plan's steps as they are to be; read, not checked."""

    #: of the plan that it was made from; None where it doesn't say so
    version: int | None
    #: in order
    steps: Mapping[str, GraphStep] = field(default_factory=dict)
    links: tuple[GraphLink, ...] = ()
    #: what wasn't understood
    problems: tuple[Problem, ...] = ()


class GraphReader:
    """Reads a graph of steps that a program sends.

    What is no graph is refused. What it says about single steps and can't be understood
    is a problem of these, so that a designer can show all of them at once.

    :param plan: the plan that the graph is for
    """

    def __init__(self, plan):
        self.env = plan.env
        self.format = StepFormat(plan.env)
        self.arguments = Arguments(plan.env)
        self.present = {template.code: template for template in plan.template_ids}
        self._problems = []

    def parse(self, graph):
        """:param graph: see ``get_graph`` of ``mail.activity.plan``
        :rtype: Graph
        :raises UserError: it is none
        """
        graph = self.arguments.mapping(graph, "graph")
        self._check_keys(graph)
        rows = self._read_rows(graph["steps"], "steps", MAX_STEPS)
        links = self._read_rows(graph["links"], "links", MAX_LINKS)
        self._problems = []
        steps = self._read_steps(rows)
        return Graph(
            version=self.arguments.count(graph.get("version"), "version", None),
            steps=self._check_records(steps),
            links=tuple(self._read_links(links, steps)),
            problems=tuple(self._problems),
        )

    def _check_keys(self, graph):
        unknown = [key for key in graph if key not in KEYS]
        if unknown or not {"steps", "links"} <= graph.keys():
            raise UserError(
                self.env._(
                    "A graph has the lists “steps” and “links”, and the “version” that "
                    "it was made from. See get_graph for an example."
                )
            )

    def _read_rows(self, value, name, most):
        rows = self.arguments.list(value, name)
        if len(rows) > most:
            raise UserError(
                self.env._(
                    "“%(name)s” has %(count)s rows, and a plan can have at most "
                    "%(most)s. Make several plans of it.",
                    name=name,
                    count=len(rows),
                    most=most,
                )
            )
        for row in rows:
            if not isinstance(row, dict):
                raise UserError(
                    self.env._(
                        "“%(name)s” has to be a list of objects with named values; "
                        "“%(value)s” is not one.",
                        name=name,
                        value=quote(row),
                    )
                )
        return rows

    def _add_problem(self, step, code, message):
        self._problems.append(Problem(step, code, message))

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def _read_steps(self, rows):
        """:returns: code -> step"""
        steps = {}
        for row in rows:
            code = row.get("code")
            if not isinstance(code, str) or not (code in self.present or is_code(code)):
                self._add_problem(False, "code", self._describe_code(code))
            elif code in steps:
                message = self.env._(
                    "Two steps have the code “%s”. Give one of them another.", code
                )
                self._add_problem(code, "code_taken", message)
            else:
                steps[code] = self._read_step(code, row)
        return steps

    def _describe_code(self, code):
        if code in (None, False, ""):
            return self.env._(
                "A step has no code. Give each a code such as “site_visit”."
            )
        if isinstance(code, str) and len(code) > MAX_LENGTH:
            return self.arguments.explain("code", "code", code)
        return self.env._(
            "“%s” can't be the code of a step. Use lower-case letters, digits and "
            "single underscores, such as “site_visit”.",
            quote(code),
        )

    def _read_step(self, code, row):
        template = self.present.get(code)
        present = self.format.keep(template) if template else {}
        known = len(self._problems)
        values = dict(present)
        for key, value in row.items():
            if key == "code":
                continue
            if key not in self.format.fields:
                message = self.env._(
                    "A step has no “%(key)s”. It has %(keys)s.",
                    key=quote(key),
                    keys=", ".join(["code", *self.format.fields]),
                )
                self._add_problem(code, "key_unknown", message)
            elif problem := self._find_word_problem(key, value):
                self._add_problem(code, *problem)
            else:
                self._read_value(code, key, value, values)
        if not template and "type" not in row:
            self._add_problem(code, *self._find_word_problem("type", None))
        return GraphStep(
            code,
            values,
            frozenset(
                name
                for name, value in values.items()
                if name not in present or not self._is_same(present[name], value)
            ),
            template.id if template else False,
            is_read=len(self._problems) == known,
        )

    def _find_word_problem(self, key, value):
        """:returns: a problem's code and message for a type or a kind that there isn't,
        or None"""
        if key == "type":
            if value in (None, False, ""):
                return "type_missing", self.env._(
                    "The step has no activity type. Choose one."
                )
            if self.format.find("mail.activity.type", value) is None:
                return "type_unknown", self.env._(
                    "There is no activity type with the code “%s”. Choose another one.",
                    quote(value),
                )
        if key == "kind":
            kinds = self.format.model._get_step_kinds()
            if not isinstance(value, str) or value not in kinds:
                return "kind_unknown", self.env._(
                    "There is no step type “%(kind)s”. There are: %(kinds)s.",
                    kind=quote(value),
                    kinds=", ".join(kinds),
                )
        return None

    def _read_value(self, code, key, value, values):
        try:
            values[self.format.fields[key].name] = self.format.parse(key, value)
        except UserError as error:
            self._add_problem(code, "value", str(error))

    @staticmethod
    def _is_same(one, other):
        if isinstance(one, list) and isinstance(other, list):
            return sorted(one, key=repr) == sorted(other, key=repr)
        return one == other

    def _check_records(self, steps):
        """Look whether the records that steps refer to exist, with a query for each
        model.

        :returns: the steps, as far as they do"""
        changed = {
            code: {name: step.values[name] for name in step.changed}
            for code, step in steps.items()
        }
        existing = find_existing(self.format.model, list(changed.values()))
        result = {}
        for code, step in steps.items():
            missing = [
                key
                for key, field_ in self.format.fields.items()
                if field_.name in changed[code]
                and self._is_missing(field_, changed[code][field_.name], existing)
            ]
            for key in missing:
                message = self.env._(
                    "“%s” refers to a record that doesn't exist. Choose another one.",
                    key,
                )
                self._add_problem(code, "value", message)
            is_read = step.is_read and not missing
            result[code] = GraphStep(
                code, step.values, step.changed, step.template_id, is_read
            )
        return result

    @staticmethod
    def _is_missing(field_, value, existing):
        if not value:
            return False
        if field_.type == "reference":
            name, _comma, id_ = value.partition(",")
            return int(id_) not in existing.get(name, ())
        if not field_.relational:
            return False
        ids = value if field_.type in X2MANY else [value]
        return not existing[field_.comodel_name].issuperset(ids)

    # ------------------------------------------------------------
    # Links
    # ------------------------------------------------------------

    def _read_links(self, rows, steps):
        """:returns: the links between steps that there are"""
        seen = set()
        for row in rows:
            if unknown := [key for key in row if key not in LINK_KEYS]:
                raise UserError(
                    self.env._(
                        "A link has “from”, “to” and “outcomes”, but no “%s”.",
                        quote(unknown[0]),
                    )
                )
            source, target = row.get("from"), row.get("to")
            known = isinstance(target, str) and target in steps
            outcome_ids = self._read_outcomes(row, target if known else False)
            unknown = [
                code
                for code in (source, target)
                if not isinstance(code, str) or code not in steps
            ]
            if unknown:
                message = self.env._(
                    "A link from “%(one)s” to “%(other)s”: there is no step "
                    "“%(step)s”. Remove the link, or add the step.",
                    one=quote(source),
                    other=quote(target),
                    step=quote(unknown[0]),
                )
                self._add_problem(target if known else False, "link_unknown", message)
            elif source == target:
                message = self.env._("“%s” can't wait for itself.", target)
                self._add_problem(target, "link_self", message)
            elif (source, target) in seen:
                message = self.env._(
                    "There are two links from “%(one)s” to “%(other)s”. Make one "
                    "of them.",
                    one=source,
                    other=target,
                )
                self._add_problem(target, "link_twice", message)
            else:
                seen.add((source, target))
                yield GraphLink(source, target, outcome_ids)

    def _read_outcomes(self, row, target):
        """:returns: ids of the outcomes on a link"""
        ids = set()
        for code in self.arguments.list(row.get("outcomes"), "outcomes"):
            id_ = self.format.find("mail.activity.outcome", code)
            if id_ is None:
                message = self.env._(
                    "There is no outcome with the code “%s”. Choose another one.",
                    quote(code),
                )
                self._add_problem(target, "outcome_unknown", message)
            else:
                ids.add(id_)
        return frozenset(ids)
