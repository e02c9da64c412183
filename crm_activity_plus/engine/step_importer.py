# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from ..tools.values import quote
from .graph_format import CODED_MODELS, StepFormat
from .portable import TEXTS

# Kinds of steps that can do nothing without a record that a file only names.
NEEDED = {"email": "mail_template_id", "server_action": "server_action_id"}


class StepImporter:
    """Makes the graph of a plan of what a file says about its steps.

    :param form: see :class:`~.portable.RecordFormat`; that of plans
    :param needs: see :class:`~.needs_importer.NeedsImporter`
    :param report: see :class:`~.import_report.ImportReport`
    :param bool as_manual: make manual activities of steps that lack what they need
    """

    def __init__(self, form, needs, report, as_manual):
        self.env = form.env
        self.form = form
        self.needs = needs
        self.report = report
        self.as_manual = as_manual
        self.steps = StepFormat(form.env)
        self.kinds = self.steps.model._get_step_kinds()
        self._plan = None
        self._code = None

    def make_graph(self, plan, row):
        """:param plan: the new plan, without steps
        :param dict row: what the file says about it
        :returns: its graph, see ``get_graph`` of ``mail.activity.plan``
        :raises UserError: it is none
        """
        self._plan, self._code = plan, row["code"]
        rows = self.form.arguments.list(row.get("steps"), "steps")
        return {
            "version": plan.version or 0,
            "steps": [self._read_step(step) for step in rows],
            "links": self.form.arguments.list(row.get("links"), "links"),
        }

    def _read_step(self, row):
        row = self.form.arguments.mapping(row, "steps")
        step, lost = {}, {}
        for key, value in row.items():
            if key == "code":
                step[key] = value
            elif key not in self.steps.fields:
                self._tell(row, self._describe_unknown(key))
            else:
                step[key], missing = self._read_value(key, value)
                if missing:
                    lost[key] = ", ".join(missing)[:200]
        self._settle_kind(step, row, lost)
        self._settle_responsible(step, row, lost)
        for key, names in lost.items():
            self._tell(row, self._describe_lost(key, names))
        return step

    def _read_value(self, key, value):
        """:returns: what the graph says, and the names that lead to no record here"""
        field = self.steps.fields[key]
        if key == "type":
            return self.needs.find_type_code(value), []
        if field.type in TEXTS:
            return self.form.pick_text(value, key), []
        if not field.relational or field.comodel_name in CODED_MODELS:
            return value, []
        return self.form.read_records(field, value, key, self._plan.res_model)

    def _settle_kind(self, step, row, lost):
        """A step that can't do what it is to do here is refused or, if the user wants
        so, somebody does it."""
        kind = step.get("kind")
        if not isinstance(kind, str):
            return
        key = NEEDED.get(kind)
        if kind in self.kinds and key not in lost:
            # Of another kind, it doesn't need it.
            for other in NEEDED.values():
                lost.pop(other, None)
            return
        message = self._describe_lacking(row, kind, lost.pop(key, ""))
        step["kind"] = "activity"
        self._tell(row, message, "change" if self.as_manual else "missing")

    def _settle_responsible(self, step, row, lost):
        """Nobody here has the login, or nothing here knows the role: whoever launches
        the plan is asked."""
        role = step.get("responsible_type")
        field = self.steps.fields["responsible_type"]
        is_known = not isinstance(role, str) or role in field.get_values(self.env)
        if "responsible_id" not in lost and is_known:
            return
        user = lost.pop("responsible_id", role)
        step |= {"responsible_type": "on_demand", "responsible_id": False}
        message = self.env._(
            "“%(step)s” is assigned to “%(user)s”, who isn't here: whoever launches "
            "the plan is asked for somebody. Choose another user afterwards.",
            step=self._tell_name(row),
            user=quote(user),
        )
        self._tell(row, message)

    # ------------------------------------------------------------
    # Words
    # ------------------------------------------------------------

    def _tell_name(self, row):
        name = self.form.pick_text(row.get("summary"), "summary") or row.get("code")
        return quote(name)

    def _tell(self, row, message, action="change"):
        self.report.add("plans", self._code, action, message, self._plan.name)

    def _describe_unknown(self, key):
        return self.env._(
            "“%s” of its steps isn't known here, so it is omitted. If you need it, "
            "install the application that it belongs to first.",
            quote(key),
        )

    def _describe_lost(self, key, names):
        return self.env._(
            "“%(field)s” of a step is left without “%(names)s”, which there isn't "
            "here. Choose another one afterwards.",
            field=self.steps.fields[key]._description_string(self.env),
            names=names,
        )

    def _describe_lacking(self, row, kind, name):
        """:returns: why a step can't do what it is to do"""
        values = {"step": self._tell_name(row), "name": name}
        if kind == "email":
            text = self.env._(
                "“%(step)s” sends the email template “%(name)s”, which can't be used "
                "here.",
                **values,
            )
        elif kind == "server_action":
            text = self.env._(
                "“%(step)s” runs the server action “%(name)s”, which there isn't here. "
                "Actions are never created from a file.",
                **values,
            )
        else:
            values["name"] = quote(kind)
            text = self.env._(
                "“%(step)s” is a step of the type “%(name)s”, which isn't available "
                "here.",
                **values,
            )
        if self.as_manual:
            hint = self.env._("It becomes a manual activity.")
        else:
            hint = self.env._(
                "Create it first, or import the step as a manual activity."
            )
        return f"{text} {hint}"
