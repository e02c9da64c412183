"""Everything a command needs, set up in the right order."""

from collections.abc import Iterator
from contextlib import contextmanager

from devtools import odoo_source, postgres, python_env
from devtools.database import Databases
from devtools.odoo_server import Odoo
from devtools.paths import Paths
from devtools.python_env import PythonEnv

_LOCKS = ("requirements.txt", "requirements-addons.txt")
# Tests get a cluster of their own: it is fast, and may lose data in a power cut.
RUN_CLUSTER = "run"
TEST_CLUSTER = "test"


def environment(paths: Paths) -> tuple[odoo_source.OdooSource, PythonEnv]:
    """Odoo and the virtual environment for it."""
    source = odoo_source.locate(paths)
    return source, python_env.ensure(paths, "venv", _LOCKS, source)


@contextmanager
def databases(paths: Paths, cluster: str) -> Iterator[Databases]:
    """Odoo with a database server that runs while the block does."""
    source, python = environment(paths)
    with postgres.server(paths, cluster, durable=cluster == RUN_CLUSTER) as server:
        yield Databases(Odoo(paths, source, python, server))
