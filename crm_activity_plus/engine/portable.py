# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Records in words that mean the same in another database."""

from odoo.exceptions import UserError
from odoo.fields import Command, Date, Datetime

from ..tools.values import is_given, quote
from .added_fields import X2MANY
from .arguments import Arguments

# What a record is known by, where that isn't its name.
KEYS = {
    "mail.activity.outcome": "code",
    "mail.activity.plan": "code",
    "mail.activity.type": "code",
    "res.users": "login",
}
# What only some of which are for the records of a plan.
MODEL_FIELDS = {"ir.actions.server": "model_name", "mail.template": "model"}
TEXTS = ("char", "html", "text")
# Known by technical names, which aren't kept from anybody.
TECHNICAL_MODELS = ("ir.model", "ir.model.fields")


class Names:
    """Tells records by codes and names, and finds them by these.

    It remembers what it found, so that it must not live longer than one operation.

    :param env: environment, as whoever exports or imports
    """

    def __init__(self, env):
        self.env = env
        self._found = {}

    def tell(self, records):
        """:returns: the names of those records that the user may read
        :rtype: list[str]"""
        if records._name in TECHNICAL_MODELS:
            records = records.sudo()
        else:
            records = records.sudo(False).exists()._filtered_access("read")
        return [name for name in map(self._tell, records) if name]

    def _tell(self, record):
        match record._name:
            case "ir.model":
                return record.model
            case "ir.model.fields":
                return f"{record.model}/{record.name}"
            case "res.partner":
                return record.email_normalized or record.name
        return record[KEYS.get(record._name, record._rec_name or "id")]

    def find(self, comodel, name, res_model=None):
        """:param str comodel: a model
        :param str name: as :meth:`tell` has it
        :param str res_model: the model of the plan that refers to it
        :returns: an id, or False where the user may read no such record
        """
        key = (comodel, name, res_model if comodel in MODEL_FIELDS else None)
        if key not in self._found:
            self._found[key] = self._find(*key)
        return self._found[key]

    def remember(self, record, name, res_model=None):
        """:param record: a new one, which a file knows by that name"""
        key = (record._name, name, res_model if record._name in MODEL_FIELDS else None)
        self._found[key] = record.id

    def _find(self, comodel, name, res_model):
        if comodel == "ir.model":
            return name in self.env and self.env[comodel]._get_id(name)
        if comodel == "ir.model.fields":
            model, _slash, field = name.partition("/")
            return self.env[comodel].sudo()._get(model, field).id
        model = self.env[comodel]
        if not model.has_access("read") or not (model._rec_name or comodel in KEYS):
            return False
        key = KEYS.get(comodel, model._rec_name)
        if comodel == "res.partner" and "@" in name:
            key, name = "email_normalized", name.lower()
        domain = [(key, "=", name)]
        if res_model:
            domain.append((MODEL_FIELDS[comodel], "=", res_model))
        # A code is taken by an archived record, too.
        by_code = key == "code"
        found = model.with_context(active_test=not by_code).search(
            domain, limit=1, order="id"
        )
        return found.id


class RecordFormat:
    """What a file says of the records of a model.

    :param Names names: names of records
    :param model: the model
    :param field_names: the fields that are told
    """

    def __init__(self, names, model, field_names):
        self.names = names
        self.env = model.env
        self.model = model
        self.fields = {
            name: model._fields[name]
            for name in field_names
            if name in model._fields
            and model._has_field_access(model._fields[name], "read")
        }
        self.arguments = Arguments(model.env)
        self._langs = [code for code, _name in model.env["res.lang"].get_installed()]

    # ------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------

    def tell(self, record):
        """:returns: name of a field -> what a file says of it; JSON-able
        :rtype: dict"""
        # Whoever may read the record may; of others, only the names that they may read.
        record = record.sudo()
        return {name: self._tell(field, record) for name, field in self.fields.items()}

    def _tell(self, field, record):
        value = record[field.name]
        if field.translate:
            return self._tell_in_languages(field, record)
        if field.relational:
            told = self.names.tell(value)
            return told if field.type in X2MANY else (told or [False])[0]
        match field.type:
            case "date":
                return value and Date.to_string(value)
            case "datetime":
                return value and Datetime.to_string(value)
        return str(value) if isinstance(value, str) else value

    def _tell_in_languages(self, field, record):
        """:returns: a text or, where it differs by language, one for each"""
        texts = {
            lang: str(record.with_context(lang=lang)[field.name] or "")
            for lang in self._langs
        }
        if len(set(texts.values())) == 1:
            return next(iter(texts.values())) or False
        return texts

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    def parse(self, row, res_model=None):
        """:param dict row: what a file says of a record
        :param str res_model: the model of the plan that refers to it
        :returns: values for ``create``; the texts in other languages, by language; and
            the names that lead to no record here: name of a field -> names
        :raises UserError: a value is none for its field
        """
        values, texts, missing = {}, {}, {}
        for name, field in self.fields.items():
            if name not in row:
                continue
            value = row[name]
            if field.relational:
                values[name], lost = self.read_records(field, value, name, res_model)
                if lost:
                    missing[name] = lost
                continue
            if field.type in TEXTS and isinstance(value, dict):
                own, value = self._split_languages(value, name)
                if field.translate:
                    for lang, text in own.items():
                        texts.setdefault(lang, {})[name] = text
            elif field.type in TEXTS:
                value = self.arguments.text(value, name)
            if is_given(value) or field.type == "boolean":
                if field.type == "boolean":
                    value = self.arguments.flag(value, name)
                values[name] = value
            elif not field.required:
                values[name] = False
        self.arguments.check_values(self.model, [values, *texts.values()])
        return values, texts, missing

    def pick_text(self, value, name):
        """:returns: of a text by language the one for the user"""
        if not isinstance(value, dict):
            return value
        return self._split_languages(value, name)[1]

    def _split_languages(self, texts, name):
        """:returns: the texts by language, as far as these are installed, and the one
        for the user"""
        read = {
            lang: text
            for lang in texts
            if (text := self.arguments.text(texts[lang], name))
        }
        own = {lang: text for lang, text in read.items() if lang in self._langs}
        for lang in (self.env.lang, "en_US"):
            if lang in read:
                return own, read[lang]
        return own, next(iter(read.values()), False)

    def read_records(self, field, value, name, res_model=None):
        """:param field: a relational field
        :param value: names of records
        :returns: what to write: an id, or ids; and the names that lead to none
        :raises UserError: it is something else
        """
        is_many = field.type in X2MANY
        told = self.arguments.list(value, name) if is_many else [value]
        ids, missing = [], []
        for item in filter(is_given, told):
            if not isinstance(item, str):
                raise UserError(
                    self.env._(
                        "“%(name)s” has to be the name or the code of a record, not "
                        "“%(value)s”.",
                        name=name,
                        value=quote(item),
                    )
                )
            id_ = self.names.find(field.comodel_name, item, res_model)
            (ids if id_ else missing).append(id_ or item)
        return (ids if is_many else (ids or [False])[0]), missing

    def make(self, values, texts):
        """:param values, texts: see :meth:`parse`
        :returns: the new record, in all languages"""
        record = self.model.create(self.link(values))
        self.write_texts(record, texts)
        return record

    def link(self, values):
        """:returns: values with commands for what are lists of ids"""
        return {
            name: [Command.set(value)]
            if self.model._fields[name].type in X2MANY
            else value
            for name, value in values.items()
        }

    def write_texts(self, record, texts):
        for lang, values in texts.items():
            record.with_context(lang=lang).write(values)
