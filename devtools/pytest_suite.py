"""A pytest plugin for tests in Odoo, in one process or several. A run fails that left a
test out: skipped for want of a browser, or collected and never run, where nobody else
says a word. In several processes the slowest classes begin, so that all end together;
and one of them has all the tests with a browser, which needs the second processor.
"""

import re
from collections import Counter

import freezegun
import pytest
from xdist.scheduler import LoadScopeScheduling

_NO_BROWSER = re.compile(r"chrome|websocket-client|--odoo-http", re.IGNORECASE)
# Files whose tests open one, by their names.
_IN_BROWSER = re.compile(r"tour|hoot", re.IGNORECASE)
_KEY = "devtools/durations"
_UNKNOWN = 1000.0  # A class that never ran begins.
_collected: set[str] = set()
_reported: set[str] = set()
_skipped: list[str] = []
_faults: list[str] = []
_durations: Counter[str] = Counter()
# Tests that freeze the time take their time all the same.
freezegun.configure(extend_ignore_list=["_pytest.timing"])


def wants_browser(reason: str) -> bool:
    """Whether a test was skipped since it could not reach a browser."""
    return bool(_NO_BROWSER.search(reason))


def scope(nodeid: str) -> str:
    """The name of a test's class, which stays in one process."""
    return nodeid.rpartition("::")[0]


class _Scheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return "browser" if _IN_BROWSER.search(nodeid) else scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log) -> _Scheduling:
    """Say what stays in one process."""
    return _Scheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Hand the durations of the last runs to a process: all need the same order."""
    node.workerinput["durations"] = node.config.cache.get(_KEY, {})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list) -> None:
    """In several processes, put those in a browser first, those of JavaScript later."""
    if hasattr(config, "workerinput"):
        known = config.workerinput["durations"]

        def rank(item: pytest.Item) -> tuple[bool, bool, float]:
            name = item.nodeid
            late = not _IN_BROWSER.search(name), "hoot" in name
            return *late, -known.get(scope(name), _UNKNOWN)

        items.sort(key=rank)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note what is to run here."""
    _collected.update(item.nodeid for item in session.items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(ids: list[str]) -> None:
    """Note what is to run in any of the processes."""
    _collected.update(ids)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Look at how long each test takes, and at the reason of each skip."""
    _reported.add(report.nodeid)
    _durations[scope(report.nodeid)] += report.duration
    if report.skipped and wants_browser(str(report.longrepr)):
        _skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Make a run fail that would have passed for want of some tests."""
    config = session.config
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    config.cache.set(_KEY, config.cache.get(_KEY, {}) | _durations)
    if config.getoption("odoo_http", False):
        _faults.extend(f"{name}: skipped without a browser" for name in _skipped)
    if not (session.shouldfail or session.shouldstop or session.exitstatus > 1):
        left_out = sorted(_collected - _reported)
        _faults.extend(f"{nodeid}: never ran" for nodeid in left_out)
    if _faults:
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests ran, below the slowest ones."""
    for fault in _faults:
        terminalreporter.write_line(f"FAILED {fault}")
    terminalreporter.write_line(f"{len(_reported)} of {len(_collected)} tests ran")
