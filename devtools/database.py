"""Databases and their file stores."""

import hashlib
import json
import os
import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from devtools import process
from devtools.addons import Addon, names
from devtools.errors import DevError
from devtools.locks import file_lock
from devtools.odoo_server import Odoo

RUN = "crm_activity_plus"
_NO_PORT = 8069

# psql may be missing where only a server's address is given: psycopg2 is always there.
_QUERY = """
import json, sys, psycopg2
connection = psycopg2.connect(dbname=sys.argv[1])
connection.autocommit = True
cursor = connection.cursor()
for statement in json.load(sys.stdin):
    cursor.execute(statement)
print(json.dumps(cursor.fetchall() if cursor.description else []))
"""


class Databases:
    """The databases that a clone's Odoo works on."""

    def __init__(self, odoo: Odoo):
        self.odoo = odoo
        self.paths = odoo.paths

    def name(self, name: str) -> str:
        """A database's name: several clones may share a server that was given."""
        return f"{name}_{self.paths.clone_id}" if self.odoo.postgres.shared else name

    # Plain SQL

    def query(self, *statements: str) -> list[list]:
        """Run statements outside of any transaction; return the last one's rows."""
        result = process.capture(
            [str(self.odoo.python.python), "-c", _QUERY, "postgres"],
            env=self.odoo.environ(),
            stdin=json.dumps(statements),
            check=False,
        )
        if result.returncode:
            reason = process.last_words(result.stdout)
            raise DevError(f"PostgreSQL at {self._where()}: {reason}")
        return json.loads(result.stdout.splitlines()[-1])

    def _where(self) -> str:
        return self.odoo.postgres.env.get("PGHOST", "its default address")

    def existing(self) -> set[str]:
        """The names of all databases."""
        return {row[0] for row in self.query("SELECT datname FROM pg_database")}

    def filestore(self, database: str) -> Path:
        """Where Odoo keeps a database's files."""
        return self.paths.data / "filestore" / database

    def drop(self, database: str) -> None:
        """Drop a database with its files, even if something is connected to it."""
        self.query(f"DROP DATABASE IF EXISTS {quote(database)} WITH (FORCE)")
        shutil.rmtree(self.filestore(database), ignore_errors=True)

    def copy(self, template: str, database: str) -> None:
        """Copy a database; the files of a file store never change, so link them."""
        self.drop(database)
        self.query(f"CREATE DATABASE {quote(database)} TEMPLATE {quote(template)}")
        if self.filestore(template).is_dir():
            shutil.copytree(
                self.filestore(template),
                self.filestore(database),
                copy_function=_link,
            )

    def rename(self, old: str, new: str) -> None:
        """Give a finished database its name."""
        shutil.rmtree(self.filestore(new), ignore_errors=True)
        if self.filestore(old).is_dir():
            self.filestore(old).rename(self.filestore(new))
        self.query(f"ALTER DATABASE {quote(old)} RENAME TO {quote(new)}")

    # Odoo

    def install(
        self, database: str, modules: Sequence[str], label: str, demo: bool
    ) -> None:
        """Install addons; the database is made if it isn't there."""
        args = ["-i", ",".join(modules), "--stop-after-init", "--no-http"]
        if demo:
            args.append("--with-demo")
        self._change(database, args, label)

    def _change(self, database: str, args: Sequence[str], label: str) -> None:
        config = self.odoo.write_config(f"change-{database}", database, _NO_PORT)
        try:
            command = self.odoo.command("-d", database, *args)
            self.odoo.run_quietly(command, config, label)
        finally:
            config.unlink(missing_ok=True)

    # The database of ./dev run

    def ensure_run(self, addons: Sequence[Addon]) -> str:
        """Have the addons in the run database, as they are on disk now."""
        database = self.name(RUN)
        with self._lock(database):
            record = self.paths.state / "databases" / f"{database}.json"
            known = _read_record(record) if database in self.existing() else {}
            current = {addon.name: addon.content_hash() for addon in addons}
            if known == current:
                return database
            self._bring_up_to_date(database, known, current)
            record.parent.mkdir(parents=True, exist_ok=True)
            record.write_text(json.dumps(current, indent=2) + "\n")
        return database

    def _bring_up_to_date(
        self, database: str, known: dict[str, str], current: dict[str, str]
    ) -> None:
        new = [name for name in current if name not in known]
        changed = [name for name in current if current[name] != known.get(name)]
        changed = [name for name in changed if name not in new]
        args = ["--stop-after-init", "--no-http", "--with-demo"]
        if new:
            args += ["-i", ",".join(new)]
        if changed:
            args += ["-u", ",".join(changed)]
        if not new and not changed:
            return
        verb = "Updating" if known else "Making"
        self._change(database, args, f"{verb} the database {database}")

    # Databases of tests

    def base_name(self, kind: str, outside: Sequence[str], demo: bool) -> str:
        """The name of the database with the addons of others only."""
        identity = [*self.odoo.identity, str(demo)]
        return self.name(f"{kind}_base_{_key(*identity, *outside)}")

    @contextmanager
    def working_copy(
        self,
        kind: str,
        outside: Sequence[str],
        addons: Sequence[Addon],
        demo: bool,
        assets: bool = True,
    ) -> Iterator[str]:
        """A database with the addons for one run of tests.

        :param kind: what the tests are; each kind has templates of its own
        :param outside: addons of others to install
        :param addons: addons of this repository to install; may be none
        :param assets: whether to build what browser tests load
        """
        database = self.name(f"{kind}_{os.getpid()}")
        try:
            with self._lock(f"template-{kind}"):
                template = self._ensure_template(kind, outside, addons, demo, assets)
                self.copy(template, database)
            yield database
        finally:
            with process.signals_ignored():
                self.drop(database)

    def _ensure_template(
        self,
        kind: str,
        outside: Sequence[str],
        addons: Sequence[Addon],
        demo: bool,
        assets: bool,
    ) -> str:
        """Have a database with the addons that no test has touched.

        The part that changes seldom, Odoo's own addons, is a database of its own.
        """
        base = self.base_name(kind, outside, demo)
        hashes = [f"{addon.name}:{addon.content_hash()}" for addon in addons]
        suite = self.name(f"{kind}_suite_{_key(base, *hashes)}")
        existing = self.existing()
        if suite in existing:
            return suite
        if base not in existing:
            with self._unfinished(kind, base) as unfinished:
                named = textwrap.shorten(", ".join(outside), 60, placeholder=" ...")
                label = f"Making the {kind} database: {named}"
                self.install(unfinished, outside, label, demo)
        if not addons:
            return base
        stale = [name for name in sorted(existing - {base}) if self._is_of(kind, name)]
        older = [name for name in stale if name.startswith(f"{kind}_suite_")]
        with self._unfinished(kind, suite) as unfinished:
            self.copy(base, unfinished)
            label = f"Making the {kind} database: {names(addons)}"
            if assets:
                self._install_suite(unfinished, addons, label, [*older, ""][0])
            else:
                modules = [addon.name for addon in addons]
                self.install(unfinished, modules, label, demo)
        for name in stale:
            self.drop(name)
        return suite

    def _install_suite(
        self, database: str, addons: Sequence[Addon], label: str, older: str
    ) -> None:
        """Install the suite and build the web client's assets, once for all tests."""
        config = self.odoo.write_config(f"change-{database}", database, _NO_PORT)
        script = Path(__file__).with_name("build_template.py")
        args = [str(config), database, names(addons), older]
        command = [str(self.odoo.python.python), str(script), *args]
        try:
            self.odoo.run_quietly(command, config, label)
        finally:
            config.unlink(missing_ok=True)

    def _is_of(self, kind: str, name: str) -> bool:
        """Whether a database is a template of ours, or a copy whose run has died."""
        if self.odoo.postgres.shared and not name.endswith(self.paths.clone_id):
            return False
        if name.startswith((f"{kind}_base_", f"{kind}_suite_")):
            return True
        copy = re.fullmatch(rf"{kind}_(\d+)(_\w+)?", name)
        return bool(copy) and not Path("/proc", copy[1]).exists()

    @contextmanager
    def _unfinished(self, kind: str, final: str) -> Iterator[str]:
        """A database that gets its name only when it is complete."""
        name = self.name(f"{kind}_unfinished")
        self.drop(name)
        yield name
        self.rename(name, final)

    def _lock(self, name: str):
        waiting = "Another ./dev of this clone works on the database: waiting for it"
        return file_lock(self.paths.state / "lock" / name, waiting=waiting)


def quote(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _read_record(path: Path) -> dict[str, str]:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
