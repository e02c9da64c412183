# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from functools import cached_property

from odoo.exceptions import UserError
from odoo.fields import Date, Datetime

from ..tools.values import is_given, quote, read_digits
from .added_fields import X2MANY, is_writable, read_values
from .arguments import Arguments

# What a step says beside its code and its links, in the order of its form.
STEP_FIELDS = (
    *("activity_type_id", "action_type", "summary", "note", "after_mode"),
    *("condition_domain", "delay_count", "delay_unit", "delay_from"),
    *("responsible_type", "responsible_id", "max_attempts", "mail_template_id"),
    *("server_action_id", "duration", "time_of_day", "attendee_ids"),
)
# Those that a graph has another word for.
KEYS = {"activity_type_id": "type", "action_type": "kind"}

# Records that are known by a code.
CODED_MODELS = ("mail.activity.outcome", "mail.activity.type")


class StepFormat:
    """What a graph says about a step, and what that is in a database.

    Between both, values are kept as :func:`~.added_fields.read_values` has them. It
    remembers codes, so that it must not live longer than one operation.

    :param env: environment, as whoever reads or sends the graph
    """

    def __init__(self, env):
        self.env = env
        self.model = env["mail.activity.plan.template"]
        self.arguments = Arguments(env)
        #: key in a graph -> field of the plan's step
        self.fields = {
            KEYS.get(name, name): self.model._fields[name]
            for name in (*STEP_FIELDS, *self._get_added_names())
            if self.model._has_field_access(self.model._fields[name], "read")
        }

    def _get_added_names(self):
        """:returns: names of the fields that other addons add; not what is a record of
        its own"""
        fields = map(self.model._fields.get, self.model._get_added_fields())
        return [
            field.name
            for field in fields
            if is_writable(field) and field.type != "one2many"
        ]

    @cached_property
    def ids_by_code(self):
        """Model -> code -> id; archived and deleted ones, too: steps keep them."""
        return {
            name: {
                record.code: record.id
                for record in self.env[name]
                .sudo()
                .with_context(active_test=False)
                .search_fetch([], ["code"])
            }
            for name in CODED_MODELS
        }

    @cached_property
    def _codes(self):
        return {
            model: {id_: code for code, id_ in ids.items()}
            for model, ids in self.ids_by_code.items()
        }

    def keep(self, template):
        """:returns: what a step of a plan says: name of a field -> kept value"""
        # Whoever may read the plan may: they are ids.
        template = template.sudo().with_context(active_test=False)
        values = read_values(template, [field.name for field in self.fields.values()])
        return {
            name: str(value) if isinstance(value, str) else value
            for name, value in values.items()
        }

    def tell(self, code, kept):
        """:returns: what a graph says about a step; JSON-able"""
        return {
            "code": code,
            **{
                key: self._tell_value(field, kept[field.name])
                for key, field in self.fields.items()
            },
        }

    def _tell_value(self, field, value):
        codes = self._codes.get(field.comodel_name)
        if codes is None or not value:
            return value
        if field.type in X2MANY:
            return [codes[id_] for id_ in value]
        return codes[value]

    def parse(self, key, value):
        """Read what a graph says about a step.

        :param str key: a key of :attr:`fields`
        :returns: the kept value. Whether a record with that id exists is left to the
            caller
        :raises UserError: it is no value for it
        """
        field = self.fields[key]
        if not is_given(value):
            return self._read_nothing(key, field)
        if field.relational:
            return self._read_records(key, field, value)
        if field.type == "boolean":
            return self.arguments.flag(value, key)
        if field.type == "reference":
            return self._read_reference(key, value)
        self.arguments.check_values(self.model, [{field.name: value}])
        return self._tidy(field, value)

    def _read_nothing(self, key, field):
        if field.type in X2MANY:
            return []
        if field.type in ("integer", "float", "monetary"):
            return 0
        if field.required and field.type != "boolean":
            raise UserError(
                self.env._(
                    "“%(name)s” is missing. Give it a value, or omit the key: a new "
                    "step then gets the default.",
                    name=key,
                )
            )
        return False

    def _read_records(self, key, field, value):
        ids = self.ids_by_code.get(field.comodel_name)
        if field.type in X2MANY:
            if ids is None:
                return self.arguments.ids(value, key)
            codes = self.arguments.list(value, key)
            return [self._read_code(key, field, code) for code in codes]
        if ids is None:
            return self.arguments.id(value, key) or False
        return self._read_code(key, field, value)

    def _read_code(self, key, field, code):
        """:returns: the id of a record that is known by a code"""
        id_ = self.find(field.comodel_name, code)
        if id_ is None:
            raise UserError(
                self.env._(
                    "“%(name)s”: there is no %(model)s with the code “%(code)s”.",
                    name=key,
                    model=self.env["ir.model"].sudo()._get(field.comodel_name).name,
                    code=quote(code),
                )
            )
        return id_

    def find(self, model, code):
        """:returns: the id of a record that is known by a code, or None"""
        return self.ids_by_code[model].get(code) if isinstance(code, str) else None

    def _read_reference(self, key, value):
        name, _comma, id_ = (
            value.partition(",") if isinstance(value, str) else ("",) * 3
        )
        known = name in self.env and name in self.fields[key].get_values(self.env)
        if known and (number := read_digits(id_)):
            return f"{name},{number}"
        raise UserError(
            self.env._(
                "“%(name)s” has to be a model and an id, such as “res.partner,3”, not "
                "“%(value)s”.",
                name=key,
                value=quote(value),
            )
        )

    @staticmethod
    def _tidy(field, value):
        """:returns: a value that can be written, as it will be read again"""
        match field.type:
            case "integer" | "many2one_reference":
                return int(value or 0)
            case "float" | "monetary":
                return float(value or 0)
            case "date":
                return Date.to_string(Date.to_date(value))
            case "datetime":
                return Datetime.to_string(Datetime.to_datetime(value))
            case "json":
                return value
            case _:
                return str(value)
