"""PostgreSQL: a server of the user's choice, or a private cluster of this clone.

A private cluster listens on a socket in a folder that nobody else may enter, and on
no port: clones don't collide, and other users can't connect.
"""

import contextlib
import os
import pwd
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from devtools import process, python_env
from devtools.console import DevError, progress
from devtools.paths import NAME, Paths, short_hash
from devtools.process import file_lock, try_lock

ROLE = "odoo"
# Where root's clusters lie: outside of root's home, and kept when the machine restarts.
ROOT_FOLDER = Path("/var/tmp") / f"{NAME}-root"
_MINIMUM = 13
_VARIABLES = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGSSLMODE")
_SOCKET_PATH_MAX = 90
_SETTINGS = (
    *("listen_addresses=", "unix_socket_permissions=0700", "log_min_messages=fatal"),
    *("max_connections=200", "shared_buffers=256MB"),
)
_UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Server:
    """How to reach a running PostgreSQL: by the variables that libpq and Odoo read."""

    env: Mapping[str, str]
    bin: Path | None = None
    #: whether other clones may use it, too
    shared: bool = False


def server(paths: Paths, name: str) -> contextlib.AbstractContextManager[Server]:
    """Have PostgreSQL running while the block runs.

    :param name: which of the clone's clusters: ``run``, or ``test``, which is fast and
        may lose data in a power cut
    """
    if given := from_environment(os.environ):
        return contextlib.nullcontext(Server(given, shared=True))
    return Cluster(paths, name).running()


def from_environment(environ: Mapping[str, str]) -> dict[str, str] | None:
    """The server named by ``DATABASE_URL`` or ``PGHOST``, if there is one."""
    if environ.get("DATABASE_URL"):
        env = env_from_url(environ["DATABASE_URL"])
    elif environ.get("PGHOST"):
        env = {name: environ[name] for name in _VARIABLES if environ.get(name)}
    else:
        return None
    if env.setdefault("PGUSER", ROLE) == "postgres":
        raise DevError(
            "Odoo refuses the database user postgres: "
            f"make a role {ROLE} that may create databases, and set PGUSER={ROLE}"
        )
    return env


def env_from_url(url: str) -> dict[str, str]:
    """Take a ``postgresql://`` address apart into libpq's variables."""
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("postgres", "postgresql"):
        raise DevError("DATABASE_URL must look like postgresql://user:password@host/")
    query = dict(parse_qsl(parts.query))
    found = {
        "PGHOST": unquote(parts.hostname or "") or query.get("host", "localhost"),
        "PGPORT": str(port or query.get("port", "")),
        "PGUSER": unquote(parts.username or "") or query.get("user", ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGSSLMODE": query.get("sslmode", ""),
    }
    return {key: value for key, value in found.items() if value}


class Cluster:
    """A private PostgreSQL cluster, running while any command of the clone needs it."""

    def __init__(self, paths: Paths, name: str):
        # PostgreSQL refuses to run as root. Another user can't enter root's home.
        users = {user.pw_name: user for user in pwd.getpwall()}
        self.user = None if os.geteuid() else users.get("postgres") or users["nobody"]
        home = _folder_of_root(paths) if self.user else paths.state / "postgres"
        self.bin, major = _programs(paths, bool(self.user))
        self.home = home / f"{name}-{major}"
        self.data = self.home / "data"
        self.sockets = self.home / "socket"
        if len(str(self.sockets)) > _SOCKET_PATH_MAX:
            folder = f"{NAME}-{os.geteuid()}-{short_hash(str(self.home))}"
            self.sockets = Path(tempfile.gettempdir()) / folder
        self.durable = name == "run"
        self._lock = paths.made("lock") / f"postgres-{name}"

    @contextlib.contextmanager
    def running(self) -> Iterator[Server]:
        """Start the cluster unless it runs, and stop it after its last user."""
        with file_lock(self._lock.with_suffix(".users"), shared=True) as held:
            try:
                with self._changing():
                    self._start()
                yield Server({"PGHOST": str(self.sockets), "PGUSER": ROLE}, self.bin)
            finally:
                with self._changing():
                    # Others are using it if the shared lock can't become ours alone.
                    if try_lock(held):
                        self._run("pg_ctl", "stop", "-m", "fast", check=False)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Let only one process start or stop the cluster at a time."""
        with process.signals_ignored(), file_lock(self._lock.with_suffix(".change")):
            yield

    def _start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._own_folder(self.home)
            unfinished = self.home / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
            options += [] if self.durable else ["--no-sync"]
            with progress("Making a PostgreSQL cluster"):
                self._run("initdb", "-U", ROLE, *options, data=unfinished)
            unfinished.rename(self.data)
        self._own_folder(self.sockets)
        if self._run("pg_ctl", "status", check=False):
            settings = [*_SETTINGS, f"unix_socket_directories={self.sockets}"]
            settings += () if self.durable else _UNSAFE
            flags = " ".join(f"-c {shlex.quote(setting)}" for setting in settings)
            self._run("pg_ctl", "start", "-w", "-l", f"{self.home}/log", "-o", flags)

    def _run(
        self, program: str, *args: str, data: Path | None = None, check: bool = True
    ) -> int:
        """Run a program as the cluster's user, who can't be where we are, maybe."""
        command = [str(self.bin / program), *args, "-D", str(data or self.data)]
        identity = {"extra_groups": [], "group": self.user.pw_gid} if self.user else {}
        return process.capture(
            command,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            cwd="/",
            user=self.user and self.user.pw_uid,
            check=check,
            what=f"PostgreSQL: {program} (log: {self.home}/log)",
            **identity,
        ).returncode

    def _own_folder(self, folder: Path) -> None:
        """Make a folder that only the cluster's user may enter."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        elif folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            raise DevError(f"{folder} belongs to somebody else: remove it, try again")


def _folder_of_root(paths: Paths) -> Path:
    """Root's folder for this clone's clusters, open to enter but not to change; those
    of clones that are gone are removed."""
    _root_only(ROOT_FOLDER)
    folder = ROOT_FOLDER / paths.clone_id
    for owner in ROOT_FOLDER.glob("*/clone"):
        clone = Path(owner.read_text().strip())
        if clone == paths.state:
            folder = owner.parent
        elif not clone.exists():
            shutil.rmtree(owner.parent, ignore_errors=True)
    _root_only(folder)
    (folder / "clone").write_text(f"{paths.state}\n")
    return folder


def _root_only(folder: Path) -> None:
    """Make a folder that everybody may enter and only root may change."""
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid:
        raise DevError(f"{folder} doesn't belong to root: remove it and try again")
    folder.chmod(0o755)


def _programs(paths: Paths, is_root: bool) -> tuple[Path, int]:
    """PostgreSQL's programs and version: the machine's, or a Python package's."""
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    if program := shutil.which("initdb"):
        folders.append(Path(program).resolve().parent)
    major, folder = max(((_major(f), f) for f in folders), default=(0, None))
    if major < _MINIMUM or not folder:
        if is_root:
            # The cluster's user can't enter root's home.
            paths = replace(paths, cache=ROOT_FOLDER)
        env = python_env.ensure(paths, "postgres", ["requirements-postgres.txt"])
        folder = next(env.site_packages.glob("*/pginstall/bin"))
        major = _major(folder)
    return folder, major


def _major(folder: Path) -> int:
    """The major version of the PostgreSQL in a folder, 0 if it doesn't run."""
    if not (folder / "postgres").exists():
        return 0
    return major_version(process.capture([f"{folder}/postgres", "--version"]).stdout)


def major_version(text: str) -> int:
    """Read what ``postgres --version`` prints."""
    match = re.search(r"\) (\d+)(\.| |$)", text)
    return int(match[1]) if match else 0
