"""Virtual environments with locked requirements, shared by all clones."""

import os
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devtools import apt, process
from devtools.console import DevError, progress
from devtools.odoo_source import SERIES, OdooSource
from devtools.paths import Paths, short_hash
from devtools.process import file_lock

SUPPORTED = ((3, 11), (3, 12), (3, 13))
# Raised when environments made by older versions of this tool must not be used.
_FORMAT = "1"


@dataclass(frozen=True)
class PythonEnv:
    """A virtual environment; the name of its folder names its content."""

    folder: Path

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def python(self) -> Path:
        return self.bin / "python"

    @property
    def site_packages(self) -> Path:
        return next(self.folder.glob("lib/python3*/site-packages"))

    def environ(self) -> dict[str, str]:
        """The variables for programs run in it."""
        path = f"{self.bin}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        own = {"VIRTUAL_ENV": str(self.folder), "PATH": path, "PYTHONHOME": ""}
        return os.environ | own


def ensure(
    paths: Paths, name: str, locks: Sequence[str], odoo: OdooSource | None = None
) -> PythonEnv:
    """Make a virtual environment, unless it is there already.

    :param name: what it is for; part of its folder's name
    :param locks: requirement files of the repository; ``*-addons.txt`` lists addons,
        whose own requirements are in the other files
    :param odoo: the Odoo to be importable in it
    """
    interpreter, version = interpreter_for(sys.executable, sys.version_info[:2])
    files = [paths.repo / lock for lock in locks]
    key = env_key(files, version, odoo.identity if odoo else "")
    env = PythonEnv(paths.cache / f"{name}-{key}")
    complete = env.folder / "complete"
    lock = env.folder.with_suffix(".lock")
    with file_lock(lock, waiting="is installing Python packages"):
        if not complete.exists():
            make_venv(env, interpreter)
            if odoo:
                (env.site_packages / "odoo.pth").write_text(f"{odoo.root}\n")
            for file in files:
                _install(env, file)
            complete.touch()
    return env


def interpreter_for(executable: str, version: tuple[int, int]) -> tuple[str, str]:
    """A Python that Odoo 19 supports: the one running, if it is one."""
    if version in SUPPORTED:
        return executable, f"{version[0]}.{version[1]}"
    for name in (f"{major}.{minor}" for major, minor in reversed(SUPPORTED)):
        if found := shutil.which(f"python{name}"):
            return found, name
    raise DevError(
        f"Odoo {SERIES} doesn't run on Python {version[0]}.{version[1]}: "
        "install Python 3.11, 3.12 or 3.13"
    )


def env_key(files: Sequence[Path], version: str, odoo: str) -> str:
    """A short name for all that an environment's content depends on."""
    parts = [_FORMAT, version, platform.machine(), sys.base_prefix, odoo]
    return short_hash(*parts, *(file.read_bytes() for file in files), "")


def make_venv(env: PythonEnv, interpreter: str) -> None:
    """Make the bare environment. Debian splits off what ``venv`` needs for that."""
    command = [interpreter, "-m", "venv", "--clear", str(env.folder)]
    if process.capture(command, check=False).returncode:
        if not apt.install_as_root("python3-venv"):
            raise apt.missing("Python's venv", "python3-venv")
        process.capture(command, what="python3 -m venv")


def _install(env: PythonEnv, file: Path) -> None:
    command = [str(env.python), "-m", "pip", "install", "--no-input", "-r", str(file)]
    command += ["--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--no-deps"] if file.stem.endswith("-addons") else []
    with progress(f"Installing Python packages of {file.name}") as show:
        process.capture(command, on_line=show, what="pip install")
