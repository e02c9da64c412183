"""The tests of OCA's addons, with the suite installed and without it.

What passes without the suite has to pass with it. What comes of them without it depends
on the locked versions alone, and is kept for all clones.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from xml.etree import ElementTree

from devtools import python_env
from devtools.addons import Addon
from devtools.console import DevError, say
from devtools.database import Databases
from devtools.paths import short_hash

LOCK = "requirements-oca-addons.txt"
PASSED = "passed"

# Runs tests: in which databases, the name of one, and pytest's arguments.
Run = Callable[[Databases, str, list[str]], int]


class OcaTests:
    """OCA's addons, those that the suite stands on too, and the tests that pass."""

    def __init__(self, databases: Databases, outside: list[str], known: list[str]):
        oca = python_env.ensure(databases.paths, "oca", [LOCK])
        self.databases = Databases(replace(databases.odoo, beside=oca))
        folder = oca.site_packages / "odoo" / "addons"
        own = databases.odoo.python.site_packages / "odoo" / "addons"
        found = sorted([*folder.iterdir(), *own.iterdir()])
        self.outside = [*outside, *(addon.name for addon in found)]
        self.arguments = [f"--rootdir={folder}", *(f"{path}/tests" for path in found)]
        self.arguments += [f"--deselect={test}" for test in known]

    def run(self, suite: list[Addon], run: Run, args: list[str]) -> int:
        """Run the tests beside addons of this repository, or none."""
        copy = self.databases.working_copy("oca", self.outside, suite, assets=False)
        with copy as name:
            return run(self.databases, name, [*self.arguments, *args])

    def compare(self, suite: list[Addon], run: Run) -> int:
        """Run the tests both ways, and say what the suite breaks."""
        key = short_hash(*self.databases.odoo.identity, *self.outside, *self.arguments)
        kept = self.databases.paths.cache / f"oca-without-{key}.json"
        if not kept.exists():
            kept.write_text(json.dumps(self._outcomes([], run), indent=1))
        without = json.loads(kept.read_text())
        problems = differences(without, self._outcomes(suite, run))
        print("".join(f"OCA: {problem}\n" for problem in problems), end="", flush=True)
        passed = list(without.values()).count(PASSED)
        say(f"OCA: {passed} tests pass without the suite, {len(problems)} problems")
        return int(bool(problems))

    def _outcomes(self, suite: list[Addon], run: Run) -> dict[str, str]:
        report = self.databases.paths.made("log") / "oca.xml"
        report.unlink(missing_ok=True)
        code = self.run(suite, run, [f"--junitxml={report}"])
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
    """What the suite breaks, and what fails without it and isn't known to."""
    problems = []
    for name, outcome in sorted(without.items()):
        now = beside.get(name, "missing")
        if outcome == PASSED != now:
            problems.append(f"{name}: passes without the suite, with it: {now}")
        elif outcome in ("failure", "error"):
            problems.append(f"{name}: {outcome} without the suite, too: list it")
    return problems
