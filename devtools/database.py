"""Databases and their file stores, on a server that runs as long as they are needed."""

import json
import os
import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from devtools import odoo_source, postgres, process, python_env
from devtools.addons import Addon
from devtools.console import DevError
from devtools.odoo_server import Odoo
from devtools.paths import Paths, short_hash
from devtools.process import file_lock

RUN = "crm_activity_plus"
_LOCKS = ("requirements.txt", "requirements-addons.txt")

# psql may be missing where only a server's address is given: psycopg2 is always there.
_QUERY = """
import json, sys, psycopg2
connection = psycopg2.connect(dbname="postgres")
connection.autocommit = True
cursor = connection.cursor()
for statement in json.load(sys.stdin):
    cursor.execute(statement)
print(json.dumps(cursor.fetchall() if cursor.description else []))
"""


@contextmanager
def connect(paths: Paths, cluster: str) -> Iterator["Databases"]:
    """Odoo with a database server that runs while the block does."""
    source = odoo_source.locate(paths)
    python = python_env.ensure(paths, "venv", _LOCKS, source)
    with postgres.server(paths, cluster) as server:
        yield Databases(Odoo(paths, source, python, server))


class Databases:
    """The databases that a clone's Odoo works on."""

    def __init__(self, odoo: Odoo):
        self.odoo = odoo
        self.paths = odoo.paths

    def name(self, name: str) -> str:
        """A database's name: several clones may share a server that was given."""
        return f"{name}_{self.paths.clone_id}" if self.odoo.postgres.shared else name

    def query(self, *statements: str) -> list[list]:
        """Run statements outside of any transaction; return the last one's rows."""
        result = process.capture(
            [str(self.odoo.python.python), "-c", _QUERY],
            env=self.odoo.environ(),
            stdin=json.dumps(statements),
            check=False,
        )
        if result.returncode:
            where = self.odoo.postgres.env["PGHOST"]
            reason = process.last_words(result.stdout)
            raise DevError(f"PostgreSQL at {where}: {reason}")
        return json.loads(result.stdout.splitlines()[-1])

    def existing(self) -> set[str]:
        return {row[0] for row in self.query("SELECT datname FROM pg_database")}

    def filestore(self, database: str) -> Path:
        """Where Odoo keeps a database's files."""
        return self.paths.made("data") / "filestore" / database

    def drop(self, database: str) -> None:
        """Drop a database with its files, even if something is connected to it."""
        self.query(f"DROP DATABASE IF EXISTS {quote(database)} WITH (FORCE)")
        shutil.rmtree(self.filestore(database), ignore_errors=True)

    def copy(self, template: str, database: str) -> None:
        """Copy a database with its files."""
        self.drop(database)
        self.query(f"CREATE DATABASE {quote(database)} TEMPLATE {quote(template)}")
        source = self.filestore(template)
        if source.is_dir():
            shutil.copytree(source, self.filestore(database))

    def _change(self, database: str, args: Sequence[str], label: str) -> None:
        """Install or update addons; the database is made if it isn't there."""
        with self.odoo.config("change", database) as config:
            args = ["-d", database, "--stop-after-init", "--no-http", *args]
            self.odoo.run_quietly(self.odoo.command(*args), config, label)

    def _lock(self, name: str) -> AbstractContextManager[int]:
        waiting = "of this clone works on the database"
        return file_lock(self.paths.made("lock") / name, waiting=waiting)

    # The database of ./dev run

    def ensure_run(self, addons: Sequence[Addon]) -> str:
        """Have the addons in the run database, as they are on disk now."""
        database = self.name(RUN)
        record = self.paths.made("databases") / f"{database}.json"
        current = {addon.name: addon.content_hash() for addon in addons}
        with self._lock(database):
            if not record.exists():
                # Left by a clone that was at this place before.
                self.drop(database)
            there = database in self.existing()
            known = json.loads(record.read_text()) if there else {}
            new = current.keys() - known
            changed = {n for n in known if current.get(n, known[n]) != known[n]}
            args = [f"-i{','.join(new)}"] if new else []
            args += [f"-u{','.join(changed)}"] if changed else []
            if args:
                label = f"{'Updating' if known else 'Making'} the database {database}"
                self._change(database, ["--with-demo", *args], label)
                draft = record.with_suffix(".new")
                draft.write_text(json.dumps(current, indent=2) + "\n")
                draft.rename(record)
        return database

    # Databases of tests

    def base_name(self, kind: str, outside: Sequence[str], demo: bool = False) -> str:
        """The name of the database with the addons of others only."""
        key = short_hash(*self.odoo.identity, str(demo), *outside)
        return self.name(f"{kind}_base_{key}")

    @contextmanager
    def working_copy(
        self,
        kind: str,
        outside: Sequence[str],
        addons: Sequence[Addon],
        demo: bool = False,
        assets: bool = True,
    ) -> Iterator[str]:
        """A database for one run of tests of a kind, which has templates of its own.

        :param outside: addons of others to install
        :param addons: addons of this repository to install; may be none
        :param assets: whether to build what browser tests load
        """
        database = self.name(f"{kind}_{os.getpid()}")
        try:
            with self._lock(f"template-{kind}"):
                base = self.base_name(kind, outside, demo)
                if base not in self.existing():
                    named = textwrap.shorten(", ".join(outside), 60, placeholder=" ...")
                    args = ["-i", ",".join(outside), *(["--with-demo"] if demo else [])]
                    with self._unfinished(kind, base) as unfinished:
                        label = f"Making the {kind} database: {named}"
                        self._change(unfinished, args, label)
                self.copy(self._ensure_suite(kind, base, addons, assets), database)
            yield database
        finally:
            with process.signals_ignored():
                self.drop(database)

    def _ensure_suite(
        self, kind: str, base: str, addons: Sequence[Addon], assets: bool
    ) -> str:
        """Have a database with the addons that no test has touched, with what the web
        client loads built once for all tests; and drop those of before."""
        hashes = [f"{addon.name}:{addon.content_hash()}" for addon in addons]
        suite = self.name(f"{kind}_suite_{short_hash(base, *hashes)}")
        existing = self.existing()
        if suite in existing:
            return suite
        stale = [name for name in sorted(existing - {base}) if self._is_of(kind, name)]
        older = [name for name in stale if name.startswith(f"{kind}_suite_")]
        names = ",".join(addon.name for addon in addons)
        script = Path(__file__).with_name("build_template.py")
        with self._unfinished(kind, suite) as unfinished:
            self.copy(base, unfinished)
            with self.odoo.config("change", unfinished) as config:
                args = [str(config), unfinished, names, str(assets), *older[:1]]
                command = [str(self.odoo.python.python), str(script), *args]
                label = f"Making the {kind} database: {names}"
                self.odoo.run_quietly(command, config, label)
        for name in stale:
            self.drop(name)
        return suite

    def _is_of(self, kind: str, name: str) -> bool:
        """Whether a database is a template of ours, or a copy whose run has died."""
        if self.odoo.postgres.shared and self.paths.clone_id not in name:
            return False
        if copy := re.match(rf"{kind}_(\d+)", name):
            return not Path("/proc", copy[1]).exists()
        return name.startswith((f"{kind}_base_", f"{kind}_suite_"))

    @contextmanager
    def _unfinished(self, kind: str, final: str) -> Iterator[str]:
        """A database that gets its name only when it is complete."""
        name = self.name(f"{kind}_unfinished")
        self.drop(name)
        yield name
        self.drop(final)
        if self.filestore(name).is_dir():
            self.filestore(name).rename(self.filestore(final))
        self.query(f"ALTER DATABASE {quote(name)} RENAME TO {quote(final)}")


def quote(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'
