"""PostgreSQL: a server of the user's choice, or a private cluster of this clone.

A private cluster listens on a socket in a folder that nobody else may enter, and on
no port: clones don't collide, and other users can't connect.
"""

import hashlib
import os
import pwd
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from devtools import process
from devtools.console import Progress
from devtools.errors import DevError
from devtools.locks import file_lock, try_lock
from devtools.paths import NAME, Paths

ROLE = "odoo"
# Where root's clusters lie: outside of root's home, and kept when the machine restarts.
ROOT_FOLDER = Path("/var/tmp") / f"{NAME}-root"
_MINIMUM = 13
_KEPT_FOR = 30 * 24 * 3600
_PROGRAMS = ("initdb", "pg_ctl", "postgres")
_WHEEL_LOCK = "requirements-postgres.txt"
_SOCKET_PATH_MAX = 90
_UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Server:
    """How to reach a running PostgreSQL.

    :param env: the variables that libpq and Odoo read
    :param shared: whether other clones may use the same server
    """

    env: Mapping[str, str]
    bin: Path | None = None
    shared: bool = False


@dataclass(frozen=True)
class Binaries:
    """PostgreSQL's programs."""

    folder: Path
    major: int


@dataclass(frozen=True)
class Account:
    """The user that a cluster runs as: PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int


@contextmanager
def server(paths: Paths, name: str, durable: bool) -> Iterator[Server]:
    """Have PostgreSQL running while the block runs.

    :param name: which of the clone's clusters
    :param durable: whether data must survive a crash of the machine
    """
    given = from_environment(os.environ)
    if given:
        yield Server(given, shared=True)
        return
    with Cluster(paths, name, durable).running() as running:
        yield running


def from_environment(environ: Mapping[str, str]) -> dict[str, str] | None:
    """The server named by ``DATABASE_URL`` or ``PGHOST``, if there is one."""
    if environ.get("DATABASE_URL"):
        env = env_from_url(environ["DATABASE_URL"])
    elif environ.get("PGHOST"):
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGSSLMODE")
        env = {name: environ[name] for name in names if environ.get(name)}
    else:
        return None
    env.setdefault("PGUSER", ROLE)
    if env["PGUSER"] == "postgres":
        raise DevError(
            "Odoo refuses the database user postgres: "
            f"make a role {ROLE} that may create databases, and set PGUSER={ROLE}"
        )
    return env


def env_from_url(url: str) -> dict[str, str]:
    """Take a ``postgresql://`` address apart into libpq's variables."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise DevError("DATABASE_URL must look like postgresql://user:password@host/")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    found = {
        "PGHOST": unquote(parts.hostname or "") or query.get("host", "localhost"),
        "PGPORT": str(parts.port or query.get("port", "")),
        "PGUSER": unquote(parts.username or "") or query.get("user", ""),
        "PGPASSWORD": unquote(parts.password or "") or query.get("password", ""),
        "PGSSLMODE": query.get("sslmode", ""),
    }
    return {key: value for key, value in found.items() if value}


class Cluster:
    """A private PostgreSQL cluster, running while any command of the clone needs it."""

    def __init__(self, paths: Paths, name: str, durable: bool):
        self.paths = paths
        self.name = name
        self.durable = durable
        self.account = _account()
        self.binaries = _binaries(paths, self.account)
        self.home = self._home() / f"{name}-{self.binaries.major}"
        self.data = self.home / "data"
        self.sockets = self._sockets()
        self._locks = paths.state / "lock"

    def _home(self) -> Path:
        """Where the clone's clusters lie.

        Root's cluster runs as another user, who can't enter root's home.
        """
        if self.account is None:
            return self.paths.state / "postgres"
        return _folder_of_root(self.paths)

    def _sockets(self) -> Path:
        """A folder for the socket, whose path the kernel wants to be short."""
        place = self.home / "socket"
        if len(str(place)) <= _SOCKET_PATH_MAX:
            return place
        key = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"{NAME}-{os.geteuid()}-{key}"

    @contextmanager
    def running(self) -> Iterator[Server]:
        """Start the cluster unless it runs, and stop it after its last user."""
        users = self._locks / f"postgres-{self.name}-users"
        with file_lock(users, shared=True) as held:
            try:
                with self._changing(), process.signals_deferred():
                    self._start()
                yield Server(self._env(), self.binaries.folder)
            finally:
                with process.signals_ignored(), self._changing():
                    # Others are using it if the shared lock can't become ours alone.
                    if try_lock(held):
                        self._stop()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Let only one process start or stop the cluster at a time."""
        with file_lock(self._locks / f"postgres-{self.name}-change"):
            yield

    def _env(self) -> dict[str, str]:
        return {"PGHOST": str(self.sockets), "PGUSER": ROLE}

    def _start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._init()
        self._own_folder(self.sockets)
        if not self._pid():
            self._control(
                "start", "-w", "-t", "60", "-l", self._log, "-o", self._flags()
            )
        pid = self._pid()
        if pid:
            process.protect(pid)

    def _stop(self) -> None:
        pid = self._pid()
        if pid:
            self._control("stop", "-w", "-t", "60", "-m", "fast")
            process.forget(pid)

    @property
    def _log(self) -> str:
        return str(self.home / "log")

    def _flags(self) -> str:
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.sockets}",
            "unix_socket_permissions=0700",
            "max_connections=200",
            "shared_buffers=256MB",
            "log_min_messages=fatal",
            *(() if self.durable else _UNSAFE),
        ]
        return " ".join(f"-c {shlex.quote(setting)}" for setting in settings)

    def _init(self) -> None:
        progress = Progress(f"Making a PostgreSQL {self.binaries.major} cluster")
        self._own_folder(self.home)
        shutil.rmtree(self.data, ignore_errors=True)
        unfinished = self.home / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        command = ["initdb", "-D", str(unfinished), "-U", ROLE, "--auth=trust"]
        command += ["-E", "UTF8", "--locale=C.UTF-8"]
        self._run(*command, *(() if self.durable else ("--no-sync",)))
        unfinished.rename(self.data)
        progress.done()

    def _pid(self) -> int | None:
        """The running server's process, if there is one."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            name = Path("/proc", str(pid), "comm").read_text().strip()
        except (OSError, ValueError, IndexError):
            return None
        return pid if name.startswith("postgres") else None

    def _control(self, *args: str) -> None:
        self._run("pg_ctl", "-D", str(self.data), *args)

    def _run(self, program: str, *args: str) -> None:
        identity = {}
        if self.account:
            identity = {
                "user": self.account.uid,
                "group": self.account.gid,
                "extra_groups": [],
            }
        env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
        # The server inherits the output's pipe: don't wait for the pipe's end.
        with tempfile.TemporaryFile("w+") as output:
            code = process.call_detached(
                [str(self.binaries.folder / program), *args],
                output=output,
                env=env,
                cwd=Path("/"),
                **identity,
            )
            output.seek(0)
            text = output.read()
        if code:
            reason = process.last_words(text)
            raise DevError(f"PostgreSQL: {program} failed: {reason} (log: {self._log})")

    def _own_folder(self, folder: Path) -> None:
        """Make a folder that only the cluster's user may enter."""
        folder.mkdir(parents=True, exist_ok=True)
        owner = self.account.uid if self.account else os.geteuid()
        if self.account and folder.stat().st_uid == 0:
            os.chown(folder, self.account.uid, self.account.gid)
        if folder.is_symlink() or folder.stat().st_uid != owner:
            raise DevError(
                f"{folder} belongs to somebody else: remove it and try again"
            )
        folder.chmod(0o700)


def _account() -> Account | None:
    """The user to run a cluster as when the tool runs as root."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise DevError(
        "PostgreSQL can't run as root, and there is no user postgres or nobody: "
        "run 'useradd --system postgres'"
    )


def _folder_of_root(paths: Paths) -> Path:
    """Root's folder for this clone's clusters, open to enter but not to change."""
    base = ROOT_FOLDER
    _root_only(base)
    _remove_orphans(base, paths.clone_id)
    owner = _owner(base / paths.clone_id)
    if owner not in (None, paths.state) and _has_id(owner, paths.clone_id):
        paths.renew_clone_id()
    folder = base / paths.clone_id
    _root_only(folder)
    (folder / "clone").write_text(f"{paths.state}\n")
    link = paths.state / "postgres"
    if not link.is_symlink() or link.readlink() != folder:
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
    return folder


def _owner(folder: Path) -> Path | None:
    """The ``.dev`` folder that a clone's clusters belong to."""
    try:
        return Path((folder / "clone").read_text().strip())
    except OSError:
        return None


def _has_id(state: Path, clone_id: str) -> bool:
    try:
        return (state / "id").read_text().strip() == clone_id
    except OSError:
        return False


def _remove_orphans(base: Path, own: str) -> None:
    """Remove the clusters of clones that are gone.

    A clone may have been moved, and come back for its databases: only those of tests
    go at once.
    """
    for folder in base.iterdir():
        owner = _owner(folder)
        if owner is None or folder.name == own or _has_id(owner, folder.name):
            continue
        for data in folder.glob("*/data"):
            unused = time.time() - data.parent.stat().st_mtime > _KEPT_FOR
            is_test = data.parent.name.startswith("test-")
            if (is_test or unused) and not (data / "postmaster.pid").exists():
                shutil.rmtree(data.parent, ignore_errors=True)
        if not list(folder.glob("*/data")):
            shutil.rmtree(folder, ignore_errors=True)


def _binaries(paths: Paths, account: Account | None) -> Binaries:
    found = [
        Binaries(folder, major)
        for folder in _candidate_folders()
        if all((folder / program).exists() for program in _PROGRAMS)
        if (major := _major(folder)) >= _MINIMUM
    ]
    if found:
        return max(found, key=lambda binaries: binaries.major)
    return _from_wheel(paths, account)


def _candidate_folders() -> Iterator[Path]:
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    for name in ("initdb", "postgres"):
        program = shutil.which(name)
        if program:
            yield Path(program).resolve().parent


def _major(folder: Path) -> int:
    """The major version of the PostgreSQL in a folder, 0 if it doesn't run."""
    try:
        answer = process.capture([str(folder / "postgres"), "--version"], check=False)
    except OSError:
        return 0
    return major_version(answer.stdout)


def major_version(text: str) -> int:
    """Read what ``postgres --version`` prints."""
    numbers = [word for word in text.split() if word[:1].isdigit()]
    digits = numbers[0].split(".")[0] if numbers else ""
    return int(digits) if digits.isdigit() else 0


def _from_wheel(paths: Paths, account: Account | None) -> Binaries:
    """PostgreSQL from a Python package, for machines that have none."""
    from devtools import python_env

    env = python_env.ensure(paths, "postgres", [_WHEEL_LOCK])
    found = list(env.folder.glob("lib/python3*/site-packages/*/pginstall"))
    if not found:
        raise DevError("No PostgreSQL found: run 'apt-get install postgresql' as root")
    install = found[0]
    if account:
        install = _readable_copy(install, env.key)
    folder = install / "bin"
    return Binaries(folder, _major(folder))


def _readable_copy(install: Path, key: str) -> Path:
    """Copy the programs out of root's home, where the cluster's user can't go.

    The libraries that they load lie in a folder beside the package's.
    """
    package = install.parent
    base = ROOT_FOLDER
    _root_only(base)
    copy = base / key
    with file_lock(base / f"{key}.lock"):
        if not copy.exists():
            partial = base / f"{key}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            for folder in package.parent.glob(f"{package.name}*"):
                if folder.suffix != ".dist-info":
                    shutil.copytree(folder, partial / folder.name, symlinks=True)
            _make_readable(partial)
            partial.rename(copy)
    return copy / package.name / install.name


def _make_readable(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            everyone = 0o555 if path.is_dir() else 0o444
            path.chmod(path.stat().st_mode | everyone)


def _root_only(folder: Path) -> None:
    """Make a folder that everybody may enter and only root may change."""
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid:
        raise DevError(f"{folder} doesn't belong to root: remove it and try again")
    folder.chmod(0o755)
