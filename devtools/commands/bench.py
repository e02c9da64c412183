"""usage: ./dev bench [arguments of bench/run.py]

Run the benchmarks in bench/, on the database server of ./dev run. bench/run.py finds
Odoo's command line in $ODOO_COMMAND, its configuration in $ODOO_RC, and PostgreSQL by
the usual PG variables."""

import shlex

from devtools import ports, process, workspace
from devtools.console import say
from devtools.database import RUN
from devtools.paths import Paths


def main(paths: Paths, args: list[str]) -> int:
    """Run the benchmarks, if there are any."""
    script = paths.repo / "bench" / "run.py"
    if not script.exists():
        say("There are no benchmarks: bench/run.py is missing")
        return 0
    with workspace.databases(paths, workspace.RUN_CLUSTER) as databases:
        odoo = databases.odoo
        config = odoo.write_config("bench", databases.name(RUN), ports.random_free())
        env = odoo.environ()
        env["ODOO_RC"] = str(config)
        env["ODOO_COMMAND"] = shlex.join(odoo.command())
        command = [str(odoo.python.python), str(script), *args]
        return process.run(command, env=env, cwd=paths.repo)
