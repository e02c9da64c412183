"""Virtual environments with locked requirements, shared by all clones."""

import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devtools import apt, process
from devtools.console import Progress
from devtools.errors import DevError
from devtools.locks import file_lock
from devtools.odoo_source import SERIES, OdooSource
from devtools.paths import Paths

SUPPORTED = ((3, 11), (3, 12), (3, 13))
# Raised when environments made by older versions of this tool must not be used.
_FORMAT = "1"
_COMPLETE = "complete"


@dataclass(frozen=True)
class PythonEnv:
    """A virtual environment."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.bin / "python"

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def key(self) -> str:
        """Names the environment's content."""
        return self.folder.name

    @property
    def site_packages(self) -> Path:
        """Where its packages lie."""
        return next(self.folder.glob("lib/python3*/site-packages"))

    def environ(self) -> dict[str, str]:
        """The variables for programs run in it."""
        env = {key: value for key, value in os.environ.items() if key != "PYTHONHOME"}
        env["VIRTUAL_ENV"] = str(self.folder)
        env["PATH"] = f"{self.bin}{os.pathsep}{env.get('PATH', os.defpath)}"
        return env


def ensure(
    paths: Paths, name: str, locks: Sequence[str], odoo: OdooSource | None = None
) -> PythonEnv:
    """Make a virtual environment, unless it is there already.

    :param name: what it is for; part of its folder's name
    :param locks: requirement files of the repository; ``*-addons.txt`` lists
        addons, whose own requirements are in the other files
    :param odoo: the Odoo to be importable in it
    """
    interpreter, version = interpreter_for(sys.executable, sys.version_info[:2])
    files = [paths.repo / lock for lock in locks]
    key = env_key(files, version, odoo.identity if odoo else "")
    env = PythonEnv(paths.cache / f"{name}-{key}")
    if (env.folder / _COMPLETE).exists():
        return env
    waiting = "Another ./dev is installing Python packages: waiting for it"
    with file_lock(paths.cache / f"{env.key}.lock", waiting=waiting):
        if not (env.folder / _COMPLETE).exists():
            shutil.rmtree(env.folder, ignore_errors=True)
            _build(env, interpreter, files, odoo)
            (env.folder / _COMPLETE).touch()
    return env


def interpreter_for(executable: str, version: tuple[int, int]) -> tuple[str, str]:
    """A Python that Odoo 19 supports: the one running, if it is one."""
    if version in SUPPORTED:
        return executable, f"{version[0]}.{version[1]}"
    for major, minor in reversed(SUPPORTED):
        found = shutil.which(f"python{major}.{minor}")
        if found:
            return found, f"{major}.{minor}"
    raise DevError(
        f"Odoo {SERIES} doesn't run on Python {version[0]}.{version[1]}: "
        "install Python 3.11, 3.12 or 3.13"
    )


def env_key(files: Sequence[Path], version: str, odoo: str) -> str:
    """A short name for all that an environment's content depends on."""
    digest = hashlib.sha256()
    for part in (_FORMAT, version, platform.machine(), sys.base_prefix, odoo):
        digest.update(part.encode() + b"\0")
    for file in files:
        digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _build(
    env: PythonEnv, interpreter: str, files: Sequence[Path], odoo: OdooSource | None
) -> None:
    env.folder.parent.mkdir(parents=True, exist_ok=True)
    pip = _make_venv(env, interpreter)
    if odoo:
        _add_odoo(env, odoo)
    for file in files:
        options = ["--no-deps"] if file.stem.endswith("-addons") else []
        _install(pip, file, options)


def _make_venv(env: PythonEnv, interpreter: str) -> list[str]:
    """Make the bare environment, and return the command of a pip for it."""
    make, folder = [interpreter, "-m", "venv"], str(env.folder)
    own_pip = [str(env.python), "-m", "pip"]
    if process.capture([*make, folder], check=False).returncode == 0:
        return own_pip
    # Debian splits off what `venv` needs to install pip.
    outer_pip = [interpreter, "-m", "pip"]
    if process.capture([*outer_pip, "--version"], check=False).returncode == 0:
        bare = [*make, "--clear", "--without-pip", folder]
        process.capture(bare, what="python3 -m venv")
        return [*outer_pip, "--python", str(env.python)]
    if not apt.install_as_root(["python3-venv"]):
        raise DevError(apt.explain_missing("Python's venv", "python3-venv"))
    process.capture([*make, "--clear", folder], what="python3 -m venv")
    return own_pip


def _install(pip: Sequence[str], file: Path, options: Sequence[str]) -> None:
    wanted = sum(1 for line in file.read_text().splitlines() if "==" in line)
    if not wanted:
        return
    progress = Progress(f"Installing Python packages of {file.name}")
    seen = 0

    def follow(line: str) -> None:
        nonlocal seen
        if line.startswith("Collecting "):
            seen += 1
            progress.update(f"{seen} of {wanted}, {line.split()[1]}")
        elif line.startswith(("Installing collected", "Building wheel")):
            progress.update(line.split(":")[0])

    command = [*pip, "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", *options, "-r", str(file)]
    process.capture(command, on_line=follow, what="pip install")
    progress.done()


def _add_odoo(env: PythonEnv, odoo: OdooSource) -> None:
    """Make Odoo importable, and known to pip as the distribution ``odoo``.

    Addons on PyPI require that distribution; Odoo itself isn't there.
    """
    script = "import sysconfig; print(sysconfig.get_path('purelib'))"
    answer = process.capture([str(env.python), "-c", script], what="python")
    site_packages = Path(answer.stdout.strip())
    (site_packages / "odoo.pth").write_text(f"{odoo.root}\n")
    info = site_packages / f"odoo-{SERIES}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: odoo\nVersion: {SERIES}\n"
        "Requires-Dist: psycopg2-binary\nRequires-Dist: pypdf\n"
    )
    (info / "WHEEL").write_text(
        "Wheel-Version: 1.0\nGenerator: dev\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    (info / "INSTALLER").write_text("dev\n")
    (info / "RECORD").write_text("")
