"""usage: ./dev odoo ARGS...
       ./dev shell [-d DB] [Odoo's own options]

Odoo's own command line with paths and database settings filled in. Whatever is given
wins; without -d it works on the database of ./dev run. The shell is one of Python's,
and reads standard input if that is no terminal: echo 'print(env.user)' | ./dev shell"""

from devtools import addons, database
from devtools.odoo_server import DEFAULT_PORT, free_port
from devtools.paths import Paths


def main(paths: Paths, args: list[str]) -> int:
    """Run Odoo with the user's arguments."""
    with database.connect(paths, "run") as databases:
        name = databases.name(database.RUN)
        if args[:1] == ["shell"] and not names_database(args):
            if name not in databases.existing():
                databases.ensure_run(addons.discover(paths.repo, with_tests=False))
        with databases.odoo.config("odoo", name, free_port(DEFAULT_PORT)) as config:
            return databases.odoo.run(args, config)


def names_database(args: list[str]) -> bool:
    """Whether Odoo's options name a database."""
    return any(arg.startswith(("--database", "-d")) for arg in args)
