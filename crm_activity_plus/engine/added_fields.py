# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What other addons, or administrators, add to the steps of plans and to activities. A
run keeps the values of their fields as JSON, whatever fields there are."""

from collections import defaultdict

from odoo import models
from odoo.fields import Command, Date, Datetime

# Whose fields the engine knows by their names.
KNOWN_ADDONS = frozenset(("base", "mail", "crm_activity_plus"))

X2MANY = ("many2many", "one2many")

# Those whose value says all there is to say.
KEPT_TYPES = frozenset(
    (
        *("boolean", "char", "date", "datetime", "float", "html", "integer", "json"),
        *("many2one", "many2one_reference", "monetary", "reference", "selection"),
        *("text", *X2MANY),
    )
)


def is_added(field):
    """:returns: whether neither Odoo's own mail nor this addon defines a field"""
    return bool(
        field.manual or (field._modules and KNOWN_ADDONS.isdisjoint(field._modules))
    )


def is_extended(record, name):
    """:returns: whether another addon, or an automation rule, extends a method"""
    return any(
        vars(base).get("_module") not in KNOWN_ADDONS
        for base in type(record).__mro__
        if name in vars(base) and base is not models.BaseModel
    )


def is_writable(field):
    """:returns: whether a value that is given for a field is stored"""
    return bool(
        field.store and not field.related and not (field.compute and field.readonly)
    )


def read_values(record, names):
    """:returns: the values of a record's fields; JSON-able"""
    return {name: _to_json(record._fields[name], record) for name in names}


def _to_json(field, record):
    value = record[field.name]
    match field.type:
        case "many2one":
            return value.id
        case "many2many" | "one2many":
            return value.ids
        case "date":
            return value and Date.to_string(value)
        case "datetime":
            return value and Datetime.to_string(value)
        case "reference":
            return f"{value._name},{value.id}" if value else False
        case _:
            return value


def revive(model, values_list):
    """Make values of fields from what was kept of them, maybe long ago.

    :param model: what the fields belong to
    :param list[dict] values_list: values as ``read_values`` gives them
    :returns: values for ``new`` and ``create``, in the same order, without what was
        deleted or uninstalled since; with a query for each model that they refer to
    """
    existing = find_existing(model, values_list)
    return [
        {
            name: _from_json(model, model._fields[name], value, existing)
            for name, value in values.items()
            if name in model._fields
        }
        for values in values_list
    ]


def copy_values(record, names):
    """:returns: values of a record's fields for another record, without those that say
    nothing, so that defaults are found for them"""
    [values] = revive(record, [read_values(record, names)])
    return drop_silent(record, values)


def drop_silent(model, values):
    """:returns: the values without those that say nothing"""
    return {
        name: value
        for name, value in values.items()
        if value or model._fields[name].type == "boolean"
    }


def find_existing(model, values_list):
    """:returns: for each model, those of the ids that there still are"""
    ids = defaultdict(set)
    for values in values_list:
        for name, value in values.items():
            field = model._fields.get(name)
            if value and field and field.relational:
                ids[field.comodel_name].update(
                    value if field.type in X2MANY else [value]
                )
            elif value and field and field.type == "reference":
                res_model, _comma, res_id = value.partition(",")
                ids[res_model].add(int(res_id))
    return {
        name: set(model.env[name].sudo().browse(found).exists()._ids)
        for name, found in ids.items()
        if name in model.env
    }


def _from_json(model, field, value, existing):
    if not value:
        return value
    match field.type:
        case "many2one":
            return value if value in existing[field.comodel_name] else False
        case "many2many" | "one2many":
            there = existing[field.comodel_name]
            return [Command.set([res_id for res_id in value if res_id in there])]
        case "reference":
            res_model, _comma, res_id = value.partition(",")
            return value if int(res_id) in existing.get(res_model, ()) else False
        case "selection":
            return value if value in field.get_values(model.env) else False
        case _:
            return value
