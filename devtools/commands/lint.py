"""usage: ./dev lint [--fix]

Check the code with ruff, pylint-odoo, OCA's checks of XML and PO files, prettier and
eslint, and look for traces of one machine. --fix puts right what the tools can."""

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from devtools import addons, process, python_env
from devtools.console import DevError, progress, say
from devtools.paths import Paths, short_hash
from devtools.process import file_lock

# For git grep: what names a folder of one machine, and what a host in a lock file.
_START, _END = "(^|[^[:alnum:]_.:/-])", "($|[^[:alnum:]_.-])"
HOMES = _START + r"/(root|(home|Users)/[a-z_][[:alnum:]_.-]*)/"
HOSTS = r"https?://|--(extra-)?index-url|--find-links"
_GREP = ["sh", "-c", '! git grep -nIE --untracked "$@"', "git"]
# The only linter here that finds no files by itself.
_PO = "git ls-files -z --cached --others --exclude-standard '*.po' '*.pot' | xargs -0r "

# A linter: its command, its options to check and to fix, and what it looks at.
Linter = tuple[list[str], list[str], list[str] | None, list[str]]


def main(paths: Paths, args: list[str]) -> int:
    """Run all linters at once, and print what each of them found."""
    if args not in ([], ["--fix"]):
        raise DevError(f"lint takes no argument but --fix, not {' '.join(args)}")
    python = python_env.ensure(paths, "lint", ["requirements-lint.txt"])
    node = python_env.ensure(paths, "nodejs", ["requirements-node.txt"])
    linters = find_linters(paths, python.bin, node_modules(paths, node))
    path = f"{python.bin}:{node.environ()['PATH']}"
    options = {"cwd": paths.repo, "env": python.environ() | {"PATH": path}}

    def check(linter: Linter) -> subprocess.CompletedProcess[str]:
        command, look, _fix, targets = linter
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.run([*command, *look, *targets], **options, **pipes)

    for name, (command, _look, fix, targets) in linters.items():
        if args and fix is not None:
            say(f"{name}: fixing")
            process.capture([*command, *fix, *targets], check=False, **options)
    with ThreadPoolExecutor() as pool:
        results = zip(linters, pool.map(check, linters.values()), strict=True)
        found = {name: ran.stdout for name, ran in results if ran.returncode}
    for name, output in found.items():
        print(f"--- {name}\n{output.strip()}", flush=True)
    names = ", ".join(found or linters)
    say(f"lint: {names} failed" if found else f"lint: all passed ({names})")
    return int(bool(found))


def node_modules(paths: Paths, node: python_env.PythonEnv) -> Path:
    """The linters written in JavaScript; configuration files look for them beside
    themselves, where a folder that the user made with npm is left alone."""
    lock = paths.repo / "package-lock.json"
    folder = paths.cache / f"node-{short_hash(lock.read_bytes())}"
    with file_lock(folder.with_suffix(".lock"), waiting="is installing linters"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for file in (lock, paths.repo / "package.json"):
                shutil.copy(file, folder)
            command = [str(node.bin / "npm"), "ci", "--ignore-scripts", "--no-audit"]
            with progress("Installing linters with npm") as show:
                process.capture(command, cwd=folder, env=node.environ(), on_line=show)
            (folder / "complete").touch()
    link, modules = paths.repo / "node_modules", folder / "node_modules"
    if link.is_symlink() and link.readlink() != modules:
        link.unlink()
    if not link.exists():
        link.symlink_to(modules)
    return modules / ".bin"


def find_linters(paths: Paths, python: Path, node: Path) -> dict[str, Linter]:
    """The linters, from two folders; they pass over what git does."""
    suite = [addon.name for addon in addons.discover(paths.repo, with_tests=True)]
    ruff = str(python / "ruff")
    prettier = [str(node / "prettier"), "--log-level=warn"]
    oca = str(python / "oca-checks-odoo-module")
    own_folder = f"{_START}{re.escape(str(paths.repo))}{_END}"
    locks = ["*package-lock.json", "*requirements*.txt"]
    return {
        "ruff": ([ruff, "check"], [], ["--fix"], []),
        "ruff format": ([ruff, "format"], ["--check"], [], []),
        "pylint-odoo": ([str(python / "pylint")], [], None, suite),
        "oca-checks": ([oca], [], ["--fix"], suite),
        "oca-checks-po": (["sh", "-c"], [], None, [f"{_PO}{python}/oca-checks-po"]),
        "prettier": (prettier, ["--check"], ["--write"], ["."]),
        "eslint": ([str(node / "eslint")], [], ["--fix"], ["."]),
        "traces of a machine": (_GREP, ["-e", HOMES, "-e"], None, [own_folder]),
        "hosts in locks": (_GREP, ["-e", HOSTS, "--"], None, locks),
    }
