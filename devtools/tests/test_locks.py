"""Locks between processes."""

import subprocess
import sys

from devtools.process import file_lock, try_lock

_TRY = """
import os, sys
from devtools.process import try_lock
descriptor = os.open(sys.argv[1], os.O_RDWR)
print(try_lock(descriptor, shared=sys.argv[2] == "shared"))
"""


def tried_elsewhere(path, how: str) -> str:
    """Whether another process gets the lock."""
    command = [sys.executable, "-c", _TRY, str(path), how]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def test_lock_keeps_others_out(tmp_path):
    path = tmp_path / "locks" / "a"
    with file_lock(path):
        assert tried_elsewhere(path, "exclusive") == "False"
        assert tried_elsewhere(path, "shared") == "False"
    assert tried_elsewhere(path, "exclusive") == "True"


def test_shared_lock_lets_others_share(tmp_path):
    path = tmp_path / "a"
    with file_lock(path, shared=True) as held:
        assert tried_elsewhere(path, "shared") == "True"
        assert tried_elsewhere(path, "exclusive") == "False"
        assert try_lock(held)
