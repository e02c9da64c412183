"""usage: ./dev bench [arguments of bench/run.py], ./dev screenshots, or ./dev cluster

Run the benchmarks in bench/, take the README's pictures, or run two servers; all with
the PostgreSQL of ./dev run."""

from devtools import addons, database
from devtools.paths import Paths


def main(paths: Paths, args: list[str]) -> int:
    """Run the benchmarks."""
    with database.connect(paths, "run") as databases:
        odoo = databases.odoo
        if "--serve" in args:
            databases.ensure_run(addons.discover(paths.repo, with_tests=False))
        with odoo.config("bench", databases.name(database.RUN)) as config:
            return odoo.run(args, config, odoo.python.python, "bench/run.py")
