"""usage: ./dev test [--core | --oca] [--no-browser] [pytest's own options and paths]

Run the tests on a database of their own. Without a path: the unit tests of the tool
and all tests of all addons of this repository, those in a browser too.

  ./dev test crm_activity_plus/tests/test_plan.py -k launch -x
  ./dev test --core           Odoo's own tests of what the suite extends, with the suite
                              installed: Python tests, then those of the web client
  ./dev test --oca            the tests of OCA's addons without the suite and with it:
                              what passes without it has to pass with it
  ./dev test --no-browser     leave out what needs a browser

The databases are made from templates that are made again only when files changed."""

import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from devtools import addons, browser, ports, process, pytest_args, workspace
from devtools.console import say
from devtools.database import Databases
from devtools.errors import DevError
from devtools.oca import OcaTests
from devtools.odoo_server import Odoo
from devtools.paths import Paths
from devtools.python_env import PythonEnv

# Tells tests the name of a database with the addons of others only, to be copied.
BASE_VARIABLE = "CRM_ACTIVITY_PLUS_BASE"
CORE_ADDONS = ("crm", "test_mail", "test_base_automation")
CORE_TESTS = (
    "test_mail/tests/test_mail_activity.py",
    "test_mail/tests/test_mail_activity_mixin.py",
    "test_mail/tests/test_mail_activity_plan.py",
    "calendar/tests",
    "crm/tests",
    "base_automation/tests",
    "test_base_automation/tests",
)
# pytest's exit code for "tests ran, and some failed".
TESTS_FAILED = 1
HOOT_TAGS = (
    "/web:WebSuite.test_unit_desktop[@mail/activity,@mail/chatter,@crm,@calendar]"
)
# Plain core has 154 of them; fewer means that the filter has stopped to match.
HOOT_MINIMUM = 150
_HOOT_PASSED = re.compile(r"\[HOOT\] Passed (\d+) tests")


def main(paths: Paths, args: list[str]) -> int:
    """Run the tests that were asked for."""
    core = _take(args, "--core")
    oca = _take(args, "--oca")
    with_browser = not _take(args, "--no-browser")
    if with_browser:
        browser.ensure()
    started = time.monotonic()
    try:
        if core:
            return run_core(paths, args, with_browser)
        if oca:
            return run_oca(paths, args, with_browser)
        return run_own(paths, args, with_browser)
    finally:
        say(f"The tests took {time.monotonic() - started:.0f} s in all")


def _take(args: list[str], option: str) -> bool:
    """Remove one of the tool's own options from pytest's; tell if it was there."""
    given = option in args
    if given:
        args.remove(option)
    return given


# The suite's tests


def run_own(paths: Paths, args: list[str], with_browser: bool) -> int:
    """Run the tests of this repository."""
    resolved, found = pytest_args.resolve(args, Path.cwd(), paths.repo)
    unit_tests = paths.repo / "devtools" / "tests"
    if found and all(path.is_relative_to(unit_tests.parent) for path in found):
        return run_unit_tests(paths, resolved)
    suite = addons.require(addons.discover(paths.repo, with_tests=True), paths.repo)
    code = 0
    if not args:
        code = run_unit_tests(paths, [str(unit_tests)])
    if not found:
        resolved += [str(addon.path) for addon in suite]
    with workspace.databases(paths, workspace.TEST_CLUSTER) as databases:
        outside = addons.outside_depends(suite)
        env = {BASE_VARIABLE: databases.base_name("test", outside, demo=False)}
        with databases.working_copy("test", outside, suite, demo=False) as database:
            failed = run_pytest(databases.odoo, database, resolved, with_browser, env)
            return failed or code


def run_unit_tests(paths: Paths, args: Sequence[str]) -> int:
    """Run the tool's own tests, which know nothing of Odoo."""
    _source, python = workspace.environment(paths)
    command = [*pytest_command(paths, python), "-p", "no:odoo", *args]
    return process.run(command, env=python.environ(), cwd=paths.repo)


def pytest_command(paths: Paths, python: PythonEnv) -> list[str]:
    """The start of every command line of pytest's."""
    config = paths.repo / "pyproject.toml"
    cache = paths.state / "pytest_cache"
    command = [str(python.python), "-m", "pytest", "-c", str(config), "-rs"]
    return [*command, "-o", f"cache_dir={cache}", "--rootdir", str(paths.repo)]


def run_pytest(
    odoo: Odoo,
    database: str,
    args: Sequence[str],
    with_browser: bool,
    env: Mapping[str, str] | None = None,
) -> int:
    """Run tests of addons that are installed in a database."""
    name = f"pytest-{database}"
    config = odoo.write_config(name, database, ports.random_free())
    command = pytest_command(odoo.paths, odoo.python)
    command += [f"--odoo-database={database}", f"--odoo-config={config}"]
    if with_browser:
        command += ["--odoo-http", "-p", "devtools.pytest_guard"]
    try:
        env = odoo.environ() | dict(env or {})
        return process.run([*command, *args], env=env, cwd=odoo.paths.repo)
    finally:
        config.unlink(missing_ok=True)


# Core's tests


def run_core(paths: Paths, args: list[str], with_browser: bool) -> int:
    """Run core's tests on a database with core, its demo data and the suite."""
    suite = addons.require(addons.discover(paths.repo, with_tests=False), paths.repo)
    resolved, found = pytest_args.resolve(args, Path.cwd(), paths.repo)
    with workspace.databases(paths, workspace.TEST_CLUSTER) as databases:
        outside = sorted({*CORE_ADDONS, *addons.outside_depends(suite)})
        with databases.working_copy("core", outside, suite, demo=True) as database:
            resolved += ["-p", "devtools.pytest_core"]
            if not found:
                resolved += core_arguments(databases.odoo)
            code = run_pytest(databases.odoo, database, resolved, with_browser)
            if code == TESTS_FAILED and not args:
                say(
                    "Core's tours depend on the machine's speed: running failures again"
                )
                again = [*resolved, "--last-failed", "--last-failed-no-failures=none"]
                code = run_pytest(databases.odoo, database, again, with_browser)
            if with_browser and not args:
                code = run_hoot(databases, database) or code
    return code


def core_arguments(odoo: Odoo) -> list[str]:
    """The paths of core's tests, and the known failures to leave out.

    pytest knows a test outside of its root folder by no name to leave it out by.
    """
    root = odoo.source.addon("crm").parent
    targets = ["--rootdir", str(root)]
    for test in CORE_TESTS:
        addon, _slash, rest = test.partition("/")
        targets.append(str(odoo.source.addon(addon) / rest))
    for test in known_failures(odoo.paths, "core"):
        targets += ["--deselect", test]
    return targets


def known_failures(paths: Paths, whose: str) -> list[str]:
    """The tests that fail without the suite, too; each needs its reason.

    :param whose: ``core`` or ``oca``
    """
    file = paths.repo / "devtools" / f"{whose}_known_failures.txt"
    tests = []
    for line in file.read_text().splitlines():
        test, _hash, reason = line.partition("#")
        if not test.strip():
            continue
        if not reason.strip():
            raise DevError(f"{file.name}: no reason given for {test.strip()}")
        tests.append(test.strip())
    return tests


def run_hoot(databases: Databases, database: str) -> int:
    """Run core's tests of the web client, and check that they really ran."""
    odoo = databases.odoo
    config = odoo.write_config(f"hoot-{database}", database, ports.random_free())
    args = ["-d", database, "--test-tags", HOOT_TAGS, "--stop-after-init"]
    try:
        log = odoo.run_quietly(
            odoo.command(*args), config, "Core's tests of the web client"
        )
    finally:
        config.unlink(missing_ok=True)
    passed = hoot_passed(log)
    if passed < HOOT_MINIMUM:
        raise DevError(f"only {passed} of core's HOOT tests ran: see .dev/log")
    print(f"HOOT: {passed} passed, 0 failed", flush=True)
    return 0


def hoot_passed(log: str) -> int:
    """How many HOOT tests passed, by Odoo's log."""
    return sum(int(number) for number in _HOOT_PASSED.findall(log))


# OCA's tests


def run_oca(paths: Paths, args: list[str], with_browser: bool) -> int:
    """Run the tests of OCA's addons: both ways, or with arguments beside the suite."""
    suite = addons.require(addons.discover(paths.repo, with_tests=False), paths.repo)
    outside = addons.outside_depends(suite)

    def run(databases: Databases, database: str, arguments: list[str]) -> int:
        return run_pytest(databases.odoo, database, arguments, with_browser)

    with workspace.databases(paths, workspace.TEST_CLUSTER) as databases:
        tests = OcaTests(databases, run, known_failures(paths, "oca"))
        if args:
            return tests.run_with(outside, suite, args)
        return tests.compare(outside, suite)
