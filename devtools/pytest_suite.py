"""A pytest plugin for tests in Odoo: those that are skipped for want of a browser fail
the run, where nobody else says a word; and of tests that run in several processes the
slowest classes begin, so that all end at the same time."""

import re
from collections import Counter

import freezegun
import pytest

_NO_BROWSER = re.compile(r"chrome|websocket-client|--odoo-http", re.IGNORECASE)
_KEY = "devtools/durations"
_skipped: list[str] = []
_durations: Counter[str] = Counter()
# Tests that freeze the time take their time all the same.
freezegun.configure(extend_ignore_list=["_pytest.timing"])


def wants_browser(reason: str) -> bool:
    """Whether a test was skipped since it could not reach a browser."""
    return bool(_NO_BROWSER.search(reason))


def scope(nodeid: str) -> str:
    """The name of a test's class, which stays in one process."""
    return nodeid.rpartition("::")[0]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list) -> None:
    """Put the slowest first, as they were in the last runs, and new ones before."""
    if config.getoption("numprocesses", None) or hasattr(config, "workerinput"):
        known = config.cache.get(_KEY, {})
        items.sort(key=lambda item: -known.get(scope(item.nodeid), 1000))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Look at how long each test takes, and at the reason of each skip."""
    _durations[scope(report.nodeid)] += report.duration
    if report.skipped and wants_browser(str(report.longrepr)):
        _skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Make a run fail that would have passed without a browser."""
    config = session.config
    if hasattr(config, "workerinput"):
        return
    config.cache.set(_KEY, config.cache.get(_KEY, {}) | _durations)
    for nodeid in _skipped if config.getoption("odoo_http") else ():
        print(f"\nFAILED {nodeid}: skipped without a browser", end="")
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
