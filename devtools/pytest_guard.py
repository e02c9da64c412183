"""A pytest plugin: browser tests that were skipped for want of a browser fail the run.

Odoo and pytest-odoo skip them silently, and a skipped tour is not a passed tour.
"""

import re

import pytest

_NO_BROWSER = re.compile(r"chrome|websocket-client|--odoo-http", re.IGNORECASE)


def wants_browser(reason: str) -> bool:
    """Whether a test was skipped since it could not reach a browser."""
    return bool(_NO_BROWSER.search(reason))


class Guard:
    """Remembers the tests that had no browser."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Look at the reason of each skip."""
        if report.skipped and isinstance(report.longrepr, tuple):
            if wants_browser(report.longrepr[2]):
                self.skipped.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Make a run that would have passed fail."""
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter) -> None:
        """Say why the run failed."""
        for nodeid in self.skipped:
            terminalreporter.write_line(f"FAILED {nodeid}: skipped without a browser")


def pytest_configure(config: pytest.Config) -> None:
    """Install the guard in the process that gathers the reports."""
    config.pluginmanager.register(Guard(), "browser-guard")
