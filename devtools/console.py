"""What the tool says, on standard error, and how it says that it ends early."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Seconds between two lines about the same work.
_INTERVAL = 10


class DevError(Exception):
    """Something the user can act on: printed as one line, exit code 1."""


class Interrupted(BaseException):
    """A signal asked for the end; no ``Exception``, so that no handler swallows it."""

    def __init__(self, signum: int):
        super().__init__(signum)
        self.signum = signum


def say(message: str) -> None:
    """Print one line of the tool's own."""
    print(f"dev: {message}", file=sys.stderr, flush=True)


@contextmanager
def progress(label: str) -> Iterator[Callable[[str], None]]:
    """Tell of work that takes a while: how far it got, by what the block is given, not
    more often than a reader can follow; and how long it took, unless it failed."""
    started = last = time.monotonic()

    def show(text: str) -> None:
        nonlocal last
        if time.monotonic() - last > _INTERVAL:
            last = time.monotonic()
            say(f"{label}: {text}"[:110])

    say(f"{label} ...")
    yield show
    say(f"{label}: done in {time.monotonic() - started:.0f} s")
