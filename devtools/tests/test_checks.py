"""What lint looks for by itself, and what the browser guard counts."""

import pytest

from devtools import repository_checks
from devtools.pytest_guard import wants_browser

# Written in two parts, so that this file has no finding itself.
SLASH = "/"


@pytest.mark.parametrize(
    ("name", "line", "problem"),
    [
        ("a.py", f"open('{SLASH}srv/clone/x')", "a folder of this machine"),
        ("a.py", f"{SLASH}home/ann/x", "a user's folder"),
        ("a.py", f"{SLASH}root/.cache", "a user's folder"),
        ("package-lock.json", '"resolved": "https://host/x"', "a host in a lock file"),
        ("requirements.txt", "--index-url x", "a host in a lock file"),
    ],
)
def test_traces_of_a_machine(name, line, problem):
    own = [f"{SLASH}srv/clone"]
    assert repository_checks.problem_of(name, line, own) == f"names {problem}"


@pytest.mark.parametrize(
    "line",
    [
        "https://host/home/page/",
        "web/root/x",
        f"{SLASH}srv/cloned",
        f"{SLASH}usr/lib/postgresql",
        f"{SLASH}root",
    ],
)
def test_what_is_no_trace(line):
    assert repository_checks.problem_of("a.py", line, [f"{SLASH}srv/clone"]) is None


@pytest.mark.parametrize(
    ("reason", "wanted"),
    [
        ("Skipped: Chrome executable not found", True),
        ("websocket-client module is not installed", True),
        ("skipped because it is an HttpCase and --odoo-http is not set", True),
        ("needs wkhtmltopdf", False),
    ],
)
def test_skips_for_want_of_a_browser(reason, wanted):
    assert wants_browser(reason) is wanted
