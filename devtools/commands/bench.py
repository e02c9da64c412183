"""usage: ./dev bench [arguments of bench/run.py], ./dev screenshots, or ./dev cluster

Run the benchmarks in bench/, take the README's pictures, or run two servers; all with
the PostgreSQL of ./dev run. bench/run.py finds Odoo's command line in $ODOO_COMMAND,
its configuration in $ODOO_RC, and PostgreSQL by the usual PG variables."""

import shlex

from devtools import addons, database, process
from devtools.paths import Paths


def main(paths: Paths, args: list[str]) -> int:
    """Run the benchmarks."""
    with database.connect(paths, "run") as databases:
        odoo = databases.odoo
        if "--serve" in args:
            databases.ensure_run(addons.discover(paths.repo, with_tests=False))
        with odoo.config("bench", databases.name(database.RUN)) as config:
            env = odoo.environ() | {"ODOO_RC": str(config)}
            env["ODOO_COMMAND"] = shlex.join(odoo.command())
            command = [str(odoo.python.python), str(paths.repo / "bench/run.py"), *args]
            return process.run(command, env=env, cwd=paths.repo)
