# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Doing something with many records, where one that can't be done stops no other."""

from odoo.exceptions import UserError

from ..tools.savepoint import savepoint


def do_with_each(records, function, failures):
    """Do something with all records at once. Where that is refused, halve them until
    those are found that are to blame.

    :param function: called with records; refuses by a ``UserError``, such as an
        ``AccessError``
    :param dict failures: filled: id of a record -> why it was left
    :returns: the records that it was done with
    :raises psycopg2.OperationalError: the transaction is lost
    """
    if not records:
        return records
    try:
        with savepoint(records.env.cr):
            function(records)
            records.env.flush_all()
    except UserError as error:
        records.env.invalidate_all()
        if len(records) == 1:
            failures[records.id] = error.args[0]
            return records.browse()
        half = len(records) // 2
        return do_with_each(records[:half], function, failures) + do_with_each(
            records[half:], function, failures
        )
    return records
