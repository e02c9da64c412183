"""Odoo's configuration and command line."""

import configparser
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools import ports, process
from devtools.addons import discover
from devtools.console import Progress
from devtools.errors import DevError
from devtools.odoo_source import OdooSource
from devtools.paths import Paths
from devtools.postgres import Server
from devtools.python_env import PythonEnv

_LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")
_TROUBLE = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")
# PyPI's PostgreSQL lacks it, and Odoo does without.
_OPTIONAL_EXTENSION = "pg_trgm"
# Variables of the user's that would win over our configuration.
_OWN_VARIABLES = ("ODOO_RC", "OPENERP_SERVER", "PGDATABASE", "PGDATABASE_TEMPLATE")


@dataclass(frozen=True)
class Odoo:
    """Odoo, ready to be started on a database server.

    :param beside: an environment whose addons of others are on the path, too
    """

    paths: Paths
    source: OdooSource
    python: PythonEnv
    postgres: Server
    beside: PythonEnv | None = None

    @property
    def identity(self) -> list[str]:
        """Tells this Odoo, with all that its databases depend on, from another."""
        keys = [self.source.identity, self.python.key]
        return [*keys, self.beside.key] if self.beside else keys

    def environ(self) -> dict[str, str]:
        """The variables for Odoo and for whatever connects to its database."""
        env = self.python.environ()
        for name in _OWN_VARIABLES:
            env.pop(name, None)
        env.update(self.postgres.env)
        if self.beside:
            env["PYTHONPATH"] = str(self.beside.site_packages)
        if self.postgres.bin:
            env["PATH"] += f"{os.pathsep}{self.postgres.bin}"
        return env

    def write_config(self, name: str, database: str, port: int) -> Path:
        """Write a configuration file, for our eyes only: it may hold a password.

        :param name: the file's name: one for each kind of use
        """
        config = configparser.RawConfigParser()
        config["options"] = self.settings(database, port)
        path = self.paths.conf / f"{name}.conf"
        partial = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            config.write(file)
        partial.replace(path)
        return path

    def settings(self, database: str, port: int) -> dict[str, str]:
        """The options of a configuration file."""
        # Odoo complains of a folder on the path that holds no addon.
        own = [self.paths.repo] if discover(self.paths.repo, with_tests=True) else []
        beside = [self.beside.site_packages / "odoo/addons"] if self.beside else []
        addons = [*own, *beside, *self.source.addons_paths]
        settings = {
            "addons_path": ",".join(map(str, addons)),
            "data_dir": str(self.paths.data),
            "db_name": database,
            "http_interface": ports.HOST,
            "http_port": str(port),
            "screenshots": str(self.paths.state / "screenshots"),
        }
        for option, variable in _DATABASE_OPTIONS.items():
            if self.postgres.env.get(variable):
                settings[option] = self.postgres.env[variable]
        return settings

    def command(self, *args: str) -> list[str]:
        """The command line that starts Odoo, wherever the user is.

        ``-P`` keeps a folder named ``odoo`` in the current one out of the way.
        """
        return [str(self.python.python), "-P", "-m", "odoo", *args]

    def run(
        self,
        args: Sequence[str],
        config: Path,
        started: Callable[[subprocess.Popen[Any]], None] | None = None,
    ) -> int:
        """Run Odoo in the foreground with the user's own arguments."""
        env = self.environ() | {"ODOO_RC": str(config)}
        return process.run(self.command(*args), env=env, started=started)

    def run_quietly(self, command: Sequence[str], config: Path, label: str) -> str:
        """Run a command of Odoo's to its end, its log going to a file.

        :returns: the log

        Warnings and errors are shown; a failure ends the command.
        """
        log = self.paths.logs / f"{re.sub(r'[^a-z0-9]+', '-', label.lower())}.log"
        progress = Progress(label)

        def follow(line: str) -> None:
            loading = _LOADING.search(line)
            if loading:
                progress.update(f"{loading[1]} ({loading[2]} of {loading[3]})")
            elif _TROUBLE.match(line) and _OPTIONAL_EXTENSION not in line:
                print(line, file=sys.stderr, flush=True)

        result = process.capture(
            command,
            env=self.environ() | {"ODOO_RC": str(config)},
            on_line=follow,
            check=False,
        )
        log.write_text(result.stdout)
        if result.returncode:
            sys.stderr.writelines(result.stdout.splitlines(keepends=True)[-40:])
            raise DevError(f"{label}: failed; Odoo's whole log: {log}")
        progress.done()
        return result.stdout


_DATABASE_OPTIONS = {
    "db_host": "PGHOST",
    "db_port": "PGPORT",
    "db_user": "PGUSER",
    "db_password": "PGPASSWORD",
    "db_sslmode": "PGSSLMODE",
}
