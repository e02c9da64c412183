"""The plugin for tests in Odoo: a run fails that left a test out."""

import subprocess
import sys
from pathlib import Path

import pytest

from devtools.commands.test import TOGETHER
from devtools.pytest_suite import wants_browser

_REPO = Path(__file__).resolve().parents[2]
_TESTS = """
import os
class TestA:
    def test_one(self): pass
    def test_two(self): pass
class TestB:
    def test_lost(self): pass
    def test_crash(self): os.environ.get("CRASH") and os._exit(1)
"""
_LOSE = """
import os
def pytest_runtest_protocol(item):
    return True if os.environ.get("LOSE") and item.name == "test_lost" else None
"""


def run(folder: Path, processes: int, *args: str, **env: str) -> tuple[int, str]:
    """Run four tests with the plugin."""
    (folder / "test_x.py").write_text(_TESTS)
    (folder / "conftest.py").write_text(_LOSE)
    command = [sys.executable, "-m", "pytest", "-p", "devtools.pytest_suite"]
    command += ["-p", "no:odoo", f"-n{processes}", *TOGETHER, *args]
    command += [f"--rootdir={folder}", str(folder), "-o", f"cache_dir={folder}/cache"]
    ran = subprocess.run(
        command,
        env={"PYTHONPATH": str(_REPO), **env},
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return ran.returncode, ran.stdout


@pytest.mark.parametrize("processes", [0, 2])
def test_whole_run_passes(tmp_path, processes):
    code, output = run(tmp_path, processes)
    assert (code, "4 of 4 tests ran" in output) == (0, True), output


@pytest.mark.parametrize("processes", [0, 2])
def test_lost_test_fails_the_run(tmp_path, processes):
    code, output = run(tmp_path, processes, LOSE="1")
    assert (code, "3 of 4 tests ran" in output) == (1, True), output
    assert "FAILED test_x.py::TestB::test_lost: never ran" in output


def test_crash_of_a_process_fails_the_run(tmp_path):
    code, output = run(tmp_path, 2, CRASH="1")
    assert code and "FAILED test_x.py::TestB::test_crash" in output, output


def test_chosen_tests_are_a_whole_run(tmp_path):
    code, output = run(tmp_path, 0, "-k", "one")
    assert (code, "1 of 1 tests ran" in output) == (0, True), output


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
