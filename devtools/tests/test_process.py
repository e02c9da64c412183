"""Starting programs, and ending what they leave behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devtools import process
from devtools.console import DevError

_REPO = Path(__file__).resolve().parents[2]
# A tool whose program starts another one, which outlives it.
_TOOL = """
import sys
from devtools import process
from devtools.console import Interrupted
process.setup()
try:
    sys.exit(process.run(["sh", "-c", sys.argv[1]]))
except Interrupted as interrupted:
    sys.exit(128 + interrupted.signum)
"""


def start_tool(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _TOOL, script],
        cwd=_REPO,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def is_running(pid: int) -> bool:
    try:
        return Path("/proc", str(pid), "stat").read_text().split(") ")[1][0] != "Z"
    except OSError:
        return False


def test_exit_code_passes_through():
    assert start_tool("exit 7").wait() == 7


def test_orphans_are_ended():
    tool = start_tool("setsid sleep 1000 & echo $!")
    assert tool.stdout
    pid = int(tool.stdout.readline())
    assert tool.wait() == 0
    assert not is_running(pid)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_everything(signum):
    tool = start_tool("sleep 1000 & echo $!; wait")
    assert tool.stdout
    pid = int(tool.stdout.readline())
    assert is_running(pid)
    tool.send_signal(signum)
    assert tool.wait(timeout=30) == 128 + signum
    assert not is_running(pid)


def test_child_dies_with_the_tool():
    tool = start_tool("exec sleep 1000 & echo $!; wait")
    assert tool.stdout
    tool.stdout.readline()
    children = Path(f"/proc/{tool.pid}/task/{tool.pid}/children").read_text().split()
    os.kill(tool.pid, signal.SIGKILL)
    tool.wait()
    deadline = time.monotonic() + 10
    while any(is_running(int(pid)) for pid in children):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_failed_helper_says_why():
    script = "echo one; echo 'E: no such package'; echo three; exit 3"
    with pytest.raises(DevError, match="^apt failed: E: no such package$"):
        process.capture(["sh", "-c", script], what="apt")


def test_helper_lines_are_followed():
    lines: list[str] = []
    result = process.capture(["printf", "a\\nb\\n"], on_line=lines.append)
    assert lines == ["a", "b"]
    assert result.stdout == "a\nb\n"
