"""usage: ./dev odoo ARGS...

Odoo's own command line with paths and database settings filled in. Whatever is given
wins; without -d it works on the database of ./dev run.
"""

from devtools import ports, workspace
from devtools.commands.run import DEFAULT_PORT
from devtools.database import RUN
from devtools.paths import Paths


def main(paths: Paths, args: list[str]) -> int:
    """Run Odoo with the user's arguments."""
    with workspace.databases(paths, workspace.RUN_CLUSTER) as databases:
        port = ports.first_free(DEFAULT_PORT)
        config = databases.odoo.write_config("odoo", databases.name(RUN), port)
        return databases.odoo.run(args, config)
