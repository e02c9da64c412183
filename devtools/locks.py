"""File locks between processes: the kernel frees them, however a process ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools.console import say


def try_lock(descriptor: int, shared: bool = False) -> bool:
    """Take the lock if nobody is in the way, and tell whether it was taken."""
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def file_lock(path: Path, shared: bool = False, waiting: str = "") -> Iterator[int]:
    """Hold a lock on a file while the block runs.

    :param path: file to lock; it is made and never deleted, since deleting a
        locked file would let two processes hold "the" lock
    :param shared: let other shared holders in
    :param waiting: what to say when another process has it
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not try_lock(descriptor, shared):
            if waiting:
                say(waiting)
            fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
