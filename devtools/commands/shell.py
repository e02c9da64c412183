"""usage: ./dev shell [-d DB] [Odoo's own options]

A Python shell inside Odoo, on the database of ./dev run unless another is given. It
reads standard input where that is no terminal: echo 'print(env.user)' | ./dev shell
"""

from devtools import addons, workspace
from devtools.database import RUN
from devtools.paths import Paths


def main(paths: Paths, args: list[str]) -> int:
    """Run Odoo's shell."""
    with workspace.databases(paths, workspace.RUN_CLUSTER) as databases:
        database = databases.name(RUN)
        if not names_database(args) and database not in databases.existing():
            suite = addons.discover(paths.repo, with_tests=False)
            databases.ensure_run(addons.require(suite, paths.repo))
        config = databases.odoo.write_config("shell", database, 8069)
        return databases.odoo.run(["shell", "--no-http", *args], config)


def names_database(args: list[str]) -> bool:
    """Whether Odoo's options name a database."""
    return any(arg.startswith("--database") or arg.startswith("-d") for arg in args)
