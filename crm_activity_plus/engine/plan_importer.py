# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError

from ..tools.codes import make_code
from ..tools.plan_file import FORMAT, FileError, read_file
from ..tools.values import quote
from .arguments import Arguments
from .environment import unsteered
from .import_report import ImportReport
from .needs_importer import NeedsImporter
from .plan_exporter import make_formats
from .portable import Names
from .step_importer import StepImporter


class PlanImporter:
    """Makes plans of a file, with what they need and isn't here. Whatever is created is
    created with the user's own rights.

    :param plans: the model, as whoever imports
    :param data: the file, see ``import_file`` of ``mail.activity.plan``
    :param types: code of a type in the file -> code of the type to use instead
    :param as_manual: make manual activities of steps that lack their email template,
        their server action or their kind
    :raises UserError: it is no file with plans
    """

    def __init__(self, plans, data, types=None, as_manual=False):
        self.plans = unsteered(plans.sudo(False))
        self.env = self.plans.env
        self.plans.check_access("create")
        arguments = Arguments(self.env)
        type_codes = self._read_types(arguments.mapping(types, "types"))
        as_manual = arguments.flag(as_manual, "as_manual")
        self.sections = self._read_file(data)
        self.report = ImportReport(self.env)
        self.names = Names(self.env)
        self.formats = make_formats(self.names)
        self.needs = NeedsImporter(self.names, self.formats, self.report, type_codes)
        self.steps = StepImporter(
            self.formats["plans"], self.needs, self.report, as_manual
        )

    def _read_types(self, types):
        """:raises UserError: one of the types to use instead isn't here"""
        names = Names(self.env)
        for used in types.values():
            if not isinstance(used, str) or not names.find("mail.activity.type", used):
                raise UserError(
                    self.env._(
                        "There is no activity type with the code “%s” to use instead. "
                        "Choose another one.",
                        quote(used),
                    )
                )
        return types

    def run(self):
        """Create everything. What can't be is in the :attr:`report`: then nothing of
        it may stay.

        :returns: the new plans
        """
        self.needs.run(self.sections)
        # What an outcome launches is here before the plans that somebody asked for.
        plans = self.plans.browse()
        for row in self.sections["plans"]:
            plans |= self._import_plan(row)
        self.needs.launch_by_outcomes()
        return plans

    # ------------------------------------------------------------
    # Plans
    # ------------------------------------------------------------

    def _import_plan(self, row):
        """:returns: the new plan; none where it can't be made, or isn't needed"""
        code, nothing = row["code"], self.plans.browse()
        form = self.formats["plans"]
        here = nothing.browse(self.names.find("mail.activity.plan", code) or [])
        if here and row.get("only_if_missing") is True:
            self.report.add("plans", code, "reuse", name=here.name)
            return nothing
        name, place = form.pick_text(row.get("name"), "name"), len(self.report.entries)
        plan = self.report.attempt(
            lambda: self._create_plan(row, name), "plans", code, quote(name or code)
        )
        if not plan:
            return nothing
        self.names.remember(plan, code)
        message = False
        if plan.code != code:
            message = self.env._(
                "There is a plan with the code “%(code)s” already. This one is a copy, "
                "with the code “%(other)s”.",
                code=code,
                other=plan.code,
            )
        # Before what else there is to say about it.
        self.report.add("plans", code, "new", message, plan.name, place)
        return plan

    def _create_plan(self, row, name):
        form = self.formats["plans"]
        self._check_model(row)
        values, _texts, missing = form.parse(row, row["res_model"])
        values["name"] = form.arguments.text(name, "name") or row["code"]
        values["code"] = make_code(row["code"], self._get_taken_codes())
        if missing.pop("company_id", None):
            values["company_id"] = self.env.company.id
            self._tell_company(row, values["name"])
        self.needs.tell_missing("plans", row["code"], values["name"], missing)
        plan = form.make(values, {})
        graph = self.steps.make_graph(plan, row)
        problems = plan._find_problems(graph)
        for problem in problems:
            if problem["level"] == "error":
                message = f"{plan.name}: {problem['message']}"
                self.report.add("plans", row["code"], "missing", message, plan.name)
            else:
                self.report.add(
                    "plans", row["code"], "change", problem["message"], plan.name
                )
        if not any(problem["level"] == "error" for problem in problems):
            plan._write_graph(graph)
        return plan

    def _get_taken_codes(self):
        return {code for code in self.plans._get_codes_in_use() if code}

    def _check_model(self, row):
        """:raises UserError: the plan is for an application that isn't here"""
        model = row.get("res_model")
        known = self.plans._fields["res_model"].get_values(self.env)
        if not isinstance(model, str) or model not in known:
            raise UserError(
                self.env._(
                    "The plan “%(plan)s” is for records of “%(model)s”, which there "
                    "aren't here. Install their application, or leave the plan out.",
                    plan=row["code"][:100],
                    model=quote(model),
                )
            )

    def _tell_company(self, row, name):
        message = self.env._(
            "It was of the company “%(company)s”, and becomes one of “%(own)s”.",
            company=quote(row["company_id"]),
            own=self.env.company.name,
        )
        self.report.add("plans", row["code"], "change", message, name)

    # ------------------------------------------------------------
    # The file
    # ------------------------------------------------------------

    def _read_file(self, data):
        try:
            return read_file(data)
        except FileError as error:
            raise UserError(self._describe(error.kind, error.values)) from error

    def _describe(self, kind, values):
        """:returns: why something is no file with plans, and what to do"""
        sentences = {
            "broken": self.env._(
                "The file is damaged, or it is no file with activity plans: "
                "%(error)s. Export the plans again.",
                error=values.get("error"),
            ),
            "empty": self.env._("There are no plans in the file."),
            "format": self.env._(
                "It is no file with activity plans: it doesn't say which “format” it "
                "has. Export the plans again."
            ),
            "key": self.env._(
                "The file is damaged: something in “%(name)s” has no “%(key)s”.",
                **{"name": "", "key": "", **values},
            ),
            "list": self.env._(
                "The file is damaged: “%(name)s” is no list of objects.",
                **{"name": "", **values},
            ),
            "many": self.env._(
                "There are %(count)s rows in “%(name)s”, and at most %(most)s can be "
                "imported. Export the plans in several files.",
                **{"name": "", "count": 0, "most": 0, **values},
            ),
            "newer": self.env._(
                "The file has the format %(number)s, and this version knows formats up "
                "to %(known)s. Update CRM Activity Plus, or export the plans from an "
                "older version.",
                number=values.get("number"),
                known=FORMAT,
            ),
            "size": self.env._(
                "The file has more than %(most)s MB, so it isn't read. Export the "
                "plans in several files.",
                most=values.get("most"),
            ),
            "twice": self.env._(
                "The file is damaged: “%(value)s” is in “%(name)s” twice.",
                **{"name": "", "value": "", **values},
            ),
        }
        shape = self.env._(
            "It is no file with activity plans. Choose one that was exported from "
            "Activity Plans."
        )
        return sentences.get(kind, shape)
