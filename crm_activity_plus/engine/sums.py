# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Adding up tables with millions of rows."""

from contextlib import contextmanager

# What PostgreSQL plans by; anybody may set it, in transactions that only read, too.
# Compiling costs more than it saves.
UNCOMPILED = {"jit": "off"}
HASHED = {
    **UNCOMPILED,
    # The groups of the figures fit into it: otherwise it sorts all rows by them.
    "work_mem": "'64MB'",
}


@contextmanager
def adding_up(env, settings):
    """Have PostgreSQL add up whole tables as fast as it can.

    After an error, the end of the transaction or of its savepoint puts things back.

    :param dict settings: ``HASHED``; ``UNCOMPILED`` where groups are few, and known
    """
    before = [f"SET LOCAL {name} = {value}" for name, value in settings.items()]
    env.cr.execute("; ".join(before))
    yield
    after = [f"SET LOCAL {name} TO DEFAULT" for name in settings]
    env.cr.execute("; ".join(after))
