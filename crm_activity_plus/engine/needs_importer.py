# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command

# A type may refer to types that come later in the file.
CHAIN_FIELDS = ("triggered_next_type_id", "suggested_next_type_ids", "chaining_type")


class NeedsImporter:
    """Finds what the plans of a file need, and makes what isn't there.

    What is here already, by code or by name, is used as it is. Everything else is
    created with the user's own rights: types are for administrators, and email
    templates whose placeholders run code for those who may edit such. Server actions
    may be code themselves: none is ever made.

    :param names: see :class:`~.portable.Names`
    :param dict formats: see ``make_formats``
    :param report: see :class:`~.import_report.ImportReport`
    :param dict type_codes: code of a type in the file -> of the type to use instead
    """

    def __init__(self, names, formats, report, type_codes):
        self.env = names.env
        self.names = names
        self.formats = formats
        self.report = report
        self.type_codes = type_codes
        #: code of a type in the file -> the type that was made of it
        self.new_types = {}
        #: new outcomes, with the code of the plan that each launches
        self._launching = []

    def run(self, sections):
        """:param dict sections: see ``read_file``"""
        for row in sections["server_actions"]:
            model = self._read_model(row)
            if model and self.names.find("ir.actions.server", row["name"], model):
                self.report.add("server_actions", row["name"], "reuse")
        for row in sections["email_templates"]:
            self._import_template(row)
        self._import_types(sections["types"])
        for row in sections["outcomes"]:
            self._import_outcome(row)

    def _read_model(self, row):
        """:returns: the model that something is for; False for one that isn't here, so
        that no plan that can be imported needs it"""
        model = row.get("model")
        return isinstance(model, str) and model in self.env and model

    def _tell_name(self, section, row):
        """:returns: what a row is called, for people"""
        name = row.get("name")
        if isinstance(name, dict):
            name = name.get(self.env.lang) or next(iter(name.values()), False)
        return name if isinstance(name, str) and name else row["code"]

    # ------------------------------------------------------------
    # Email templates
    # ------------------------------------------------------------

    def _import_template(self, row):
        name, model = row["name"], self._read_model(row)
        if not model:
            return
        if self.names.find("mail.template", name, model):
            self.report.add("email_templates", name, "reuse")
            return
        template = self.report.attempt(
            lambda: self._create_template(row, model), "email_templates", name
        )
        if template:
            self.names.remember(template, name, model)
            self.report.add("email_templates", name, "new")

    def _create_template(self, row, model):
        form = self.formats["email_templates"]
        values, texts, _missing = form.parse(row)
        model_id = self.env["ir.model"]._get_id(model)
        values |= {"name": row["name"], "model_id": model_id}
        template = form.model.create(values)
        form.write_texts(template, texts)
        return template

    # ------------------------------------------------------------
    # Types
    # ------------------------------------------------------------

    def find_type_code(self, code):
        """:returns: the code here of a type that the file knows by another one"""
        return self.type_codes.get(code, code) if isinstance(code, str) else code

    def _import_types(self, rows):
        rows_by_type = {}
        for row in rows:
            code = row["code"]
            used = self.find_type_code(code)
            found = self.env["mail.activity.type"].browse(
                self.names.find("mail.activity.type", used) or []
            )
            if found:
                message = used != code and self.env._("Used instead of “%s”.", code)
                self.report.add("types", code, "reuse", message, found.name)
                self.names.remember(found, code)
            elif made := self._import_type(row):
                rows_by_type[made] = row
        for made, row in rows_by_type.items():
            self.report.attempt(
                lambda made=made, row=row: self._chain_type(made, row),
                "types",
                row["code"],
            )

    def _import_type(self, row):
        """:returns: the new type, or None where it can't be made"""
        code, name = row["code"], self._tell_name("types", row)
        if not self.env["mail.activity.type"].has_access("create"):
            message = self.env._(
                "There is no activity type “%(name)s” (%(code)s) here, and only "
                "administrators can add types. Choose another type to use instead, or "
                "ask an administrator to import the file.",
                name=name,
                code=code,
            )
            self.report.add("types", code, "missing", message, name)
            return None
        made = self.report.attempt(
            lambda: self._create_type(row, name), "types", code, name
        )
        if made:
            self.names.remember(made, code)
            self.new_types[code] = made
            self.report.add("types", code, "new", name=name)
        return made

    def _create_type(self, row, name):
        form = self.formats["types"]
        own = {key: value for key, value in row.items() if key not in CHAIN_FIELDS}
        self._check_category(own)
        values, texts, missing = form.parse(own)
        self.tell_missing("types", row["code"], name, missing)
        values.setdefault("name", name)
        return form.make({**values, "code": row["code"]}, texts)

    def _check_category(self, row):
        """What a type opens may be unknown here, without the application that adds it:
        it is a plain one then."""
        field = self.env["mail.activity.type"]._fields["category"]
        category = row.get("category")
        if isinstance(category, str) and category not in field.get_values(self.env):
            message = self.env._(
                "What it does (“%s”) isn't available here. Install the application "
                "that provides it, or use it as a plain type.",
                category[:100],
            )
            self.report.add("types", row["code"], "change", message)
            row["category"] = "default"

    def _chain_type(self, made, row):
        form = self.formats["types"]
        chain = {key: row[key] for key in CHAIN_FIELDS if key in row}
        values, _texts, missing = form.parse(chain)
        self.tell_missing("types", row["code"], made.name, missing)
        if values:
            made.write(form.link(values))
        return made

    def tell_missing(self, section, key, name, missing):
        """Say which records something refers to that there aren't.

        :param dict missing: see ``parse`` of :class:`~.portable.RecordFormat`
        """
        model = self.formats[section].model
        for field_name, names in missing.items():
            message = self.env._(
                "“%(field)s” is left without “%(names)s”, which there isn't here. "
                "Create it first, or choose another one afterwards.",
                field=model._fields[field_name]._description_string(self.env),
                names=", ".join(names)[:200],
            )
            self.report.add(section, key, "change", message, name)

    # ------------------------------------------------------------
    # Outcomes
    # ------------------------------------------------------------

    def _import_outcome(self, row):
        code, name = row["code"], self._tell_name("outcomes", row)
        found = self.env["mail.activity.outcome"].browse(
            self.names.find("mail.activity.outcome", code) or []
        )
        outcome = self.report.attempt(
            lambda: self._extend_outcome(found, row)
            if found
            else self._create_outcome(row, name),
            "outcomes",
            code,
            name,
        )
        if outcome and found:
            self.report.add("outcomes", code, "reuse", name=found.name)
        elif outcome:
            self.names.remember(outcome, code)
            self.report.add("outcomes", code, "new", name=name)
            if row.get("plan_id"):
                self._launching.append((outcome, row))

    def _extend_outcome(self, outcome, row):
        """An outcome that is here, but belongs to some types only, is one of the new
        types as well."""
        told = row.get("activity_type_ids")
        codes = told if isinstance(told, list) else []
        own = outcome.with_context(active_test=False).activity_type_ids
        made = [
            self.new_types[c]
            for c in codes
            if isinstance(c, str) and c in self.new_types
        ]
        if own and made:
            outcome.write(
                {"activity_type_ids": [Command.link(type_.id) for type_ in made]}
            )
        return outcome

    def _create_outcome(self, row, name):
        form = self.formats["outcomes"]
        own = {key: value for key, value in row.items() if key != "plan_id"}
        values, texts, missing = form.parse(own)
        types = missing.pop("activity_type_ids", None)
        if types and not values["activity_type_ids"]:
            # Without any, it would be one of all types.
            message = self.env._(
                "“%(name)s” is an outcome of “%(types)s”, and there are no such types "
                "here.",
                name=name,
                types=", ".join(types)[:200],
            )
            self.report.add("outcomes", row["code"], "missing", message, name)
        self.tell_missing("outcomes", row["code"], name, missing)
        values.setdefault("name", name)
        return form.make({**values, "code": row["code"]}, texts)

    def launch_by_outcomes(self):
        """New outcomes launch plans, which are here now."""
        form = self.formats["outcomes"]
        for outcome, row in self._launching:
            field = form.fields["plan_id"]
            plan_id, missing = form.read_records(field, row["plan_id"], "plan_id")
            if missing:
                missing = {"plan_id": missing}
                self.tell_missing("outcomes", row["code"], outcome.name, missing)
            elif plan_id:
                outcome.plan_id = plan_id
