"""Odoo's configuration, command line and port."""

import configparser
import contextlib
import os
import re
import shlex
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools import process
from devtools.console import DevError, progress
from devtools.odoo_source import OdooSource
from devtools.paths import Paths
from devtools.postgres import Server
from devtools.python_env import PythonEnv

ODOO_BIN = Path(__file__).with_name("bin") / "odoo-bin"
HOST = "127.0.0.1"
DEFAULT_PORT = 8069
# What is shown of a log; PyPI's PostgreSQL lacks an extension, and Odoo does without.
_TROUBLE = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) (?!.*pg_trgm)")
# Variables of the user's that would win over our configuration.
_OWN_VARIABLES = ("ODOO_RC", "OPENERP_SERVER", "PGDATABASE", "PGDATABASE_TEMPLATE")


@dataclass(frozen=True)
class Odoo:
    """Odoo, ready to be started on a database server."""

    paths: Paths
    source: OdooSource
    python: PythonEnv
    postgres: Server
    #: has addons of others that are on the path, too
    beside: PythonEnv | None = None

    @property
    def identity(self) -> list[str]:
        """Tells this Odoo, with all that its databases depend on, from another."""
        envs = filter(None, (self.python, self.beside))
        return [self.source.identity, *(env.folder.name for env in envs)]

    def environ(self) -> dict[str, str]:
        """The variables for Odoo and for whatever connects to its database."""
        env = self.python.environ() | dict(self.postgres.env)
        env = {key: value for key, value in env.items() if key not in _OWN_VARIABLES}
        if self.beside:
            env["PYTHONPATH"] = str(self.beside.site_packages)
        if self.postgres.bin:
            env["PATH"] += f"{os.pathsep}{self.postgres.bin}"
        return env

    @contextlib.contextmanager
    def config(
        self, name: str, database: str, port: int = DEFAULT_PORT
    ) -> Iterator[Path]:
        """A file for as long as the block runs, for our eyes only. Port 0: any free."""
        addons = [self.paths.repo, *self.source.addons_paths]
        addons += [self.beside.site_packages / "odoo/addons"] if self.beside else []
        config = configparser.RawConfigParser()
        config["options"] = {
            "addons_path": ",".join(map(str, addons)),
            "data_dir": str(self.paths.made("data")),
            "db_name": database,
            "http_interface": HOST,
            "http_port": str(port),
            "screenshots": str(self.paths.state / "screenshots"),
        }
        config["queue_job"] = {"channels": "root:0"}  # Tests look at what jobs take.
        for option in ("host", "port", "user", "password", "sslmode"):
            if value := self.postgres.env.get(f"PG{option.upper()}"):
                config["options"][f"db_{option}"] = value
        folder = self.paths.made("conf")
        with tempfile.NamedTemporaryFile("w", prefix=f"{name}-", dir=folder) as file:
            config.write(file)
            file.flush()
            yield Path(file.name)

    def command(self, *args: str) -> list[str]:
        """The command line that starts Odoo, even beside a folder named ``odoo``."""
        return [str(self.python.python), str(ODOO_BIN), *args]

    def run(self, args: Sequence[str], config: Path, *script: Any, **kw: Any) -> int:
        """Run Odoo in the foreground with the user's own arguments; or a script, that
        finds it by the variables ODOO_COMMAND and ODOO_RC."""
        env = self.environ() | {"ODOO_RC": str(config)}
        env["ODOO_COMMAND"] = shlex.join(self.command())
        command = [*map(str, script), *args] if script else self.command(*args)
        folder = self.paths.repo if script else None
        return process.run(command, env=env, cwd=folder, **kw)

    def run_quietly(self, command: Sequence[str], config: Path, label: str) -> str:
        """Run a command of Odoo's to its end, and return its log. Warnings and errors
        are shown; a failure ends the command."""
        name = re.sub(r"[^a-z0-9]+", "-", label.lower())[:100]
        log = self.paths.made("log") / f"{name}.log"

        def follow(line: str) -> None:
            if _TROUBLE.match(line):
                print(line, file=sys.stderr, flush=True)
            elif "Loading module" in line:
                show(line.partition("Loading module ")[2])

        with progress(label) as show:
            env = self.environ() | {"ODOO_RC": str(config)}
            result = process.capture(command, env=env, on_line=follow, check=False)
            log.write_text(result.stdout)
            if result.returncode:
                sys.stderr.writelines(result.stdout.splitlines(keepends=True)[-40:])
                raise DevError(f"{label}: failed; Odoo's whole log: {log}")
        return result.stdout


def is_free(port: int) -> bool:
    """Whether a server could listen on a port."""
    with contextlib.suppress(OSError, OverflowError):
        socket.create_server((HOST, port)).close()
        return True
    return False


def free_port(start: int) -> int:
    """The first free port from a given one on."""
    return next(port for port in range(start, 65536) if is_free(port))
