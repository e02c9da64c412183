# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Reading the same fields of many records."""


def read_columns(records, names):
    """Read fields column by column. Reading one field of one record makes a record of
    each key, which takes most of the time where there are thousands.

    :returns: for each record a dictionary of what the database has: ids for records,
        and False for nothing
    :rtype: list[dict]
    """
    names = list(names)
    rows = zip(*_read_columns(records, names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


def read_by_id(records, names):
    """:returns: id of a record -> see :func:`read_columns`
    :rtype: dict[int, dict]"""
    return dict(zip(records._ids, read_columns(records, names), strict=True))


def read_column(records, name):
    """:returns: see :func:`read_columns`; of one field, for each record
    :rtype: list"""
    return _read_columns(records, [name])[0]


def _read_columns(records, names):
    records._recompute_recordset(names)
    records.fetch(names)
    return [_read_column(records, records._fields[name]) for name in names]


def _read_column(records, field):
    cache = field._get_cache(records.env)
    try:
        return [_or_false(cache[id_]) for id_ in records._ids]
    except KeyError:
        # It has no column, or a record is gone.
        read = field.convert_to_write
        return [read(record[field.name], record) for record in records]


def _or_false(value):
    return False if value is None else value
