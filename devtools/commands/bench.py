"""usage: ./dev bench [arguments of bench/run.py], or ./dev screenshots

Run the benchmarks in bench/, or take the pictures of the README, on the database server
of ./dev run."""

from devtools import database
from devtools.paths import Paths


def main(paths: Paths, args: list[str]) -> int:
    """Run the benchmarks."""
    with database.connect(paths, "run") as databases:
        odoo = databases.odoo
        with odoo.config("bench", databases.name(database.RUN)) as config:
            return odoo.run(args, config, odoo.python.python, "bench/run.py")
