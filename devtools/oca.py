"""The tests of OCA's addons, with the suite installed and without it.

What passes without the suite has to pass with it. What comes of them without it depends
on the locked versions alone, and is kept for all clones.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from xml.etree import ElementTree

from devtools import python_env
from devtools.addons import Addon
from devtools.console import say
from devtools.database import Databases
from devtools.errors import DevError

LOCK = "requirements-oca-addons.txt"
PASSED = "passed"

# Runs tests in a database: the databases, its name, and pytest's arguments.
Run = Callable[[Databases, str, list[str]], int]


class OcaTests:
    """OCA's addons, and the databases in which they are tested.

    :param known: tests that fail without the suite, too, and are left out
    """

    def __init__(self, databases: Databases, run: Run, known: Sequence[str]):
        self.paths = databases.paths
        oca = python_env.ensure(self.paths, "oca", [LOCK])
        self.databases = Databases(replace(databases.odoo, beside=oca))
        self.folder = oca.site_packages / "odoo" / "addons"
        manifests = sorted(self.folder.glob("*/__manifest__.py"))
        self.addons = [manifest.parent for manifest in manifests]
        self.run = run
        self.known = known

    def compare(self, outside: Sequence[str], suite: Sequence[Addon]) -> int:
        """Run the tests both ways, and say what the suite breaks.

        :param outside: what the suite depends on
        """
        without = self._without(outside)
        problems = differences(without, self._outcomes(outside, suite))
        for problem in problems:
            print(f"OCA: {problem}", flush=True)
        passed = sum(outcome == PASSED for outcome in without.values())
        say(f"OCA: {passed} tests pass without the suite, {len(problems)} problems")
        return bool(problems)

    def run_with(
        self, outside: Sequence[str], suite: Sequence[Addon], args: Sequence[str]
    ) -> int:
        """Run some of the tests with the suite.

        :param args: pytest's arguments
        """
        outside = [*outside, *(addon.name for addon in self.addons)]
        with self.databases.working_copy(
            "oca", outside, suite, demo=False, assets=False
        ) as database:
            return self.run(self.databases, database, [*self._arguments(), *args])

    def _arguments(self) -> list[str]:
        arguments = ["--rootdir", str(self.folder)]
        arguments += [str(addon / "tests") for addon in self.addons]
        return arguments + [f"--deselect={test}" for test in self.known]

    def _without(self, outside: Sequence[str]) -> dict[str, str]:
        parts = [*self.databases.odoo.identity, *outside, *self.known]
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
        kept = self.paths.cache / f"oca-without-{key}.json"
        try:
            return json.loads(kept.read_text())
        except (OSError, ValueError):
            found = self._outcomes(outside, [])
            kept.write_text(json.dumps(found, indent=1))
            return found

    def _outcomes(
        self, outside: Sequence[str], suite: Sequence[Addon]
    ) -> dict[str, str]:
        report = self.paths.logs / "oca.xml"
        report.unlink(missing_ok=True)
        code = self.run_with(outside, suite, [f"--junitxml={report}"])
        if code > 1 or not report.exists():
            raise DevError(f"OCA's tests didn't run to their end: pytest said {code}")
        return outcomes(report.read_text())


def outcomes(report: str) -> dict[str, str]:
    """Read what came of each test from a report in JUnit's format."""
    found: dict[str, str] = {}
    for case in ElementTree.fromstring(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        problems = {child.tag for child in case} & {"failure", "error", "skipped"}
        # A test that passes and then can't clean up is there twice.
        if problems or name not in found:
            found[name] = min(problems, default=PASSED)
    return found


def differences(without: Mapping[str, str], beside: Mapping[str, str]) -> list[str]:
    """What the suite breaks, and what fails without it and isn't known to.

    :param without: the outcome of each test without the suite
    :param beside: the same with it
    """
    problems = []
    for name, outcome in sorted(without.items()):
        now = beside.get(name, "missing")
        if outcome == PASSED != now:
            problems.append(f"{name}: passes without the suite, with it: {now}")
        elif outcome in ("failure", "error"):
            problems.append(
                f"{name}: {outcome} without the suite, too, and isn't listed"
            )
    return problems
