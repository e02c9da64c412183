"""usage: ./dev test [--core | --oca | --peers] [--no-browser] [pytest's own arguments]

Run the tests on a database of their own. Without a path: the unit tests of the tool
and all tests of all addons of this repository, those in a browser too, two at a time.

  ./dev test crm_activity_plus/tests/test_plan.py -k launch -x
  ./dev test --core           Odoo's own tests of what the suite extends, with the suite
                              installed: Python tests, then those of the web client
  ./dev test --oca            the tests of OCA's addons without the suite and with it:
                              what passes without it has to pass with it
  ./dev test --peers          other programs' tests of the calendars: peers/README.rst
  ./dev test --no-browser     leave out what needs a browser or prints letters
  ./dev test -n 0             one at a time"""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from devtools import addons, apt, database, oca, process, python_env
from devtools.console import DevError, say
from devtools.database import Databases
from devtools.paths import Paths

# Tells tests the name of a database with the addons of others only, to be copied.
BASE_VARIABLE = "CRM_ACTIVITY_PLUS_BASE"
# What Odoo looks for: Debian's package -> names of the program.
BROWSERS = "google-chrome chromium chromium-browser google-chrome-stable".split()
PROGRAMS = {"chromium": BROWSERS, "wkhtmltopdf": ["wkhtmltopdf"]}
CORE_ADDONS = ("crm", "test_mail", "test_base_automation")
CORE_TESTS = (
    "test_mail/tests/test_mail_activity.py",
    "test_mail/tests/test_mail_activity_mixin.py",
    "test_mail/tests/test_mail_activity_plan.py",
    *("calendar/tests", "crm/tests", "base_automation/tests"),
    "test_base_automation/tests",
)
HOOT = "/web:WebSuite.test_unit_desktop[@mail/activity,@mail/chatter,@crm,@calendar]"
# Plain core has 154 of them; fewer means that the filter has stopped to match.
HOOT_MINIMUM = 150
_HOOT_PASSED = re.compile(r"\[HOOT\] Passed (\d+) tests")
# Options of pytest's whose next argument is a value, and no path.
_VALUED = {
    *("-k", "-m", "-p", "-o", "-c", "-n", "-W", "-r", "--deselect", "--ignore", "--tb"),
    *("--maxfail", "--durations", "--log-level", "--rootdir", "--junitxml"),
}
# How pytest-xdist shares out tests. A process that crashed isn't replaced: it would run
# the same test again.
TOGETHER = ("--dist=loadscope", "--no-loadscope-reorder", "--max-worker-restart=0")
# With these one test is looked at.
_ALONE = ("-x", "--exitfirst", "--pdb", "-s", "--maxfail")


def main(paths: Paths, args: list[str]) -> int:
    """Run the tests that were asked for."""
    if "--peers" in args:
        return run_peers(paths, [arg for arg in args if arg != "--peers"])
    own = {option for option in ("--core", "--oca", "--no-browser") if option in args}
    args = [arg for arg in args if arg not in own]
    with_browser = "--no-browser" not in own
    if with_browser:
        ensure_programs()
    run = run_core if "--core" in own else run_oca if "--oca" in own else run_own
    return run(paths, args, with_browser)


def ensure_programs() -> None:
    """Have what shows and prints pages, or end the command: tests would be skipped."""
    for package, names in PROGRAMS.items():
        if not any(map(shutil.which, names)) and not apt.install_as_root(package):
            missing = apt.missing(package, package)
            raise DevError(f"{missing}, or leave it out with 'dev test --no-browser'")


def run_own(paths: Paths, args: list[str], with_browser: bool) -> int:
    """Run the tests of this repository."""
    resolved, found = resolve(args, Path.cwd(), paths.repo)
    suite = addons.discover(paths.repo, with_tests=True)
    if not found:
        # The tool's own ones last: they take no time.
        folders = [*(addon.path for addon in suite), paths.repo / "devtools/tests"]
        resolved += map(str, folders)
    resolved = distribute(resolved, found)
    outside = addons.outside_depends(suite)
    with database.connect(paths, "test") as databases:
        env = {BASE_VARIABLE: databases.base_name("test", outside)}
        with databases.working_copy("test", outside, suite) as name:
            return run_pytest(databases, name, resolved, with_browser, env)


def resolve(args: Sequence[str], cwd: Path, repo: Path) -> tuple[list[str], list[Path]]:
    """Make the paths in pytest's arguments absolute, from the user's folder or else
    from the repository, where pytest runs; and tell which these are."""
    resolved: list[str] = []
    found: list[Path] = []
    for previous, arg in zip(["", *args], args, strict=False):
        path, separator, test = arg.partition("::")
        targets = [Path(os.path.normpath(base / path)) for base in (cwd, repo)]
        target = next((target for target in targets if path and target.exists()), None)
        if target and not arg.startswith("-") and previous not in _VALUED:
            found.append(target)
            arg = f"{target}{separator}{test}"
        resolved.append(arg)
    return resolved, found


def distribute(args: list[str], found: Sequence[Path] = ()) -> list[str]:
    """Have tests run two at a time, each process on a copy of the database, where there
    are more of them than in the files that were named, and two processors; pytest's own
    option wins. A class stays in one process."""
    alone = any(arg.startswith(_ALONE) for arg in args)
    few = found and all(path.is_file() for path in found)
    one = alone or few or len(os.sched_getaffinity(0)) < 2
    return ["-n0" if one else "-n2", *TOGETHER, *args]


def run_pytest(
    databases: Databases,
    name: str,
    args: Sequence[str],
    with_browser: bool,
    env: dict[str, str] | None = None,
) -> int:
    """Run tests of addons that are installed in a database."""
    odoo, repo = databases.odoo, databases.paths.repo
    command = [str(odoo.python.python), "-m", "pytest", "-p", "devtools.pytest_suite"]
    command += ["-rs", "--durations=20", "-p", "no:unraisableexception"]
    command += [f"-c{repo / 'pyproject.toml'}", f"--rootdir={repo}"]
    command += [f"-ocache_dir={databases.paths.state / 'pytest_cache'}"]
    command += ["--odoo-http"] if with_browser else []
    with odoo.config("pytest", name) as config:
        command += [f"--odoo-database={name}", f"--odoo-config={config}", *args]
        return process.run(command, env=odoo.environ() | (env or {}), cwd=repo)


def run_core(paths: Paths, args: list[str], with_browser: bool) -> int:
    """Run core's tests on a database with core, its demo data and the suite."""
    suite = addons.discover(paths.repo, with_tests=False)
    outside = sorted({*CORE_ADDONS, *addons.outside_depends(suite)})
    chosen, found = resolve(args, Path.cwd(), paths.repo)
    chosen += ["-p", "devtools.pytest_core"]
    with (
        database.connect(paths, "test") as databases,
        databases.working_copy("core", outside, suite, demo=True) as name,
    ):
        odoo = databases.odoo
        if not found:
            # pytest knows a test outside of its root folder by no name to leave it out.
            chosen += ["--rootdir", str(odoo.source.addon("crm").parent)]
            tests = [test.partition("/") for test in CORE_TESTS]
            chosen += [str(odoo.source.addon(addon) / rest) for addon, _, rest in tests]
            chosen += [f"--deselect={test}" for test in known_failures(paths, "core")]
        chosen = distribute(chosen, found)
        code = run_pytest(databases, name, chosen, with_browser)
        if code == 1 and not args:
            say("Core's tours depend on the machine's speed: running failures again")
            chosen += ["--last-failed", "--last-failed-no-failures=none"]
            code = run_pytest(databases, name, chosen, with_browser)
        if with_browser and not args:
            options = ["-d", name, "--test-tags", HOOT, "--stop-after-init"]
            with odoo.config("hoot", name, port=0) as config:
                label = "Core's tests of the web client"
                log = odoo.run_quietly(odoo.command(*options), config, label)
            say(f"HOOT: {hoot_passed(log)} passed, 0 failed")
    return code


def hoot_passed(log: str) -> int:
    """How many HOOT tests passed, by Odoo's log; it has to be most of them."""
    passed = sum(int(number) for number in _HOOT_PASSED.findall(log))
    if passed < HOOT_MINIMUM:
        raise DevError(f"only {passed} of core's HOOT tests ran: see .dev/log")
    return passed


def known_failures(paths: Paths, whose: str) -> list[str]:
    """The tests of Odoo's own, or of OCA's, that fail without the suite, too."""
    file = paths.repo / "devtools" / f"{whose}_known_failures.txt"
    tests = []
    for line in file.read_text().splitlines():
        test, _hash, reason = line.partition("#")
        if test.strip() and not reason.strip():
            raise DevError(f"{file.name}: no reason given for {test.strip()}")
        tests.append(test.strip())
    return [test for test in tests if test]


def run_oca(paths: Paths, args: list[str], with_browser: bool) -> int:
    """Run the tests of OCA's addons: both ways, or with arguments beside the suite."""
    suite = addons.discover(paths.repo, with_tests=False)
    known = known_failures(paths, "oca")
    with database.connect(paths, "test") as databases:
        tests = oca.OcaTests(databases, addons.outside_depends(suite), known)

        def run(databases: Databases, name: str, arguments: list[str]) -> int:
            return run_pytest(databases, name, distribute(arguments), with_browser)

        return tests.run(suite, run, args) if args else tests.compare(suite, run)


def run_peers(paths: Paths, args: list[str]) -> int:
    """Run other programs against a server of ours, on a copy of the tests' template."""
    peers = python_env.ensure(paths, "peers", ["requirements-peers.txt"])
    suite = addons.discover(paths.repo, with_tests=True)
    with database.connect(paths, "test") as databases:
        copy = databases.working_copy("test", addons.outside_depends(suite), suite)
        with copy as name, databases.odoo.config("peers", name) as config:
            return databases.odoo.run(args, config, peers.python, "peers/run.py", name)
