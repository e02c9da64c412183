"""usage: ./dev lint [--fix]

Check the code with ruff, pylint-odoo, OCA's checks of XML and PO files, prettier and
eslint, and look for traces of one machine. --fix puts right what the tools can."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from devtools import addons, node, process, python_env, repository_checks
from devtools.console import say
from devtools.errors import DevError
from devtools.paths import Paths

_PRETTIER = (".css", ".js", ".cjs", ".json", ".md", ".scss", ".xml", ".yaml", ".yml")
_SCRIPTS = (".js",)


@dataclass(frozen=True)
class Check:
    """A linter's command line; ``fix`` is the one that changes files."""

    name: str
    command: Sequence[str]
    fix: Sequence[str] = ()


def main(paths: Paths, args: list[str]) -> int:
    """Run all linters at once, and print what each of them found."""
    if args not in ([], ["--fix"]):
        raise DevError(f"lint takes no argument but --fix, not {' '.join(args)}")
    files = repository_files(paths.repo)
    tools = python_env.ensure(paths, "lint", ["requirements-lint.txt"])
    checks = [*python_checks(paths, files, tools.bin), *node_checks(paths, files)]
    env = tools.environ()
    if args:
        for check in checks:
            if check.fix:
                say(f"{check.name}: fixing")
                process.capture(check.fix, cwd=paths.repo, env=env, check=False)
    failed = run_all(paths, checks, env)
    traces = list(repository_checks.findings(paths.repo, files))
    if traces:
        print("\n".join(traces))
        failed.append("traces of this machine")
    names = ", ".join([*(check.name for check in checks), "traces of this machine"])
    say(
        f"lint: {', '.join(failed)} failed" if failed else f"lint: all passed ({names})"
    )
    return 1 if failed else 0


def repository_files(repo: Path) -> list[Path]:
    """The files that git has, or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = process.capture(command, cwd=repo, what="git ls-files").stdout
    paths = (repo / name for name in sorted(set(listed.split("\0"))) if name)
    return [path for path in paths if path.is_file()]


def python_checks(paths: Paths, files: Sequence[Path], folder: Path) -> list[Check]:
    """The linters written in Python."""
    sources = [str(path) for path in files if path.suffix == ".py"]
    sources.append(str(paths.repo / "dev"))
    ruff = str(folder / "ruff")
    checks = [
        Check("ruff", [ruff, "check", *sources], [ruff, "check", "--fix", *sources]),
        Check(
            "ruff format",
            [ruff, "format", "--check", *sources],
            [ruff, "format", *sources],
        ),
    ]
    suite = [addon.name for addon in addons.discover(paths.repo, with_tests=True)]
    if suite:
        oca = str(folder / "oca-checks-odoo-module")
        checks += [
            Check("pylint-odoo", [str(folder / "pylint"), *suite]),
            Check("oca-checks", [oca, *suite], [oca, "--fix", *suite]),
        ]
    translations = [str(path) for path in files if path.suffix in (".po", ".pot")]
    if translations:
        checks.append(
            Check("oca-checks-po", [str(folder / "oca-checks-po"), *translations])
        )
    return checks


def node_checks(paths: Paths, files: Sequence[Path]) -> list[Check]:
    """The linters written in JavaScript."""
    tools = node.ensure(paths)
    pretty = [str(path) for path in files if path.suffix in _PRETTIER]
    prettier = [*tools.command("prettier"), "--log-level=warn"]
    checks = [
        Check(
            "prettier", [*prettier, "--check", *pretty], [*prettier, "--write", *pretty]
        )
    ]
    scripts = [str(path) for path in files if path.suffix in _SCRIPTS]
    if scripts:
        eslint = tools.command("eslint")
        checks.append(
            Check("eslint", [*eslint, *scripts], [*eslint, "--fix", *scripts])
        )
    return checks


def run_all(paths: Paths, checks: Sequence[Check], env: dict[str, str]) -> list[str]:
    """Run the checks side by side; print what they say; return who failed."""
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        running = [_start(paths, check, env, Path(folder)) for check in checks]
        for check, child, output in running:
            if child.wait():
                failed.append(check.name)
                output.seek(0)
                print(f"--- {check.name}\n{output.read().strip()}", file=sys.stdout)
            output.close()
    sys.stdout.flush()
    return failed


def _start(
    paths: Paths, check: Check, env: dict[str, str], folder: Path
) -> tuple[Check, subprocess.Popen[str], IO[str]]:
    output = (folder / check.name.replace(" ", "-")).open("w+")
    child = subprocess.Popen(
        list(check.command),
        cwd=paths.repo,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return check, child, output
